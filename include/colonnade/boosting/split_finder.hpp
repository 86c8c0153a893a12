#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "colonnade/boosting/binned_matrix.hpp"
#include "colonnade/boosting/boosting_params.hpp"
#include "colonnade/boosting/gradient_scale.hpp"
#include "colonnade/boosting/histogram_builder.hpp"
#include "colonnade/kernels/row_partition.hpp"
#include "colonnade/kernels/split_scan.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A split of a node: column, bins, the sums of its left side, and what it gains.
struct node_split {
  double gain = 0;  ///< 0: there is none
  std::uint32_t feature = 0;
  split_choice choice;

  bool found() const { return gain > 0; }
};

/// Finds the best split of a node from its histogram:
///   gain = G_l^2 / (H_l + lambda) + G_r^2 / (H_r + lambda) - G^2 / (H + lambda),  with G reduced by alpha.
/// Ties go to the lowest column, then the lowest bin. O(columns x bins).
class split_finder {
 public:
  split_finder(const binned_matrix& bins, const boosting_params& params, std::size_t workers)
      : bins_(bins), least_gain_(std::max(params.gamma, tiny_gain)), scratch_(workers) {
    rule_.l2 = params.reg_lambda;
    rule_.l1 = params.reg_alpha;
    rule_.min_hessian = params.min_child_weight;
  }

  /// The tree that grows now: units of its gradients, and the columns that it may use.
  void use(const gradient_scale& scale, std::span<const std::uint32_t> features) {
    rule_.gradient_unit = scale.gradient_unit();
    rule_.hessian_unit = scale.hessian_unit();
    features_ = features;
  }

  const split_rule& rule() const { return rule_; }
  /// False when no split of a node with these sums can leave enough weight on both sides.
  bool worth_trying(const gradient_sum& sum) const {
    const double h = static_cast<double>(sum.hessian) * rule_.hessian_unit;
    return sum.hessian > 1 && h >= 2 * rule_.min_hessian;
  }
  double score(const gradient_sum& sum) const {
    return leaf_score(static_cast<double>(sum.gradient) * rule_.gradient_unit,
                      static_cast<double>(sum.hessian) * rule_.hessian_unit, rule_.l2, rule_.l1);
  }

  /// The best split, found by `worker` alone.
  node_split find(const gradient_histogram& histogram, const gradient_sum& sum, std::size_t worker) {
    return find_among(features_, histogram, sum, worker);
  }

  /// The same, on up to `threads` threads.
  node_split find_together(const gradient_histogram& histogram, const gradient_sum& sum, int threads) {
    const std::size_t blocks = block_count(features_.size(), features_together);
    const int useful = useful_threads(threads, static_cast<double>(histogram.size()) * nanoseconds_per_cell);
    if (useful <= 1) return find(histogram, sum, 0);
    std::vector<node_split> found(blocks);
    for_blocks(blocks, useful, [&](std::size_t block, int worker) {
      const std::size_t first = block * features_together;
      const auto some = features_.subspan(first, std::min(features_together, features_.size() - first));
      found[block] = find_among(some, histogram, sum, static_cast<std::size_t>(worker));
    });
    node_split best;
    for (const node_split& candidate : found) {
      if (candidate.gain > best.gain) best = candidate;
    }
    return best;
  }

  static constexpr double nanoseconds_per_cell = 1.5;

 private:
  static constexpr double tiny_gain = 1e-6;
  static constexpr std::size_t features_together = 8;

  node_split find_among(std::span<const std::uint32_t> features, const gradient_histogram& histogram,
                        const gradient_sum& sum, std::size_t worker) {
    auto& work = scratch_[worker];
    if (work == nullptr) work = std::make_unique<split_scratch>();
    node_split best;
    best.choice.score = -1;
    for (const std::uint32_t feature : features) {
      split_choice choice;
      const std::size_t count = bins_.missing_bin(feature);
      simd::run<split_scan>(histogram.cells() + bins_.offsets()[feature], count, sum,
                            static_cast<const split_rule*>(&rule_), work.get(), &choice);
      if (choice.score <= best.choice.score) continue;
      best.choice = choice;
      best.feature = feature;
    }
    const double gain = best.choice.score - score(sum);
    best.gain = best.choice.score >= 0 && gain >= least_gain_ ? gain : 0;
    return best;
  }

  const binned_matrix& bins_;
  double least_gain_;
  split_rule rule_;
  std::span<const std::uint32_t> features_;
  std::vector<std::unique_ptr<split_scratch>> scratch_;
};

}  // namespace colonnade::inline COLONNADE_ABI
