#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "colonnade/core/csr_view.hpp"
#include "colonnade/core/random.hpp"
#include "tests/data.hpp"

namespace colonnade::tests {

/// A sparse table beside the dense one that it stands for: `share` of the values have an entry, of which some
/// are 0, some missing.
struct sparse_table {
  matrix<double> dense;
  std::vector<std::int64_t> begin = {0};
  std::vector<std::int32_t> column;
  std::vector<double> values;

  sparse_table(std::size_t rows, std::size_t columns, double share) : dense(rows, columns) {
    const random_stream random(11);
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t f = 0; f < columns; ++f) {
        const std::uint64_t at = 3 * (i * columns + f);
        if (random.uniform(at) >= share) continue;
        const std::uint64_t kind = random.below(at + 1, 20);
        double value = std::round(2000 * random.uniform(at + 2)) - 700;
        if (kind == 0) value = 0;
        if (kind == 1) value = std::numeric_limits<double>::quiet_NaN();
        if (f % 3 == 0) value = value > 0 ? 1 : value;  // many ones
        dense(i, f) = value;
        column.push_back(static_cast<std::int32_t>(f));
        values.push_back(value);
      }
      begin.push_back(static_cast<std::int64_t>(values.size()));
    }
  }

  /// The entries of a column become codes below `codes`.
  void make_codes(std::int32_t f, std::size_t codes) {
    for (std::size_t i = 0; i < dense.view().rows(); ++i) {
      for (std::size_t k = view().begin(i); k < view().begin(i + 1); ++k) {
        if (column[k] == f) values[k] = dense(i, f) = static_cast<double>(k % codes);
      }
    }
  }

  csr_view<double> view() const {
    return {dense.view().rows(), dense.view().columns(), begin.data(), column.data(), values.data()};
  }
};

inline bool same_value(double a, double b) { return a == b || (std::isnan(a) && std::isnan(b)); }

}  // namespace colonnade::tests
