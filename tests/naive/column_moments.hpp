#pragma once

#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "colonnade/core/views.hpp"
#include "tests/naive/exact_sum.hpp"

namespace colonnade::naive {

/// Moments of one column, value by value.
struct column_moments {
  std::uint64_t missing = 0;
  double minimum = std::numeric_limits<double>::infinity(),
         maximum = -std::numeric_limits<double>::infinity();
  exact_sum sum, squares;

  template <class T>
  column_moments(matrix_view<const T> x, std::size_t j, const std::vector<double>& weight = {}) {
    for (std::size_t i = 0; i < x.rows(); ++i) {
      const double w = weight.empty() ? 1 : weight[i], value = static_cast<double>(x(i, j));
      if (w == 0) continue;
      if (std::isnan(value)) {
        ++missing;
        continue;
      }
      minimum = std::fmin(minimum, value);
      maximum = std::fmax(maximum, value);
      sum.add_factors({w, value});
      squares.add_factors({w, value, value});
    }
  }
};

}  // namespace colonnade::naive
