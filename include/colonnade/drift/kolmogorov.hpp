#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "colonnade/core/real.hpp"
#include "colonnade/kernels/elementary.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// P-values of the two-sample Kolmogorov-Smirnov statistic D = largest |F(x) - G(x)|.
///
/// Exact while it is affordable (at most 10,000 rows in each sample, or at most 1,000 in the smaller, and 2e7
/// lattice steps), otherwise the limit with its corrections at the effective size n m / (n + m), as scipy's
/// `ks_2samp` does. Ties make either conservative: the true p-value is not above the one given.
class kolmogorov {
 public:
  /// P(D >= gap / (n m)), where `gap` is the largest |i m - j n| over the pooled steps: an integer, so ties
  /// and rounding cannot move it.
  static double p_value(std::uint64_t n, std::uint64_t m, std::uint64_t gap) {
    if (gap == 0) return 1;
    if (n == m && n <= exact_rows) return equal_sizes(n, gap / n);
    if (affordable(n, m, gap)) return outside_probability(n, m, gap);
    const double a = static_cast<double>(n), b = static_cast<double>(m);
    return asymptotic(real::nearbyint(a / (a + b) * b), static_cast<double>(gap) / a / b);
  }

  /// P(D_n > d) of the one-sample statistic for large n: Pelz and Good (1976) in the body, Maag and Dicaire
  /// (1971) in the upper tail, there up to n = 5,000 twice the exact one-sided probability (Birnbaum and
  /// Tingey 1951).
  static double asymptotic(double n, double d) {
    const double z = real::sqrt(n) * d;
    if (z < 0.04) return 1;
    if (z < 1.8) return std::clamp(1 - pelz_good(n, z), 0.0, 1.0);
    if (n <= exact_tail_rows) return std::min(1.0, 2 * one_sided(n, d));
    const double top = 6 * n * d + 1;
    return 2 * elementary::exp(-top * top / (18 * n));
  }

 private:
  static constexpr std::uint64_t exact_rows = 10'000, exact_small = 1'000;
  static constexpr double exact_steps = 2e7;
  static constexpr double exact_tail_rows = 5'000;
  static constexpr double pi = 3.14159265358979323846;

  static bool affordable(std::uint64_t n, std::uint64_t m, std::uint64_t gap) {
    if (std::max(n, m) > exact_rows && std::min(n, m) > exact_small) return false;
    const double a = static_cast<double>(n), b = static_cast<double>(m), g = static_cast<double>(gap);
    return std::min(a * b, 2 * g) + a + b <= exact_steps;
  }

  /// n = m: by reflections, 2 (C(2n, n - h) - C(2n, n - 2h) + ...) / C(2n, n), as nested products.
  static double equal_sizes(std::uint64_t n, std::uint64_t h) {
    double p = 0;
    for (std::uint64_t k = n / h; k > 0; --k) {
      double ratio = 1;
      const double from = static_cast<double>(n - (k - 1) * h), to = static_cast<double>(n + (k - 1) * h);
      for (std::uint64_t step = 0; step < h; ++step) {
        ratio *= (from - static_cast<double>(step)) / (to + static_cast<double>(step) + 1);
      }
      p = ratio * (1 - p);
    }
    return std::clamp(2 * p, 0.0, 1.0);
  }

  /// Probability that a random lattice path from (0, 0) to (n, m) touches |i m - j n| >= gap. `p[j]` is that
  /// of paths to (i, j), built row by row inside the strip; outside it is 1.
  static double outside_probability(std::uint64_t rows, std::uint64_t columns, std::uint64_t gap) {
    const auto n = static_cast<std::int64_t>(std::min(rows, columns));
    const auto m = static_cast<std::int64_t>(std::max(rows, columns));
    const auto g = static_cast<std::int64_t>(gap);
    std::vector<double> p(static_cast<std::size_t>(m) + 1, 1.0), inverse(static_cast<std::size_t>(n + m) + 1);
    for (std::size_t s = 1; s < inverse.size(); ++s) inverse[s] = 1.0 / static_cast<double>(s);
    for (std::int64_t j = 0; j <= m && j * n < g; ++j) p[static_cast<std::size_t>(j)] = 0;
    for (std::int64_t i = 1, low = 0; i <= n; ++i) {
      for (; i * m - low * n >= g; ++low) p[static_cast<std::size_t>(low)] = 1;
      const std::int64_t high = std::min(m, (i * m + g - 1) / n);
      double left = low == 0 ? 0.0 : 1.0;
      for (std::int64_t j = low; j <= high; ++j) {
        const auto at = static_cast<std::size_t>(j);
        const double share = inverse[static_cast<std::size_t>(i + j)];
        left = (static_cast<double>(i) * p[at] + static_cast<double>(j) * left) * share;
        p[at] = left;
      }
    }
    return std::clamp(p[static_cast<std::size_t>(m)], 0.0, 1.0);
  }

  /// P(D_n+ >= d) = d sum over j <= n (1 - d) of C(n, j) (d + j/n)^(j-1) (1 - d - j/n)^(n-j).
  static double one_sided(double n, double d) {
    if (d >= 1) return 0;
    double sum = 0, choose = 0;  // logarithm of C(n, j)
    for (double j = 0; j <= n * (1 - d); ++j) {
      const double up = d + j / n, down = 1 - up;
      const double rest = n - j == 0 ? 0 : (n - j) * elementary::log(std::max(down, 0.0));
      sum += elementary::exp(choose + (j - 1) * elementary::log(up) + rest);
      choose += elementary::log((n - j) / (j + 1));
    }
    return d * sum;
  }

  /// P(D_n <= z / sqrt(n)), the limit and three corrections.
  static double pelz_good(double n, double z) {
    const double z2 = z * z, z4 = z2 * z2, pi2 = pi * pi, root = real::sqrt(n);
    double k0 = 0, k1 = 0, k2 = 0, k3 = 0, k2b = 0, k3b = 0;
    for (int k = 0; k < 20; ++k) {
      const double half = (k + 0.5) * (k + 0.5) * pi2, whole = (k + 1.0) * (k + 1.0) * pi2;
      const double e = 2 * elementary::exp(-half / (2 * z2)), f = 2 * elementary::exp(-whole / (2 * z2));
      k0 += e;
      k1 += e * (half - z2);
      k2 += e * (6 * z4 * z2 + 2 * z4 + half * (2 * z4 - 5 * z2) + half * half * (1 - 2 * z2));
      k3 += e * (half * half * half * (5 - 30 * z2) + half * half * (-60 * z2 + 212 * z4) +
                 half * (135 * z4 - 96 * z4 * z2) - 30 * z4 * z2 - 90 * z4 * z4);
      k2b += f * whole;
      k3b += f * (3 * whole * z2 - whole * whole);
    }
    const double scale = real::sqrt(pi / 2);
    k0 *= scale / z;
    k1 *= scale / (6 * z4);
    k2 = scale * (k2 / (72 * z4 * z2 * z) - k2b / (36 * z2 * z));
    k3 = scale * (k3 / (6480 * z4 * z4 * z2) + k3b / (108 * z4 * z2));
    return k0 + k1 / root + k2 / n + k3 / (n * root);
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
