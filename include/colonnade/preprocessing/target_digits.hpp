#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/core/views.hpp"

// Exact sums of targets by group, as integers. A number is cut into digits of 30 bits at fixed binary places
// (multiples of 2^30); digits of the same place add as integers, so nothing depends on the order, grouping or
// partition of the rows. The highest place follows from the largest value seen; digits far below it are
// dropped, and since they never reach the kept ones, they may be dropped early or late. With digits of one
// decimal, a highest place of 10 and two digits kept:
//
//     7.25 -> (0, 7) + 12.5 -> (1, 2)  =  (1, 9), which is 19; once 300 comes, (0, 1) and (3, 0) make (3, 1),
//     which is 310

namespace colonnade::inline COLONNADE_ABI {

/// Weight, mean and sum of squared deviations of the targets of a group, in units of
/// `target_format::scale()`.
struct target_moments {
  double weight = 0, mean = 0, squares = 0;
};

namespace detail {

/// An unevaluated sum of two doubles, about 106 bits.
struct two_doubles {
  double high = 0, low = 0;

  static two_doubles sum(double a, double b) {
    const double s = a + b, t = s - a;
    return {s, (a - (s - t)) + (b - t)};
  }
  static two_doubles product(double a, double b) {
    // Dekker's: no fused multiply-add, which some CPUs do not have.
    const double p = a * b;
    const double ca = 134217729.0 * a, ah = ca - (ca - a), al = a - ah;
    const double cb = 134217729.0 * b, bh = cb - (cb - b), bl = b - bh;
    return {p, ((ah * bh - p) + ah * bl + al * bh) + al * bl};
  }
  friend two_doubles operator+(const two_doubles& a, const two_doubles& b) {
    const two_doubles s = sum(a.high, b.high);
    return sum(s.high, s.low + a.low + b.low);
  }
  friend two_doubles operator-(const two_doubles& a, const two_doubles& b) {
    return a + two_doubles{-b.high, -b.low};
  }
  friend two_doubles operator*(const two_doubles& a, const two_doubles& b) {
    const two_doubles p = product(a.high, b.high);
    return sum(p.high, p.low + a.high * b.low + a.low * b.high);
  }
  friend two_doubles operator/(const two_doubles& a, const two_doubles& b) {
    const double q = a.high / b.high;
    const two_doubles rest = a - two_doubles{q, 0} * b;
    return sum(q, (rest.high + rest.low) / b.high);
  }
};

inline constexpr int digit_bits = 30;

/// Cuts x, below 2^30 in size, into `count` digits, the first of units, and adds them to `out`.
inline void add_digits(double x, std::int64_t* out, int count) {
  for (int k = 0; k < count; ++k) {
    const auto digit = static_cast<std::int64_t>(x);
    out[k] += digit;
    x = (x - static_cast<double>(digit)) * 0x1p30;
  }
}

/// The number whose first digit counts units.
inline two_doubles digits_value(const std::int64_t* digits, int count) {
  __extension__ typedef __int128 wide;
  two_doubles total;
  double unit = 1;
  for (int first = 0; first < count; first += 3) {
    const int last = std::min(first + 3, count);
    wide whole = 0;
    for (int k = first; k < last; ++k) whole = whole * (wide{1} << digit_bits) + digits[k];
    const auto high = static_cast<double>(whole);
    const auto low = static_cast<double>(whole - static_cast<wide>(high));
    const double scale = unit * real::ldexp(1.0, -digit_bits * (last - 1 - first));
    total = total + two_doubles{high * scale, low * scale};
    unit *= 0x1p-90;
  }
  return total;
}

}  // namespace detail

/// How the targets of a group are summed: counts of classes, or digits of sum(w), sum(w y), sum(w y^2); and
/// the highest places of the digits of values and weights. Formats join like sets.
struct target_format {
  static constexpr int nothing = -40;

  std::uint32_t classes = 0;  ///< number of classes; 0: the target is a number
  bool weighted = false;
  std::int32_t value_place = nothing;   ///< |y| < 2^(30 (value_place + 1))
  std::int32_t weight_place = nothing;  ///< the same of weights; 0 for rows without

  friend bool operator==(const target_format&, const target_format&) = default;

  /// Integers a group.
  std::size_t lanes() const {
    if (classes > 0) return std::size_t{classes} * (weighted ? 3 : 1);
    return weighted ? 13 : 9;
  }
  /// Unit of means: 2^(30 value_place).
  double scale() const {
    return value_place == nothing ? 1.0 : real::ldexp(1.0, detail::digit_bits * value_place);
  }

  target_format joined(const target_format& other) const {
    return {classes, weighted || other.weighted, std::max(value_place, other.value_place),
            std::max(weight_place, other.weight_place)};
  }
  /// The format that holds a batch.
  static target_format of(std::uint32_t classes, column_view<const double> target,
                          column_view<const double> weight) {
    target_format format;
    format.classes = classes;
    if (target.size() == 0) return format;
    double largest = 0, heaviest = 0;
    if (classes == 0) {
      for (std::size_t i = 0; i < target.size(); ++i) largest = std::max(largest, std::abs(target[i]));
    }
    for (std::size_t i = 0; i < weight.size(); ++i) heaviest = std::max(heaviest, weight[i]);
    format.weighted = weight.size() > 0;
    format.value_place = place_of(largest);
    format.weight_place = format.weighted ? place_of(heaviest) : 0;
    return format;
  }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.classes, self.weighted, self.value_place, self.weight_place);
  }
  void validate() const {
    const auto possible = [](std::int32_t place) {
      return place == nothing || (place >= -33 && place <= 34);
    };
    if (!possible(value_place) || !possible(weight_place) || classes > (1U << 24)) {
      throw format_error("saved targets: impossible places of digits");
    }
  }

  /// Groups of lanes in another format that joins this one.
  std::vector<std::int64_t> converted(const std::vector<std::int64_t>& sums, const target_format& to) const {
    if (to == *this) return sums;
    const std::size_t groups = sums.size() / lanes();
    std::vector<std::int64_t> result(groups * to.lanes());
    const int values = value_place == nothing ? 0 : to.value_place - value_place;
    const int weights = weight_place == nothing ? 0 : to.weight_place - (weighted ? weight_place : 0);
    for (std::size_t g = 0; g < groups; ++g) {
      const std::int64_t* from = sums.data() + g * lanes();
      std::int64_t* out = result.data() + g * to.lanes();
      if (classes > 0) {
        const int have = weighted ? 3 : 1, want = to.weighted ? 3 : 1;
        for (std::uint32_t c = 0; c < classes; ++c)
          move(from + int(c) * have, have, out + int(c) * want, want, weights, 0);
        continue;
      }
      // A product's highest place is the sum of those of its factors, and one more for each multiplication.
      const int extra = to.weighted && !weighted ? 1 : 0;
      const int w = to.weighted ? weights : 0;
      move(from, zeroth(), out, to.zeroth(), w, 0);
      move(from + zeroth(), first(), out + to.zeroth(), to.first(), values + w, extra);
      move(from + zeroth() + first(), second(), out + to.zeroth() + to.first(), to.second(), 2 * values + w,
           extra);
    }
    return result;
  }

  int zeroth() const { return weighted ? 3 : 1; }
  int first() const { return weighted ? 4 : 3; }
  int second() const { return weighted ? 6 : 5; }

 private:
  static std::int32_t place_of(double largest) {
    if (!(largest > 0)) return nothing;
    int exponent = 0;
    real::frexp(largest, &exponent);
    const int place =
        exponent > 0 ? (exponent - 1) / detail::digit_bits : -((-exponent) / detail::digit_bits) - 1;
    return std::max(place, -33);
  }
  // Digits whose first stands `raise` (and `extra`) places below the first of the result.
  static void move(const std::int64_t* from, int have, std::int64_t* to, int want, int raise, int extra) {
    for (int k = 0; k < have; ++k) {
      const int at = k + raise + extra;
      if (at < want) to[at] = from[k];
    }
  }
};

/// Adds rows to groups in one format.
class target_adder {
 public:
  explicit target_adder(const target_format& format)
      : format_(format),
        lanes_(format.lanes()),
        value_unit_(unit(format.value_place)),
        weight_unit_(unit(format.weight_place)) {}

  /// What `add` needs of rows `first` to `first + count`: their lanes, or for classes the lane (and digits of
  /// weight).
  void prepare(column_view<const double> target, column_view<const double> weight, std::size_t first,
               std::size_t count, std::vector<std::int64_t>& records) const {
    const std::size_t size = record_size();
    records.assign(count * size, 0);
    for (std::size_t i = 0; i < count; ++i) {
      std::int64_t* record = records.data() + i * size;
      const double w = weight.size() > 0 ? weight[first + i] * weight_unit_ : weight_unit_;
      if (format_.classes > 0) {
        record[0] = static_cast<std::int64_t>(target[first + i]) * (format_.weighted ? 3 : 1);
        if (format_.weighted) detail::add_digits(w, record + 1, 3);
      } else if (format_.weighted) {
        weighted_record(target[first + i] * value_unit_, w, record);
      } else {
        plain_record(target[first + i] * value_unit_, record);
      }
    }
  }

  /// Adds `records` to the groups that `group_of` names; negative ones are left out.
  void add(const std::vector<std::int64_t>& records, const std::int32_t* group_of, std::size_t count,
           std::int64_t* sums) const {
    if (format_.classes > 0) return add_classes(records, group_of, count, sums);
    if (format_.weighted) return add_lanes<13>(records, group_of, count, sums);
    add_lanes<9>(records, group_of, count, sums);
  }

 private:
  static double unit(std::int32_t place) {
    return place == target_format::nothing ? 0.0 : real::ldexp(1.0, -detail::digit_bits * place);
  }
  std::size_t record_size() const {
    if (format_.classes == 0) return lanes_;
    return format_.weighted ? 4 : 1;
  }

  static void plain_record(double t, std::int64_t* record) {
    record[0] = 1;
    detail::add_digits(t, record + 1, 3);
    const auto square = detail::two_doubles::product(t, t);
    detail::add_digits(square.high * 0x1p-30, record + 4, 5);
    detail::add_digits(square.low, record + 5, 4);
  }
  static void weighted_record(double t, double w, std::int64_t* record) {
    detail::add_digits(w, record, 3);
    const auto once = detail::two_doubles::product(w, t);
    detail::add_digits(once.high * 0x1p-30, record + 3, 4);
    detail::add_digits(once.low, record + 4, 3);
    const auto twice = detail::two_doubles::product(once.high, t);
    detail::add_digits(twice.high * 0x1p-60, record + 7, 6);
    detail::add_digits(twice.low * 0x1p-30, record + 8, 5);
    detail::add_digits(once.low * t * 0x1p-30, record + 8, 5);
  }

  template <std::size_t Lanes>
  static void add_lanes(const std::vector<std::int64_t>& records, const std::int32_t* group_of,
                        std::size_t count, std::int64_t* sums) {
    const std::int64_t* record = records.data();
    for (std::size_t i = 0; i < count; ++i, record += Lanes) {
      if (group_of[i] < 0) continue;
      std::int64_t* to = sums + static_cast<std::size_t>(group_of[i]) * Lanes;
      for (std::size_t k = 0; k < Lanes; ++k) to[k] += record[k];
    }
  }
  void add_classes(const std::vector<std::int64_t>& records, const std::int32_t* group_of, std::size_t count,
                   std::int64_t* sums) const {
    for (std::size_t i = 0; i < count; ++i) {
      if (group_of[i] < 0) continue;
      std::int64_t* to = sums + static_cast<std::size_t>(group_of[i]) * lanes_;
      if (!format_.weighted) {
        ++to[records[i]];
        continue;
      }
      const std::int64_t* record = records.data() + 4 * i;
      for (int k = 0; k < 3; ++k) to[record[0] + k] += record[1 + k];
    }
  }

  target_format format_;
  std::size_t lanes_;
  double value_unit_, weight_unit_;
};

/// Moments of a group whose target is a number.
inline target_moments moments_of(const target_format& format, const std::int64_t* lanes) {
  using detail::two_doubles;
  two_doubles weight = detail::digits_value(lanes, format.zeroth());
  two_doubles once = detail::digits_value(lanes + format.zeroth(), format.first());
  two_doubles twice = detail::digits_value(lanes + format.zeroth() + format.first(), format.second());
  if (!(weight.high > 0)) return {};
  // First digits count units, 2^30 and (weighted) 2^60; the unit of weights cancels, but not in `weight`.
  const double of_once = format.weighted ? 0x1p30 : 1, of_twice = format.weighted ? 0x1p60 : 0x1p30;
  once = {once.high * of_once, once.low * of_once};
  twice = {twice.high * of_twice, twice.low * of_twice};
  const two_doubles squares = twice - once * once / weight;
  const double unit = format.weighted ? real::ldexp(1.0, detail::digit_bits * format.weight_place) : 1.0;
  return {weight.high * unit, (once / weight).high, std::max(0.0, squares.high * unit)};
}

/// Moments of "the class is c" in a group.
inline target_moments moments_of(const target_format& format, const std::int64_t* lanes, std::size_t c) {
  using detail::two_doubles;
  const int digits = format.weighted ? 3 : 1;
  two_doubles own, others;
  for (std::size_t k = 0; k < format.classes; ++k) {
    const two_doubles value = detail::digits_value(lanes + k * static_cast<std::size_t>(digits), digits);
    (k == c ? own : others) = (k == c ? own : others) + value;
  }
  const two_doubles weight = own + others;
  if (!(weight.high > 0)) return {};
  const double unit = format.weighted ? real::ldexp(1.0, detail::digit_bits * format.weight_place) : 1.0;
  return {weight.high * unit, (own / weight).high, (own * others / weight).high * unit};
}

}  // namespace colonnade::inline COLONNADE_ABI
