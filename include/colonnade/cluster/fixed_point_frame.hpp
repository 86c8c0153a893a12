#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "colonnade/cluster/data_extent.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Where the integer sums of k-means have their zero and their unit. Column j of a row with weight w adds
/// round(w (x_j - origin_j) 2^e_j) to its cluster's sum, and round(w 2^e_w) to its weight.
///
/// No sum can overflow: with n rows, the largest weight W and |x_j - origin_j| <= h_j (origin is the middle
/// of the range), e_j is the largest exponent with W h_j 2^e_j <= 2^50 and n W h_j 2^e_j <= 2^61. Each term
/// is then below 2^50
/// + 1, which the rounding to an integer needs, and the sum of any of the n terms is below 2^61 + n <= 2^62,
/// n <= 2^48. A centre is off by at most n h_j 2^-61 from rounding: 2e-13 of the column's range for a million
/// rows.
class fixed_point_frame {
 public:
  fixed_point_frame() = default;
  explicit fixed_point_frame(const data_extent& extent) {
    const int rows_bits = static_cast<int>(std::bit_width(extent.rows()));
    const int bits = std::min(50, 61 - rows_bits);
    weight_exponent_ = std::min(exponent_for(extent.largest_weight(), bits), 1000);
    for (std::size_t j = 0; j < extent.columns(); ++j) {
      const double low = extent.minimum()[j], high = extent.maximum()[j];
      const double middle = low == high ? low : low / 2 + high / 2;
      // The difference is rounded, hence the bit.
      const int exponent = exponent_for(std::max(high - middle, middle - low), bits - 1) -
                           exponent_of(extent.largest_weight());
      if (exponent < -1000)
        throw data_error("x times weight: found values above 1e300", data_error::unknown, std::to_string(j));
      exponents_.push_back(std::min(exponent, 1000));
      origin_.push_back(middle);
      scale_.push_back(real::ldexp(1.0, exponents_.back()));
    }
  }

  std::size_t columns() const { return origin_.size(); }
  const double* origin() const { return origin_.data(); }
  const double* scale() const { return scale_.data(); }
  double weight_scale() const { return real::ldexp(1.0, weight_exponent_); }

  /// The mean of column j whose sum and weight are these integers.
  double mean(std::size_t j, std::int64_t sum, std::int64_t weight) const {
    const double quotient = static_cast<double>(sum) / static_cast<double>(weight);
    return origin_[j] + real::ldexp(quotient, weight_exponent_ - exponents_[j]);
  }

 private:
  /// e with value <= 2^e.
  static int exponent_of(double value) {
    int exponent = 0;
    if (value > 0) real::frexp(value, &exponent);
    return exponent;
  }
  /// e with value 2^e <= 2^bits.
  static int exponent_for(double value, int bits) { return bits - exponent_of(value); }

  std::vector<double> origin_, scale_;
  std::vector<int> exponents_;
  int weight_exponent_ = 0;
};

}  // namespace colonnade::inline COLONNADE_ABI
