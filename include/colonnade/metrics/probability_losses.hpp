#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "colonnade/core/views.hpp"
#include "colonnade/kernels/elementary.hpp"
#include "colonnade/kernels/row_sums.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Sums of a loss over rows, and of their weights.
struct loss_sums {
  double loss = 0, weight = 0;
  double mean() const { return loss / weight; }
};

namespace detail {

template <class Loss>
loss_sums sum_losses(std::size_t rows, column_view<const double> weight, int threads, const Loss& loss) {
  const auto sums = row_sums<2>(rows, threads, 15, [&](std::size_t begin, std::size_t end) {
    std::array<double, 2> s{};
    for (std::size_t i = begin; i < end; ++i) {
      const double w = weight.size() == 0 ? 1.0 : weight[i];
      s[0] += w * loss(i);
      s[1] += w;
    }
    return s;
  });
  return {sums[0], sums[1]};
}

inline double clipped(double p, double epsilon) {
  return p < epsilon ? epsilon : p > 1 - epsilon ? 1 - epsilon : p;
}

}  // namespace detail

/// Log loss: -log of the probability given to the true class, probabilities clipped to [epsilon, 1 -
/// epsilon]. `truth` holds class numbers. A matrix of one column holds the probabilities of class 1 of two.
/// The logarithm is the library's own: equal bits on every machine.
template <class T>
loss_sums log_loss(column_view<const std::int32_t> truth, matrix_view<const T> probability,
                   column_view<const double> weight = {}, double epsilon = 0x1p-52, int threads = 0) {
  return detail::sum_losses(truth.size(), weight, threads, [&](std::size_t i) {
    const auto c = static_cast<std::size_t>(truth[i]);
    if (probability.columns() > 1) {
      return -elementary::log(detail::clipped(static_cast<double>(probability(i, c)), epsilon));
    }
    const double p = static_cast<double>(probability(i, 0));
    return -elementary::log(detail::clipped(c == 1 ? p : 1 - p, epsilon));
  });
}

/// Brier score: sum over the classes of (p - [class is true])^2, between 0 and 2. A matrix of one column
/// holds the probabilities of class 1 of two.
template <class T>
loss_sums brier_score(column_view<const std::int32_t> truth, matrix_view<const T> probability,
                      column_view<const double> weight = {}, int threads = 0) {
  return detail::sum_losses(truth.size(), weight, threads, [&](std::size_t i) {
    const auto c = static_cast<std::size_t>(truth[i]);
    if (probability.columns() == 1) {
      const double d = static_cast<double>(probability(i, 0)) - (c == 1 ? 1.0 : 0.0);
      return 2 * d * d;
    }
    double sum = 0;
    for (std::size_t j = 0; j < probability.columns(); ++j) {
      const double d = static_cast<double>(probability(i, j)) - (j == c ? 1.0 : 0.0);
      sum += d * d;
    }
    return sum;
  });
}

}  // namespace colonnade::inline COLONNADE_ABI
