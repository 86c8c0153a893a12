#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "colonnade/boosting/feature_cuts.hpp"
#include "colonnade/boosting/grown_tree.hpp"
#include "colonnade/boosting/growth_queue.hpp"
#include "colonnade/boosting/leaf_rule.hpp"
#include "colonnade/boosting/level_split_finder.hpp"
#include "colonnade/boosting/node_expander.hpp"
#include "colonnade/boosting/row_partitioner.hpp"
#include "colonnade/boosting/split_finder.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Grows trees on one binned matrix.
///
/// A node knows its rows, the sums of their gradients, its histogram and its best split before it is split.
/// Nodes are split many at a time (`node_expander`): a whole level, or, when the best leaf goes first, also
/// the leaves that will come next. In a symmetric tree the nodes of a level share the split whose gains add
/// up to most.
class tree_grower {
 public:
  tree_grower(const binned_matrix& bins, const feature_cuts& cuts, const boosting_params& params, int threads)
      : cuts_(cuts),
        params_(params),
        threads_(threads),
        leaf_(params),
        expander_(bins, params, threads),
        level_finder_(bins),
        queue_(params.policy) {}

  /// Grows a tree on the rows of `partition()` from packed gradients.
  grown_tree grow(const std::int64_t* packed, const gradient_scale& scale, column_sampler& columns) {
    leaf_.use(scale);
    expander_.start(packed, scale, columns);
    tree_size_ = 1;
    const std::size_t most =
        params_.max_leaves == 0 ? std::numeric_limits<std::size_t>::max() : params_.max_leaves;
    params_.policy == grow_policy::symmetric ? grow_levels(most, columns) : grow_leaves(most);
    return finish();
  }

  /// Rows of the tree; reset it before `grow`.
  row_partitioner& partition() { return expander_.partition(); }

  /// Replaces the leaves of the last tree, `tree`, by `value(rows, leaf)`; the leaves are spread over the
  /// threads.
  template <class Value>
  void renew_leaves(grown_tree& tree, const Value& value) {
    const double work = static_cast<double>(expander_.partition().size()) * 20;
    for_blocks(leaf_values_.size(), useful_threads(threads_, work), [&](std::size_t i) {
      auto& [id, leaf] = leaf_values_[i];
      leaf = value(expander_.rows_of(at(id)), leaf);
      tree.nodes[at(id).tree_index].value = leaf;
    });
  }

  /// Calls `body(rows, value)` for the rows of every leaf of the last tree; large leaves are cut, and all are
  /// spread over the threads.
  template <class Body>
  void for_leaves(const Body& body) const {
    struct piece {
      std::size_t first, last;
      double value;
    };
    std::vector<piece> pieces;
    for (const auto& [leaf, value] : leaf_values_) {
      for (std::size_t first = at(leaf).first; first < at(leaf).last; first += rows_together) {
        pieces.push_back({first, std::min(first + rows_together, at(leaf).last), value});
      }
    }
    const row_partitioner& rows = expander_.partition();
    for_blocks(pieces.size(), useful_threads(threads_, static_cast<double>(rows.size())),
               [&](std::size_t i) { body(rows.rows(pieces[i].first, pieces[i].last), pieces[i].value); });
  }

 private:
  using node = growing_node;

  static constexpr std::uint32_t none = node::none;
  static constexpr std::size_t rows_together = 16384;
  // Best leaves that are split at a time for each thread: few are split in vain, at the end of a tree.
  static constexpr std::size_t leaves_ahead = 1;

  node& at(std::uint32_t id) { return expander_.nodes()[id]; }
  const node& at(std::uint32_t id) const { return expander_.nodes()[id]; }

  // ---- leaf by leaf, or all leaves of a level, each with a split of its own

  void grow_leaves(std::size_t most) {
    queue_.clear();
    offer(0);
    std::size_t leaves = 1;
    while (leaves < most && !queue_.empty()) leaves += advance(most - leaves);
  }

  void offer(std::uint32_t id) { at(id).split.found() ? enqueue(id) : expander_.discard(id); }

  void enqueue(std::uint32_t id) {
    const node& leaf = at(id);
    queue_.push({leaf.split.gain, leaf.depth, leaf.tree_index, id});
  }

  // Splits the next leaves of the queue, at most `limit`; how many became part of the tree.
  std::size_t advance(std::size_t limit) {
    return params_.policy == grow_policy::depthwise ? advance_level(limit) : advance_best(limit);
  }

  std::size_t advance_level(std::size_t limit) {
    // The histograms of a part of the level are held at a time.
    const std::size_t part =
        std::max<std::size_t>(1, node_expander::histogram_bytes / 2 / expander_.bytes_of_one());
    const auto level = queue_.take(std::min(limit, part));
    expand(level, level.size() == limit);
    for (const std::uint32_t id : level) {
      add_children(id);
      offer_children(id);
    }
    return level.size();
  }

  // The best leaf; unless it has been expanded before, the next ones are expanded with it. Not as many as
  // there may still be, since the children of the best are often better than they are.
  std::size_t advance_best(std::size_t limit) {
    const std::uint32_t best = queue_.take(1).front();
    if (at(best).left == none) {
      const std::size_t workers = expander_.workers();
      const std::size_t ahead = workers == 1 ? 0 : leaves_ahead * workers - 1;
      auto batch = queue_.take(std::min(ahead, (limit - 1) / 2));
      for (const std::uint32_t id : batch) enqueue(id);
      batch.push_back(best);
      expand(batch, limit == 1);
    }
    add_children(best);
    offer_children(best);
    return 1;
  }

  // `last`: the tree is complete with these splits.
  void expand(const std::vector<std::uint32_t>& batch, bool last) {
    expander_.expand(batch, last ? children_need::nothing : children_need::splits);
  }
  void offer_children(std::uint32_t id) {
    for (std::uint32_t k = 0; k < 2; ++k) offer(at(id).left + k);
  }
  void add_children(std::uint32_t id) {
    for (std::uint32_t k = 0; k < 2; ++k) at(at(id).left + k).tree_index = tree_size_++;
  }

  // ---- level by level, with one split for all nodes of a level

  void grow_levels(std::size_t most, const column_sampler& columns) {
    std::vector<std::uint32_t> level = {0};
    for (std::size_t depth = 1; depth <= params_.max_depth && 2 * level.size() <= most; ++depth) {
      if (!share_split(level, columns)) return;
      const bool last = depth == params_.max_depth || 4 * level.size() > most;
      expander_.expand(level, last ? children_need::nothing : children_need::histograms);
      std::vector<std::uint32_t> children;
      for (const std::uint32_t id : level) {
        add_children(id);
        children.insert(children.end(), {at(id).left, at(id).left + 1});
      }
      level = std::move(children);
    }
  }

  // Gives the nodes of a level the split that they share; false if there is none. The columns are those that
  // were drawn for the first of them.
  bool share_split(const std::vector<std::uint32_t>& level, const column_sampler& columns) {
    std::vector<level_split_finder::level_node> nodes;
    for (const std::uint32_t id : level) nodes.push_back({at(id).histogram.get(), at(id).sum});
    const split_finder& finder = expander_.finder();
    const auto shared = level_finder_.find(nodes, columns.of(at(level.front()).columns), finder.rule(),
                                           finder.rule_of_categories(), threads_);
    if (finder.gain(shared.gain) == 0) return false;
    for (const std::uint32_t id : level) {
      const gradient_sum left = level_finder_.left_of(*at(id).histogram, shared);
      const double gain = finder.gain_of(left, at(id).sum, shared.more_l2);
      at(id).split = {
          gain, shared.feature, {gain, left, shared.below, shared.missing_left}, shared.by_set, shared.set};
    }
    return true;
  }

  // ---- the tree

  grown_tree finish() {
    grown_tree tree;
    tree.nodes.resize(tree_size_);
    tree.binned.resize(tree_size_);
    tree.gain.resize(tree_size_);
    tree.cover.resize(tree_size_);
    leaf_values_.clear();
    for (std::uint32_t id = 0; id < expander_.nodes().size(); ++id) {
      if (at(id).tree_index != none) write(id, tree);
      expander_.discard(id);
    }
    return tree;
  }

  void write(std::uint32_t id, grown_tree& tree) {
    const node& n = at(id);
    const std::uint32_t place = n.tree_index;
    tree.cover[place] = leaf_.cover(n.sum);
    tree_node& out = tree.nodes[place];
    const bool is_split = n.left != none && at(n.left).tree_index != none;
    if (!is_split) {
      out = {leaf_.value(n.sum), place, tree_node::leaf};
      leaf_values_.push_back({id, out.value});
      return;
    }
    tree.gain[place] = n.split.gain;
    out.child = at(n.left).tree_index;
    out.bits = n.split.feature | (n.split.choice.missing_left ? tree_node::missing_left : 0);
    tree.binned[place] = {out.child, n.split.feature, expander_.test_of(n.split), false};
    if (!n.split.by_set) {
      out.value = cuts_.threshold(n.split.feature, n.split.choice.below);
      return;
    }
    const auto number = static_cast<std::uint32_t>(tree.sets.size());
    tree.sets.push_back(n.split.set);
    out.bits |= tree_node::categorical;
    out.value = number;
    tree.binned[place].set = number;
  }

  const feature_cuts& cuts_;
  const boosting_params& params_;
  int threads_;
  leaf_rule leaf_;
  node_expander expander_;
  level_split_finder level_finder_;
  growth_queue queue_;
  std::uint32_t tree_size_ = 0;
  std::vector<std::pair<std::uint32_t, double>> leaf_values_;
};

}  // namespace colonnade::inline COLONNADE_ABI
