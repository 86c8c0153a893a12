#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

#include "colonnade/core/config.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Drawing rows in proportion to their weights, none twice: a row of weight w is drawn with the probability
/// min(1, c w), where c is such that the probabilities sum to `share` times the number of rows with a weight.
/// A drawn row then counts as max(1, c w): as one row, but for those that are certain and would have been
/// drawn more often than once. So a row counts c w on average, whatever its weight. O(rows log rows).
class weighted_draw {
 public:
  /// Weights are 0 or more and finite, not all of them 0; `share` is in (0, 1).
  weighted_draw(std::span<const double> weight, double share) {
    // Sums go from the lightest to the heaviest, so that the order of the rows does not matter.
    std::vector<double> sorted;
    for (const double w : weight) {
      if (w > 0) sorted.push_back(w);
    }
    std::sort(sorted.begin(), sorted.end());
    largest_ = sorted.back();
    std::vector<double> sum(sorted.size() + 1);
    for (std::size_t i = 0; i < sorted.size(); ++i) sum[i + 1] = sum[i] + sorted[i] / largest_;
    double wanted = share * static_cast<double>(sorted.size());
    std::size_t rest = sorted.size();  // the others are certain
    for (; wanted > 1 && wanted * (sorted[rest - 1] / largest_) > sum[rest]; --rest) --wanted;
    rate_ = sum[rest] > 0 ? std::min(wanted / sum[rest], most) : most;
  }

  double probability(double w) const { return std::min(1.0, w / largest_ * rate_); }
  /// What a drawn row counts as; 0 without weight.
  double weight_when_drawn(double w) const { return w > 0 ? std::max(1.0, w / largest_ * rate_) : 0; }

 private:
  static constexpr double most = 1e30;  // weights that differ by more are not told apart

  double largest_ = 1, rate_ = 1;
};

}  // namespace colonnade::inline COLONNADE_ABI
