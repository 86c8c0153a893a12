#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

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
  /// Error of the gradients that `load` gives, before their rounding.
  static constexpr double granularity = packed ? 1 : 0;
  static constexpr std::size_t lanes = packed ? simd::lanes<Isa, float> : simd::lanes<Isa, double>;
  using floats = simd::pack<float, lanes>;

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
  /// Steps of the gradients that `load` gives.
  COLONNADE_KERNEL double gradient_unit() const {
    return packed ? static_cast<double>(std::int64_t{1} << (32 - shift_)) : 1;
  }

  /// Cuts from the k-th on, in the order of `simd::unzipped_lane`: gradients and Hessians on the left, and
  /// Hessians on the right where those of both are `weight`. Behind the last cut, up to a multiple of 2
  /// lanes, follow some that leave nothing on the right.
  COLONNADE_KERNEL void load(std::size_t k, std::int64_t weight, floats& gradient, floats& left,
                             floats& right) const {
    if constexpr (packed) {
      simd::pack<std::int32_t, lanes> low, high, rest;
      simd::unzip<lanes>(reinterpret_cast<const std::int32_t*>(at_ + k), low, high);
      low &= static_cast<std::int32_t>(mask());
      rest = static_cast<std::int32_t>(weight) - low;
      gradient = __builtin_convertvector(high, floats);
      left = __builtin_convertvector(low, floats);
      right = __builtin_convertvector(rest, floats);
    } else {
      simd::pack<double, lanes> g, h, rest;
      simd::unzip<lanes>(reinterpret_cast<const double*>(at_ + k), g, h);
      g -= zero_value;
      h -= zero_value;
      rest = static_cast<double>(weight) - h;
      gradient = __builtin_convertvector(g, floats);
      left = __builtin_convertvector(h, floats);
      right = __builtin_convertvector(rest, floats);
    }
  }

 private:
  // Wide sums stand as bits of doubles: integers below 2^51 become doubles by those of 1.5 * 2^52 + x, which
  // every ISA can do in a register.
  using sum = std::conditional_t<packed, std::int64_t, simd::pack<std::int64_t, 2>>;
  static constexpr std::int64_t zero_bits = 0x4338000000000000;
  static constexpr double zero_value = 0x1.8p52;
  static constexpr std::size_t together = 254;

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
/// A first pass looks at all cuts in float, and without dividing: with c = G_l - G D_l / S both scores add
/// up to S c^2 / (D_l D_r) and what is the same for all cuts (see `split_gain`). Its errors have a bound, so
/// the few cuts that may be the best are known and measured exactly: the split is that which measuring all
/// of them would find. An error E of a gradient is one of at most e = E sqrt(1 / D_l + 1 / D_r) of the root
/// of the scores, and (x +- e)^2 lies within x^2 (1 +- d) +- e^2 (1 / d + 1) for any d.
struct split_scan {
  template <class Isa, class Cell>
  COLONNADE_KERNEL void operator()(Isa, const Cell* cells, std::size_t bins, int shift,
                                   const split_gain* gain, split_choice* best, bool* improved) const {
    if (gain->l1() > 0) {
      scan<Isa, true>(cells, bins, shift, *gain, *best, *improved);
    } else {
      scan<Isa, false>(cells, bins, shift, *gain, *best, *improved);
    }
  }

 private:
  template <class Isa, bool Penalised, class Cell>
  COLONNADE_KERNEL static void scan(const Cell* cells, std::size_t bins, int shift, const split_gain& gain,
                                    split_choice& best, bool& improved) {
    const gradient_sum& total = gain.total();
    const gradient_sum missing = unpacked(cells[bins], shift);
    const double before = best.gain;
    running_sums<Isa, Cell> running(cells, bins == 0 ? 0 : bins - 1, shift, total);
    cut_search<Isa, Penalised, Cell> search(running, gain);
    while (running.next()) search.try_cuts(best);
    if (missing.hessian != 0) {
      search.put_left(missing);
      const double alone = gain(missing);
      if (alone > best.gain) best = {alone, missing, 0, true};
      running.rewind();
      while (running.next()) search.try_cuts(best);
    } else if (best.gain > before) {
      best.missing_left = 2 * best.left.hessian >= total.hessian;
    }
    improved = best.gain > before;
  }

  template <class Isa, class Cell>
  using running_sums = detail::running_sums<Isa, Cell>;

  /// The search among cuts, with the missing values on the right first.
  template <class Isa, bool Penalised, class Cell>
  class cut_search {
   public:
    COLONNADE_KERNEL cut_search(const running_sums<Isa, Cell>& running, const split_gain& gain)
        : running_(running), gain_(gain), weight_(gain.total().hessian) {
      const double steps = running.gradient_unit(), l1 = gain.l1() / steps, l2 = gain.l2(),
                   g = static_cast<double>(gain.total().gradient) / steps, lightest = gain.lightest() + l2;
      scale_ = 1 / (static_cast<double>(weight_) + 2 * l2);
      l1_ = static_cast<float>(l1 * scale_);
      total_ = static_cast<float>(g * scale_);
      left_l2_ = right_l2_ = static_cast<float>(l2 * scale_);
      // Too little rather than too much: who is too light gains nothing in the end.
      lightest_ = static_cast<float>(lightest * scale_ * (1 - 0x1p-20));
      const double error = (rounding * ((g < 0 ? -g : g) + l1) + running.granularity) * scale_;
      error_ = error * error * 2 / (lightest * scale_) * (1 / d + 1);
      unit_ = steps * steps / scale_;
    }

    /// From now on with the missing values, of these sums, on the left.
    COLONNADE_KERNEL void put_left(const gradient_sum& missing) {
      more_ = missing;
      weight_ -= missing.hessian;
      missing_left_ = true;
      more_g_ = static_cast<float>(static_cast<double>(missing.gradient) / running_.gradient_unit() * scale_);
      left_l2_ = static_cast<float>((static_cast<double>(missing.hessian) + gain_.l2()) * scale_);
    }

    COLONNADE_KERNEL void try_cuts(split_choice& best) const {
      const double highest = highest_score();
      if (most_of(highest) <= best.gain) return;
      const double least = highest * (1 - 8 * d) - 4 * error_;
      offer(static_cast<float>(least), best);
      // What was left out gains less than the highest, unless that was too light after all.
      if (!(most_of(least) <= best.gain)) offer(-1, best);
    }

   private:
    using floats = typename running_sums<Isa, Cell>::floats;
    static constexpr std::size_t lanes = running_sums<Isa, Cell>::lanes;
    static constexpr double rounding = 0x1p-20;  // of all operations together
    static constexpr double d = 0x1p-12;         // see above

    /// Sums of the scores of both sides: over / under. Sums and penalties are taken times 1 / S.
    struct cuts {
      floats over, under, lighter;
    };
    /// The highest so far, a lane each.
    struct record {
      floats over = {}, under = over + 1.0f;

      COLONNADE_KERNEL void raise(const cuts& some, float lightest) {
        const auto higher = (some.over * under > over * some.under) & (some.lighter >= lightest);
        over = higher ? some.over : over;
        under = higher ? some.under : under;
      }
    };

    /// What a cut gains at most whose sum of scores seems to be this.
    COLONNADE_KERNEL double most_of(double score) const {
      return unit_ * (score * (1 + 2 * d) + error_) + gain_.offset();
    }

    COLONNADE_KERNEL double highest_score() const {
      // Two records, since each cut has to wait for the last one of its record.
      record even, odd;
      for (std::size_t k = 0; k < running_.count(); k += 2 * lanes) {
        cuts first, second;
        measure(k, first);
        measure(k + lanes, second);
        even.raise(first, lightest_);
        odd.raise(second, lightest_);
      }
      even.over /= even.under;
      odd.over /= odd.under;
      even.over = even.over > odd.over ? even.over : odd.over;
      float highest = 0;
      for (std::size_t k = 0; k < lanes; ++k) highest = std::max(highest, even.over[k]);
      return static_cast<double>(highest);
    }

    /// Measures those that seem to score `least` or more.
    COLONNADE_KERNEL void offer(float least, split_choice& best) const {
      for (std::size_t first = 0; first < running_.count(); first += lanes) {
        cuts some;
        measure(first, some);
        const auto chosen = (some.over >= least * some.under) & (some.lighter >= lightest_);
        if (!simd::any(chosen)) continue;
        for (std::size_t k = 0; k < lanes; ++k) {
          if (chosen[simd::unzipped_lane<lanes>(k)] == 0) continue;
          gradient_sum left = running_.left(first + k);
          left += more_;
          const double gain = gain_(left);
          if (!(gain > best.gain)) continue;
          best = {gain, left, static_cast<std::uint16_t>(running_.first() + first + k + 1), missing_left_};
        }
      }
    }

    COLONNADE_KERNEL void measure(std::size_t k, cuts& out) const {
      floats g, left, right;
      const auto scale = static_cast<float>(scale_);
      running_.load(k, weight_, g, left, right);
      const floats dl = left * scale + left_l2_, dr = right * scale + right_l2_;
      out.lighter = dl < dr ? dl : dr;
      out.under = dl * dr;
      g = g * scale + more_g_;
      if constexpr (Penalised) {
        floats rest = total_ - g;
        detail::shrink(g, l1_);
        detail::shrink(rest, l1_);
        out.over = g * g * dr + rest * rest * dl;
      } else {
        const floats centred = g - total_ * dl;
        out.over = centred * centred;
      }
    }

    const running_sums<Isa, Cell>& running_;
    const split_gain& gain_;
    gradient_sum more_;  // on the left of all cuts
    bool missing_left_ = false;
    std::int64_t weight_;  // of what the cuts part
    double scale_, unit_, error_;
    float total_, more_g_ = 0, left_l2_, right_l2_, lightest_, l1_;
  };
};

}  // namespace colonnade::inline COLONNADE_ABI
