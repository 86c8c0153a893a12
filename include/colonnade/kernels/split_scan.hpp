#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

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

/// Work space of split_scan.
struct split_scratch {
  static constexpr std::size_t slots = 264;
  double gradient[slots], hessian[slots], score[slots];
  std::int64_t sum[2 * slots];
  std::uint8_t bin[slots];
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
/// `cells[bins]`. Bins without rows are left out first, so a small node costs no more than its rows. Both
/// directions of missing values are tried, and missing against all others; where there are none, they would
/// follow the heavier side. Ties: the lowest bin, missing to the right.
struct split_scan {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const gradient_sum* cells, std::size_t bins, gradient_sum total,
                                   const split_rule* rule, split_scratch* work, split_choice* out) const {
    split_choice best;
    const std::size_t filled = prefix_sums(cells, bins, *work);
    const gradient_sum missing = cells[bins];
    const bool any_missing = missing.hessian != 0;
    const double g = static_cast<double>(total.gradient) * rule->gradient_unit;
    const double h = static_cast<double>(total.hessian) * rule->hessian_unit;
    if (filled > 1) {
      try_all<Isa>(*work, filled - 1, gradient_sum{}, g, h, *rule, false, best);
      if (any_missing) try_all<Isa>(*work, filled - 1, missing, g, h, *rule, true, best);
    }
    if (any_missing && filled > 0) try_missing_alone(missing, g, h, *rule, best);
    if (!any_missing) best.missing_left = 2 * best.left.hessian >= total.hessian;
    *out = best;
  }

 private:
  template <class Isa>
  using doubles = simd::pack<double, simd::lanes<Isa, double>>;

  // Running sums at the bins that have rows; the number of those.
  COLONNADE_KERNEL static std::size_t prefix_sums(const gradient_sum* cells, std::size_t bins,
                                                  split_scratch& work) {
    simd::pack<std::int64_t, 2> sum = {0, 0};
    std::size_t filled = 0;
    for (std::size_t b = 0; b < bins; ++b) {
      simd::pack<std::int64_t, 2> cell;
      simd::load(cell, &cells[b].gradient);
      sum += cell;
      simd::store(work.sum + 2 * filled, sum);
      work.bin[filled] = static_cast<std::uint8_t>(b);
      filled += cells[b].hessian != 0;
    }
    return filled;
  }

  // Integers below 2^51 to doubles by the bits of 1.5 * 2^52 + x, which every ISA can do in a register.
  template <class Isa>
  COLONNADE_KERNEL static void spread(split_scratch& work, std::size_t count, gradient_sum more) {
    constexpr std::int64_t bits = 0x4338000000000000;
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t g = work.sum[2 * i] + more.gradient + bits,
                         h = work.sum[2 * i + 1] + more.hessian + bits;
      std::memcpy(&work.gradient[i], &g, sizeof g);
      std::memcpy(&work.hessian[i], &h, sizeof h);
    }
  }

  template <class Isa>
  COLONNADE_KERNEL static void try_all(split_scratch& work, std::size_t count, gradient_sum more, double g,
                                       double h, const split_rule& rule, bool missing_left,
                                       split_choice& best) {
    spread<Isa>(work, count, more);
    constexpr std::size_t lanes = simd::lanes<Isa, double>;
    // Beyond the end the arrays hold what a former call left there: its scores are computed and never read.
    for (std::size_t i = 0; i < count; i += lanes) scores<Isa>(work, i, g, h, rule);
    std::size_t at = 0;
    double highest = best.score;
    for (std::size_t i = 0; i < count; ++i) {
      if (work.score[i] > highest) {
        highest = work.score[i];
        at = i + 1;
      }
    }
    if (at == 0) return;
    best.score = highest;
    best.left = {work.sum[2 * (at - 1)] + more.gradient, work.sum[2 * (at - 1) + 1] + more.hessian};
    best.below = static_cast<std::uint8_t>(work.bin[at - 1] + 1);
    best.missing_left = missing_left;
  }

  template <class Isa>
  COLONNADE_KERNEL static void scores(split_scratch& work, std::size_t i, double g, double h,
                                      const split_rule& rule) {
    constexpr double integer_bits = 0x1.8p52;
    doubles<Isa> gl, hl;
    simd::load(gl, work.gradient + i);
    simd::load(hl, work.hessian + i);
    gl = (gl - integer_bits) * rule.gradient_unit;
    hl = (hl - integer_bits) * rule.hessian_unit;
    doubles<Isa> gr = g - gl;
    const doubles<Isa> hr = h - hl;
    if (rule.l1 > 0) {
      shrink(gl, rule.l1);
      shrink(gr, rule.l1);
    }
    const doubles<Isa> dl = hl + rule.l2, dr = hr + rule.l2;
    const doubles<Isa> score = (gl * gl * dr + gr * gr * dl) / (dl * dr), none = doubles<Isa>{} - 1.0;
    const auto allowed = (hl >= rule.min_hessian) & (hr >= rule.min_hessian) & (hl > 0.0) & (hr > 0.0);
    simd::store(work.score + i, doubles<Isa>(allowed ? score : none));
  }

  template <class Pack>
  COLONNADE_KERNEL static void shrink(Pack& g, double l1) {
    const Pack above = g - l1, below = g + l1, zero = Pack{};
    const Pack positive = g > l1 ? above : zero;
    g = g < -l1 ? below : positive;
  }

  COLONNADE_KERNEL static void try_missing_alone(const gradient_sum& missing, double g, double h,
                                                 const split_rule& rule, split_choice& best) {
    const double gl = static_cast<double>(missing.gradient) * rule.gradient_unit;
    const double hl = static_cast<double>(missing.hessian) * rule.hessian_unit;
    const double gr = g - gl, hr = h - hl;
    if (hl < rule.min_hessian || hr < rule.min_hessian || hl <= 0 || hr <= 0) return;
    const double score = leaf_score(gl, hl, rule.l2, rule.l1) + leaf_score(gr, hr, rule.l2, rule.l1);
    if (score <= best.score) return;
    best = {score, missing, 0, true};
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
