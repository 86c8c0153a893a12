#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <utility>
#include <vector>

#include "colonnade/boosting/feature_cuts.hpp"
#include "colonnade/boosting/grown_tree.hpp"
#include "colonnade/boosting/growth_queue.hpp"
#include "colonnade/boosting/leaf_rule.hpp"
#include "colonnade/boosting/level_split_finder.hpp"
#include "colonnade/boosting/tree_nodes.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Which nodes of a tree are split next: a whole level, or, when the best leaf goes first, also the leaves
/// that will come next. In a symmetric tree the nodes of a level share the split whose gains add up to most.
///
///     growth.start(scale);                          the root and its best split are known
///     while (const auto batch = growth.next()) {
///       ...                                         their children get what `batch->need` says
///       growth.expanded();
///     }
///     growth.finish();
class tree_growth {
 public:
  /// Leaves that are split at a time, though only the first is sure to be in the tree: `ahead` more.
  tree_growth(tree_nodes& nodes, const binned_matrix& bins, const feature_cuts& cuts,
              const boosting_params& params, int threads, std::size_t ahead)
      : nodes_(nodes),
        cuts_(cuts),
        params_(params),
        threads_(threads),
        ahead_(ahead),
        leaf_(params),
        level_finder_(bins),
        queue_(params.policy) {}

  /// Nodes to be split; those that have been split before stay as they are.
  struct batch {
    std::vector<std::uint32_t> nodes;
    children_need need;
  };

  /// Begins with the root.
  void start(const gradient_scale& scale) {
    leaf_.use(scale);
    most_ = params_.max_leaves == 0 ? std::numeric_limits<std::size_t>::max() : params_.max_leaves;
    tree_size_ = 1;
    leaves_ = 1;
    depth_ = 1;
    splitting_ = {0};
    queue_.clear();
    if (!symmetric()) offer(0);
  }

  /// The next nodes; none: the tree is complete.
  std::optional<batch> next() {
    if (symmetric()) return next_level();
    while (leaves_ < most_ && !queue_.empty()) {
      auto some = params_.policy == grow_policy::depthwise ? next_of_level() : next_best();
      if (some) return some;
      expanded();
    }
    return std::nullopt;
  }

  /// The nodes that `next` gave have been split.
  void expanded() {
    std::vector<std::uint32_t> children;
    for (const std::uint32_t id : splitting_) {
      for (std::uint32_t k = nodes_[id].left; k < nodes_[id].left + 2; ++k) {
        nodes_[k].tree_index = tree_size_++;
        symmetric() ? children.push_back(k) : offer(k);
      }
    }
    leaves_ += splitting_.size();
    ++depth_;
    if (symmetric()) splitting_ = std::move(children);
  }

  /// The tree.
  grown_tree finish() {
    grown_tree tree;
    tree.nodes.resize(tree_size_);
    tree.binned.resize(tree_size_);
    tree.gain.resize(tree_size_);
    tree.cover.resize(tree_size_);
    leaf_values_.clear();
    for (std::uint32_t id = 0; id < nodes_.size(); ++id) {
      if (nodes_[id].tree_index != none) write(id, tree);
      nodes_.discard(id);
    }
    return tree;
  }

  /// Leaves of the last tree with their values.
  std::vector<std::pair<std::uint32_t, double>>& leaves() { return leaf_values_; }
  const std::vector<std::pair<std::uint32_t, double>>& leaves() const { return leaf_values_; }

 private:
  using node = growing_node;
  static constexpr std::uint32_t none = node::none;

  bool symmetric() const { return params_.policy == grow_policy::symmetric; }

  // ---- leaf by leaf, or all leaves of a level, each with a split of its own

  void offer(std::uint32_t id) { nodes_[id].split.found() ? enqueue(id) : nodes_.discard(id); }
  void enqueue(std::uint32_t id) {
    const node& leaf = nodes_[id];
    queue_.push({leaf.split.gain, leaf.depth, leaf.tree_index, id});
  }

  std::optional<batch> next_of_level() {
    // The histograms of a part of the level are held at a time.
    const std::size_t limit = most_ - leaves_, part = std::max<std::size_t>(1, tree_nodes::histogram_bytes /
                                                                                   2 / nodes_.bytes_of_one());
    splitting_ = queue_.take(std::min(limit, part));
    return batch{splitting_, need(splitting_.size() == limit)};
  }

  // The best leaf, unless it has been expanded before, with the next ones. Not as many as there may still be,
  // since the children of the best are often better than they are.
  std::optional<batch> next_best() {
    const std::size_t limit = most_ - leaves_;
    splitting_ = queue_.take(1);
    if (nodes_[splitting_.front()].left != none) return std::nullopt;
    auto some = queue_.take(std::min(ahead_, (limit - 1) / 2));
    for (const std::uint32_t id : some) enqueue(id);
    some.push_back(splitting_.front());
    return batch{std::move(some), need(limit == 1)};
  }

  // `last`: the tree is complete with these splits.
  static children_need need(bool last) { return last ? children_need::nothing : children_need::splits; }

  // ---- level by level, with one split for all nodes of a level

  std::optional<batch> next_level() {
    const std::size_t size = splitting_.size();
    if (depth_ > params_.max_depth || 2 * size > most_ || !share_split()) return std::nullopt;
    const bool last = depth_ == params_.max_depth || 4 * size > most_;
    return batch{splitting_, last ? children_need::nothing : children_need::histograms};
  }

  // Gives the nodes of a level the split that they share; false if there is none. The columns are those that
  // were drawn for the first of them.
  bool share_split() {
    std::vector<level_split_finder::level_node> level;
    for (const std::uint32_t id : splitting_) level.push_back({nodes_[id].histogram.get(), nodes_[id].sum});
    const split_finder& finder = nodes_.finder();
    const auto columns = nodes_.columns().of(nodes_[splitting_.front()].columns);
    const auto shared =
        level_finder_.find(level, columns, finder.rule(), finder.rule_of_categories(), threads_);
    if (finder.gain(shared.gain) == 0) return false;
    for (const std::uint32_t id : splitting_) {
      const gradient_sum left = level_finder_.left_of(*nodes_[id].histogram, shared);
      const double gain = finder.gain_of(left, nodes_[id].sum, shared.more_l2);
      nodes_[id].split = {
          gain, shared.feature, {gain, left, shared.below, shared.missing_left}, shared.by_set, shared.set};
    }
    return true;
  }

  // ---- the tree

  void write(std::uint32_t id, grown_tree& tree) {
    const node& n = nodes_[id];
    const std::uint32_t place = n.tree_index;
    tree.cover[place] = leaf_.cover(n.sum);
    tree_node& out = tree.nodes[place];
    const bool is_split = n.left != none && nodes_[n.left].tree_index != none;
    if (!is_split) {
      out = {leaf_.value(n.sum), place, tree_node::leaf};
      leaf_values_.push_back({id, out.value});
      return;
    }
    tree.gain[place] = n.split.gain;
    out.child = nodes_[n.left].tree_index;
    out.bits = n.split.feature | (n.split.choice.missing_left ? tree_node::missing_left : 0);
    tree.binned[place] = {out.child, n.split.feature, nodes_.test_of(n.split), false};
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

  tree_nodes& nodes_;
  const feature_cuts& cuts_;
  const boosting_params& params_;
  int threads_;
  std::size_t ahead_;
  leaf_rule leaf_;
  level_split_finder level_finder_;
  growth_queue queue_;
  std::size_t most_ = 0, leaves_ = 1, depth_ = 1;
  std::vector<std::uint32_t> splitting_;  // nodes that become part of the tree; of a symmetric one, the level
  std::uint32_t tree_size_ = 0;
  std::vector<std::pair<std::uint32_t, double>> leaf_values_;
};

}  // namespace colonnade::inline COLONNADE_ABI
