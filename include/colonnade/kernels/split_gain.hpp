#pragma once

#include <algorithm>
#include <cstdint>

#include "colonnade/kernels/gradient_histogram.hpp"
#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What a split must obey, in steps of the fixed-point sums.
struct split_rule {
  double l2 = 1, l1 = 0;
  double min_hessian = 0;  ///< of either side; a side without weight is never made

  /// Weights are whole steps: at least one on either side.
  double lightest() const { return std::max(min_hessian, 1.0); }
};

/// A split of a node: bins of the feature below `below` go left, and the missing ones if `missing_left`.
struct split_choice {
  double gain = 0;  ///< G_l^2 / (H_l + l2) + G_r^2 / (H_r + l2) - G^2 / (H + l2), in steps; 0: no split
  gradient_sum left;
  std::uint16_t below = 0;
  bool missing_left = false;
};

/// |g| reduced by l1, with its sign.
inline double soft_threshold(double g, double l1) {
  const double magnitude = g < 0 ? -g : g;
  if (magnitude <= l1) return 0;
  return g < 0 ? g + l1 : g - l1;
}

namespace detail {

/// The same for a register of sums, in place.
template <class Pack, class Number>
COLONNADE_KERNEL void shrink(Pack& g, Number l1) {
  const Pack above = g - l1, below = g + l1, zero = Pack{};
  Pack positive = g > l1 ? above : zero;
  simd::settle(positive);
  g = g < -l1 ? below : positive;
}

}  // namespace detail

/// G^2 / (H + l2) of one node, 0 without weight.
inline double leaf_score(double g, double h, double l2, double l1) {
  const double t = soft_threshold(g, l1), d = h + l2;
  return d > 0 ? t * t / d : 0;
}

/// What splits of one node gain, from the sums of their left sides; `more_l2` is added to the penalty of both
/// sides.
///
/// With D_l = H_l + l2, D_r = H_r + l2, S = D_l + D_r and c = G_l D_r - G_r D_l, the two scores add up to
/// G^2 / S + c^2 / (S D_l D_r): only the last fraction differs from split to split, and it is the same to the
/// last bit when the sides change places. With l1, G_l and G_r are reduced, and the scores are added.
class split_gain {
 public:
  split_gain(const gradient_sum& total, const split_rule& rule, double more_l2 = 0)
      : total_(total),
        g_(static_cast<double>(total.gradient)),
        h_(static_cast<double>(total.hessian)),
        l1_(rule.l1),
        l2_(rule.l2 + more_l2),
        lightest_(rule.lightest()) {
    const double parent = leaf_score(g_, h_, rule.l2, l1_), s = h_ + 2 * l2_;
    scale_ = l1_ > 0 ? 1 : 1 / s;
    offset_ = l1_ > 0 ? -parent : g_ * g_ / s - parent;
  }

  /// 0 where a side is too light.
  COLONNADE_KERNEL double operator()(const gradient_sum& left) const {
    const double hl = static_cast<double>(left.hessian), hr = h_ - hl, dl = hl + l2_, dr = hr + l2_;
    if (!(hl >= lightest_ && hr >= lightest_)) return 0;
    double gl = static_cast<double>(left.gradient), gr = g_ - gl, over;
    if (l1_ > 0) {
      gl = soft_threshold(gl, l1_);
      gr = soft_threshold(gr, l1_);
      over = gl * gl * dr + gr * gr * dl;
    } else {
      const double cross = gl * dr - gr * dl;
      over = cross * cross;
    }
    return scale_ * (over / (dl * dr)) + offset_;
  }

  const gradient_sum& total() const { return total_; }
  double l1() const { return l1_; }
  double l2() const { return l2_; }
  double lightest() const { return lightest_; }
  /// What all splits gain, or lose, whatever their sides.
  double offset() const { return offset_; }

 private:
  gradient_sum total_;
  double g_, h_, l1_, l2_, lightest_, scale_, offset_;
};

}  // namespace colonnade::inline COLONNADE_ABI
