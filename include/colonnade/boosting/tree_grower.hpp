#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "colonnade/boosting/feature_cuts.hpp"
#include "colonnade/boosting/growth_queue.hpp"
#include "colonnade/boosting/histogram_builder.hpp"
#include "colonnade/boosting/row_partitioner.hpp"
#include "colonnade/boosting/split_finder.hpp"
#include "colonnade/kernels/tree_walk.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A tree as it was grown, over values and over bins, with the gain and the sum of Hessians of each node.
struct grown_tree {
  std::vector<tree_node> nodes;
  std::vector<binned_node> binned;
  std::vector<double> gain, cover;
};

/// Grows trees on one binned matrix.
///
/// A node knows its rows, the sums of their gradients, its histogram and its best split before it is split.
/// Splitting it moves its rows apart, builds the histogram of the child with fewer rows, takes it from the
/// parent's to get the other's (exact, as sums are integers), and finds the best split of both. Large nodes
/// are worked on by all threads, small ones one a thread: a whole level at a time, or, when the best leaf
/// goes first, also the leaves that will come next. None of that changes a tree.
class tree_grower {
 public:
  tree_grower(const binned_matrix& bins, const feature_cuts& cuts, const boosting_params& params, int threads)
      : bins_(bins),
        cuts_(cuts),
        params_(params),
        threads_(threads),
        builder_(bins, workers()),
        finder_(bins, params, workers()),
        rows_(bins),
        queue_(params.policy) {}

  /// Grows a tree on the rows of `partition()` from packed gradients.
  grown_tree grow(const std::int64_t* packed, const gradient_scale& scale,
                  std::span<const std::uint32_t> features) {
    builder_.use(packed, scale.steps().shift);
    finder_.use(scale, features);
    start();
    std::size_t leaves = 1;
    const std::size_t most =
        params_.max_leaves == 0 ? std::numeric_limits<std::size_t>::max() : params_.max_leaves;
    while (leaves < most && !queue_.empty()) leaves += advance(most - leaves);
    return finish();
  }

  /// Rows of the tree; reset it before `grow`.
  row_partitioner& partition() { return rows_; }

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
      for (std::size_t first = nodes_[leaf].first; first < nodes_[leaf].last; first += rows_together) {
        pieces.push_back({first, std::min(first + rows_together, nodes_[leaf].last), value});
      }
    }
    for_blocks(pieces.size(), useful_threads(threads_, static_cast<double>(rows_.size())),
               [&](std::size_t i) { body(rows_.rows(pieces[i].first, pieces[i].last), pieces[i].value); });
  }

 private:
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();
  static constexpr std::size_t rows_together = 16384;
  static constexpr std::size_t histogram_bytes = std::size_t{1}
                                                 << 29;  // kept for subtraction; beyond, built anew
  static constexpr double nanoseconds_per_update = histogram_builder::nanoseconds_per_update;
  // Best leaves that are split at a time for each thread: few are split in vain, at the end of a tree.
  static constexpr std::size_t leaves_ahead = 2;

  struct node {
    std::size_t first = 0, last = 0;
    gradient_sum sum;
    std::uint32_t depth = 0;
    std::uint32_t left = none;        // first of its children in nodes_, once it has been expanded
    std::uint32_t tree_index = none;  // place in the tree; none while its parent's split is not part of it
    node_split split;
    std::unique_ptr<gradient_histogram> histogram;

    std::size_t size() const { return last - first; }
  };

  std::size_t workers() const {
    return static_cast<std::size_t>(threads_for(std::numeric_limits<int>::max(), threads_));
  }

  void start() {
    nodes_.clear();
    queue_.clear();
    kept_ = 0;
    node root;
    root.last = rows_.size();
    root.tree_index = 0;
    root.histogram = borrow();
    builder_.build_together(rows_.rows(0, rows_.size()), rows_.size() == bins_.rows(), threads_,
                            *root.histogram);
    for (std::size_t c = 0; c < bins_.offsets()[1]; ++c) root.sum += root.histogram->cells()[c];
    if (may_split(root.sum, 0)) root.split = finder_.find_together(*root.histogram, root.sum, threads_);
    tree_size_ = 1;
    nodes_.push_back(std::move(root));
    offer(0);
  }

  bool may_split(const gradient_sum& sum, std::uint32_t depth) const {
    return (params_.max_depth == 0 || depth < params_.max_depth) && finder_.worth_trying(sum);
  }

  void offer(std::uint32_t id) {
    if (nodes_[id].split.found()) {
      enqueue(id);
    } else {
      give_back(std::move(nodes_[id].histogram));
    }
  }

  void enqueue(std::uint32_t id) {
    const node& leaf = nodes_[id];
    queue_.push({leaf.split.gain, leaf.depth, leaf.tree_index, id});
  }

  // Splits the next leaves of the queue, at most `limit`; how many became part of the tree.
  std::size_t advance(std::size_t limit) {
    return params_.policy == grow_policy::depthwise ? advance_level(limit) : advance_best(limit);
  }

  std::size_t advance_level(std::size_t limit) {
    // The histograms of a part of the level are held at a time.
    const std::size_t part =
        std::max<std::size_t>(1, histogram_bytes / 2 / (bins_.cells() * sizeof(gradient_sum)));
    const auto level = queue_.take(std::min(limit, part));
    expand(level, level.size() == limit);
    for (const std::uint32_t id : level) commit(id);
    return level.size();
  }

  // The best leaf; unless it has been expanded before, the next ones are expanded with it. Not as many as
  // there may still be, since the children of the best are often better than they are.
  std::size_t advance_best(std::size_t limit) {
    const std::uint32_t best = queue_.take(1).front();
    if (nodes_[best].left == none) {
      const std::size_t ahead = workers() == 1 ? 0 : leaves_ahead * workers() - 1;
      auto batch = queue_.take(std::min(ahead, (limit - 1) / 2));
      for (const std::uint32_t id : batch) enqueue(id);
      batch.push_back(best);
      expand(batch, limit == 1);
    }
    commit(best);
    return 1;
  }

  void commit(std::uint32_t id) {
    for (std::uint32_t k = 0; k < 2; ++k) {
      nodes_[nodes_[id].left + k].tree_index = tree_size_++;
      offer(nodes_[id].left + k);
    }
  }

  // `last`: the tree is complete with these splits, so that their children need none.
  void expand(const std::vector<std::uint32_t>& batch, bool last) {
    std::vector<std::uint32_t> small;
    std::size_t rows = 0;
    for (const std::uint32_t id : batch) rows += nodes_[id].left == none ? nodes_[id].size() : 0;
    std::vector<std::uint32_t> large;
    for (const std::uint32_t id : batch) {
      if (nodes_[id].left != none) continue;
      prepare(id, last);
      (is_large(nodes_[id].size(), rows) ? large : small).push_back(id);
    }
    for (const std::uint32_t id : large) expand_together(id);
    const double work =
        static_cast<double>(rows * bins_.features()) * nanoseconds_per_update / 2 +
        static_cast<double>(small.size() * bins_.cells()) * 2 * split_finder::nanoseconds_per_cell;
    for_blocks(small.size(), useful_threads(threads_, work),
               [&](std::size_t i, int worker) { expand_alone(small[i], static_cast<std::size_t>(worker)); });
    for (const std::uint32_t id : batch) tidy(id);
  }

  // More than one thread's share of the batch, and worth waking the others for.
  bool is_large(std::size_t size, std::size_t batch) const {
    const double work = static_cast<double>(size * bins_.features()) * nanoseconds_per_update / 2;
    return workers() > 1 && size * workers() > batch && size > rows_together / 2 && work > 60'000;
  }

  // Makes the children, whose sums the split tells, and borrows what their histograms need.
  void prepare(std::uint32_t id, bool last) {
    const auto left = static_cast<std::uint32_t>(nodes_.size());
    nodes_.resize(nodes_.size() + 2);
    node& parent = nodes_[id];
    parent.left = left;
    nodes_[left].sum = parent.split.choice.left;
    nodes_[left + 1].sum = parent.sum - parent.split.choice.left;
    bool any = false;
    for (std::uint32_t k = left; k < left + 2; ++k) {
      nodes_[k].depth = parent.depth + 1;
      const bool wanted = !last && may_split(nodes_[k].sum, nodes_[k].depth);
      nodes_[k].split.gain = wanted ? 1 : 0;  // until it is found: to be looked for
      any = any || wanted;
    }
    if (!any) return;
    nodes_[left].histogram = borrow();
    if (parent.histogram == nullptr) nodes_[left + 1].histogram = borrow();
  }

  void set_ranges(const node& parent, std::size_t middle) {
    nodes_[parent.left].first = parent.first;
    nodes_[parent.left].last = nodes_[parent.left + 1].first = middle;
    nodes_[parent.left + 1].last = parent.last;
  }

  void expand_alone(std::uint32_t id, std::size_t worker) {
    node& parent = nodes_[id];
    set_ranges(parent, rows_.split(parent.first, parent.last, parent.split.feature, test_of(parent.split)));
    build_children(
        parent, [&](const node& child) { builder_.build(rows_of(child), false, worker, *child.histogram); },
        [&](node& child) { child.split = finder_.find(*child.histogram, child.sum, worker); });
  }

  void expand_together(std::uint32_t id) {
    node& parent = nodes_[id];
    set_ranges(parent, rows_.split_together(parent.first, parent.last, parent.split.feature,
                                            test_of(parent.split), threads_));
    build_children(
        parent,
        [&](const node& child) {
          builder_.build_together(rows_of(child), false, threads_, *child.histogram);
        },
        [&](node& child) { child.split = finder_.find_together(*child.histogram, child.sum, threads_); });
  }

  template <class Build, class Find>
  void build_children(node& parent, const Build& build, const Find& find) {
    node& left = nodes_[parent.left];
    node& right = nodes_[parent.left + 1];
    if (left.histogram == nullptr) return;
    if (right.histogram != nullptr) {
      build(left);
      build(right);
    } else {
      const bool left_is_smaller = left.size() <= right.size();
      node& smaller = left_is_smaller ? left : right;
      node& larger = left_is_smaller ? right : left;
      smaller.histogram = std::move(left.histogram);
      build(smaller);
      larger.histogram = std::move(parent.histogram);
      if (!larger.split.found()) return find_wanted(left, right, find);
      simd::run<histogram_subtract>(larger.histogram->cells(), std::as_const(*smaller.histogram).cells(),
                                    larger.histogram->size());
    }
    find_wanted(left, right, find);
  }

  template <class Find>
  static void find_wanted(node& left, node& right, const Find& find) {
    if (left.split.found()) find(left);
    if (right.split.found()) find(right);
  }

  // Gives back the histograms that nobody will subtract from.
  void tidy(std::uint32_t id) {
    give_back(std::move(nodes_[id].histogram));
    for (std::uint32_t k = nodes_[id].left; k < nodes_[id].left + 2; ++k) {
      const bool keep =
          nodes_[k].split.found() && kept_ * bins_.cells() * sizeof(gradient_sum) < histogram_bytes;
      if (!keep) give_back(std::move(nodes_[k].histogram));
    }
  }

  std::unique_ptr<gradient_histogram> borrow() {
    ++kept_;
    if (pool_.empty()) return std::make_unique<gradient_histogram>(bins_.cells());
    auto histogram = std::move(pool_.back());
    pool_.pop_back();
    return histogram;
  }
  void give_back(std::unique_ptr<gradient_histogram> histogram) {
    if (histogram == nullptr) return;
    --kept_;
    pool_.push_back(std::move(histogram));
  }

  row_span rows_of(const node& n) const { return rows_.rows(n.first, n.last); }

  bin_test test_of(const node_split& split) const {
    const std::uint8_t missing = bins_.missing_bin(split.feature);
    return {split.choice.below, split.choice.missing_left ? missing : std::uint8_t{0}};
  }

  grown_tree finish() {
    grown_tree tree;
    tree.nodes.resize(tree_size_);
    tree.binned.resize(tree_size_);
    tree.gain.resize(tree_size_);
    tree.cover.resize(tree_size_);
    leaf_values_.clear();
    for (std::uint32_t id = 0; id < nodes_.size(); ++id) {
      if (nodes_[id].tree_index != none) write(id, tree);
      give_back(std::move(nodes_[id].histogram));
    }
    return tree;
  }

  void write(std::uint32_t id, grown_tree& tree) {
    const node& n = nodes_[id];
    const std::uint32_t at = n.tree_index;
    tree.cover[at] = static_cast<double>(n.sum.hessian) * finder_.rule().hessian_unit;
    tree_node& out = tree.nodes[at];
    const bool is_split = n.left != none && nodes_[n.left].tree_index != none;
    if (!is_split) {
      out = {leaf_value(n.sum), at, tree_node::leaf};
      leaf_values_.push_back({id, out.value});
      return;
    }
    const auto& choice = n.split.choice;
    out.value = cuts_.threshold(n.split.feature, choice.below);
    out.child = nodes_[n.left].tree_index;
    out.bits = n.split.feature | (choice.missing_left ? tree_node::missing_left : 0);
    tree.gain[at] = n.split.gain;
    tree.binned[at] = {out.child, n.split.feature, test_of(n.split), false};
  }

  double leaf_value(const gradient_sum& sum) const {
    const split_rule& rule = finder_.rule();
    const double h = static_cast<double>(sum.hessian) * rule.hessian_unit + rule.l2;
    if (!(h > 0)) return 0;
    const double g = soft_threshold(static_cast<double>(sum.gradient) * rule.gradient_unit, rule.l1);
    return g == 0 ? 0 : -g / h * params_.learning_rate;
  }

  const binned_matrix& bins_;
  const feature_cuts& cuts_;
  const boosting_params& params_;
  int threads_;
  histogram_builder builder_;
  split_finder finder_;
  row_partitioner rows_;
  growth_queue queue_;
  std::vector<node> nodes_;
  std::uint32_t tree_size_ = 0;
  std::size_t kept_ = 0;
  std::vector<std::unique_ptr<gradient_histogram>> pool_;
  std::vector<std::pair<std::uint32_t, double>> leaf_values_;
};

}  // namespace colonnade::inline COLONNADE_ABI
