#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "colonnade/kernels/gradient_histogram.hpp"
#include "colonnade/kernels/split_gain.hpp"
#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Adds to `right[b]` and `left[b]` what a node gains from the split of a feature below bin b, missing values
/// on the right or on the left: for trees whose nodes of a level share their split. `cells[0 .. bins)` are
/// the sums of the bins, `cells[bins]` those of the missing values; b goes from 0 (only missing values on the
/// left) to bins - 1. A split that `rule` forbids in this node adds nothing, so that it does not stand in the
/// way of the other nodes.
struct level_scan {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const gradient_sum* cells, std::size_t bins, gradient_sum total,
                                   const split_rule* rule, double* right, double* left) const {
    double g[bins_together], h[bins_together];
    gradient_sum sum;
    const node here(total, *rule);
    for (std::size_t first = 0; first < bins; first += bins_together) {
      const std::size_t count = std::min(bins_together, bins - first);
      for (std::size_t b = 0; b < count; ++b) {
        g[b] = static_cast<double>(sum.gradient);
        h[b] = static_cast<double>(sum.hessian);
        sum += cells[first + b];
      }
      here.template add<Isa>(g, h, gradient_sum{}, count, right + first);
      here.template add<Isa>(g, h, cells[bins], count, left + first);
    }
  }

 private:
  static constexpr std::size_t bins_together = 255;

  class node {
   public:
    COLONNADE_KERNEL node(const gradient_sum& total, const split_rule& rule)
        : g_(static_cast<double>(total.gradient)),
          h_(static_cast<double>(total.hessian)),
          l1_(rule.l1),
          l2_(rule.l2),
          lightest_(rule.lightest()),
          score_(leaf_score(g_, h_, l2_, l1_)) {}

    template <class Isa>
    COLONNADE_KERNEL void add(const double* g, const double* h, const gradient_sum& missing, std::size_t bins,
                              double* gains) const {
      constexpr std::size_t lanes = simd::lanes<Isa, double>;
      const double more_g = static_cast<double>(missing.gradient),
                   more_h = static_cast<double>(missing.hessian);
      std::size_t b = 0;
      for (; b + lanes <= bins; b += lanes) add_some<lanes>(g + b, h + b, more_g, more_h, gains + b);
      for (; b < bins; ++b) add_some<1>(g + b, h + b, more_g, more_h, gains + b);
    }

   private:
    template <std::size_t Lanes>
    COLONNADE_KERNEL void add_some(const double* g, const double* h, double more_g, double more_h,
                                   double* gains) const {
      using doubles = simd::pack<double, Lanes>;
      doubles gl, hl, gain, sum;
      simd::load(gl, g);
      simd::load(hl, h);
      simd::load(sum, gains);
      gl += more_g;
      hl += more_h;
      doubles gr = g_ - gl, hr = h_ - hl;
      const doubles nothing = doubles{};
      detail::shrink(gl, l1_);
      detail::shrink(gr, l1_);
      gain = gl * gl / (hl + l2_) + gr * gr / (hr + l2_) - score_;
      gain = hl >= lightest_ ? gain : nothing;
      simd::settle(gain);
      gain = hr >= lightest_ ? gain : nothing;
      sum += gain;
      simd::store(gains, sum);
    }

    double g_, h_, l1_, l2_, lightest_, score_;
  };
};

}  // namespace colonnade::inline COLONNADE_ABI
