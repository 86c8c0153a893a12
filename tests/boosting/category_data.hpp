#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "colonnade/boosting/gradient_boosted_trees.hpp"
#include "tests/boosting/boosting_data.hpp"

namespace colonnade::tests {

/// Columns 0 and 3 are numbers, 1 has `codes` categories, 2 has three, 4 has two hundred (few rows each), 5
/// is constant, 6 all missing; all but 0 and 3 are categories with gaps in their codes. The target depends on
/// 0, on each category of 1, and on 1 and 2 together.
struct coded_table {
  static constexpr std::size_t columns = 7;

  matrix<double> x;
  std::vector<double> score, weight;

  explicit coded_table(std::size_t rows, std::size_t codes = 12, double missing = 0.05,
                       std::uint64_t seed = 1)
      : x(rows, columns) {
    const random_stream effect = random_stream(99);
    for (std::size_t i = 0; i < rows; ++i) {
      const random_stream random = random_stream(seed).substream(i);
      const std::size_t counts[] = {0, codes, 3, 0, 200, 1, 1};
      std::size_t drawn[columns];
      for (std::size_t f = 0; f < columns; ++f) {
        double value = 4 * random.uniform(2 * f) - 2;
        drawn[f] = static_cast<std::size_t>(random.uniform(2 * f) * static_cast<double>(counts[f]));
        if (counts[f] > 0) value = static_cast<double>(f == 4 ? 3000 * drawn[f] : 3 * drawn[f]);
        if (f == 6 || random.uniform(2 * f + 1) < missing) value = std::numeric_limits<double>::quiet_NaN();
        x(i, f) = value;
      }
      score.push_back(0.3 * (std::isnan(x(i, 0)) ? 1 : x(i, 0)) + 2 * effect.uniform(drawn[1]) +
                      effect.uniform(1000 + 3 * drawn[1] + drawn[2]) + random.uniform(100));
      weight.push_back(0.25 + random.uniform(101));
    }
  }

  samples<matrix_view<const double>> data(bool weighted = false) const {
    samples<matrix_view<const double>> all{
        x.view(), column_view<const double>(score.data(), score.size()), {}};
    if (weighted) all.weight = column_view<const double>(weight.data(), weight.size());
    return all;
  }
  std::vector<double> classes() const {
    std::vector<double> y;
    for (const double value : score) y.push_back(value > 2 ? 1 : 0);
    return y;
  }
};

inline boosting_params category_params() {
  boosting_params p;
  p.n_estimators = 4;
  p.max_depth = 4;
  p.categorical_features = {1, 2, 4, 5, 6};
  return p;
}

}  // namespace colonnade::tests
