#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "colonnade/core/accumulator.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/drift/anderson_ties.hpp"
#include "colonnade/drift/divergence.hpp"
#include "colonnade/drift/quantile_bins.hpp"
#include "colonnade/drift/rank_tests.hpp"
#include "colonnade/drift/sorted_sample.hpp"
#include "colonnade/drift/wasserstein_null.hpp"

namespace colonnade::inline COLONNADE_ABI {

struct two_sample_params {
  /// Any of "ks", "wasserstein", "psi", "jensen_shannon", "anderson_darling", "cramer_von_mises".
  std::vector<std::string> statistics = {
      "ks", "wasserstein", "psi", "jensen_shannon", "anderson_darling", "cramer_von_mises"};
  std::size_t bins = 10;  ///< quantile bins of the reference, for psi and jensen_shannon

  static constexpr std::array<std::string_view, 6> names = {
      "ks", "wasserstein", "psi", "jensen_shannon", "anderson_darling", "cramer_von_mises"};
  bool wants(std::string_view name) const {
    return std::find(statistics.begin(), statistics.end(), name) != statistics.end();
  }
  void check() const {
    for (const std::string& name : statistics) {
      if (std::find(names.begin(), names.end(), name) != names.end()) continue;
      throw argument_error("statistics", "'" + name + "'",
                           "ks, wasserstein, psi, jensen_shannon, anderson_darling or cramer_von_mises");
    }
    if (bins < 2 || bins > 10'000) throw argument_error("bins", std::to_string(bins), "2 to 10000");
  }
};

/// What `two_sample` found. A statistic that was not asked for, or is not defined (a sample without values),
/// is NaN.
struct two_sample_result {
  std::uint64_t reference_count = 0, current_count = 0;  ///< values that are not missing
  std::uint64_t reference_missing = 0, current_missing = 0;
  test_result missing;            ///< chi-squared test of the two rates of missing values
  test_result ks;                 ///< largest |F - G|
  test_result wasserstein;        ///< integral of |F - G|, in the unit of the values
  test_result psi;                ///< population stability index over the bins
  test_result jensen_shannon;     ///< distance over the bins, base 2, 0 to 1
  test_result anderson_darling;   ///< standardised
  test_result cramer_von_mises;   ///< criterion T
  std::vector<double> bin_edges;  ///< ascending; bin k is (edge k-1, edge k], first and last are open
  std::vector<std::uint64_t> reference_bins, current_bins;

  double reference_missing_rate() const { return rate(reference_missing, reference_count); }
  double current_missing_rate() const { return rate(current_missing, current_count); }

 private:
  static double rate(std::uint64_t missing, std::uint64_t count) {
    return static_cast<double>(missing) / static_cast<double>(missing + count);
  }
};

/// The same from samples that are sorted already.
inline two_sample_result two_sample(const sorted_sample& reference, const sorted_sample& current,
                                    const two_sample_params& params = {}, int threads = 0) {
  params.check();
  two_sample_result result;
  const std::size_t n = reference.size(), m = current.size();
  result.reference_count = n;
  result.current_count = m;
  result.reference_missing = reference.missing();
  result.current_missing = current.missing();
  result.missing =
      two_proportions(reference.missing(), n + reference.missing(), current.missing(), m + current.missing());
  if (n == 0 || m == 0) return result;
  const bool anderson = params.wants("anderson_darling"), cramer = params.wants("cramer_von_mises");
  const bool ks = params.wants("ks"), wasserstein = params.wants("wasserstein");
  if (ks || wasserstein || anderson || cramer) {
    const auto pass = rank_pass::of(reference.values(), current.values(), anderson || cramer, threads);
    const rank_tests tests(pass, n, m);
    if (ks) result.ks = tests.kolmogorov_smirnov();
    if (anderson) {
      const double ties = anderson_ties::inflation(reference.values(), current.values());
      result.anderson_darling = tests.anderson_darling(ties);
    }
    if (cramer) result.cramer_von_mises = tests.cramer_von_mises();
    if (wasserstein) {
      const double distance = tests.wasserstein();
      result.wasserstein = {distance,
                            wasserstein_null::p_value(reference.values(), current.values(), distance)};
    }
  }
  if (!params.wants("psi") && !params.wants("jensen_shannon")) return result;
  const double size = static_cast<double>(n);
  const auto quantile = [&](double p) {
    const auto rank = static_cast<std::size_t>(real::ceil(p * size - 1e-9));
    return reference.values()[std::clamp<std::size_t>(rank, 1, n) - 1];
  };
  const auto share = [&](double v) {
    return static_cast<double>(reference.at_most(v) - reference.below(v)) / size;
  };
  const auto bins = quantile_bins::of_quantiles(params.bins, quantile, share);
  result.bin_edges = bins.edges();
  result.reference_bins = bins.counts([&](double edge) { return reference.at_most(edge); }, n);
  result.current_bins = bins.counts([&](double edge) { return current.at_most(edge); }, m);
  const divergence distance(result.reference_bins, result.current_bins);
  if (params.wants("psi")) result.psi = distance.population_stability();
  if (params.wants("jensen_shannon")) result.jensen_shannon = distance.jensen_shannon();
  return result;
}

/// Compares two samples of numbers: both are sorted once, one pass over the sorted values gives all rank
/// statistics, each with the p-value that it is from one distribution (see `kolmogorov`, `rank_tests`,
/// `wasserstein_null`, `divergence`).
///
/// Missing values are skipped and counted; infinities are values. Ties are exact. O(n + m) time; the bits do
/// not depend on the number of threads. Throws argument_error for an unknown statistic.
///
///     auto drift = colonnade::two_sample(colonnade::column_view<const double>(x.data(), x.size()),
///                                        colonnade::column_view<const double>(y.data(), y.size()));
///     if (drift.ks.p_value < 0.01) ...
template <class T, class U>
two_sample_result two_sample(column_view<T> reference, column_view<U> current,
                             const two_sample_params& params = {}, int threads = 0) {
  params.check();
  sorted_sample samples[2];
  const double work = 15.0 * static_cast<double>(reference.size() + current.size());
  for_blocks(2, useful_threads(threads, work), [&](std::size_t which) {
    samples[which] = which == 0 ? sorted_sample::of(reference, threads) : sorted_sample::of(current, threads);
  });
  return two_sample(samples[0], samples[1], params, threads);
}

}  // namespace colonnade::inline COLONNADE_ABI
