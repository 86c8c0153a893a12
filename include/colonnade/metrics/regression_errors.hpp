#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <type_traits>

#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/kernels/error_sums.hpp"
#include "colonnade/kernels/row_sums.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Sums over the rows of one output, e = truth - predicted; every regression metric here is a function of
/// them.
struct regression_errors {
  double weight = 0, absolute = 0, squared = 0;
  double variation = 0;  ///< sum of w (truth - mean of truth)^2

  double mean_absolute_error() const { return absolute / weight; }
  double mean_squared_error() const { return squared / weight; }
  double root_mean_squared_error() const { return real::sqrt(squared / weight); }
  /// 1 - squared / variation. Where the truth is constant: 1 if all is right, else 0; without `force_finite`
  /// NaN, else -infinity.
  double r2(bool force_finite = true) const {
    if (variation != 0) return 1 - squared / variation;
    if (force_finite) return squared == 0 ? 1 : 0;
    return squared == 0 ? std::numeric_limits<double>::quiet_NaN() : -std::numeric_limits<double>::infinity();
  }
};

namespace detail {

/// `count` values as contiguous doubles: where they are, or copied to `buffer`.
template <class T>
const double* contiguous(column_view<const T> x, std::size_t first, std::size_t count, double* buffer) {
  if constexpr (std::is_same_v<T, double>) {
    if (x.stride() == 1) return x.data() + first;
  }
  for (std::size_t i = 0; i < count; ++i) buffer[i] = static_cast<double>(x[first + i]);
  return buffer;
}

}  // namespace detail

/// Sums the errors of one output. `weight` may be empty. Sums are taken around an origin, so that a large
/// offset costs no digits and a constant target has no variation; equal bits for any number of threads and
/// instruction set.
template <class T, class U>
regression_errors sum_errors(column_view<const T> truth, column_view<const U> predicted,
                             column_view<const double> weight = {}, int threads = 0) {
  if (predicted.size() != truth.size() || (weight.size() != 0 && weight.size() != truth.size())) {
    throw argument_error(
        "rows",
        std::to_string(predicted.size()) + " predictions and " + std::to_string(weight.size()) + " weights",
        std::to_string(truth.size()));
  }
  using kernel = kernels::error_sums;
  const auto sums_around = [&](double origin) {
    return row_sums<5>(truth.size(), threads, 1, [&](std::size_t begin, std::size_t end) {
      std::array<double, 5> sums{};
      double t[kernel::block_rows], p[kernel::block_rows], w[kernel::block_rows];
      for (std::size_t first = begin; first < end; first += kernel::block_rows) {
        const std::size_t count = std::min(kernel::block_rows, end - first);
        const double* weights = weight.size() == 0 ? nullptr : detail::contiguous(weight, first, count, w);
        simd::run<kernel>(detail::contiguous(truth, first, count, t),
                          detail::contiguous(predicted, first, count, p), weights, count, origin,
                          sums.data());
      }
      return sums;
    });
  };
  const double first = truth.size() == 0 ? 0.0 : static_cast<double>(truth[0]);
  auto sums = sums_around(first);
  const double shift = sums[1] / sums[0];
  double variation = sums[4] - sums[1] * shift;
  // The first value is a poor origin when it is far out; then most digits cancel, and the sums are taken
  // around the mean.
  if (variation < 0.01 * sums[4]) variation = sums_around(first + shift)[4];
  return {sums[0], sums[2], sums[3], variation};
}

}  // namespace colonnade::inline COLONNADE_ABI
