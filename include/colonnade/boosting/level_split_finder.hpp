#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "colonnade/boosting/binned_matrix.hpp"
#include "colonnade/boosting/category_split_finder.hpp"
#include "colonnade/boosting/histogram_builder.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/kernels/level_scan.hpp"
#include "colonnade/kernels/row_partition.hpp"
#include "colonnade/kernels/split_gain.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Finds the split that the nodes of a level share in a symmetric tree: the one whose gains add up to most. A
/// node that it would leave without enough weight on a side adds nothing. Ties go to the lowest column, then
/// missing values to the right, then the lowest bin. In columns of categories the nodes share the set that
/// goes left (`category_split_finder`). O(nodes x columns x bins).
class level_split_finder {
 public:
  struct level_node {
    const gradient_histogram* histogram;
    gradient_sum sum;
  };
  struct shared_split {
    double gain = 0;  ///< of all nodes, in steps; 0: there is none
    std::uint32_t feature = 0;
    std::uint16_t below = 0;
    bool missing_left = false;
    bool by_set = false;
    bin_set set;         ///< bins that go left, if `by_set`
    double more_l2 = 0;  ///< what was added to the penalty of both sides
  };

  explicit level_split_finder(const binned_matrix& bins) : bins_(bins) {}

  shared_split find(std::span<const level_node> level, std::span<const std::uint32_t> features,
                    const split_rule& rule, const category_rule& of_categories, int threads) const {
    std::vector<shared_split> found(features.size());
    const double work = static_cast<double>(level.size() * bins_.cells()) * nanoseconds_per_cell;
    for_blocks(features.size(), useful_threads(threads, work), [&](std::size_t k) {
      found[k] = bins_.categorical(features[k]) ? best_set(level, features[k], rule, of_categories)
                                                : best_of(level, features[k], rule);
    });
    shared_split best;
    for (const shared_split& candidate : found) {
      if (candidate.gain > best.gain) best = candidate;
    }
    return best;
  }

  /// Sums of the left side of such a split of one node.
  gradient_sum left_of(const gradient_histogram& histogram, const shared_split& split) const {
    const gradient_sum* const cells = histogram.cells() + bins_.offsets()[split.feature];
    gradient_sum sum;
    for (std::size_t b = 0; split.by_set && b <= bins_.missing_bin(split.feature); ++b) {
      if (split.set.has(static_cast<std::uint8_t>(b))) sum += cells[b];
    }
    if (split.by_set) return sum;
    for (std::size_t b = 0; b < split.below; ++b) sum += cells[b];
    if (split.missing_left) sum += cells[bins_.missing_bin(split.feature)];
    return sum;
  }

 private:
  static constexpr double nanoseconds_per_cell = 3;

  shared_split best_of(std::span<const level_node> level, std::uint32_t feature,
                       const split_rule& rule) const {
    const std::size_t bins = bins_.missing_bin(feature);
    std::vector<double> right(bins), left(bins);
    gradient_sum missing;
    for (const level_node& node : level) {
      const gradient_sum* const cells = node.histogram->cells() + bins_.offsets()[feature];
      simd::run<level_scan>(cells, bins, node.sum, &rule, right.data(), left.data());
      missing += cells[bins];
    }
    shared_split best;
    best.feature = feature;
    for (std::size_t b = 1; b < bins; ++b) improve(best, right[b], b, false);
    if (missing.hessian != 0) {
      for (std::size_t b = 0; b < bins; ++b) improve(best, left[b], b, true);
    } else if (best.gain > 0) {
      best.missing_left = heavier_left(level, best);
    }
    return best;
  }

  shared_split best_set(std::span<const level_node> level, std::uint32_t feature, const split_rule& rule,
                        const category_rule& of_categories) const {
    const std::size_t bins = bins_.missing_bin(feature);
    std::vector<category_split_finder::node> nodes;
    for (const level_node& node : level)
      nodes.push_back({node.histogram->cells() + bins_.offsets()[feature], node.sum});
    split_choice choice;
    shared_split best;
    if (!category_split_finder(nodes, bins).improve(rule, of_categories, choice, best.set)) return {};
    best.gain = choice.gain;
    best.feature = feature;
    best.missing_left = choice.missing_left;
    best.by_set = true;
    best.more_l2 = of_categories.more_l2(bins);
    return best;
  }

  static void improve(shared_split& best, double gain, std::size_t below, bool missing_left) {
    if (!(gain > best.gain)) return;
    best.gain = gain;
    best.below = static_cast<std::uint16_t>(below);
    best.missing_left = missing_left;
  }

  // Where there are no missing values they would follow the heavier side.
  bool heavier_left(std::span<const level_node> level, const shared_split& split) const {
    gradient_sum left, all;
    for (const level_node& node : level) {
      left += left_of(*node.histogram, split);
      all += node.sum;
    }
    return 2 * left.hessian >= all.hessian;
  }

  const binned_matrix& bins_;
};

}  // namespace colonnade::inline COLONNADE_ABI
