#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "colonnade/kernels/cut_scale.hpp"
#include "colonnade/kernels/gradient_histogram.hpp"
#include "colonnade/kernels/split_gain.hpp"
#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"

namespace colonnade::inline COLONNADE_ABI {

namespace detail {

/// The sums of the left side of each cut of a feature, of some of the cuts at a time, which are all that a
/// column of bytes has. `Cell` is what the histogram is made of: `gradient_sum`, or sums packed by `shift`,
/// which is at most 31.
template <class Isa, class Cell>
class running_sums {
 public:
  static constexpr bool packed = std::is_same_v<Cell, std::int64_t>;
  static constexpr std::size_t lanes = packed ? simd::lanes<Isa, float> : simd::lanes<Isa, double>;
  static constexpr std::size_t together = 254;  ///< cuts at a time
  using floats = simd::pack<float, lanes>;
  using weights = simd::pack<std::conditional_t<packed, std::int32_t, double>, lanes>;

  /// Left sides of some cuts, in the order of `simd::unzipped_lane`.
  struct sides {
    floats gradient;
    weights hessian;
  };

  COLONNADE_KERNEL running_sums(const Cell* cells, std::size_t cuts, int shift, const gradient_sum& total)
      : cells_(cells), cuts_(cuts), shift_(shift), total_(total) {}

  /// Goes on to the next cuts; false if there are none.
  COLONNADE_KERNEL bool next() {
    first_ = next_;
    count_ = std::min(together, cuts_ - first_);
    next_ = first_ + count_;
    if (count_ != 0 && first_ != held_) add_up();
    return count_ != 0;
  }
  COLONNADE_KERNEL void rewind() { next_ = 0; }

  /// Cut `k` of these lies above bin first() + k.
  std::size_t first() const { return first_; }
  std::size_t count() const { return count_; }
  /// The sums on the left of the cut, exactly.
  COLONNADE_KERNEL gradient_sum left(std::size_t k) const {
    if constexpr (packed) {
      return unpacked(at_[k], shift_);
    } else {
      return {at_[k][0] - zero_bits, at_[k][1] - zero_bits};
    }
  }

  /// Those of the cuts from the k-th on. Behind the last cut, up to a multiple of 2 lanes, follow some that
  /// leave nothing on the right.
  COLONNADE_KERNEL void load(std::size_t k, sides& out) const {
    if constexpr (packed) {
      weights high;
      simd::unzip<lanes>(reinterpret_cast<const std::int32_t*>(at_ + k), out.hessian, high);
      out.hessian &= static_cast<std::int32_t>(mask());
      out.gradient = __builtin_convertvector(high, floats);
    } else {
      weights gradient;
      simd::unzip<lanes>(reinterpret_cast<const double*>(at_ + k), gradient, out.hessian);
      gradient -= zero_value;
      out.hessian -= zero_value;
      out.gradient = __builtin_convertvector(gradient, floats);
    }
  }
  /// Hessians on the left, and on the right where those of both are `weight`.
  COLONNADE_KERNEL static void weigh(const sides& some, std::int64_t weight, floats& left, floats& right) {
    const weights rest = static_cast<std::remove_cvref_t<decltype(some.hessian[0])>>(weight) - some.hessian;
    left = __builtin_convertvector(some.hessian, floats);
    right = __builtin_convertvector(rest, floats);
  }

 private:
  // Wide sums stand as bits of doubles: integers below 2^51 become doubles by those of 1.5 * 2^52 + x, which
  // every ISA can do in a register.
  using sum = std::conditional_t<packed, std::int64_t, simd::pack<std::int64_t, 2>>;
  static constexpr std::int64_t zero_bits = 0x4338000000000000;
  static constexpr double zero_value = 0x1.8p52;

  COLONNADE_KERNEL std::int64_t mask() const { return (std::int64_t{1} << shift_) - 1; }

  COLONNADE_KERNEL void add_up() {
    sum running = {};
    if constexpr (!packed) running += zero_bits;
    if (first_ != 0) running = at_[together - 1];
    std::size_t b = 0;
    for (; b + 4 <= count_; b += 4) {
      // Only one addition of the four waits for the last ones.
      sum one, two, three, four;
      load_cell(b, one);
      load_cell(b + 1, two);
      load_cell(b + 2, three);
      load_cell(b + 3, four);
      two += one;
      three += two;
      four += three;
      at_[b] = running + one;
      at_[b + 1] = running + two;
      at_[b + 2] = running + three;
      running += four;
      at_[b + 3] = running;
    }
    for (; b < count_; ++b) {
      sum cell;
      load_cell(b, cell);
      running += cell;
      at_[b] = running;
    }
    held_ = first_;
    sum all;
    if constexpr (packed) {
      pack(total_, shift_, all);
    } else {
      all = sum{total_.gradient, total_.hessian} + zero_bits;
    }
    for (; b % (2 * lanes) != 0; ++b) at_[b] = all;
  }
  COLONNADE_KERNEL void load_cell(std::size_t b, sum& cell) const {
    if constexpr (packed) {
      cell = cells_[first_ + b];
    } else {
      simd::load(cell, &cells_[first_ + b].gradient);
    }
  }

  alignas(64) sum at_[together + 2];
  const Cell* cells_;
  std::size_t cuts_, first_ = 0, count_ = 0, next_ = 0;
  std::size_t held_ = ~std::size_t{0};  // the first of the cuts in `at_`
  int shift_;
  gradient_sum total_;
};

}  // namespace detail

/// Replaces `*best` by the best split of a feature that gains more, from the sums of its bins: `cells[0 ..
/// bins)` and the missing ones in `cells[bins]`; `*improved` tells whether there is one. Both directions of
/// missing values are tried, and missing against all others; where there are none, they would follow the
/// heavier side. Ties: the lowest bin, missing to the right.
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
    running_sums<Isa, Cell> running(cells, bins == 0 ? 0 : bins - 1, scale.shift(), gain.total());
    const cut_search<Isa, Penalised, Cell> search(running, scale);
    float highest_left[65536 / running.together + 1];
    for (std::size_t part = 0; running.next(); ++part) {
      const float highest =
          both ? search.template highest_score<true>(to_right, to_left, highest_left[part])
               : search.template highest_score<false>(to_right, to_right, highest_left[part]);
      search.try_cuts(to_right, highest, best);
    }
    if (both) {
      const double alone = gain(missing);
      if (alone > best.gain) best = {alone, missing, 0, true};
      running.rewind();
      for (std::size_t part = 0; running.next(); ++part) search.try_cuts(to_left, highest_left[part], best);
    } else if (best.gain > before) {
      best.missing_left = 2 * best.left.hessian >= gain.total().hessian;
    }
    improved = best.gain > before;
  }

  template <class Isa, class Cell>
  using running_sums = detail::running_sums<Isa, Cell>;

  template <class Isa, bool Penalised, class Cell>
  class cut_search {
   public:
    COLONNADE_KERNEL cut_search(const running_sums<Isa, Cell>& running, const cut_scale& scale)
        : running_(running), scale_(scale) {}

    /// The highest score one way, and, if they are not the same, the other.
    template <bool Both>
    COLONNADE_KERNEL float highest_score(const cut_direction& way, const cut_direction& other,
                                         float& highest_other) const {
      // Two records even of one way, since each cut has to wait for the last one of its record.
      record one, two;
      for (std::size_t k = 0; k < running_.count(); k += Both ? lanes : 2 * lanes) {
        sides some;
        running_.load(k, some);
        one.raise(some, way, *this);
        if constexpr (!Both) running_.load(k + lanes, some);
        two.raise(some, other, *this);
      }
      highest_other = two.score();
      return Both ? one.score() : std::max(one.score(), highest_other);
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
    using floats = typename running_sums<Isa, Cell>::floats;
    using sides = typename running_sums<Isa, Cell>::sides;
    static constexpr std::size_t lanes = running_sums<Isa, Cell>::lanes;

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
        const auto higher =
            (next.over * under > over * next.under) & (next.lighter >= search.scale_.lightest());
        over = higher ? next.over : over;
        under = higher ? next.under : under;
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
      for (std::size_t first = 0; first < running_.count(); first += lanes) {
        sides both;
        cuts some;
        running_.load(first, both);
        measure(both, way, some);
        const auto chosen = (some.over >= least * some.under) & (some.lighter >= scale_.lightest());
        if (!simd::any(chosen)) continue;
        for (std::size_t k = 0; k < lanes; ++k) {
          if (chosen[simd::unzipped_lane<lanes>(k)] == 0) continue;
          gradient_sum left = running_.left(first + k);
          left += way.missing;
          const double gain = scale_.gain()(left);
          if (!(gain > best.gain)) continue;
          best = {gain, left, static_cast<std::uint16_t>(running_.first() + first + k + 1), way.missing_left};
        }
      }
    }

    COLONNADE_KERNEL void measure(const sides& some, const cut_direction& way, cuts& out) const {
      floats left, right;
      running_.weigh(some, way.weight, left, right);
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

    const running_sums<Isa, Cell>& running_;
    const cut_scale& scale_;
  };
};

}  // namespace colonnade::inline COLONNADE_ABI
