#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>

#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"

// exp, log, log1p and the logistic function for whatever is fitted, lost or linked. Only + - * /, comparisons
// and bit operations, each rounded once, so scalars and packs of any width have the same bits with every
// compiler, libm and CPU (with -ffp-contract=off, which the CMake target sets). A function takes a `double`
// and returns one, or takes packs of doubles by reference: `elementary::exp(out, in)`; `out` and `in` may be
// the same object.

namespace colonnade::inline COLONNADE_ABI::elementary {

namespace detail {

template <class V>
inline constexpr std::size_t width = sizeof(V) / sizeof(double);

template <class V>
struct integers {
  using type = simd::pack<std::uint64_t, width<V>>;
};
template <>
struct integers<double> {
  using type = std::uint64_t;
};
/// The bits of a `V`: std::uint64_t, or a pack of them.
template <class V>
using bits_of = typename integers<V>::type;

template <class To, class From>
COLONNADE_KERNEL void cast_bits(To& to, const From& from) {
  static_assert(sizeof(To) == sizeof(From));
  std::memcpy(&to, &from, sizeof to);
}

// ln 2 = high + low; `high` ends in 20 zero bits, so that its product with an exponent is exact.
inline constexpr double ln2_high = 0x1.62e42fefap-1;
inline constexpr double ln2_low = 0x1.cf79abc9e3b39803f2f6af40f343p-40;
inline constexpr double infinity = std::numeric_limits<double>::infinity();

/// sum of c[i] x^i, pairs first: shorter chains than Horner's.
template <class V, std::size_t N>
COLONNADE_KERNEL void polynomial(V& out, const V& x, const double (&c)[N]) {
  static_assert(N % 4 == 0);
  const V x2 = x * x, x4 = x2 * x2;
  out = (c[N - 4] + c[N - 3] * x) + (c[N - 2] + c[N - 1] * x) * x2;
  for (std::size_t i = N - 4; i > 0; i -= 4) {
    out = out * x4 + ((c[i - 4] + c[i - 3] * x) + (c[i - 2] + c[i - 1] * x) * x2);
  }
}

/// 1 / (i + 2)!, so that e^r = 1 + r + r^2 polynomial(r); beyond, 4e-18 is left for |r| <= ln(2) / 2.
inline constexpr double exp_terms[12] = {1.0 / 2,        1.0 / 6,         1.0 / 24,        1.0 / 120,
                                         1.0 / 720,      1.0 / 5040,      1.0 / 40320,     1.0 / 362880,
                                         1.0 / 3628800., 1.0 / 39916800., 1.0 / 479001600, 1.0 / 6227020800.};

/// 2 / (2 i + 3), the terms of 2 atanh(s) / s - 2 in s^2; beyond, less than 1e-19 is left for s^2 <= 0.0295.
inline constexpr double atanh_terms[12] = {2.0 / 3,  2.0 / 5,  2.0 / 7,  2.0 / 9,  2.0 / 11, 2.0 / 13,
                                           2.0 / 15, 2.0 / 17, 2.0 / 19, 2.0 / 21, 2.0 / 23, 2.0 / 25};

/// x = 2^exponent m with sqrt(1/2) <= m < sqrt(2), for positive normal x.
template <class V>
COLONNADE_KERNEL void split(V& exponent, V& m, const V& x) {
  constexpr std::uint64_t one = 0x3ff0000000000000, root = 0x3fe6a09e667f3bcd, two52 = 0x4330000000000000;
  bits_of<V> bits;
  cast_bits(bits, x);
  bits += one - root;
  const bits_of<V> biased = (bits >> 52) | two52;
  cast_bits(exponent, biased);
  exponent -= 0x1p52 + 1023;
  bits = (bits & 0x000fffffffffffff) + root;
  cast_bits(m, bits);
}

/// log(2^exponent m) + extra, where m is near 1: with f = m - 1 and s = f / (2 + f) it is f - f^2 / 2 + s
/// (f^2 / 2 + R).
template <class V>
COLONNADE_KERNEL void log_near(V& out, const V& exponent, const V& m, const V& extra) {
  const V f = m - 1.0;
  const V s = f / (f + 2.0);
  const V s2 = s * s;
  const V half_square = 0.5 * f * f;
  V terms;
  polynomial(terms, s2, atanh_terms);
  const V rest = s * (half_square + s2 * terms) + (exponent * ln2_low + extra);
  out = exponent * ln2_high - ((half_square - rest) - f);
}

}  // namespace detail

/// e^x. Error below 1 ulp; 0, subnormal results and infinities are right; NaN gives NaN.
template <class V>
COLONNADE_KERNEL void exp(V& out, const V& x) {
  constexpr double round = 0x1.8p52;
  const V lowest = V{} - 746.0, highest = V{} + 710.0;
  V at = x < lowest ? lowest : x;
  at = at > highest ? highest : at;
  // e^x = 2^k e^r; adding `round` rounds to an integer and leaves it in the low bits.
  const V shifted = at * 0x1.71547652b82fep0 + round;
  const V k = shifted - round;
  const V high = at - k * detail::ln2_high, low = k * detail::ln2_low;
  const V r = high - low;
  V terms;
  detail::polynomial(terms, r, detail::exp_terms);
  const V scaled = 1.0 + (high + (r * r * terms - low));
  // 2^k in two factors, so that the product is rounded once, also where it is subnormal.
  detail::bits_of<V> exponent;
  detail::cast_bits(exponent, shifted);
  exponent = (exponent + 2048) & 0xfff;
  const detail::bits_of<V> half = exponent >> 1;
  const detail::bits_of<V> first_bits = (half - 1) << 52, second_bits = (exponent - half - 1) << 52;
  V first, second;
  detail::cast_bits(first, first_bits);
  detail::cast_bits(second, second_bits);
  const V value = scaled * first * second;
  out = x != x ? x : value;
}

/// Natural logarithm. Error below 1 ulp; -infinity at 0, NaN below, infinity at infinity; NaN gives NaN.
template <class V>
COLONNADE_KERNEL void log(V& out, const V& x) {
  const V scaled = x * 0x1p54, offset = V{} - 54.0, zero = V{};
  const V normal = x < 0x1p-1022 ? scaled : x;
  V exponent, m, value;
  detail::split(exponent, m, normal);
  const V correction = x < 0x1p-1022 ? offset : zero;
  exponent += correction;
  detail::log_near(value, exponent, m, zero);
  const V infinite = V{} + detail::infinity, minus_infinite = -infinite;
  const V nan = V{} + std::numeric_limits<double>::quiet_NaN();
  value = x == detail::infinity ? infinite : value;
  value = x == 0.0 ? minus_infinite : value;
  value = x < 0.0 ? nan : value;
  out = x != x ? x : value;
}

/// log(1 + x), exact to 2 ulp where x is small, too. -infinity at -1, NaN below; NaN gives NaN.
template <class V>
COLONNADE_KERNEL void log1p(V& out, const V& x) {
  const V one_more = x + 1.0;
  // What the addition rounded away, from whichever operand is larger.
  const V from_large = 1.0 - (one_more - x), from_small = x - (one_more - 1.0);
  const V lost = x > 1.0 ? from_large : from_small;
  const V extra = lost / one_more;
  V exponent, m, value;
  detail::split(exponent, m, one_more);
  detail::log_near(value, exponent, m, extra);
  const V infinite = V{} + detail::infinity, minus_infinite = -infinite;
  const V nan = V{} + std::numeric_limits<double>::quiet_NaN();
  value = x == detail::infinity ? infinite : value;
  value = one_more == 1.0 ? x : value;
  value = x == -1.0 ? minus_infinite : value;
  value = x < -1.0 ? nan : value;
  out = x != x ? x : value;
}

/// 1 / (1 + e^-x), the logistic function. Error below 2.5 ulp, also where it is near 0; NaN gives NaN.
template <class V>
COLONNADE_KERNEL void sigmoid(V& out, const V& x) {
  const V minus = -x, one = V{} + 1.0;
  V e;
  exp(e, V(x > 0.0 ? minus : x));
  const V numerator = x > 0.0 ? one : e;
  out = numerator / (1.0 + e);
}

COLONNADE_KERNEL double exp(double x) {
  double y;
  exp(y, x);
  return y;
}
COLONNADE_KERNEL double log(double x) {
  double y;
  log(y, x);
  return y;
}
COLONNADE_KERNEL double log1p(double x) {
  double y;
  log1p(y, x);
  return y;
}
COLONNADE_KERNEL double sigmoid(double x) {
  double y;
  sigmoid(y, x);
  return y;
}

/// log(y!), the logarithm of Gamma(y + 1), for y >= 0. Error below 1e-14, absolute or relative.
inline double log_factorial(double y) {
  // Gamma(x + 1) = x Gamma(x) leads to where Stirling's series is exact enough.
  double x = y + 1, product = 1;
  for (; x < 10; x += 1) product *= x;
  constexpr double terms[] = {1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188, -691.0 / 360360};
  constexpr double half_log_two_pi = 0x1.d67f1c864beb5p-1;
  double series = 0;
  for (int k = 5; k >= 0; --k) series = series / (x * x) + terms[k];
  return (x - 0.5) * log(x) - x + half_log_two_pi + series / x - log(product);
}

}  // namespace colonnade::inline COLONNADE_ABI::elementary
