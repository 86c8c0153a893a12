#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <span>
#include <string>

#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/drift/rank_tests.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Distances and tests of two rows of counts over the same bins or categories; bins that are empty in both
/// are left out. NaN where a sample is empty. O(bins).
class divergence {
 public:
  divergence(std::span<const std::uint64_t> reference, std::span<const std::uint64_t> current)
      : reference_(reference), current_(current) {
    if (reference.size() != current.size()) {
      throw argument_error("current", std::to_string(current.size()) + " bins",
                           std::to_string(reference.size()));
    }
    for (std::size_t k = 0; k < reference.size(); ++k) {
      n_ += static_cast<double>(reference[k]);
      m_ += static_cast<double>(current[k]);
      bins_ += reference[k] + current[k] > 0 ? 1 : 0;
    }
  }

  /// Bins that are not empty in both samples.
  double bins() const { return bins_; }

  /// Population stability index, sum of (p - q) ln(p / q), natural logarithm. Half a count is added to every
  /// bin (Jeffreys' prior), so that an empty bin counts, but finitely and by the size of the samples. The
  /// p-value is that of PSI / (1/n + 1/m) as chi-squared with bins - 1 degrees of freedom (Yurdakul 2018).
  test_result population_stability() const {
    if (!defined()) return {};
    double psi = 0;
    each([&](double r, double c) {
      const double p = (r + 0.5) / (n_ + 0.5 * bins_), q = (c + 0.5) / (m_ + 0.5 * bins_);
      psi += (p - q) * elementary::log(p / q);
    });
    return {psi, null_distributions::chi_squared_tail(psi * (n_ / (n_ + m_) * m_), bins_ - 1)};
  }

  /// Jensen-Shannon distance, the square root of the divergence with base 2: 0 for equal, 1 for disjoint
  /// distributions (scipy's `jensenshannon(p, q, base=2)`). The p-value is that of the G-test (likelihood
  /// ratio) of the same counts, which for samples of equal size is 4 n ln(2) times the divergence.
  test_result jensen_shannon() const {
    if (!defined()) return {};
    double bits = 0;
    each([&](double r, double c) {
      const double p = r / n_, q = c / m_, middle = 0.5 * (p + q);
      bits += 0.5 * (gain(p, middle) + gain(q, middle));
    });
    constexpr double log2_of_e = 1.44269504088896340736;
    return {real::sqrt(std::min(1.0, std::max(0.0, bits * log2_of_e))), g_test().p_value};
  }

  /// Likelihood-ratio test of the 2 x bins table: 2 sum of observed ln(observed / expected).
  test_result g_test() const {
    if (!defined()) return {};
    double g = 0;
    const double all = n_ + m_;
    each([&](double r, double c) { g += 2 * (gain(r, (r + c) / all * n_) + gain(c, (r + c) / all * m_)); });
    return {g, null_distributions::chi_squared_tail(g, bins_ - 1)};
  }

  /// Pearson's chi-squared test of the 2 x bins table, without continuity correction (both rows are samples:
  /// new and vanished categories count, and nothing is divided by zero).
  test_result chi_squared() const {
    if (!defined()) return {};
    double statistic = 0;
    each([&](double r, double c) {
      const double gap = r * m_ - c * n_;
      statistic += gap / n_ * (gap / m_) / (r + c);
    });
    return {statistic, null_distributions::chi_squared_tail(statistic, bins_ - 1)};
  }

  /// Cramer's V = sqrt(chi-squared / (n + m)): 0 for equal, 1 for disjoint distributions, of any number of
  /// bins.
  double cramers_v() const { return real::sqrt(chi_squared().statistic / (n_ + m_)); }

  /// Half the sum of |p - q|.
  double total_variation() const {
    double sum = 0;
    each([&](double r, double c) { sum += std::abs(r / n_ - c / m_); });
    return defined() ? 0.5 * sum : std::numeric_limits<double>::quiet_NaN();
  }

 private:
  bool defined() const { return n_ > 0 && m_ > 0; }

  /// p ln(p / q), 0 at p = 0.
  static double gain(double p, double q) { return p > 0 ? p * elementary::log(p / q) : 0; }

  template <class Act>
  void each(const Act& act) const {
    for (std::size_t k = 0; k < reference_.size(); ++k) {
      if (reference_[k] + current_[k] > 0)
        act(static_cast<double>(reference_[k]), static_cast<double>(current_[k]));
    }
  }

  std::span<const std::uint64_t> reference_, current_;
  double n_ = 0, m_ = 0, bins_ = 0;
};

/// Chi-squared test of two shares, `a` of `n` against `b` of `m` (a rate of missing values, say); NaN for an
/// empty sample, p-value 1 where both shares are 0 or both 1.
inline test_result two_proportions(std::uint64_t a, std::uint64_t n, std::uint64_t b, std::uint64_t m) {
  const std::uint64_t reference[] = {a, n - a}, current[] = {b, m - b};
  return divergence(reference, current).chi_squared();
}

}  // namespace colonnade::inline COLONNADE_ABI
