#pragma once

#include <cstdint>

#include "colonnade/kernels/gradient_histogram.hpp"
#include "colonnade/kernels/split_gain.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Which way the missing values of a column go, of whose cuts `split_scan` takes the sums in float.
struct cut_direction {
  gradient_sum missing;  ///< on the left of all cuts
  bool missing_left;
  std::int64_t weight;  ///< of what the cuts part
  /// Of `missing`, with the penalty of its side, and that of the other.
  float gradient, left_l2, right_l2;
  float centre;  ///< c / S of a cut that leaves all else on the right
  double error;  ///< of a score, beside what is in proportion to it
};

/// The sums of a node in float, times 1 / S, and what scores of cuts that are made of them can be off.
///
/// With c = G_l - G D_l / S the scores of both sides of a cut add up to S c^2 / (D_l D_r) and what is the
/// same for all cuts (see `split_gain`). An error E of a gradient is one of at most e = E sqrt(1 / D_l + 1 /
/// D_r) of the root of that, and (x +- e)^2 lies within x^2 (1 +- d) +- e^2 (1 / d + 1) for any d. Gradients
/// are rounded in proportion to G_l, which is within |c| + |G| + |G of the missing values on the left|.
class cut_scale {
 public:
  /// The cells of the histogram are packed by `shift`, or wide if that is 0.
  cut_scale(const split_gain& gain, int shift)
      : gain_(gain),
        shift_(shift),
        step_(shift == 0 ? 1 : static_cast<double>(std::int64_t{1} << (32 - shift))),
        scale_(1 / (static_cast<double>(gain.total().hessian) + 2 * gain.l2())),
        highest_error_(2 / ((gain.lightest() + gain.l2()) * scale_) * (1 / d + 1)),
        weight_(static_cast<float>(scale_)),
        total_(gradient(static_cast<double>(gain.total().gradient))),
        l1_(gradient(gain.l1())),
        lightest_(static_cast<float>((gain.lightest() + gain.l2()) * scale_ * (1 - 0x1p-20))),
        to_right_(with({}, false)) {}

  const split_gain& gain() const { return gain_; }
  int shift() const { return shift_; }

  /// Times a Hessian, or a gradient in steps of those that packed cells show in 32 bits.
  float weight() const { return weight_; }
  float total() const { return total_; }
  float l1() const { return l1_; }
  /// Too little rather than too much: what is too light gains nothing in the end.
  float lightest() const { return lightest_; }

  const cut_direction& missing_right() const { return to_right_; }
  cut_direction missing_left(const gradient_sum& missing) const { return with(missing, true); }

  /// What a cut gains at most whose score seems to be this.
  double most_of(const cut_direction& way, double score) const {
    return step_ * step_ / scale_ * (score * (1 + 2 * d) + way.error) + gain_.offset();
  }
  /// What a cut seems to score at least that may score more than one that seems to be the highest.
  static double least_of(const cut_direction& way, double highest) {
    return highest * (1 - 8 * d) - 4 * way.error;
  }

 private:
  static constexpr double rounding = 0x1p-20;  // of all operations together
  static constexpr double d = 0x1p-12;

  float gradient(double g) const { return static_cast<float>(g * scale_ / step_); }
  static double magnitude(double g) { return g < 0 ? -g : g; }

  cut_direction with(const gradient_sum& missing, bool left) const {
    const double cut_off = shift_ == 0 ? 0 : 1;  // of packed gradients, less than a step
    const auto g = static_cast<double>(missing.gradient), h = static_cast<double>(missing.hessian),
               all = static_cast<double>(gain_.total().gradient), l2 = gain_.l2() * scale_,
               left_l2 = h * scale_ + l2,
               error = (rounding * (magnitude(all) + magnitude(g) + gain_.l1()) / step_ + cut_off) * scale_;
    return {missing,
            left,
            gain_.total().hessian - missing.hessian,
            gradient(g),
            static_cast<float>(left_l2),
            static_cast<float>(l2),
            gradient(g - all * left_l2),
            error * error * highest_error_};
  }

  split_gain gain_;
  int shift_;
  double step_;  // of gradients
  double scale_, highest_error_;
  float weight_, total_, l1_, lightest_;
  cut_direction to_right_;
};

}  // namespace colonnade::inline COLONNADE_ABI
