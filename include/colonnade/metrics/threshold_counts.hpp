#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/kernels/radix_sort.hpp"
#include "colonnade/metrics/ranked_scores.hpp"

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

namespace detail {

inline threshold_counts sized_counts(std::size_t size) {
  return {std::vector<double>(size), std::vector<double>(size), std::vector<double>(size)};
}

/// Without weights the classes travel with the keys, and nothing is looked up by row.
inline threshold_counts count_unweighted(const ranked_scores& ranked) {
  threshold_counts counts = sized_counts(ranked.distinct());
  std::size_t first = 0, at = counts.size();
  double positives = static_cast<double>(ranked.positives()),
         negatives = static_cast<double>(ranked.negatives());
  ranked.for_groups([&](std::uint64_t p, std::uint64_t n) {
    --at;
    counts.thresholds[at] = ranked.score_at(first);
    counts.true_positives[at] = positives;
    counts.false_positives[at] = negatives;
    positives -= static_cast<double>(p);
    negatives -= static_cast<double>(n);
    first += p + n;
  });
  return counts;
}

inline threshold_counts count_weighted(column_view<const double> score,
                                       column_view<const std::uint8_t> positive,
                                       column_view<const double> weight, int threads) {
  std::vector<std::uint64_t> keys;
  std::vector<std::uint32_t> rows;
  keys.reserve(score.size());
  rows.reserve(score.size());
  for (std::size_t i = 0; i < score.size(); ++i) {
    const double x = score[i];
    if (x - x != 0)
      throw data_error(x != x ? "Input y_score contains NaN" : "Input y_score contains infinity", i);
    if (weight[i] == 0) continue;
    rows.push_back(static_cast<std::uint32_t>(i));
    keys.push_back(~ordered_bits(x));  // the complement: descending order
  }
  const std::vector<std::uint32_t> order = radix_argsort(keys, threads);
  std::size_t distinct = keys.empty() ? 0 : 1;
  for (std::size_t i = 1; i < keys.size(); ++i) distinct += keys[i] != keys[i - 1] ? 1 : 0;
  threshold_counts counts = sized_counts(distinct);
  double of_class[2] = {0, 0};
  for (std::size_t i = 0, at = 0; i < keys.size(); ++i) {
    const std::size_t row = rows[order[i]];
    of_class[positive[row] != 0 ? 1 : 0] += weight[row];
    if (i + 1 < keys.size() && keys[i + 1] == keys[i]) continue;
    counts.thresholds[at] = from_ordered_bits<double>(~keys[i]);
    counts.true_positives[at] = of_class[1];
    counts.false_positives[at] = of_class[0];
    ++at;
  }
  return counts;
}

}  // namespace detail

/// Counts at every threshold. Rows of weight 0 are left out; scores must be finite (data_error). Weights are
/// added in the order of the scores, rows of equal scores in their order. O(rows); up to 2^32 rows with
/// weights.
inline threshold_counts count_at_thresholds(column_view<const double> score,
                                            column_view<const std::uint8_t> positive,
                                            column_view<const double> weight = {}, int threads = 0) {
  if (positive.size() != score.size() || (weight.size() != 0 && weight.size() != score.size())) {
    throw argument_error(
        "rows",
        std::to_string(positive.size()) + " classes and " + std::to_string(weight.size()) + " weights",
        std::to_string(score.size()));
  }
  if (weight.size() != 0) return detail::count_weighted(score, positive, weight, threads);
  return detail::count_unweighted(ranked_scores(score, positive, threads));
}

}  // namespace colonnade::inline COLONNADE_ABI
