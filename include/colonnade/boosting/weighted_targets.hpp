#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "colonnade/core/real.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The targets of a fit with their weights (none: all are 1), and means over them. Sums are of integers, so
/// that a mean is the same for any order of the rows.
class weighted_targets {
 public:
  weighted_targets() = default;
  weighted_targets(std::span<const double> target, std::span<const double> weight)
      : target_(target), weight_(weight) {
    double largest = 0;
    for (const double w : weight_) largest = std::max(largest, w);
    if (!weight_.empty()) weight_step_ = step(largest);
  }

  std::size_t rows() const { return target_.size(); }
  std::span<const double> targets() const { return target_; }
  std::span<const double> weights() const { return weight_; }
  double target(std::size_t i) const { return target_[i]; }
  double weight(std::size_t i) const { return weight_.empty() ? 1.0 : weight_[i]; }
  /// Weight as an integer, in equal steps; all of them sum to less than 2^61.
  std::int64_t weight_steps(std::size_t i) const {
    return weight_.empty() ? 1 : real::llrint(weight_[i] * weight_step_);
  }

  double mean() const {
    return mean([this](std::size_t i) { return target_[i]; });
  }
  /// Weighted mean of `value(i)` over the rows.
  template <class Value>
  double mean(const Value& value) const {
    double largest = 0;
    for (std::size_t i = 0; i < rows(); ++i) largest = std::max(largest, std::abs(value(i) * weight(i)));
    const double value_step = step(largest);
    std::int64_t sum = 0, weights = 0;
    for (std::size_t i = 0; i < rows(); ++i) {
      sum += real::llrint(value(i) * weight(i) * value_step);
      weights += weight_steps(i);
    }
    return static_cast<double>(sum) / value_step / (static_cast<double>(weights) / weight_step_);
  }

 private:
  // A power of two, as large as the sum of all rows allows.
  double step(double largest) const {
    const int bits = 61 - static_cast<int>(std::bit_width(rows()));
    return real::ldexp(1.0, largest > 0 ? bits - (real::ilogb(largest) + 1) : 0);
  }

  std::span<const double> target_, weight_;
  double weight_step_ = 1;
};

}  // namespace colonnade::inline COLONNADE_ABI
