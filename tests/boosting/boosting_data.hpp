#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <vector>

#include "colonnade/boosting/gradient_boosted_trees.hpp"
#include "tests/data.hpp"

namespace colonnade::tests {

/// A table with something to learn: column 0 is continuous, 1 has seven values, 2 is constant, 3 all missing,
/// the others continuous; a share of all is missing. The target depends on columns 0, 1 and 4 and on whether
/// 0 is missing.
struct boosting_table {
  matrix<double> x;
  std::vector<double> score, weight;

  boosting_table(std::size_t rows, std::size_t columns, double missing = 0.05, std::uint64_t seed = 1)
      : x(rows, columns) {
    for (std::size_t i = 0; i < rows; ++i) {
      const random_stream random = random_stream(seed).substream(i);
      for (std::size_t f = 0; f < columns; ++f) {
        double value = 4 * random.uniform(2 * f) - 2;
        if (f == 1) value = std::floor(7 * random.uniform(2 * f));
        if (f == 2) value = 3.25;
        if (f == 3 || random.uniform(2 * f + 1) < missing) value = std::numeric_limits<double>::quiet_NaN();
        x(i, f) = value;
      }
      const double a = x(i, 0), b = x(i, 1), c = columns > 4 ? x(i, 4) : 0;
      score.push_back((std::isnan(a) ? 1.5 : a) + (std::isnan(b) ? 0 : std::sin(b)) +
                      (std::isnan(c) ? 0 : c * c) - 1.3 + random.uniform(1000));
      weight.push_back(0.25 + random.uniform(1001));
    }
  }

  std::vector<double> target(boosting_objective objective) const {
    std::vector<double> y = score;
    if (objective == boosting_objective::squared_error || objective >= boosting_objective::quantile) return y;
    for (double& value : y) {
      if (objective == boosting_objective::poisson) {
        value = std::floor(std::exp(0.7 * value));
        continue;
      }
      value = objective == boosting_objective::logistic ? (value > 0.5 ? 1 : 0)
                                                        : std::clamp(std::floor(value + 1), 0.0, 3.0);
    }
    return y;
  }
};

inline samples<matrix_view<const double>> with(const boosting_table& t, const std::vector<double>& y,
                                               bool weighted = false) {
  samples<matrix_view<const double>> data{t.x.view(), column_view<const double>(y.data(), y.size()), {}};
  if (weighted) data.weight = column_view<const double>(t.weight.data(), t.weight.size());
  return data;
}

inline std::vector<double> margins_of(const gradient_boosted_trees& model, matrix_view<const double> x,
                                      int threads = 1) {
  std::vector<double> out(x.rows() * model.outputs());
  model.predict_margin(x, matrix_view<double>(out.data(), x.rows(), model.outputs()), threads);
  return out;
}

inline constexpr boosting_objective all_objectives[] = {
    boosting_objective::squared_error, boosting_objective::logistic, boosting_objective::softmax,
    boosting_objective::poisson,       boosting_objective::quantile, boosting_objective::absolute_error};

/// What an objective needs.
/// `iterations` of trees of depth `depth`.
inline boosting_params params_for(boosting_objective objective, std::uint32_t iterations = 100,
                                  std::uint32_t depth = 6) {
  boosting_params p;
  p.objective = objective;
  p.n_estimators = iterations;
  p.max_depth = depth;
  if (objective == boosting_objective::quantile) p.quantile_alpha = 0.8;
  return p;
}

}  // namespace colonnade::tests
