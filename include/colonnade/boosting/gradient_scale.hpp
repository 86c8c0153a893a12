#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>

#include "colonnade/core/real.hpp"
#include "colonnade/kernels/boosting_gradients.hpp"
#include "colonnade/kernels/gradient_histogram.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The fixed point of one tree's gradients: every row's gradient and Hessian become integers, packed into 64
/// bits, whose sums are exact in any order. Both steps are powers of two (except a Hessian that is the same
/// for all rows, which is one step), so going back to doubles loses nothing either.
///
/// With |g| <= 2^a steps, 0 <= h <= 2^b steps, and at most 2^k rows added between two flushes (k = 14, or
/// less where there are fewer rows):
///   * the Hessians of those rows sum to at most 2^(b + k) < 2^shift, as shift = b + k + 1: they never reach
///     the gradients;
///   * the packed sum is at most 2^(a + k + shift) + 2^shift <= 2^62 + 2^58, as a + b + 2 k + 1 <= 62: it
///   fits;
///   * the wide sums of n rows are at most n 2^a and n 2^b <= 2^50: they fit, and doubles hold them exactly.
/// Flushing keeps a and b free of n but for the last bound. Logistic and softmax have a = 17, b = 16 from
/// 2^14 to 2^33 rows (and more below); a constant Hessian needs b = 0 and leaves a = 30 for a million rows,
/// so that one residual of 10^6 among those of size 1 leaves steps of 2^-10 to the others.
///
/// None of this overflows at any number of rows: a fit takes fewer than 2^32, which leaves a, b >= 50 - 32 =
/// 18 to the last bound, more than the 17 and 16 that the flushes leave. A wide sum is below 2^50, so one of
/// 64 bits has room for 2^13 of them, and each merge or subtraction adds rows or takes away rows that it has.
class gradient_scale {
 public:
  /// For gradients up to `largest_gradient`, Hessians up to `largest_hessian` (or all equal to it) of `rows`
  /// rows.
  gradient_scale(double largest_gradient, double largest_hessian, bool constant_hessian, std::size_t rows) {
    const int row_bits = static_cast<int>(std::bit_width(rows));
    const int flush_bits = std::min(histogram_add_packed::max_rows_log2, row_bits);
    const int shared_bits = 61 - 2 * flush_bits;
    const int hessian_bits = constant_hessian ? 0 : std::min(shared_bits / 2, 50 - row_bits);
    const int gradient_bits = std::min(shared_bits - hessian_bits, 50 - row_bits);
    gradient_unit_ = real::ldexp(1.0, exponent(largest_gradient) - gradient_bits);
    hessian_unit_ =
        constant_hessian ? largest_hessian : real::ldexp(1.0, exponent(largest_hessian) - hessian_bits);
    steps_.gradient = 1 / gradient_unit_;
    steps_.hessian = 1 / hessian_unit_;
    steps_.shift = hessian_bits + flush_bits + 1;
  }

  /// Value of one step.
  double gradient_unit() const { return gradient_unit_; }
  double hessian_unit() const { return hessian_unit_; }
  const gradient_steps& steps() const { return steps_; }

 private:
  // Least e with value <= 2^e, kept where 2^e and its inverse are normal.
  static int exponent(double value) {
    if (!(value > 0)) return 0;
    int e = 0;
    const double fraction = real::frexp(value, &e);
    return std::clamp(fraction == 0.5 ? e - 1 : e, -900, 900);
  }

  double gradient_unit_, hessian_unit_;
  gradient_steps steps_;
};

}  // namespace colonnade::inline COLONNADE_ABI
