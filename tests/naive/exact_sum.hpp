#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

namespace colonnade::naive {

/// A sum of doubles and products of doubles as one counter a power of two.
class exact_sum {
 public:
  void add(double x) { add_factors({x}); }
  void add_factors(const std::vector<double>& factors) {
    // The product of integers m * 2^e, by adding shifted copies of the bits of one factor after another.
    std::vector<std::int64_t> bits(200, 0);
    bits[0] = 1;
    int exponent = 0;
    bool negative = false;
    for (const double factor : factors) {
      int e = 0;
      auto m = static_cast<std::uint64_t>(std::ldexp(std::frexp(std::fabs(factor), &e), 53));
      exponent += e - 53;
      negative = negative != std::signbit(factor);
      std::vector<std::int64_t> product(200, 0);
      for (std::size_t shift = 0; m != 0; ++shift, m >>= 1) {
        if ((m & 1) == 0) continue;
        for (std::size_t k = 0; k + shift < 200; ++k) product[k + shift] += bits[k];
      }
      for (std::size_t k = 0; k + 1 < 200; ++k) {
        product[k + 1] += product[k] / 2;
        product[k] %= 2;
      }
      bits = product;
    }
    for (std::size_t k = 0; k < 200; ++k) {
      const int at = zero + exponent + static_cast<int>(k);
      if (bits[k] != 0) counts_[static_cast<std::size_t>(at)] += negative ? -bits[k] : bits[k];
    }
  }

  /// Rounded to nearest, ties to even, by long division of the bit string.
  double value() const {
    auto c = counts_;
    bool negative = false;
    if (carry(c) < 0) {
      for (auto& k : c) k = -k;
      carry(c);
      negative = true;
    }
    std::size_t top = c.size();
    while (top > 0 && c[top - 1] == 0) --top;
    if (top == 0) return 0;
    const int highest = static_cast<int>(top) - 1 - zero;
    const int lowest = std::max(highest - 52, -1074);
    double result = 0;
    for (int e = highest; e >= lowest; --e) result += std::ldexp(static_cast<double>(at(c, e)), e);
    bool below = false;
    for (int e = lowest - 2; e + zero >= 0; --e) below = below || at(c, e) != 0;
    const bool half = at(c, lowest - 1) != 0;
    if (half && (below || at(c, lowest) != 0)) result += std::ldexp(1.0, lowest);
    return negative ? -result : result;
  }

 private:
  static constexpr int zero = 3500;

  static std::int64_t at(const std::vector<std::int64_t>& c, int e) {
    return e + zero < 0 ? 0 : c[static_cast<std::size_t>(e + zero)];
  }
  // Leaves 0 or 1 everywhere but at the top; returns what is carried out.
  static std::int64_t carry(std::vector<std::int64_t>& c) {
    std::int64_t over = 0;
    for (auto& k : c) {
      k += over;
      over = k >> 1;
      k &= 1;
    }
    return over;
  }

  std::vector<std::int64_t> counts_ = std::vector<std::int64_t>(7000, 0);
};

}  // namespace colonnade::naive
