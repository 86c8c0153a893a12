#pragma once

#include <cmath>
#include <vector>

#include "colonnade/core/views.hpp"

namespace colonnade::naive {

/// Mean and variance of one column by two passes in long double; NaN is skipped.
struct standard_scaler {
  double mean = 0, variance = 0;

  template <class T>
  standard_scaler(matrix_view<const T> x, std::size_t j) {
    long double n = 0, sum = 0, squares = 0;
    for (std::size_t i = 0; i < x.rows(); ++i) {
      if (std::isnan(x(i, j))) continue;
      sum += static_cast<long double>(x(i, j));
      n += 1;
    }
    for (std::size_t i = 0; i < x.rows(); ++i) {
      if (std::isnan(x(i, j))) continue;
      const long double d = static_cast<long double>(x(i, j)) - sum / n;
      squares += d * d;
    }
    mean = static_cast<double>(sum / n);
    variance = static_cast<double>(squares / n);
  }
};

}  // namespace colonnade::naive
