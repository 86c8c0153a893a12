#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/kernels/radix_sort.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// How the bins of a calibration curve are cut.
enum class calibration_bins { uniform, quantile };

/// Per bin that has rows: share of positive rows, mean predicted probability, and number of rows.
struct calibration_points {
  std::vector<double> observed, predicted, rows;

  /// Expected calibration error: mean over the rows of |observed - predicted| of their bin.
  double expected_error() const {
    double sum = 0, all = 0;
    for (std::size_t b = 0; b < rows.size(); ++b) {
      const double apart =
          observed[b] > predicted[b] ? observed[b] - predicted[b] : predicted[b] - observed[b];
      sum += rows[b] * apart;
      all += rows[b];
    }
    return sum / all;
  }
};

namespace detail {

/// Inner edges of `bins` bins: i / bins, or quantiles interpolated linearly between the sorted probabilities.
inline std::vector<double> calibration_edges(column_view<const double> probability, std::size_t bins,
                                             calibration_bins how) {
  std::vector<double> edges;
  std::vector<std::uint64_t> keys(how == calibration_bins::quantile ? probability.size() : 0),
      scratch(keys.size());
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = ordered_bits(probability[i]);
  const std::uint64_t* sorted = radix_sort(keys.data(), scratch.data(), keys.size());
  for (std::size_t b = 1; b < bins; ++b) {
    const double share = static_cast<double>(b) / static_cast<double>(bins);
    if (how == calibration_bins::uniform) {
      edges.push_back(share);
      continue;
    }
    const double at = share * static_cast<double>(keys.size() - 1);
    const auto below = static_cast<std::size_t>(at);
    const double x = from_ordered_bits<double>(sorted[below]);
    const double y = from_ordered_bits<double>(sorted[std::min(below + 1, keys.size() - 1)]);
    edges.push_back(x + (y - x) * (at - static_cast<double>(below)));
  }
  return edges;
}

}  // namespace detail

/// The reliability curve of predicted probabilities of the positive class. Throws data_error for a
/// probability outside [0, 1] or NaN.
inline calibration_points calibration_curve(column_view<const std::uint8_t> positive,
                                            column_view<const double> probability, std::size_t bins = 5,
                                            calibration_bins how = calibration_bins::uniform) {
  if (bins == 0) throw argument_error("n_bins", "0", "at least 1");
  if (positive.size() != probability.size()) {
    throw argument_error("y_prob", std::to_string(probability.size()) + " rows",
                         std::to_string(positive.size()));
  }
  for (std::size_t i = 0; i < probability.size(); ++i) {
    if (!(probability[i] >= 0 && probability[i] <= 1))
      throw data_error("y_prob has values outside [0, 1]", i);
  }
  if (probability.size() == 0) return {};
  const std::vector<double> edges = detail::calibration_edges(probability, bins, how);
  calibration_points all{std::vector<double>(bins), std::vector<double>(bins), std::vector<double>(bins)},
      filled;
  for (std::size_t i = 0; i < probability.size(); ++i) {
    const auto bin = static_cast<std::size_t>(std::lower_bound(edges.begin(), edges.end(), probability[i]) -
                                              edges.begin());
    all.observed[bin] += positive[i] != 0 ? 1 : 0;
    all.predicted[bin] += probability[i];
    all.rows[bin] += 1;
  }
  for (std::size_t b = 0; b < bins; ++b) {
    if (all.rows[b] == 0) continue;
    filled.observed.push_back(all.observed[b] / all.rows[b]);
    filled.predicted.push_back(all.predicted[b] / all.rows[b]);
    filled.rows.push_back(all.rows[b]);
  }
  return filled;
}

}  // namespace colonnade::inline COLONNADE_ABI
