#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "colonnade/boosting/binned_matrix.hpp"
#include "colonnade/boosting/boosting_params.hpp"
#include "colonnade/boosting/category_split_finder.hpp"
#include "colonnade/boosting/gradient_scale.hpp"
#include "colonnade/boosting/histogram_builder.hpp"
#include "colonnade/kernels/cut_scale.hpp"
#include "colonnade/kernels/row_partition.hpp"
#include "colonnade/kernels/split_scan.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A split of a node: column, bins (a set of them in a column of categories), the sums of its left side, and
/// what it gains.
struct node_split {
  double gain = 0;  ///< 0: there is none
  std::uint32_t feature = 0;
  split_choice choice;
  bool by_set = false;
  bin_set set;  ///< bins that go left, if `by_set`

  bool found() const { return gain > 0; }
  /// Becomes a split by a later column, if that gains more.
  void improve(const node_split& later) {
    if (later.gain > gain) *this = later;
  }
};

/// Finds the best split of a node from its histogram:
///   gain = G_l^2 / (H_l + lambda) + G_r^2 / (H_r + lambda) - G^2 / (H + lambda),  with G reduced by alpha.
/// Ties go to the lowest column, then the lowest bin. O(columns x bins).
class split_finder {
 public:
  split_finder(const binned_matrix& bins, const boosting_params& params) : bins_(bins), params_(params) {}

  /// The tree that grows now: units of its gradients.
  void use(const gradient_scale& scale) {
    const double gradient_unit = scale.gradient_unit(), hessian_unit = scale.hessian_unit();
    rule_.l2 = params_.reg_lambda / hessian_unit;
    rule_.l1 = params_.reg_alpha / gradient_unit;
    rule_.min_hessian = params_.min_child_weight / hessian_unit;
    category_rule_ = {params_.max_cat_to_onehot, params_.max_cat_threshold, params_.cat_smooth / hessian_unit,
                      params_.cat_l2 / hessian_unit};
    gain_unit_ = gradient_unit * gradient_unit / hessian_unit;
  }

  /// False when no split of a node with these sums can leave enough weight on both sides.
  bool worth_trying(const gradient_sum& sum) const {
    return sum.hessian > 1 && static_cast<double>(sum.hessian) >= 2 * rule_.min_hessian;
  }

  /// The best split by one of `columns` that is among `features`, which ascend; the histogram is accumulated
  /// (see `histogram_builder`).
  node_split find(const gradient_histogram& histogram, const gradient_sum& sum,
                  std::span<const std::uint32_t> features, const column_range& columns) const {
    const auto first = std::lower_bound(features.begin(), features.end(), columns.first);
    const auto last = std::lower_bound(first, features.end(), columns.last);
    const cut_scale scale(split_gain(sum, rule_), histogram.shift());
    node_split best;
    for (auto feature = first; feature != last; ++feature) {
      const bool by_set = bins_.categorical(*feature);
      const bool improved = by_set ? improve_by_set(histogram, sum, *feature, best)
                                   : improve_by_cut(histogram, scale, *feature, best);
      if (!improved) continue;
      best.feature = *feature;
      best.by_set = by_set;
    }
    best.gain = gain(best.choice.gain);
    return best;
  }

  /// A gain in steps as a number; 0 if it is too little for a split.
  double gain(double steps) const {
    const double gain = steps * gain_unit_;
    return gain >= std::max(params_.gamma, tiny_gain) ? gain : 0;
  }
  /// What the split of a node with these sums gains, or 0 if that is less; `more_l2` is added to the penalty
  /// of both sides.
  double gain_of(const gradient_sum& left, const gradient_sum& sum, double more_l2) const {
    const gradient_sum right = sum - left;
    return std::max(0.0, score(left, more_l2) + score(right, more_l2) - score(sum, 0)) * gain_unit_;
  }
  const split_rule& rule() const { return rule_; }
  const category_rule& rule_of_categories() const { return category_rule_; }

  /// The same of all columns, on up to `threads` threads.
  node_split find_together(const gradient_histogram& histogram, const gradient_sum& sum,
                           std::span<const std::uint32_t> features, int threads) const {
    const int useful = useful_threads(threads, static_cast<double>(histogram.size()) * nanoseconds_per_cell);
    const auto parts = bins_.columns().share(useful);
    std::vector<node_split> found(parts.size());
    for_blocks(parts.size(), useful,
               [&](std::size_t k) { found[k] = find(histogram, sum, features, parts[k]); });
    node_split best;
    for (const node_split& candidate : found) best.improve(candidate);
    return best;
  }

  static constexpr double nanoseconds_per_cell = 0.5;

 private:
  static constexpr double tiny_gain = 1e-6;

  bool improve_by_cut(const gradient_histogram& histogram, const cut_scale& scale, std::uint32_t feature,
                      node_split& best) const {
    bool improved = false;
    histogram.visit([&](const auto* cells) {
      simd::run<split_scan>(cells + bins_.offsets()[feature], std::size_t{bins_.missing_bin(feature)}, &scale,
                            &best.choice, &improved);
    });
    return improved;
  }

  bool improve_by_set(const gradient_histogram& histogram, const gradient_sum& sum, std::uint32_t feature,
                      node_split& best) const {
    const std::size_t bins = bins_.missing_bin(feature);
    gradient_sum cells[category_split_finder::most_bins];
    for (std::size_t b = 0; b <= bins; ++b) cells[b] = histogram[bins_.offsets()[feature] + b];
    const category_split_finder::node node[] = {{cells, sum}};
    return category_split_finder(node, bins).improve(rule_, category_rule_, best.choice, best.set);
  }

  double score(const gradient_sum& sum, double more_l2) const {
    return leaf_score(static_cast<double>(sum.gradient), static_cast<double>(sum.hessian), rule_.l2 + more_l2,
                      rule_.l1);
  }

  const binned_matrix& bins_;
  const boosting_params& params_;
  split_rule rule_;
  category_rule category_rule_;
  double gain_unit_ = 1;
};

}  // namespace colonnade::inline COLONNADE_ABI
