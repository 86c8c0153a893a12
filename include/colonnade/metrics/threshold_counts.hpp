#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/kernels/radix_sort.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// For each distinct score, in descending order: the sums of weights of positive and of negative rows with at
/// least that score. Every curve of a binary classifier is made of it.
struct threshold_counts {
  std::vector<double> thresholds, true_positives, false_positives;

  std::size_t size() const { return thresholds.size(); }
  double positives() const { return size() == 0 ? 0 : true_positives.back(); }
  double negatives() const { return size() == 0 ? 0 : false_positives.back(); }

  /// Keeps the points whose `keep` is not 0.
  void select(const std::vector<std::uint8_t>& keep) {
    std::size_t kept = 0;
    for (std::size_t i = 0; i < size(); ++i) {
      if (keep[i] == 0) continue;
      thresholds[kept] = thresholds[i];
      true_positives[kept] = true_positives[i];
      false_positives[kept] = false_positives[i];
      ++kept;
    }
    thresholds.resize(kept);
    true_positives.resize(kept);
    false_positives.resize(kept);
  }
};

/// Counts at every threshold. Rows of weight 0 are left out; scores must be finite (data_error). Weights are
/// added in the order of the scores, rows of equal scores from last to first. O(rows); up to 2^32 rows.
inline threshold_counts count_at_thresholds(column_view<const double> score,
                                            column_view<const std::uint8_t> positive,
                                            column_view<const double> weight = {}, int threads = 0) {
  if (positive.size() != score.size() || (weight.size() != 0 && weight.size() != score.size())) {
    throw argument_error(
        "rows",
        std::to_string(positive.size()) + " classes and " + std::to_string(weight.size()) + " weights",
        std::to_string(score.size()));
  }
  std::vector<std::uint64_t> keys;
  std::vector<std::uint32_t> rows;
  keys.reserve(score.size());
  for (std::size_t i = 0; i < score.size(); ++i) {
    const double x = score[i];
    if (x - x != 0)
      throw data_error(x != x ? "Input y_score contains NaN" : "Input y_score contains infinity", i);
    if (weight.size() != 0) {
      if (weight[i] == 0) continue;
      rows.push_back(static_cast<std::uint32_t>(i));
    }
    // Descending order: the complement of the key.
    keys.push_back(~ordered_bits(x));
  }
  const std::vector<std::uint32_t> order = radix_argsort(keys, threads);
  threshold_counts counts;
  double true_positives = 0, false_positives = 0;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    const std::size_t row = weight.size() != 0 ? rows[order[i]] : order[i];
    (positive[row] != 0 ? true_positives : false_positives) += weight.size() != 0 ? weight[row] : 1.0;
    if (i + 1 < keys.size() && keys[i + 1] == keys[i]) continue;
    counts.thresholds.push_back(from_ordered_bits<double>(~keys[i]));
    counts.true_positives.push_back(true_positives);
    counts.false_positives.push_back(false_positives);
  }
  return counts;
}

}  // namespace colonnade::inline COLONNADE_ABI
