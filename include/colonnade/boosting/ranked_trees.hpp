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
#include "colonnade/boosting/category_reader.hpp"
#include "colonnade/boosting/feature_cuts.hpp"
#include "colonnade/boosting/ranked_sets.hpp"
#include "colonnade/boosting/tree_ensemble.hpp"
#include "colonnade/core/interrupt.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/kernels/rank_trees.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The trees of an ensemble made ready for many rows. Every value becomes one byte, the number of thresholds
/// of its column that are not above it, which decides each split as the value does (splits by categories have
/// a byte each); then a whole register of
/// rows goes through a tree at a time (`rank_leaves`). The margins have the bits of
/// `tree_ensemble::add_margins`.
class ranked_trees {
 public:
  /// Fewer rows than this do not repay making one.
  static constexpr std::size_t least_rows = 1024;

  /// None when a column has more than 254 thresholds or a tree more than 256 leaves. `reader` as in
  /// `tree_ensemble`; it must outlive what is made. O(nodes log nodes).
  static std::optional<ranked_trees> of(const tree_ensemble& ensemble, const category_reader& reader = {}) {
    ensemble.check_reader(reader);
    ranked_trees ranked;
    if (!ranked.rank(ensemble)) return std::nullopt;
    for (std::size_t t = 0; t < ensemble.trees(); ++t) {
      std::vector<std::uint32_t> place;
      if (!ensemble.sets().empty()) ranked.sets_.add(ensemble.nodes(t), ensemble.sets(), reader, place);
      if (!tree_program(ensemble.nodes(t), place, ranked).write()) return std::nullopt;
    }
    return ranked;
  }

  /// margin(i, k) = base(i, k) + the leaves of row i in the trees of output k, in their order. O(rows x
  /// nodes), a node of a row at about a twentieth of a nanosecond.
  template <class T>
  void add_margins(matrix_view<const T> x, matrix_view<const double> base, matrix_view<double> margin,
                   int threads) const {
    const bin_finder<T> finder(thresholds_, [](std::size_t) { return std::uint8_t{255}; });
    const double work =
        static_cast<double>(x.rows()) * static_cast<double>(nodes_.size() + 4 * trees_.size()) / 20;
    for_blocks(block_count(x.rows(), block_rows), useful_threads(threads, work), [&](std::size_t block) {
      check_interrupt();
      const std::size_t first = block * block_rows, count = std::min(block_rows, x.rows() - first);
      add_block(x.slice(first, count), finder, base.slice(first, count), margin.slice(first, count));
    });
  }

 private:
  static constexpr std::size_t block_rows = rank_leaves::rows;
  static constexpr std::size_t most_leaves = 256;
  static constexpr std::size_t slots = 9;  // 1 + log2(most_leaves): what a tree needs, its heavier side first
  static constexpr std::size_t trees_together = 4;

  struct program {
    std::uint32_t step, steps;
  };

  /// Writes the program of one tree at the end of those of the others.
  class tree_program {
   public:
    /// `place`: of the bytes of nodes that are split by categories.
    tree_program(std::span<const tree_node> tree, const std::vector<std::uint32_t>& place, ranked_trees& to)
        : tree_(tree), place_(place), to_(to), below_(tree.size()) {
      for (std::size_t i = tree.size(); i-- > 0;) measure(i);
    }

    /// False if the tree has too many leaves.
    bool write() {
      if (below_[0].splits + 1 > most_leaves) return false;
      padding_ = 2;
      if (padded_leaves(0) > most_leaves) padding_ = 1;
      count_slots();
      first_leaf_ = to_.leaves_.size();
      const std::size_t first_step = to_.steps_.size();
      symmetric() ? write_levels() : write(0, 0);
      to_.begin_.push_back(static_cast<std::uint32_t>(first_leaf_));
      to_.trees_.push_back({static_cast<std::uint32_t>(first_step),
                            static_cast<std::uint32_t>(to_.steps_.size() - first_step)});
      return true;
    }

   private:
    struct extent {
      std::uint32_t splits = 0, height = 0, slots = 1;
    };

    void measure(std::size_t i) {
      if (tree_[i].is_leaf()) return;
      const extent &left = below_[tree_[i].child], &right = below_[tree_[i].child + 1];
      below_[i] = {left.splits + right.splits + 1, std::max(left.height, right.height) + 1};
    }

    // As one step: a subtree of few levels, filled up with splits that decide nothing if those are not too
    // many.
    bool together(std::size_t i) const {
      const extent& e = below_[i];
      return e.height <= rank_leaves::most_height && (1u << e.height) - 1 <= padding_ * e.splits;
    }
    std::size_t padded_leaves(std::size_t i) const {
      if (together(i)) return std::size_t{1} << below_[i].height;
      return padded_leaves(tree_[i].child) + padded_leaves(tree_[i].child + 1);
    }
    // Slots that every subtree needs at a time.
    void count_slots() {
      for (std::size_t i = tree_.size(); i-- > 0;) {
        extent& e = below_[i];
        if (together(i)) continue;
        const std::uint32_t left = below_[tree_[i].child].slots, right = below_[tree_[i].child + 1].slots;
        e.slots = left == right ? left + 1 : std::max(left, right);
      }
    }

    // Whether the nodes of each level share their split.
    bool symmetric() const {
      if (tree_[0].is_leaf()) return false;
      std::vector<std::uint32_t> level = {0}, next;
      for (; !tree_[level.front()].is_leaf(); level.swap(next)) {
        next.clear();
        for (const std::uint32_t i : level) {
          if (!same_split(i, level.front())) return false;
          next.insert(next.end(), {tree_[i].child, tree_[i].child + 1});
        }
      }
      return level.size() == below_[0].splits + 1;
    }
    bool same_split(std::uint32_t a, std::uint32_t b) const {
      if (tree_[a].bits != tree_[b].bits) return false;
      return tree_[a].is_categorical() ? place_[a] == place_[b] : tree_[a].value == tree_[b].value;
    }
    void write_levels() {
      rank_step step;
      step.node = static_cast<std::uint32_t>(to_.nodes_.size());
      step.height = rank_step::levels;
      step.left = static_cast<std::uint8_t>(below_[0].height);
      for (std::uint32_t i = 0; !tree_[i].is_leaf(); i = tree_[i].child) to_.nodes_.push_back(ranked(i));
      to_.steps_.push_back(step);
      fill_leaves(0);
    }
    void fill_leaves(std::size_t i) {
      if (tree_[i].is_leaf()) return to_.leaves_.push_back(tree_[i].value);
      fill_leaves(tree_[i].child);
      fill_leaves(tree_[i].child + 1);
    }

    void write(std::size_t i, std::uint8_t out) {
      rank_step step;
      step.out = out;
      if (together(i)) {
        step.node = static_cast<std::uint32_t>(to_.nodes_.size());
        step.height = static_cast<std::uint8_t>(below_[i].height);
        step.leaf = static_cast<std::uint8_t>(to_.leaves_.size() - first_leaf_);
        fill(i, below_[i].height);
      } else {
        const auto next = static_cast<std::uint8_t>(out + 1);
        const std::uint32_t left = tree_[i].child;
        const bool left_first = below_[left].slots >= below_[left + 1].slots;
        write(left_first ? left : left + 1, out);
        write(left_first ? left + 1 : left, next);
        step.node = static_cast<std::uint32_t>(to_.nodes_.size());
        step.height = rank_step::choice;
        step.left = left_first ? out : next;
        step.right = left_first ? next : out;
        to_.nodes_.push_back(ranked(i));
      }
      to_.steps_.push_back(step);
    }

    void fill(std::size_t i, std::size_t height) {
      if (height == 0) {
        to_.leaves_.push_back(tree_[i].value);
        return;
      }
      const bool leaf = tree_[i].is_leaf();
      to_.nodes_.push_back(leaf ? rank_node{} : ranked(i));
      fill(leaf ? i : tree_[i].child, height - 1);
      fill(leaf ? i : tree_[i].child + 1, height - 1);
    }

    rank_node ranked(std::size_t i) const {
      return tree_[i].is_categorical() ? to_.ranked_set(place_[i]) : to_.ranked(tree_[i]);
    }

    std::span<const tree_node> tree_;
    const std::vector<std::uint32_t>& place_;
    ranked_trees& to_;
    std::vector<extent> below_;
    std::size_t padding_ = 1, first_leaf_ = 0;
  };

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
    std::uint8_t ranks[block_rows] = {};
    for (std::size_t c = 0; c < features_.size(); ++c) {
      finder.find(c, &x(0, features_[c]), x.row_stride(), x.rows(), ranks);
      simd::run<rank_pair>(static_cast<const std::uint8_t*>(ranks), values.data() + 2 * block_rows * c);
    }
    std::uint8_t leaves[trees_together * slots * block_rows];
    double sums[block_rows] = {};
    for (std::size_t k = 0; k < base.columns(); ++k) {
      for (std::size_t i = 0; i < x.rows(); ++i) sums[i] = base(i, k);
      for (std::size_t t = k; t < trees_.size();)
        t = add_trees(t, base.columns(), bins.data(), values.data(), leaves, sums);
      for (std::size_t i = 0; i < x.rows(); ++i) margin(i, k) = sums[i];
    }
  }

  // Some trees of one output, from tree t on; the next one of that output.
  std::size_t add_trees(std::size_t t, std::size_t outputs, const std::uint8_t* bins, std::int8_t* values,
                        std::uint8_t* leaves, double* sums) const {
    std::uint32_t begin[trees_together];
    std::size_t count = 0;
    for (; count < trees_together && t < trees_.size(); ++count, t += outputs) {
      if (sets_.columns() != 0) sets_.write(t, bins, values + 2 * block_rows * features_.size());
      simd::run<rank_leaves>(steps_.data() + trees_[t].step, std::size_t{trees_[t].steps}, nodes_.data(),
                             static_cast<const std::int8_t*>(values), leaves + count * slots * block_rows);
      begin[count] = begin_[t];
    }
    simd::run<rank_sums>(leaves_.data(), static_cast<const std::uint32_t*>(begin), count,
                         static_cast<const std::uint8_t*>(leaves), slots * block_rows, sums);
    return t;
  }

  std::vector<std::uint32_t> features_;
  feature_cuts thresholds_;
  ranked_sets sets_;
  std::vector<program> trees_;
  std::vector<rank_step> steps_;
  std::vector<rank_node> nodes_;
  std::vector<double> leaves_;
  std::vector<std::uint32_t> begin_;  // first leaf of each tree
};

}  // namespace colonnade::inline COLONNADE_ABI
