#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <type_traits>

#include "colonnade/kernels/cut_scale.hpp"
#include "colonnade/kernels/gradient_histogram.hpp"
#include "colonnade/kernels/split_gain.hpp"
#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"
#include "colonnade/simd/shuffle.hpp"

namespace colonnade::inline COLONNADE_ABI {

namespace detail {

/// The sums of the left side of each cut of a feature: those of all bins up to it. `Cell` is what the
/// histogram is made of: `gradient_sum`, or sums packed by `shift`, which is at most 31.
template <class Isa, class Cell>
class cut_sums {
 public:
  static constexpr bool packed = std::is_same_v<Cell, std::int64_t>;
  static constexpr std::size_t lanes = packed ? simd::lanes<Isa, float> : simd::lanes<Isa, double>;
  static constexpr std::size_t together = 2 * lanes;
  using floats = simd::pack<float, lanes>;
  using weights = simd::pack<std::conditional_t<packed, std::int32_t, double>, lanes>;

  /// Left sides of some cuts, in the order of `simd::unzipped_lane`.
  struct sides {
    floats gradient;
    weights hessian;
  };

  COLONNADE_KERNEL cut_sums(const Cell* cells, std::size_t cuts, int shift, const gradient_sum& total)
      : cells_(cells), cuts_(cuts), first_of_last_(cuts / together * together), shift_(shift) {
    const std::size_t rest = cuts - first_of_last_;
    for (std::size_t k = 0; k < rest; ++k) last_[k] = cells[first_of_last_ + k];
    for (std::size_t k = rest; k < together; ++k) pack(total, shift, last_[k]);
  }

  std::size_t count() const { return cuts_; }
  /// The sums on the left of a cut, exactly.
  COLONNADE_KERNEL gradient_sum left(std::size_t cut) const { return unpacked(cells_[cut], shift_); }

  /// Those of the cuts from `cut` on, a multiple of the lanes. Behind the last cut, up to a multiple of
  /// `together`, follow some that leave nothing on the right.
  COLONNADE_KERNEL void load(std::size_t cut, sides& out) const {
    const Cell* const from = cut < first_of_last_ ? cells_ + cut : last_ + (cut - first_of_last_);
    if constexpr (packed) {
      weights high;
      simd::unzip<lanes>(reinterpret_cast<const std::int32_t*>(from), out.hessian, high);
      out.hessian &= static_cast<std::int32_t>((std::int64_t{1} << shift_) - 1);
      out.gradient = __builtin_convertvector(high, floats);
    } else {
      simd::pack<std::int64_t, lanes> gradient, hessian;
      simd::unzip<lanes>(&from->gradient, gradient, hessian);
      weights doubles;
      convert(gradient, doubles);
      convert(hessian, out.hessian);
      out.gradient = __builtin_convertvector(doubles, floats);
    }
  }
  /// Hessians on the left, and on the right where those of both are `weight`.
  COLONNADE_KERNEL static void weigh(const sides& some, std::int64_t weight, floats& left, floats& right) {
    const weights rest = static_cast<std::remove_cvref_t<decltype(some.hessian[0])>>(weight) - some.hessian;
    left = __builtin_convertvector(some.hessian, floats);
    right = __builtin_convertvector(rest, floats);
  }

 private:
  // Integers below 2^51 become doubles by the bits of 1.5 * 2^52 + x, which every ISA can do in a register.
  template <class Integers>
  COLONNADE_KERNEL static void convert(Integers& integers, weights& out) {
    integers += 0x4338000000000000;
    std::memcpy(&out, &integers, sizeof out);
    out -= 0x1.8p52;
  }

  const Cell* cells_;
  std::size_t cuts_, first_of_last_;
  int shift_;
  alignas(64) Cell last_[together];
};

}  // namespace detail

/// Replaces `*best` by the best split of a feature that gains more, from the sums of its bins: `cells[0 ..
/// bins)`, each with all bins before, and the missing ones in `cells[bins]`; `*improved` tells whether there
/// is one. Both directions of missing values are tried, and missing against all others; where there are none,
/// they would follow the heavier side. Ties: the lowest bin, missing to the right.
///
/// A first pass looks at all cuts in float, in both directions, without dividing, and with a bound of the
/// error (see `cut_scale`). So the few cuts that may be the best are known and measured exactly: the split is
/// that which measuring all of them would find.
struct split_scan {
  template <class Isa, class Cell>
  COLONNADE_KERNEL void operator()(Isa, const Cell* cells, std::size_t bins, const cut_scale* scale,
                                   split_choice* best, bool* improved) const {
    if (scale->gain().l1() > 0) {
      scan<Isa, true>(cells, bins, *scale, *best, *improved);
    } else {
      scan<Isa, false>(cells, bins, *scale, *best, *improved);
    }
  }

 private:
  template <class Isa, bool Penalised, class Cell>
  COLONNADE_KERNEL static void scan(const Cell* cells, std::size_t bins, const cut_scale& scale,
                                    split_choice& best, bool& improved) {
    const split_gain& gain = scale.gain();
    const gradient_sum missing = unpacked(cells[bins], scale.shift());
    const bool both = missing.hessian != 0;
    const cut_direction& to_right = scale.missing_right();
    const cut_direction to_left = both ? scale.missing_left(missing) : to_right;
    const double before = best.gain;
    const cut_sums<Isa, Cell> sums(cells, bins == 0 ? 0 : bins - 1, scale.shift(), gain.total());
    const cut_search<Isa, Penalised, Cell> search(sums, scale);
    float highest, highest_left;
    if (both) {
      search.template find_highest<true>(to_right, to_left, highest, highest_left);
    } else {
      search.template find_highest<false>(to_right, to_right, highest, highest_left);
      highest = std::max(highest, highest_left);
    }
    search.try_cuts(to_right, highest, best);
    if (both) {
      const double alone = gain(missing);
      if (alone > best.gain) best = {alone, missing, 0, true};
      search.try_cuts(to_left, highest_left, best);
    } else if (best.gain > before) {
      best.missing_left = 2 * best.left.hessian >= gain.total().hessian;
    }
    improved = best.gain > before;
  }

  template <class Isa, class Cell>
  using cut_sums = detail::cut_sums<Isa, Cell>;

  template <class Isa, bool Penalised, class Cell>
  class cut_search {
   public:
    COLONNADE_KERNEL cut_search(const cut_sums<Isa, Cell>& sums, const cut_scale& scale)
        : sums_(sums), scale_(scale) {}

    /// The highest scores one way and the other. If both are the same (not `Both`), those of different cuts.
    template <bool Both>
    COLONNADE_KERNEL void find_highest(const cut_direction& one, const cut_direction& other,
                                       float& highest_one, float& highest_other) const {
      // Two records even of one way, since each cut has to wait for the last one of its record.
      record ones, others;
      for (std::size_t cut = 0; cut < sums_.count(); cut += Both ? lanes : 2 * lanes) {
        sides some;
        sums_.load(cut, some);
        ones.raise(some, one, *this);
        if constexpr (!Both) sums_.load(cut + lanes, some);
        others.raise(some, other, *this);
      }
      highest_one = ones.score();
      highest_other = others.score();
    }

    /// Measures the cuts that may gain more than `best`, where none has a higher score than `highest`.
    COLONNADE_KERNEL void try_cuts(const cut_direction& way, float highest, split_choice& best) const {
      if (scale_.most_of(way, highest) <= best.gain) return;
      const double least = scale_.least_of(way, highest);
      offer(way, static_cast<float>(least), best);
      // What was left out gains less than the highest, unless that was too light after all.
      if (!(scale_.most_of(way, least) <= best.gain)) offer(way, -1, best);
    }

   private:
    using floats = typename cut_sums<Isa, Cell>::floats;
    using sides = typename cut_sums<Isa, Cell>::sides;
    static constexpr std::size_t lanes = cut_sums<Isa, Cell>::lanes;

    /// Sums of the scores of both sides: over / under.
    struct cuts {
      floats over, under, lighter;
    };
    /// The highest so far, a lane each.
    struct record {
      floats over = {}, under = over + 1.0f;

      COLONNADE_KERNEL void raise(const sides& some, const cut_direction& way, const cut_search& search) {
        cuts next;
        search.measure(some, way, next);
        // Never higher, whatever `under` is: those behind the last cut may have less than nothing on the
        // right.
        const floats none = floats{} - std::numeric_limits<float>::infinity();
        floats most = next.lighter >= search.scale_.lightest() ? next.over : none;
        simd::settle(most);
        const floats this_way = most * under, that_way = over * next.under;
        over = this_way > that_way ? most : over;
        under = this_way > that_way ? next.under : under;
      }
      COLONNADE_KERNEL float score() const {
        const floats scores = over / under;
        float highest = 0;
        for (std::size_t k = 0; k < lanes; ++k) highest = std::max(highest, scores[k]);
        return highest;
      }
    };

    /// Measures those that seem to score `least` or more.
    COLONNADE_KERNEL void offer(const cut_direction& way, float least, split_choice& best) const {
      for (std::size_t first = 0; first < sums_.count(); first += lanes) {
        sides both;
        cuts some;
        sums_.load(first, both);
        measure(both, way, some);
        floats weight = some.over >= least * some.under ? some.lighter : floats{};
        simd::settle(weight);
        const auto chosen = weight >= scale_.lightest();
        if (!simd::any(chosen)) continue;
        for (std::size_t k = 0; k < lanes; ++k) {
          if (chosen[simd::unzipped_lane<lanes>(k)] == 0) continue;
          gradient_sum left = sums_.left(first + k);
          left += way.missing;
          const double gain = scale_.gain()(left);
          if (!(gain > best.gain)) continue;
          best = {gain, left, static_cast<std::uint16_t>(first + k + 1), way.missing_left};
        }
      }
    }

    COLONNADE_KERNEL void measure(const sides& some, const cut_direction& way, cuts& out) const {
      floats left, right;
      sums_.weigh(some, way.weight, left, right);
      const floats gradient = some.gradient * scale_.weight(), weight = left * scale_.weight();
      const floats dl = weight + way.left_l2, dr = right * scale_.weight() + way.right_l2;
      out.lighter = dl < dr ? dl : dr;
      out.under = dl * dr;
      if constexpr (Penalised) {
        floats g = gradient + way.gradient, rest = scale_.total() - g;
        detail::shrink(g, scale_.l1());
        detail::shrink(rest, scale_.l1());
        out.over = g * g * dr + rest * rest * dl;
      } else {
        const floats c = gradient - weight * scale_.total() + way.centre;
        out.over = c * c;
      }
    }

    const cut_sums<Isa, Cell>& sums_;
    const cut_scale& scale_;
  };
};

}  // namespace colonnade::inline COLONNADE_ABI
