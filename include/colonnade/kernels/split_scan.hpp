#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "colonnade/kernels/gradient_histogram.hpp"
#include "colonnade/simd/pack.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What a split must obey and the units of the fixed-point sums.
struct split_rule {
  double gradient_unit = 1, hessian_unit = 1;  ///< value of one step of the integers
  double l2 = 1, l1 = 0;
  double min_hessian = 0;  ///< of either side; a side without weight is never made
};

/// The best split of one feature: bins below `below` go left, and the missing ones if `missing_left`.
struct split_choice {
  double score = -1;  ///< G_l^2 / (H_l + l2) + G_r^2 / (H_r + l2); -1: no split
  gradient_sum left;
  std::uint8_t below = 0;
  bool missing_left = false;
};

/// Work space of split_scan: running sums as the bits of the double 1.5 * 2^52 + sum.
struct split_scratch {
  static constexpr std::size_t slots = 272;
  std::int64_t gradient[slots] = {}, hessian[slots] = {};
};

/// |g| reduced by l1, with its sign.
inline double soft_threshold(double g, double l1) {
  const double magnitude = g < 0 ? -g : g;
  if (magnitude <= l1) return 0;
  return g < 0 ? g + l1 : g - l1;
}

/// G^2 / (H + l2) of one node, 0 without weight.
inline double leaf_score(double g, double h, double l2, double l1) {
  const double t = soft_threshold(g, l1), d = h + l2;
  return d > 0 ? t * t / d : 0;
}

/// Finds the best split of a feature from the sums of its bins: `cells[0 .. bins)` and the missing ones in
/// `cells[bins]`. Both directions of missing values are tried, and missing against all others; where there
/// are none, they would follow the heavier side. Ties: the lowest bin, missing to the right.
struct split_scan {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const gradient_sum* cells, std::size_t bins, gradient_sum total,
                                   const split_rule* rule, split_scratch* work, split_choice* out) const {
    running_sums(cells, bins, *work);
    const std::size_t cuts = bins == 0 ? 0 : bins - 1;
    const gradient_sum missing = cells[bins];
    const node<Isa> all(total, *rule);
    split_choice best;
    all.try_all(*work, cuts, gradient_sum{}, false, best);
    if (missing.hessian != 0) {
      all.try_missing_alone(missing, best);
      all.try_all(*work, cuts, missing, true, best);
    } else {
      best.missing_left = 2 * best.left.hessian >= total.hessian;
    }
    *out = best;
  }

 private:
  // Integers below 2^51 become doubles by the bits of 1.5 * 2^52 + x, which every ISA can do in a register.
  static constexpr std::int64_t zero_bits = 0x4338000000000000;
  static constexpr double zero_value = 0x1.8p52;

  COLONNADE_KERNEL static void running_sums(const gradient_sum* cells, std::size_t bins,
                                            split_scratch& work) {
    std::int64_t gradient = zero_bits, hessian = zero_bits;
    for (std::size_t b = 0; b < bins; ++b) {
      work.gradient[b] = gradient += cells[b].gradient;
      work.hessian[b] = hessian += cells[b].hessian;
    }
  }

  /// The sums of the node, and the search over one direction of the missing values.
  template <class Isa>
  struct node {
    static constexpr std::size_t lanes = simd::lanes<Isa, double>;
    using doubles = simd::pack<double, lanes>;
    using integers = simd::pack<std::int64_t, lanes>;

    const split_rule& rule;
    double g, h;

    COLONNADE_KERNEL node(const gradient_sum& total, const split_rule& r)
        : rule(r),
          g(static_cast<double>(total.gradient) * r.gradient_unit),
          h(static_cast<double>(total.hessian) * r.hessian_unit) {}

    COLONNADE_KERNEL void try_all(const split_scratch& work, std::size_t count, const gradient_sum& more,
                                  bool missing_left, split_choice& best) const {
      const double more_g = static_cast<double>(more.gradient), more_h = static_cast<double>(more.hessian);
      doubles highest = doubles{} - 1.0, score;
      integers at = {}, here = {};
      for (std::size_t k = 0; k < lanes; ++k) here[k] = static_cast<std::int64_t>(k);
      std::size_t i = 0;
      for (; i + lanes <= count; i += lanes) {
        scores<doubles>(work, i, more_g, more_h, score);
        const auto better = score > highest;
        highest = better ? score : highest;
        at = better ? here : at;
        here += static_cast<std::int64_t>(lanes);
      }
      std::int64_t found = none;
      for (std::size_t k = 0; k < lanes; ++k) offer(highest[k], at[k], best.score, found);
      for (; i < count; ++i) {
        simd::pack<double, 1> one;
        scores<simd::pack<double, 1>>(work, i, more_g, more_h, one);
        offer(one[0], static_cast<std::int64_t>(i), best.score, found);
      }
      if (found == none) return;
      const auto k = static_cast<std::size_t>(found);
      best.left = {work.gradient[k] - zero_bits + more.gradient, work.hessian[k] - zero_bits + more.hessian};
      best.below = static_cast<std::uint8_t>(k + 1);
      best.missing_left = missing_left;
    }

    COLONNADE_KERNEL void try_missing_alone(const gradient_sum& missing, split_choice& best) const {
      simd::pack<double, 1> gl = {static_cast<double>(missing.gradient) * rule.gradient_unit};
      simd::pack<double, 1> hl = {static_cast<double>(missing.hessian) * rule.hessian_unit}, score;
      score_of(gl, hl, score);
      if (score[0] > best.score) best = {score[0], missing, 0, true};
    }

   private:
    static constexpr std::int64_t none = std::int64_t{1} << 40;

    // Lanes come in any order, so of equal scores the one further left wins; an earlier call's score stands.
    COLONNADE_KERNEL static void offer(double score, std::int64_t at, double& highest, std::int64_t& found) {
      if (score > highest || (score == highest && found != none && at < found)) {
        highest = score;
        found = at;
      }
    }

    template <class Pack>
    COLONNADE_KERNEL void scores(const split_scratch& work, std::size_t i, double more_g, double more_h,
                                 Pack& out) const {
      Pack gl, hl;
      std::memcpy(&gl, work.gradient + i, sizeof gl);
      std::memcpy(&hl, work.hessian + i, sizeof hl);
      gl = ((gl - zero_value) + more_g) * rule.gradient_unit;
      hl = ((hl - zero_value) + more_h) * rule.hessian_unit;
      score_of(gl, hl, out);
    }

    // One division for both sides; -1 where a side has too little weight.
    template <class Pack>
    COLONNADE_KERNEL void score_of(const Pack& left_g, const Pack& hl, Pack& out) const {
      Pack gl = left_g, gr = g - gl;
      const Pack hr = h - hl;
      if (rule.l1 > 0) {
        shrink(gl, rule.l1);
        shrink(gr, rule.l1);
      }
      const Pack dl = hl + rule.l2, dr = hr + rule.l2;
      const Pack score = (gl * gl * dr + gr * gr * dl) / (dl * dr), refused = Pack{} - 1.0;
      const Pack lighter = hl < hr ? hl : hr;
      const auto allowed = (lighter >= rule.min_hessian) & (lighter > 0.0);
      out = allowed ? score : refused;
    }

    template <class Pack>
    COLONNADE_KERNEL static void shrink(Pack& x, double l1) {
      const Pack above = x - l1, below = x + l1, zero = Pack{};
      const Pack positive = x > l1 ? above : zero;
      x = x < -l1 ? below : positive;
    }
  };
};

}  // namespace colonnade::inline COLONNADE_ABI
