#pragma once

#include <cmath>
#include <cstddef>
#include <limits>
#include <string>

#include "colonnade/core/error.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/kernels/row_sums.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Sums over the rows of one output, e = truth - predicted; every regression metric here is a function of
/// them.
struct regression_errors {
  double weight = 0, absolute = 0, squared = 0;
  double variation = 0;  ///< sum of w (truth - mean of truth)^2

  double mean_absolute_error() const { return absolute / weight; }
  double mean_squared_error() const { return squared / weight; }
  double root_mean_squared_error() const { return std::sqrt(squared / weight); }
  /// 1 - squared / variation. Where the truth is constant: 1 if all is right, else 0; without `force_finite`
  /// NaN, else -infinity.
  double r2(bool force_finite = true) const {
    if (variation != 0) return 1 - squared / variation;
    if (force_finite) return squared == 0 ? 1 : 0;
    return squared == 0 ? std::numeric_limits<double>::quiet_NaN() : -std::numeric_limits<double>::infinity();
  }
};

/// Sums the errors of one output. `weight` may be empty. Two reads of the rows (the mean first, so that a
/// large offset costs no digits); equal bits for any number of threads.
template <class T, class U>
regression_errors sum_errors(column_view<const T> truth, column_view<const U> predicted,
                             column_view<const double> weight = {}, int threads = 0) {
  if (predicted.size() != truth.size() || (weight.size() != 0 && weight.size() != truth.size())) {
    throw argument_error(
        "rows",
        std::to_string(predicted.size()) + " predictions and " + std::to_string(weight.size()) + " weights",
        std::to_string(truth.size()));
  }
  const auto weight_of = [&](std::size_t i) { return weight.size() == 0 ? 1.0 : weight[i]; };
  constexpr double cost = 3;
  // Sums are taken from the first value on, so that a constant target has its exact mean.
  const double origin = truth.size() == 0 ? 0.0 : static_cast<double>(truth[0]);
  const auto first = row_sums<4>(truth.size(), threads, cost, [&](std::size_t begin, std::size_t end) {
    std::array<double, 4> s{};
    for (std::size_t i = begin; i < end; ++i) {
      const double t = static_cast<double>(truth[i]), e = t - static_cast<double>(predicted[i]),
                   w = weight_of(i);
      s[0] += w;
      s[1] += w * (t - origin);
      s[2] += w * std::fabs(e);
      s[3] += w * e * e;
    }
    return s;
  });
  const double mean = origin + first[1] / first[0];
  const auto second = row_sums<1>(truth.size(), threads, cost, [&](std::size_t begin, std::size_t end) {
    std::array<double, 1> s{};
    for (std::size_t i = begin; i < end; ++i) {
      const double d = static_cast<double>(truth[i]) - mean;
      s[0] += weight_of(i) * d * d;
    }
    return s;
  });
  return {first[0], first[2], first[3], second[0]};
}

}  // namespace colonnade::inline COLONNADE_ABI
