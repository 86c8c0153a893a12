#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/metrics/threshold_counts.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Points of an ROC curve from (0, 0) at threshold infinity to (1, 1). A rate is NaN when its class is empty.
struct roc_points {
  std::vector<double> false_positive_rate, true_positive_rate, thresholds;
};

/// The curve; `drop_intermediate` leaves out points on a straight line between their neighbours.
inline roc_points roc_curve(threshold_counts counts, bool drop_intermediate = true) {
  if (drop_intermediate && counts.size() > 2) {
    std::vector<std::uint8_t> keep(counts.size(), 1);
    const auto bends = [](const std::vector<double>& x, std::size_t i) {
      return (x[i + 1] - x[i]) - (x[i] - x[i - 1]) != 0;
    };
    for (std::size_t i = 1; i + 1 < counts.size(); ++i) {
      keep[i] = bends(counts.false_positives, i) || bends(counts.true_positives, i) ? 1 : 0;
    }
    counts.select(keep);
  }
  const double positives = counts.positives(), negatives = counts.negatives();
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  // The counts become the rates where they lie, behind a first point.
  const auto rates = [](std::vector<double> sums, double all) {
    for (double& x : sums) x = all <= 0 ? nan : x / all;
    sums.insert(sums.begin(), all <= 0 ? nan : 0.0);
    return sums;
  };
  roc_points points{rates(std::move(counts.false_positives), negatives),
                    rates(std::move(counts.true_positives), positives), std::move(counts.thresholds)};
  points.thresholds.insert(points.thresholds.begin(), std::numeric_limits<double>::infinity());
  return points;
}

/// Area under points whose x ascends, by trapezoids.
inline double trapezoid_area(const std::vector<double>& x, const std::vector<double>& y) {
  double area = 0;
  for (std::size_t i = 1; i < x.size(); ++i) area += (x[i] - x[i - 1]) * (y[i] + y[i - 1]) / 2;
  return area;
}

/// Area under the curve up to a false positive rate of `max_fpr`, scaled so that chance is 0.5 and the best
/// is 1 (McClish 1989); the plain area for 1. NaN when a class is empty.
inline double partial_roc_auc(const roc_points& curve, double max_fpr = 1) {
  if (!(max_fpr > 0 && max_fpr <= 1)) {
    throw argument_error("max_fpr", std::to_string(max_fpr), "a number above 0, at most 1");
  }
  if (max_fpr == 1) return trapezoid_area(curve.false_positive_rate, curve.true_positive_rate);
  std::vector<double> x = curve.false_positive_rate, y = curve.true_positive_rate;
  if (x.back() != x.back() || y.back() != y.back()) return std::numeric_limits<double>::quiet_NaN();
  const auto stop = static_cast<std::size_t>(std::upper_bound(x.begin(), x.end(), max_fpr) - x.begin());
  const double slope = (y[stop] - y[stop - 1]) / (x[stop] - x[stop - 1]);
  y[stop] = y[stop - 1] + slope * (max_fpr - x[stop - 1]);
  x[stop] = max_fpr;
  x.resize(stop + 1);
  y.resize(stop + 1);
  const double least = 0.5 * max_fpr * max_fpr;
  return 0.5 * (1 + (trapezoid_area(x, y) - least) / (max_fpr - least));
}

}  // namespace colonnade::inline COLONNADE_ABI
