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
  weighted_targets(std::span<const double> target, std::span<const double> weight)
      : target_(target), weight_(weight) {}

  std::size_t rows() const { return target_.size(); }
  double target(std::size_t i) const { return target_[i]; }
  double weight(std::size_t i) const { return weight_.empty() ? 1.0 : weight_[i]; }

  double mean() const {
    return mean([this](std::size_t i) { return target_[i]; });
  }
  /// Weighted mean of `value(i)` over the rows.
  template <class Value>
  double mean(const Value& value) const {
    double largest = 0, largest_weight = weight_.empty() ? 1 : 0;
    for (std::size_t i = 0; i < rows(); ++i) largest = std::max(largest, std::abs(value(i) * weight(i)));
    for (const double w : weight_) largest_weight = std::max(largest_weight, w);
    const double value_step = step(largest), weight_step = step(largest_weight);
    std::int64_t sum = 0, weights = 0;
    for (std::size_t i = 0; i < rows(); ++i) {
      sum += real::llrint(value(i) * weight(i) * value_step);
      weights += real::llrint(weight(i) * weight_step);
    }
    return static_cast<double>(sum) / value_step / (static_cast<double>(weights) / weight_step);
  }

 private:
  // A power of two, as large as the sum of all rows allows.
  double step(double largest) const {
    const int bits = 61 - static_cast<int>(std::bit_width(rows()));
    return real::ldexp(1.0, largest > 0 ? bits - (real::ilogb(largest) + 1) : 0);
  }

  std::span<const double> target_, weight_;
};

}  // namespace colonnade::inline COLONNADE_ABI
