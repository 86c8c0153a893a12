#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "colonnade/boosting/bin_finder.hpp"
#include "colonnade/boosting/block_columns.hpp"
#include "colonnade/boosting/category_reader.hpp"
#include "colonnade/boosting/feature_cuts.hpp"
#include "colonnade/boosting/rank_programs.hpp"
#include "colonnade/boosting/ranked_sets.hpp"
#include "colonnade/boosting/tree_ensemble.hpp"
#include "colonnade/core/interrupt.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/kernels/rank_trees.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The trees of an ensemble made ready for many rows. Every value becomes one byte, the number of thresholds
/// of its column that are not above it, which decides each split as the value does (splits by categories have
/// a byte each); then a whole register of rows goes through the upper levels of a tree at a time, and each
/// row on its own through the levels below them, if there are any (`rank_programs`). The margins have the
/// bits of `tree_ensemble::add_margins`.
class ranked_trees {
 public:
  /// Fewer rows than this do not repay making one.
  static constexpr std::size_t least_rows = 1024;

  /// None when a column has more than 254 thresholds or a tree is very deep (see rank_programs). `reader` as
  /// in `tree_ensemble`; it must outlive what is made. O(nodes log nodes).
  static std::optional<ranked_trees> of(const tree_ensemble& ensemble, const category_reader& reader = {}) {
    ensemble.check_reader(reader);
    ranked_trees ranked;
    if (!ranked.rank(ensemble)) return std::nullopt;
    for (std::size_t t = 0; t < ensemble.trees(); ++t) {
      std::vector<std::uint32_t> place;
      if (!ensemble.sets().empty()) ranked.sets_.add(ensemble.nodes(t), ensemble.sets(), reader, place);
      if (!ranked.programs_.add(ensemble.nodes(t), ranked.splits(ensemble.nodes(t), place)))
        return std::nullopt;
    }
    return ranked;
  }

  /// margin(i, k) = base(i, k) + the leaves of row i in the trees of output k, in their order. O(rows x
  /// splits) of trees of up to some 150 splits, a thirtieth of a nanosecond each; of larger ones O(rows x
  /// levels).
  template <class T>
  void add_margins(matrix_view<const T> x, matrix_view<const double> base, matrix_view<double> margin,
                   int threads) const {
    const bin_finder<T> finder(thresholds_, [](std::size_t) { return std::uint8_t{255}; });
    const double work = static_cast<double>(x.rows()) * programs_.nanoseconds_per_row();
    for_blocks(block_count(x.rows(), block_rows), useful_threads(threads, work), [&](std::size_t block) {
      check_interrupt();
      const std::size_t first = block * block_rows, count = std::min(block_rows, x.rows() - first);
      add_block(x.slice(first, count), finder, base.slice(first, count), margin.slice(first, count));
    });
  }

 private:
  static constexpr std::size_t block_rows = rank_leaves::rows;
  static_assert(block_rows <= block_columns<double>::most_rows);
  static constexpr std::size_t slots = rank_programs::slots;
  static constexpr std::size_t trees_together = 4;

  ranked_trees() = default;

  // The columns that splits look at, and their thresholds.
  bool rank(const tree_ensemble& ensemble) {
    std::vector<std::pair<std::uint32_t, double>> all;
    for (std::size_t t = 0; t < ensemble.trees(); ++t) {
      for (const tree_node& node : ensemble.nodes(t)) {
        if (!node.is_leaf() && !node.is_categorical()) all.push_back({node.feature(), node.value});
      }
    }
    std::sort(all.begin(), all.end());
    all.erase(std::unique(all.begin(), all.end()), all.end());
    std::vector<std::vector<double>> columns;
    for (const auto& [feature, value] : all) {
      if (features_.empty() || features_.back() != feature) {
        features_.push_back(feature);
        columns.emplace_back();
      }
      if (value == -std::numeric_limits<double>::infinity()) continue;  // below all values
      columns.back().push_back(value);
      if (columns.back().size() > feature_cuts::max_byte_cuts) return false;
    }
    thresholds_ = feature_cuts::given(columns);
    return true;
  }

  // The splits of a tree over ranks; `place`: of the bytes of those by categories.
  std::vector<rank_node> splits(std::span<const tree_node> tree,
                                const std::vector<std::uint32_t>& place) const {
    std::vector<rank_node> ranks(tree.size());
    for (std::size_t i = 0; i < tree.size(); ++i) {
      if (tree[i].is_leaf()) continue;
      ranks[i] = tree[i].is_categorical() ? ranked_set(place[i]) : ranked(tree[i]);
    }
    return ranks;
  }

  rank_node ranked(const tree_node& node) const {
    const auto column = static_cast<std::size_t>(
        std::lower_bound(features_.begin(), features_.end(), node.feature()) - features_.begin());
    const auto cuts = thresholds_.cuts(column);
    const auto below = std::upper_bound(cuts.begin(), cuts.end(), node.value) - cuts.begin();
    const bool missing_left = node.goes_left_when_missing();
    return {static_cast<std::uint32_t>((2 * column + (missing_left ? 1 : 0)) * block_rows),
            static_cast<std::int8_t>(below - (missing_left ? 127 : 128))};
  }

  // By the bytes of sets, which stand behind the ranks: 0 goes left.
  rank_node ranked_set(std::uint32_t place) const {
    return {static_cast<std::uint32_t>((2 * features_.size() + place) * block_rows), 1};
  }

  template <class T>
  void add_block(matrix_view<const T> x, const bin_finder<T>& finder, matrix_view<const double> base,
                 matrix_view<double> margin) const {
    std::vector<std::int8_t> values(block_rows * (2 * features_.size() + sets_.width()));
    std::vector<std::uint8_t> bins(block_rows * sets_.columns());
    sets_.find(x, bins.data());
    block_columns<T> columns(x);
    std::uint8_t ranks[block_rows] = {};
    for (std::size_t c = 0; c < features_.size(); ++c) {
      finder.find(c, columns[features_[c]], ranks);
      simd::run<rank_pair>(static_cast<const std::uint8_t*>(ranks), values.data() + 2 * block_rows * c);
    }
    std::uint8_t leaves[trees_together * slots * block_rows];
    double sums[block_rows] = {};
    for (std::size_t k = 0; k < base.columns(); ++k) {
      for (std::size_t i = 0; i < x.rows(); ++i) sums[i] = base(i, k);
      for (std::size_t t = k; t < programs_.trees();)
        t = add_trees(t, base.columns(), bins.data(), values.data(), leaves, sums);
      for (std::size_t i = 0; i < x.rows(); ++i) margin(i, k) = sums[i];
    }
  }

  // Some trees of one output, from tree t on; the next one of that output.
  std::size_t add_trees(std::size_t t, std::size_t outputs, const std::uint8_t* bins, std::int8_t* values,
                        std::uint8_t* leaves, double* sums) const {
    leaf_range ends[trees_together];
    std::size_t count = 0;
    for (; count < trees_together && t < programs_.trees(); t += outputs) {
      const bool goes_on = programs_.goes_on(t);
      if (goes_on && count > 0) break;
      if (sets_.columns() != 0) sets_.write(t, bins, values + 2 * block_rows * features_.size());
      programs_.run(t, values, leaves + count * slots * block_rows);
      if (goes_on) {
        programs_.add_below(t, values, leaves, sums);
        return t + outputs;
      }
      ends[count++] = programs_.leaves_of(t);
    }
    simd::run<rank_sums>(programs_.leaves(), static_cast<const leaf_range*>(ends), count,
                         static_cast<const std::uint8_t*>(leaves), slots * block_rows, sums);
    return t;
  }

  std::vector<std::uint32_t> features_;
  feature_cuts thresholds_;
  ranked_sets sets_;
  rank_programs programs_;
};

}  // namespace colonnade::inline COLONNADE_ABI
