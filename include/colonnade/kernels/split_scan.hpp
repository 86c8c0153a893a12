#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "colonnade/kernels/gradient_histogram.hpp"
#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What a split must obey, in steps of the fixed-point sums.
struct split_rule {
  double l2 = 1, l1 = 0;
  double min_hessian = 0;  ///< of either side; a side without weight is never made
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
template <class Pack>
COLONNADE_KERNEL void shrink(Pack& g, double l1) {
  const Pack above = g - l1, below = g + l1, zero = Pack{};
  const Pack positive = g > l1 ? above : zero;
  g = g < -l1 ? below : positive;
}

}  // namespace detail

/// G^2 / (H + l2) of one node, 0 without weight.
inline double leaf_score(double g, double h, double l2, double l1) {
  const double t = soft_threshold(g, l1), d = h + l2;
  return d > 0 ? t * t / d : 0;
}

/// Replaces `*best` by the best split of a feature that gains more, from the sums of its bins: `cells[0 ..
/// bins)` and the missing ones in `cells[bins]`; `*improved` tells whether there is one. Both directions of
/// missing values are tried, and missing against all others; where there are none, they would follow the
/// heavier side. Ties: the lowest bin, missing to the right.
///
/// With D_l = H_l + l2, D_r = H_r + l2, S = D_l + D_r and c = G_l D_r - G_r D_l, the two scores add up to
/// G^2 / S + c^2 / (S D_l D_r): only the last fraction differs from cut to cut, and it is the same to the
/// last bit when the sides change places. A first pass finds the highest one without dividing, by products
/// that may err by some roundings; only a feature that may win is looked at again.
struct split_scan {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const gradient_sum* cells, std::size_t bins, gradient_sum total,
                                   const split_rule* rule, split_choice* best, bool* improved) const {
    if (rule->l1 > 0) {
      scan<Isa, true>(cells, bins, total, *rule, *best, *improved);
    } else {
      scan<Isa, false>(cells, bins, total, *rule, *best, *improved);
    }
  }

 private:
  template <class Isa, bool Penalised>
  COLONNADE_KERNEL static void scan(const gradient_sum* cells, std::size_t bins, const gradient_sum& total,
                                    const split_rule& rule, split_choice& best, bool& improved) {
    const gradient_sum missing = cells[bins];
    const double before = best.gain;
    running_sums running(cells, bins == 0 ? 0 : bins - 1);
    const side<Isa, Penalised> right(running, total, gradient_sum{}, rule);
    while (running.next()) right.try_cuts(false, best);
    if (missing.hessian != 0) {
      const side<Isa, Penalised> left(running, total, missing, rule);
      left.try_missing_alone(best);
      running.rewind();
      while (running.next()) left.try_cuts(true, best);
    } else if (best.gain > before) {
      best.missing_left = 2 * best.left.hessian >= total.hessian;
    }
    improved = best.gain > before;
  }

  // Sums of gradients and Hessians as bits of doubles: integers below 2^51 become doubles by those of
  // 1.5 * 2^52 + x, which every ISA can do in a register.
  using sums = simd::pack<std::int64_t, 2>;
  static constexpr std::int64_t zero_bits = 0x4338000000000000;
  static constexpr double zero_value = 0x1.8p52;

  /// The sums of the left side of each cut: of some of the cuts at a time, which are all that a column of
  /// bytes has.
  struct running_sums {
    static constexpr std::size_t together = 254;

    alignas(64) sums at[together];  ///< at[k] belongs to the cut above bin first + k
    std::size_t first = 0, count = 0;

    COLONNADE_KERNEL running_sums(const gradient_sum* cells, std::size_t cuts) : cells_(cells), cuts_(cuts) {}

    /// Goes on to the next cuts; false if there are none.
    COLONNADE_KERNEL bool next() {
      first = next_;
      count = std::min(together, cuts_ - first);
      next_ = first + count;
      if (count != 0 && first != held_) add_up();
      return count != 0;
    }
    COLONNADE_KERNEL void rewind() { next_ = 0; }

   private:
    COLONNADE_KERNEL void add_up() {
      sums sum = {zero_bits, zero_bits};
      if (first != 0) sum = at[together - 1];
      for (std::size_t b = 0; b < count; ++b) {
        sums cell;
        simd::load(cell, &cells_[first + b].gradient);
        sum += cell;
        at[b] = sum;
      }
      held_ = first;
    }

    const gradient_sum* cells_;
    std::size_t cuts_, next_ = 0;
    std::size_t held_ = ~std::size_t{0};  // the first of the cuts in `at`
  };

  /// The search with the missing values (`more`) on the left, or, if `more` is zero, on the right.
  template <class Isa, bool Penalised>
  class side {
   public:
    COLONNADE_KERNEL side(const running_sums& running, const gradient_sum& total, const gradient_sum& more,
                          const split_rule& rule)
        : running_(running),
          more_(more),
          zero_g_(zero_value - static_cast<double>(more.gradient)),
          zero_h_(zero_value - static_cast<double>(more.hessian)),
          g_(static_cast<double>(total.gradient)),
          h_(static_cast<double>(total.hessian)),
          l1_(rule.l1),
          l2_(rule.l2),
          // Weights are whole steps: at least one on either side.
          lightest_(rule.min_hessian > 1 ? rule.min_hessian : 1) {
      const double parent = leaf_score(g_, h_, l2_, l1_), s = h_ + 2 * l2_;
      scale_ = Penalised ? 1 : 1 / s;
      offset_ = Penalised ? -parent : g_ * g_ / s - parent;
    }

    COLONNADE_KERNEL void try_cuts(bool missing_left, split_choice& best) const {
      const std::size_t cuts = running_.count;
      const double highest = highest_fraction(cuts) * (1 - rounding);
      if (!(scale_ * (highest * (1 + 4 * rounding)) + offset_ > best.gain)) return;
      std::size_t b = 0;
      for (; b + lanes <= cuts; b += lanes) offer<lanes>(b, highest, missing_left, best);
      for (; b < cuts; ++b) offer<1>(b, highest, missing_left, best);
    }

    COLONNADE_KERNEL void try_missing_alone(split_choice& best) const {
      group<1> one;
      one.g[0] = static_cast<double>(more_.gradient);
      one.h[0] = static_cast<double>(more_.hessian);
      measure(one);
      const double gain = scale_ * (one.over[0] / one.under[0]) + offset_;
      if (one.lighter[0] >= lightest_ && gain > best.gain) best = {gain, more_, 0, true};
    }

   private:
    static constexpr std::size_t lanes = simd::lanes<Isa, double>;
    static constexpr double rounding = 0x1p-40;
    /// Cuts in a row: sums of their left sides, and fractions that grow with their gains.
    template <std::size_t Lanes>
    struct group {
      simd::pack<double, Lanes> g, h, over, under, lighter;
    };

    /// The highest fractions so far, a lane each.
    template <std::size_t Lanes>
    struct record {
      simd::pack<double, Lanes> over = {}, under = over + 1.0;

      COLONNADE_KERNEL void raise(const group<Lanes>& cuts, double lightest) {
        const auto higher = (cuts.over * under > over * cuts.under) & (cuts.lighter >= lightest);
        over = higher ? cuts.over : over;
        under = higher ? cuts.under : under;
      }
    };

    COLONNADE_KERNEL double highest_fraction(std::size_t cuts) const {
      // Two records, since each cut has to wait for the last one of its record.
      record<lanes> even, odd;
      std::size_t b = 0;
      for (; b + 2 * lanes <= cuts; b += 2 * lanes) {
        group<lanes> first, second;
        load(b, first);
        load(b + lanes, second);
        measure(first);
        measure(second);
        even.raise(first, lightest_);
        odd.raise(second, lightest_);
      }
      if (b + lanes <= cuts) {
        group<lanes> last;
        load(b, last);
        measure(last);
        odd.raise(last, lightest_);
        b += lanes;
      }
      even.over /= even.under;
      odd.over /= odd.under;
      even.over = even.over > odd.over ? even.over : odd.over;
      record<1> rest;
      for (std::size_t k = 0; k < lanes; ++k) rest.over[0] = std::max(rest.over[0], even.over[k]);
      for (; b < cuts; ++b) {
        group<1> one;
        load(b, one);
        measure(one);
        rest.raise(one, lightest_);
      }
      return rest.over[0] / rest.under[0];
    }

    template <std::size_t Lanes>
    COLONNADE_KERNEL void offer(std::size_t b, double least, bool missing_left, split_choice& best) const {
      group<Lanes> cuts;
      load(b, cuts);
      measure(cuts);
      if (!simd::any((cuts.over >= least * cuts.under) & (cuts.lighter >= lightest_))) return;
      for (std::size_t k = 0; k < Lanes; ++k) {
        const std::size_t lane = simd::unzipped_lane<Lanes>(k);
        const double gain = scale_ * (cuts.over[lane] / cuts.under[lane]) + offset_;
        if (!(cuts.lighter[lane] >= lightest_ && gain > best.gain)) continue;
        const sums& left = running_.at[b + k];
        best = {gain,
                {left[0] - zero_bits + more_.gradient, left[1] - zero_bits + more_.hessian},
                static_cast<std::uint16_t>(running_.first + b + k + 1),
                missing_left};
      }
    }

    template <std::size_t Lanes>
    COLONNADE_KERNEL void load(std::size_t b, group<Lanes>& out) const {
      simd::unzip<Lanes>(reinterpret_cast<const double*>(running_.at + b), out.g, out.h);
      out.g -= zero_g_;
      out.h -= zero_h_;
    }

    template <std::size_t Lanes>
    COLONNADE_KERNEL void measure(group<Lanes>& cuts) const {
      using doubles = simd::pack<double, Lanes>;
      const doubles hr = h_ - cuts.h, dl = cuts.h + l2_, dr = hr + l2_;
      cuts.lighter = cuts.h < hr ? cuts.h : hr;
      cuts.under = dl * dr;
      doubles gl = cuts.g, gr = g_ - gl;
      if constexpr (Penalised) {
        detail::shrink(gl, l1_);
        detail::shrink(gr, l1_);
        cuts.over = gl * gl * dr + gr * gr * dl;
      } else {
        const doubles cross = gl * dr - gr * dl;
        cuts.over = cross * cross;
      }
    }

    const running_sums& running_;
    gradient_sum more_;
    double zero_g_, zero_h_, g_, h_, l1_, l2_, lightest_, scale_, offset_;
  };
};

}  // namespace colonnade::inline COLONNADE_ABI
