#pragma once

#include <algorithm>
#include <cstdlib>
#include <limits>

#include "colonnade/core/real.hpp"
#include "colonnade/kernels/elementary.hpp"

// Upper tails of the distributions that test statistics have under "no drift". All keep their relative
// precision where the tail is small, so that p-values of many columns can be ranked.

namespace colonnade::inline COLONNADE_ABI::null_distributions {

namespace detail {

inline constexpr double pi = 3.14159265358979323846;

/// Logarithm of the gamma function for x > 0 (Stirling's series after raising x above 10).
inline double log_gamma(double x) {
  double product = 1;
  for (; x < 10; x += 1) product *= x;
  const double inverse = 1 / x, square = inverse * inverse;
  const double series =
      inverse *
      (1.0 / 12 - square * (1.0 / 360 - square * (1.0 / 1260 - square * (1.0 / 1680 - square / 1188))));
  constexpr double half_log_two_pi = 0.91893853320467274178;
  return (x - 0.5) * elementary::log(x) - x + half_log_two_pi + series - elementary::log(product);
}

/// x^a e^-x / gamma(a)
inline double gamma_front(double a, double x) {
  return elementary::exp(a * elementary::log(x) - x - log_gamma(a));
}

/// Lower incomplete gamma function by its series; good for x < a + 1.
inline double gamma_series(double a, double x) {
  double term = 1 / a, sum = term;
  for (double n = 1; n < 100'000 && term > sum * 1e-17; ++n) {
    term *= x / (a + n);
    sum += term;
  }
  return sum * gamma_front(a, x);
}

/// Upper incomplete gamma function by its continued fraction (Lentz's method); good for x > a + 1.
inline double gamma_fraction(double a, double x) {
  constexpr double tiny = 1e-300;
  double b = x + 1 - a, c = 1 / tiny, d = 1 / b, h = d;
  for (double n = 1; n < 100'000; ++n) {
    const double an = -n * (n - a);
    b += 2;
    d = an * d + b;
    d = 1 / (std::abs(d) < tiny ? tiny : d);
    c = b + an / c;
    c = std::abs(c) < tiny ? tiny : c;
    h *= d * c;
    if (std::abs(d * c - 1) < 1e-16) break;
  }
  return h * gamma_front(a, x);
}

}  // namespace detail

/// Regularised upper incomplete gamma function Q(a, x), a > 0.
inline double gamma_upper(double a, double x) {
  if (real::isnan(x)) return x;
  if (x <= 0) return 1;
  if (x == std::numeric_limits<double>::infinity()) return 0;
  const double q = x < a + 1 ? 1 - detail::gamma_series(a, x) : detail::gamma_fraction(a, x);
  return std::clamp(q, 0.0, 1.0);
}

/// P(chi-squared with `freedom` degrees of freedom > x); 1 without any freedom.
inline double chi_squared_tail(double x, double freedom) {
  return freedom > 0 ? gamma_upper(0.5 * freedom, 0.5 * x) : 1;
}

/// P(standard normal > z).
inline double normal_tail(double z) {
  const double half = 0.5 * gamma_upper(0.5, 0.5 * z * z);
  return z < 0 ? 1 - half : half;
}

namespace detail {

/// P(sum of lambda_j chi-squared_1 > x), lambda descending: Smirnov's formula, an alternating series of
/// integrals between the odd and the even 1 / lambda_j of e^(-x u / 2) / (pi u sqrt|D(u)|), D(u) = product of
/// (1 - u lambda_j). u = middle - half cos(t) removes the poles at both ends, and the midpoint rule then
/// converges exponentially.
template <class Spectrum>
double weighted_chi_squared_tail(double x, const Spectrum& spectrum) {
  constexpr int nodes = 256;
  double tail = 0, sign = 1;
  for (int k = 1; k < 200; ++k, sign = -sign) {
    const double first = spectrum.inverse_weight(2 * k - 1), last = spectrum.inverse_weight(2 * k);
    const double middle = 0.5 * (first + last), half = 0.5 * (last - first);
    double sum = 0;
    for (int i = 0; i < nodes; ++i) {
      const double angle = (i + 0.5) * (pi / nodes), u = middle - half * real::cos(angle);
      sum +=
          elementary::exp(-0.5 * x * u) * real::sin(angle) / (u * real::sqrt(std::abs(spectrum.product(u))));
    }
    const double term = sum * half / nodes;
    tail += sign * term;
    if (!(term > 1e-18 * tail)) break;
  }
  return std::clamp(tail, 0.0, 1.0);
}

struct cramer_von_mises_spectrum {  // lambda_j = 1 / (pi j)^2
  static double inverse_weight(int j) { return pi * pi * j * j; }
  static double product(double u) { return real::sin(real::sqrt(u)) / real::sqrt(u); }
};
struct anderson_darling_spectrum {  // lambda_j = 1 / (j (j + 1))
  static double inverse_weight(int j) { return static_cast<double>(j) * (j + 1); }
  static double product(double u) { return -real::cos(0.5 * pi * real::sqrt(1 + 4 * u)) / (pi * u); }
};

}  // namespace detail

/// P(omega squared > x) in the limit of large samples (Anderson and Darling 1952).
inline double cramer_von_mises_tail(double x) {
  if (real::isnan(x)) return x;
  return x < 0.003 ? 1 : detail::weighted_chi_squared_tail(x, detail::cramer_von_mises_spectrum{});
}

/// P(A squared > x) in the limit of large samples (Anderson and Darling 1952).
inline double anderson_darling_tail(double x) {
  if (real::isnan(x)) return x;
  return x < 0.05 ? 1 : detail::weighted_chi_squared_tail(x, detail::anderson_darling_spectrum{});
}

}  // namespace colonnade::inline COLONNADE_ABI::null_distributions
