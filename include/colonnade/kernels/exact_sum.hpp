#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A sum of doubles, or of products of up to three doubles, without any rounding: a fixed-point number of as
/// many bits as its terms need. The same for any order, grouping and partition of the terms; `value()` rounds
/// once.
///
/// In memory: two's complement in 64-bit words, `words_[0]` counting multiples of 2^(64 * first_). A sum of
/// ordinary data takes 3 to 6 words. Infinities and NaN are only remembered, and decide the value as in IEEE
/// arithmetic.
///
///     exact_sum s;
///     s.add(1e300), s.add(1.0), s.add(-1e300);
///     s.value() == 1.0
class exact_sum {
 public:
  exact_sum() = default;

  void add(double x) {
    const parts p = split(x);
    if (!p.finite) return mark(x);
    if (p.mantissa != 0) add_words(&p.mantissa, 1, p.exponent, p.negative);
  }
  /// Adds `a * b`, not rounded.
  void add_product(double a, double b) {
    const parts p = split(a), q = split(b);
    if (!p.finite || !q.finite) return mark(a * b);
    const wide m = wide{p.mantissa} * q.mantissa;
    const std::uint64_t words[2] = {low(m), high(m)};
    if (m != 0) add_words(words, 2, p.exponent + q.exponent, p.negative != q.negative);
  }
  /// Adds `a * b * c`, not rounded.
  void add_product(double a, double b, double c) {
    const parts p = split(a), q = split(b), r = split(c);
    if (!p.finite || !q.finite || !r.finite) return mark(a * b * c);
    const wide m = wide{p.mantissa} * q.mantissa;
    const wide below = wide{low(m)} * r.mantissa, above = wide{high(m)} * r.mantissa + high(below);
    const std::uint64_t words[3] = {low(below), low(above), high(above)};
    const bool negative = (p.negative != q.negative) != r.negative;
    if (m != 0 && r.mantissa != 0) add_words(words, 3, p.exponent + q.exponent + r.exponent, negative);
  }
  /// Adds `count * 2^exponent`.
  void add_scaled(std::int64_t count, int exponent) {
    const std::uint64_t magnitude =
        count < 0 ? 0 - static_cast<std::uint64_t>(count) : static_cast<std::uint64_t>(count);
    if (count != 0) add_words(&magnitude, 1, exponent, count < 0);
  }

  exact_sum& operator+=(const exact_sum& other) { return combine(other, false); }
  exact_sum& operator-=(const exact_sum& other) { return combine(other, true); }
  /// The product, not rounded. Both must be finite.
  friend exact_sum operator*(const exact_sum& a, const exact_sum& b) {
    const bool negative = a.negative() != b.negative();
    const auto left = a.magnitude(), right = b.magnitude();
    exact_sum product;
    for (std::size_t i = 0; i < left.size(); ++i) {
      for (std::size_t j = 0; j < right.size(); ++j) {
        const wide m = wide{left[i]} * right[j];
        const std::uint64_t words[2] = {low(m), high(m)};
        if (m != 0)
          product.add_words(words, 2, 64 * (a.first_ + b.first_ + static_cast<int>(i + j)), negative);
      }
    }
    return product;
  }

  /// Whether no infinity or NaN was added.
  bool finite() const { return special_ == 0; }
  bool is_zero() const {
    return special_ == 0 && std::all_of(words_.begin(), words_.end(), [](std::uint64_t w) { return w == 0; });
  }
  bool negative() const { return !words_.empty() && (words_.back() >> 63) != 0; }

  /// The sum rounded to the nearest double (ties to even), infinity if it is beyond all; with infinities or
  /// NaN among the terms what IEEE addition would give.
  double value() const {
    if (special_ != 0) return special_value();
    return rounded(top_bits());
  }
  /// `a / b` rounded once (from 62 bits or more), without overflow or underflow on the way. The mean of equal
  /// values is that value.
  static double ratio(const exact_sum& a, const exact_sum& b) {
    if (a.special_ != 0 || b.special_ != 0) return a.value() / b.value();
    const leading n = a.top_bits(), d = b.top_bits();
    if (n.bits == 0 || d.bits == 0) return a.value() / b.value();
    const wide numerator = wide{n.bits} << 63;
    std::uint64_t bits = low(numerator / d.bits);
    if (numerator % d.bits != 0) bits |= 1;
    const int shift = std::countl_zero(bits);
    return rounded({bits << shift, n.exponent - d.exponent - 63 - shift, n.negative != d.negative});
  }

  friend bool operator==(const exact_sum& a, const exact_sum& b) {
    const exact_sum left = a.trimmed(), right = b.trimmed();
    return left.special_ == right.special_ && left.first_ == right.first_ && left.words_ == right.words_;
  }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    if constexpr (std::is_const_v<Self>) {
      const exact_sum t = self.trimmed();
      ar(t.special_, t.first_, t.words_);
    } else {
      ar(self.special_, self.first_, self.words_);
    }
  }
  void validate() const {
    const bool fits = first_ >= -limit && first_ <= limit && words_.size() <= 2 * limit &&
                      first_ + static_cast<int>(words_.size()) <= limit;
    const exact_sum shortest = trimmed();
    if (!fits || special_ > 7 || shortest.first_ != first_ || shortest.words_ != words_) {
      throw format_error("saved exact sum: its words are out of range or not in the shortest form");
    }
  }

  /// The same sum in the shortest form.
  exact_sum trimmed() const {
    std::size_t first = 0, last = words_.size();
    while (first < last && words_[first] == 0) ++first;
    if (first == last) first = last = 0;
    while (last - first > 1 && words_[last - 1] == (0 - (words_[last - 2] >> 63))) --last;
    exact_sum result;
    result.special_ = special_;
    result.first_ = last == 0 ? 0 : first_ + static_cast<int>(first);
    result.words_.assign(words_.begin() + static_cast<std::ptrdiff_t>(first),
                         words_.begin() + static_cast<std::ptrdiff_t>(last));
    return result;
  }

 private:
  __extension__ typedef unsigned __int128 wide;
  // Three factors of at most 2^1024 each and 2^63 terms stay below word 52.
  static constexpr int limit = 64;
  enum special : std::uint8_t { plus_infinity = 1, minus_infinity = 2, not_a_number = 4 };

  struct parts {
    std::uint64_t mantissa;
    int exponent;
    bool negative, finite;
  };
  struct leading {
    std::uint64_t bits;  ///< the highest 64 bits of the magnitude, the lowest of them set if any bit below is
    int exponent;        ///< of the lowest of them
    bool negative;
  };

  static std::uint64_t low(wide m) { return static_cast<std::uint64_t>(m); }
  static std::uint64_t high(wide m) { return static_cast<std::uint64_t>(m >> 64); }

  static parts split(double x) {
    const auto bits = std::bit_cast<std::uint64_t>(x);
    const int field = static_cast<int>(bits >> 52 & 0x7ff);
    const std::uint64_t fraction = bits & ((std::uint64_t{1} << 52) - 1);
    const std::uint64_t hidden = field == 0 ? 0 : std::uint64_t{1} << 52;
    return {fraction | hidden, std::max(field, 1) - 1075, (bits >> 63) != 0, field != 0x7ff};
  }

  void mark(double x) {
    const special kind = x != x ? not_a_number : x > 0 ? plus_infinity : minus_infinity;
    special_ = static_cast<std::uint8_t>(special_ | kind);
  }
  double special_value() const {
    if (special_ == plus_infinity) return std::numeric_limits<double>::infinity();
    if (special_ == minus_infinity) return -std::numeric_limits<double>::infinity();
    return std::numeric_limits<double>::quiet_NaN();
  }

  std::uint64_t sign_word() const { return negative() ? ~std::uint64_t{0} : 0; }

  // Makes the words `from` to `to` exist and the highest word one of sign only, so that the next addition
  // cannot overflow.
  void reserve_words(int from, int to) {
    if (words_.empty()) first_ = from;
    if (from < first_) {
      words_.insert(words_.begin(), static_cast<std::size_t>(first_ - from), 0);
      first_ = from;
    }
    if (!words_.empty() && words_.back() != sign_word()) words_.push_back(sign_word());
    const std::uint64_t sign = sign_word();
    while (first_ + static_cast<int>(words_.size()) <= to) words_.push_back(sign);
  }

  // Adds or subtracts a magnitude of `count` words times 2^exponent.
  void add_words(const std::uint64_t* words, int count, int exponent, bool subtract) {
    const int word = exponent >> 6, bit = exponent & 63;
    reserve_words(word, word + count + 1);
    auto at = static_cast<std::size_t>(word - first_);
    std::uint64_t carry = 0, spill = 0;
    for (int i = 0; i <= count; ++i, ++at) {
      const std::uint64_t whole = i < count ? words[i] : 0;
      const std::uint64_t part = whole << bit | spill;
      spill = bit == 0 ? 0 : whole >> (64 - bit);
      carry = step(words_[at], part, carry, subtract);
    }
    for (; carry != 0 && at < words_.size(); ++at) carry = step(words_[at], 0, carry, subtract);
  }
  static std::uint64_t step(std::uint64_t& word, std::uint64_t part, std::uint64_t carry, bool subtract) {
    const wide result = subtract ? wide{word} - part - carry : wide{word} + part + carry;
    word = low(result);
    return high(result) == 0 ? 0 : 1;
  }

  exact_sum& combine(const exact_sum& other, bool subtract) {
    if (!other.words_.empty()) {
      const auto words = other.magnitude();
      add_words(words.data(), static_cast<int>(words.size()), 64 * other.first_,
                subtract != other.negative());
    }
    special_ = static_cast<std::uint8_t>(special_ | other.special_);
    return *this;
  }

  std::vector<std::uint64_t> magnitude() const {
    std::vector<std::uint64_t> words = words_;
    if (!negative()) return words;
    std::uint64_t carry = 1;
    for (std::uint64_t& word : words) {
      word = ~word + carry;
      carry = carry != 0 && word == 0 ? 1 : 0;
    }
    return words;
  }

  leading top_bits() const {
    const auto words = magnitude();
    std::size_t n = words.size();
    while (n > 0 && words[n - 1] == 0) --n;
    if (n == 0) return {0, 0, false};
    const int shift = std::countl_zero(words[n - 1]);
    const std::uint64_t below = n > 1 ? words[n - 2] : 0;
    std::uint64_t bits = words[n - 1] << shift;
    if (shift != 0) bits |= below >> (64 - shift);
    bool rest = shift != 0 ? below << shift != 0 : below != 0;
    for (std::size_t i = 0; i + 2 < n; ++i) rest = rest || words[i] != 0;
    return {bits | (rest ? 1U : 0U), 64 * (first_ + static_cast<int>(n) - 1) - shift, negative()};
  }

  static double rounded(const leading& top) {
    if (top.bits == 0) return 0.0;
    const double result = top.exponent + 63 >= -1022
                              ? real::ldexp(static_cast<double>(top.bits), top.exponent)
                              : subnormal(top);
    return top.negative ? -result : result;
  }
  // A value below 2^-1022, rounded to a multiple of 2^-1074.
  static double subnormal(const leading& top) {
    const int drop = -1074 - top.exponent;
    if (drop > 64) return 0.0;
    const std::uint64_t whole = drop == 64 ? 0 : top.bits >> drop;
    const std::uint64_t half = std::uint64_t{1} << (drop - 1);
    const std::uint64_t rest = drop == 64 ? top.bits : top.bits & ((half << 1) - 1);
    const bool up = rest > half || (rest == half && (whole & 1) != 0);
    return real::ldexp(static_cast<double>(whole + (up ? 1 : 0)), -1074);
  }

  std::uint8_t special_ = 0;
  std::int32_t first_ = 0;
  std::vector<std::uint64_t> words_;
};

}  // namespace colonnade::inline COLONNADE_ABI
