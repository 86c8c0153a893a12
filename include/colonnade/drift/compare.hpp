#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/drift/column_comparison.hpp"
#include "colonnade/drift/profile.hpp"
#include "colonnade/drift/report.hpp"

namespace colonnade::inline COLONNADE_ABI {

struct compare_params {
  double alpha = 0.05;        ///< share of false alarms among all alarms (Benjamini and Hochberg)
  double minimum_effect = 0;  ///< a column drifts only if its effect size is at least this
  std::size_t bins = 10;      ///< quantile bins of the reference, for numbers

  void check() const {
    if (!(alpha > 0 && alpha < 1))
      throw argument_error("alpha", std::to_string(alpha), "more than 0, less than 1");
    if (!(minimum_effect >= 0))
      throw argument_error("minimum_effect", std::to_string(minimum_effect), "0 or more");
    if (bins < 2 || bins > 10'000) throw argument_error("bins", std::to_string(bins), "2 to 10000");
  }
};

/// Benjamini and Hochberg's adjusted p-values: the smallest share of false alarms at which each is one. NaN
/// is no test and stays NaN.
inline std::vector<double> benjamini_hochberg(const std::vector<double>& p_values) {
  std::vector<std::size_t> tests;
  for (std::size_t i = 0; i < p_values.size(); ++i) {
    if (!real::isnan(p_values[i])) tests.push_back(i);
  }
  const auto order = order_by(tests.size(), [&](std::size_t k) { return ordered_bits(p_values[tests[k]]); });
  std::vector<double> adjusted = p_values;
  double least = 1;
  for (std::size_t rank = order.size(); rank > 0; --rank) {
    const std::size_t i = tests[order[rank - 1]];
    least = std::min(least, p_values[i] * static_cast<double>(order.size()) / static_cast<double>(rank));
    adjusted[i] = least;
  }
  return adjusted;
}

namespace detail {

/// The verdicts: all tests of all columns, those of the missing rates among them, are one family.
inline drift_report judged(std::vector<column_drift> columns, const compare_params& params) {
  std::vector<double> p_values;
  for (const column_drift& column : columns) {
    p_values.push_back(column.p_value);
    p_values.push_back(column.missing_p_value);
  }
  const auto adjusted = benjamini_hochberg(p_values);
  for (std::size_t j = 0; j < columns.size(); ++j) {
    column_drift& column = columns[j];
    column.adjusted_p_value = adjusted[2 * j];
    column.missing_adjusted_p_value = adjusted[2 * j + 1];
    column.judge(params.alpha, params.minimum_effect);
  }
  return drift_report(std::move(columns), params.alpha, params.minimum_effect);
}

/// Columns of both in the order of the reference, then those that only the current one has. `one(r, c)`
/// compares a pair.
template <class Side, class OtherSide, class One>
drift_report compared(const Side& reference, const OtherSide& current, const compare_params& params,
                      int threads, const One& one) {
  std::vector<std::pair<std::size_t, std::size_t>> pairs;
  std::vector<column_drift> columns;
  for (std::size_t j = 0; j < reference.columns(); ++j) {
    const std::string name = reference.name(j);
    pairs.emplace_back(j, current.find(name));
    columns.push_back(column_drift::named(name));
  }
  for (std::size_t j = 0; j < current.columns(); ++j) {
    const std::string name = current.name(j);
    if (reference.find(name) != reference.columns()) continue;
    pairs.emplace_back(reference.columns(), j);
    columns.push_back(column_drift::named(name));
  }
  for_blocks(pairs.size(), threads, [&](std::size_t k) {
    const auto [r, c] = pairs[k];
    if (c == current.columns()) {
      columns[k].schema_change = "the current table has no such column";
    } else if (r == reference.columns()) {
      columns[k].schema_change = "the reference has no such column";
    } else {
      one(r, c, columns[k]);
    }
  });
  return judged(std::move(columns), params);
}

}  // namespace detail

/// Compares two tables, column by column (by name), and says which columns drift.
///
/// Numbers: Kolmogorov-Smirnov test; everything else: chi-squared test. The effect size is the population
/// stability index less its expectation without drift (so that small samples do not look drifted), which does
/// not grow with the number of rows; the Wasserstein distance in standard deviations, or Cramer's V, stands
/// beside it. Rates of missing values are tests of their own. A column drifts if one of its p-values,
/// adjusted over all columns by Benjamini and Hochberg, is at most `alpha` (and the effect at least
/// `minimum_effect`), or if it is gone, new, or of another type.
///
/// Two tables are compared exactly, a profile through its sketches, whose rank error is taken off the
/// statistic before the p-value is computed. The bits do not depend on the number of threads.
inline drift_report compare(const table_view& reference, const table_view& current,
                            const compare_params& params = {}, int threads = 0) {
  params.check();
  const double work = 30.0 * static_cast<double>((reference.rows() + current.rows()) * reference.columns());
  return detail::compared(reference, current, params, useful_threads(threads, work),
                          [&](std::size_t r, std::size_t c, column_drift& out) {
                            compare_columns(reference.column(r), current.column(c), params.bins, out);
                          });
}
inline drift_report compare(const profile& reference, const profile& current,
                            const compare_params& params = {}, int threads = 0) {
  params.check();
  const double work = 100'000.0 * static_cast<double>(reference.columns());
  return detail::compared(reference, current, params, useful_threads(threads, work),
                          [&](std::size_t r, std::size_t c, column_drift& out) {
                            compare_columns(reference[r], current[c], params.bins, out);
                          });
}
inline drift_report compare(const profile& reference, const table_view& current,
                            const compare_params& params = {}, int threads = 0) {
  return compare(reference, profile::fit(current, reference.parameters(), threads), params, threads);
}
inline drift_report compare(const table_view& reference, const profile& current,
                            const compare_params& params = {}, int threads = 0) {
  return compare(profile::fit(reference, current.parameters(), threads), current, params, threads);
}
template <class T, class U>
drift_report compare(matrix_view<T> reference, matrix_view<U> current, const compare_params& params = {},
                     int threads = 0) {
  const auto r = profile::columns_of(reference);
  const auto c = profile::columns_of(current);
  return compare(table_view(r, {}, reference.rows()), table_view(c, {}, current.rows()), params, threads);
}

}  // namespace colonnade::inline COLONNADE_ABI
