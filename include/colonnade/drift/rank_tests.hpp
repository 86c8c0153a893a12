#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include "colonnade/core/real.hpp"
#include "colonnade/drift/kolmogorov.hpp"
#include "colonnade/drift/null_distributions.hpp"
#include "colonnade/drift/rank_pass.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A statistic and the probability of one at least as large if nothing has drifted. NaN: not defined or not
/// asked for.
struct test_result {
  double statistic = std::numeric_limits<double>::quiet_NaN();
  double p_value = std::numeric_limits<double>::quiet_NaN();

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.statistic, self.p_value);
  }
};

/// Two-sample rank tests from the sums of one `rank_pass` over samples of n and m values (both positive).
class rank_tests {
 public:
  rank_tests(const rank_pass& pass, std::size_t n, std::size_t m)
      : pass_(pass), n_(n), m_(m), a_(static_cast<double>(n)), b_(static_cast<double>(m)) {}

  /// Kolmogorov-Smirnov: largest |F - G|; p-value of `kolmogorov`.
  test_result kolmogorov_smirnov() const {
    return {static_cast<double>(pass_.gap) / a_ / b_, kolmogorov::p_value(n_, m_, pass_.gap)};
  }
  /// Wasserstein distance of order 1: integral of |F - G|, in the unit of the values.
  double wasserstein() const { return pass_.area / a_ / b_; }

  /// Cramer-von Mises criterion T (Anderson 1962): n m / (n + m)^2 times the sum of (F - G)^2 over the pooled
  /// values. The p-value is exact for at most 20 values in each sample, otherwise of the limit, standardised
  /// to the mean and variance of the sizes. Without ties both are those of scipy's `cramervonmises_2samp`;
  /// scipy's midranks let T grow without bound where samples of unequal size are tied, this sum does not.
  test_result cramer_von_mises() const {
    if (n_ < 2 || m_ < 2) return {};
    const double pooled = a_ + b_, k = a_ * b_;
    const double t = pass_.squares / k / pooled / pooled;
    if (std::max(n_, m_) <= 20) return {t, exact_cramer_von_mises()};
    const double mean = (1 + 1 / pooled) / 6;
    const double variance =
        (pooled + 1) / pooled * ((4 * k * pooled - 3 * (a_ * a_ + b_ * b_) - 2 * k) / (4 * k)) / pooled;
    return {t, null_distributions::cramer_von_mises_tail(1.0 / 6 + (t - mean) / real::sqrt(variance))};
  }

  /// Anderson-Darling for two samples with midranks (Scholz and Stephens 1987), standardised, as scipy's
  /// `anderson_ksamp`. The p-value is that of the limiting distribution itself, so it is not capped to
  /// [0.001, 0.25]. `tie_inflation` (see `anderson_ties`) is what ties multiply the variance by; scipy's
  /// p-value assumes 1.
  test_result anderson_darling(double tie_inflation = 1) const {
    const double pooled = a_ + b_;
    if (n_ + m_ < 4) return {};
    const double raw = (pooled - 1) / pooled * (1 / a_ + 1 / b_) * pass_.weighted;
    const double t = (raw - 1) / real::sqrt(anderson_variance());
    constexpr double limit_deviation = 0.76140562639;  // sqrt(2 (pi^2 - 9) / 3)
    return {t,
            null_distributions::anderson_darling_tail(1 + t * limit_deviation / real::sqrt(tie_inflation))};
  }

 private:
  /// Values of zeta (a v - b u)^2 summed over a path, and how many paths have each; by Xiao, Gordon and
  /// Yakovlev (2006).
  using frequencies = std::vector<std::pair<std::int64_t, double>>;

  static frequencies merged(const frequencies& left, const frequencies& right, std::int64_t shift) {
    frequencies result;
    auto l = left.begin(), r = right.begin();
    while (l != left.end() || r != right.end()) {
      const bool take_left = r == right.end() || (l != left.end() && l->first <= r->first);
      const auto& next = take_left ? *l++ : *r++;
      if (!result.empty() && result.back().first == next.first + shift) {
        result.back().second += next.second;
      } else {
        result.emplace_back(next.first + shift, next.second);
      }
    }
    return result;
  }

  double exact_cramer_von_mises() const {
    const auto n = static_cast<std::int64_t>(n_), m = static_cast<std::int64_t>(m_), common = std::lcm(n, m);
    const std::int64_t a = common / n, b = common / m;
    // Integers below 2^53: the division is exact.
    const double unit = a_ * b_ / static_cast<double>(common);
    const auto reached = static_cast<std::int64_t>(real::nearbyint(pass_.squares / (unit * unit)));
    std::vector<frequencies> row(n_ + 1);
    for (std::int64_t u = 0; u <= m; ++u) {
      frequencies left;
      if (u == 0) left = {{0, 1.0}};
      for (std::int64_t v = 0; v <= n; ++v) {
        const std::int64_t off = (a * v - b * u) * (a * v - b * u);
        auto& here = row[static_cast<std::size_t>(v)];
        here = u == 0 && v == 0 ? left : merged(left, here, off);
        left = here;
      }
    }
    double paths = 0, tail = 0;
    for (const auto& [value, count] : row[n_]) {
      paths += count;
      if (value >= reached) tail += count;
    }
    return tail / paths;
  }

  /// 1 + 1/2^power + ... + 1/count^power for power 1 and 2.
  static double harmonic(double count, int power) {
    constexpr double direct = 64;
    double sum = 0;
    for (double i = std::min(count, direct); i >= 1; --i) sum += power == 1 ? 1 / i : 1 / (i * i);
    if (count <= direct) return sum;
    const auto tail = [power](double k) {  // Euler and Maclaurin's sum beyond k, without its constant
      const double r = 1 / k, r2 = r * r;
      return power == 1 ? elementary::log(k) + r * (0.5 - r * (1.0 / 12 - r2 * (1.0 / 120 - r2 / 252)))
                        : -r * (1 - r * (0.5 - r * (1.0 / 6 - r2 * (1.0 / 30 - r2 / 42))));
    };
    return sum + tail(count) - tail(direct);
  }

  double anderson_variance() const {
    const double pooled = a_ + b_, sizes = 1 / a_ + 1 / b_;
    const double h = harmonic(pooled - 1, 1);
    // The double sum g of Scholz and Stephens in closed form.
    const double g = harmonic(pooled, 2) - 2 * harmonic(pooled, 1) / pooled + 1 / (pooled * pooled);
    const double a = (4 * g - 6) + (10 - 6 * g) * sizes;
    const double b = (2 * g - 4) * 4 + 16 * h + (2 * g - 14 * h - 4) * sizes - 8 * h + 4 * g - 6;
    const double c = (6 * h + 2 * g - 2) * 4 + (4 * h - 4 * g + 6) * 2 + (2 * h - 6) * sizes + 4 * h;
    const double d = (2 * h + 6) * 4 - 8 * h;
    const double scale = (1 - 1 / pooled) * (1 - 2 / pooled) * (1 - 3 / pooled);
    return (a + (b + (c + d / pooled) / pooled) / pooled) / scale;
  }

  rank_pass pass_;
  std::size_t n_, m_;
  double a_, b_;
};

}  // namespace colonnade::inline COLONNADE_ABI
