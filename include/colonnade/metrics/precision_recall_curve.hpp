#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "colonnade/metrics/threshold_counts.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Precision and recall at ascending thresholds, and after them a last point (precision 1, recall 0) without
/// threshold.
struct precision_recall_points {
  std::vector<double> precision, recall, thresholds;
};

/// The curve. Without positive rows recall is 1 at every threshold. `drop_intermediate` leaves out thresholds
/// at which the true positives are those of both neighbours.
inline precision_recall_points precision_recall_curve(threshold_counts counts,
                                                      bool drop_intermediate = false) {
  if (drop_intermediate && counts.size() > 2) {
    const std::vector<double>& hits = counts.true_positives;
    std::vector<std::uint8_t> keep(counts.size(), 1);
    for (std::size_t i = 1; i + 1 < counts.size(); ++i) {
      keep[i] = hits[i] != hits[i - 1] || hits[i + 1] != hits[i] ? 1 : 0;
    }
    counts.select(keep);
  }
  precision_recall_points points;
  points.precision.reserve(counts.size() + 1);
  points.recall.reserve(counts.size() + 1);
  points.thresholds.reserve(counts.size());
  const double positives = counts.positives();
  for (std::size_t i = counts.size(); i-- > 0;) {
    const double hits = counts.true_positives[i], all = hits + counts.false_positives[i];
    points.precision.push_back(all != 0 ? hits / all : 0.0);
    points.recall.push_back(positives == 0 ? 1.0 : hits / positives);
    points.thresholds.push_back(counts.thresholds[i]);
  }
  points.precision.push_back(1);
  points.recall.push_back(0);
  return points;
}

/// Average precision: sum of precision times the step of recall, no interpolation.
inline double average_precision(const threshold_counts& counts) {
  const double positives = counts.positives();
  if (positives == 0) return 0;
  double sum = 0, before = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double hits = counts.true_positives[i], all = hits + counts.false_positives[i];
    if (all != 0) sum += (hits / positives - before / positives) * (hits / all);
    before = hits;
  }
  return std::max(0.0, sum);
}

}  // namespace colonnade::inline COLONNADE_ABI
