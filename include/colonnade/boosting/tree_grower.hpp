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
#include "colonnade/boosting/growing_node.hpp"
#include "colonnade/boosting/grown_tree.hpp"
#include "colonnade/boosting/growth_queue.hpp"
#include "colonnade/boosting/histogram_builder.hpp"
#include "colonnade/boosting/leaf_rule.hpp"
#include "colonnade/boosting/row_partitioner.hpp"
#include "colonnade/boosting/split_finder.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Grows trees on one binned matrix.
///
/// A node knows its rows, the sums of their gradients, its histogram and its best split before it is split.
/// Splitting it moves its rows apart, builds the histogram of the child with fewer rows, takes it from the
/// parent's to get the other's (exact, as sums are integers), and finds the best split of both. Threads share
/// the rows of large nodes and the columns of small ones, many nodes at a time: a whole level, or, when the
/// best leaf goes first, also the leaves that will come next. None of that changes a tree.
class tree_grower {
 public:
  tree_grower(const binned_matrix& bins, const feature_cuts& cuts, const boosting_params& params, int threads)
      : bins_(bins),
        cuts_(cuts),
        params_(params),
        threads_(threads),
        leaf_(params),
        builder_(bins, workers()),
        finder_(bins, params),
        rows_(bins),
        queue_(params.policy),
        pool_(bins.cells()) {}

  /// Grows a tree on the rows of `partition()` from packed gradients.
  grown_tree grow(const std::int64_t* packed, const gradient_scale& scale, column_sampler& columns) {
    builder_.use(packed, scale.steps().shift);
    finder_.use(scale);
    leaf_.use(scale);
    columns_ = &columns;
    start();
    std::size_t leaves = 1;
    const std::size_t most =
        params_.max_leaves == 0 ? std::numeric_limits<std::size_t>::max() : params_.max_leaves;
    while (leaves < most && !queue_.empty()) leaves += advance(most - leaves);
    return finish();
  }

  /// Rows of the tree; reset it before `grow`.
  row_partitioner& partition() { return rows_; }

  /// Replaces the leaves of the last tree, `tree`, by `value(rows, leaf)`; the leaves are spread over the
  /// threads.
  template <class Value>
  void renew_leaves(grown_tree& tree, const Value& value) {
    for_blocks(leaf_values_.size(), useful_threads(threads_, static_cast<double>(rows_.size()) * 20),
               [&](std::size_t i) {
                 auto& [id, leaf] = leaf_values_[i];
                 leaf = value(rows_of(nodes_[id]), leaf);
                 tree.nodes[nodes_[id].tree_index].value = leaf;
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
      for (std::size_t first = nodes_[leaf].first; first < nodes_[leaf].last; first += rows_together) {
        pieces.push_back({first, std::min(first + rows_together, nodes_[leaf].last), value});
      }
    }
    for_blocks(pieces.size(), useful_threads(threads_, static_cast<double>(rows_.size())),
               [&](std::size_t i) { body(rows_.rows(pieces[i].first, pieces[i].last), pieces[i].value); });
  }

 private:
  using node = growing_node;

  static constexpr std::uint32_t none = node::none;
  static constexpr std::size_t rows_together = 16384;
  static constexpr std::size_t histogram_bytes = std::size_t{1}
                                                 << 29;  // kept for subtraction; beyond, built anew
  static constexpr double nanoseconds_per_update = histogram_builder::nanoseconds_per_update;
  static constexpr std::size_t large_node = 32768;
  // Best leaves that are split at a time for each thread: few are split in vain, at the end of a tree.
  static constexpr std::size_t leaves_ahead = 1;

  std::size_t workers() const {
    return static_cast<std::size_t>(threads_for(std::numeric_limits<int>::max(), threads_));
  }

  void start() {
    nodes_.clear();
    queue_.clear();
    node root;
    root.last = rows_.size();
    root.tree_index = 0;
    root.histogram = pool_.borrow();
    root.columns = columns_->root();
    builder_.build_together(rows_.rows(0, rows_.size()), rows_.size() == bins_.rows(), threads_,
                            *root.histogram);
    for (std::size_t c = 0; c < bins_.offsets()[1]; ++c) root.sum += root.histogram->cells()[c];
    if (may_split(root.sum, 0)) root.split = find_together(root);
    tree_size_ = 1;
    nodes_.push_back(std::move(root));
    offer(0);
  }

  bool may_split(const gradient_sum& sum, std::uint32_t depth) const {
    return (params_.max_depth == 0 || depth < params_.max_depth) && finder_.worth_trying(sum);
  }

  node_split find_together(const node& n) const {
    return finder_.find_together(*n.histogram, n.sum, columns_->of(n.columns), threads_);
  }

  void offer(std::uint32_t id) {
    if (nodes_[id].split.found()) {
      enqueue(id);
    } else {
      pool_.give_back(std::move(nodes_[id].histogram));
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
    std::vector<std::uint32_t> fresh;
    for (const std::uint32_t id : batch) {
      if (nodes_[id].left == none) fresh.push_back(id);
    }
    for (const std::uint32_t id : fresh) prepare(id, last);
    move_rows(fresh);
    std::vector<expansion> small;
    for (const std::uint32_t id : fresh) {
      const expansion e = assign_histograms(nodes_[id]);
      if (!e.wanted) continue;
      if (is_large(nodes_[id])) {
        complete_together(e);
      } else {
        small.push_back(e);
      }
    }
    complete(small);
    for (const std::uint32_t id : fresh) tidy(id);
  }

  // Two children whose histograms and best splits are to be found. The larger one's histogram is the
  // parent's, to be lessened by the smaller one's, or else to be built as well.
  struct expansion {
    node *smaller, *larger;
    bool wanted, from_parent;
  };
  // The columns of an expansion that one thread works on, and the best splits of both children there.
  struct task {
    const expansion* what;
    column_range columns;
    node_split smaller, larger;
  };

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
      if (wanted) nodes_[k].columns = columns_->child(parent.columns, k > left);
      any = any || wanted;
    }
    if (!any) return;
    nodes_[left].histogram = pool_.borrow();
    if (parent.histogram == nullptr) nodes_[left + 1].histogram = pool_.borrow();
  }

  bool is_large(const node& n) const { return workers() > 1 && n.size() > large_node; }

  void move_rows(const std::vector<std::uint32_t>& parents) {
    std::vector<const node*> small;
    std::size_t rows = 0;
    for (const std::uint32_t id : parents) {
      const node& n = nodes_[id];
      if (is_large(n)) {
        place(n, rows_.split_together(n.first, n.last, n.split.feature, test_of(n.split), threads_));
      } else {
        small.push_back(&n);
        rows += n.size();
      }
    }
    for_blocks(small.size(), useful_threads(threads_, static_cast<double>(rows)), [&](std::size_t i) {
      const node& n = *small[i];
      place(n, rows_.split(n.first, n.last, n.split.feature, test_of(n.split)));
    });
  }

  void place(const node& parent, std::size_t middle) {
    nodes_[parent.left].first = parent.first;
    nodes_[parent.left].last = nodes_[parent.left + 1].first = middle;
    nodes_[parent.left + 1].last = parent.last;
  }

  expansion assign_histograms(node& parent) {
    node& left = nodes_[parent.left];
    node& right = nodes_[parent.left + 1];
    const bool left_is_smaller = left.size() <= right.size();
    const expansion e = {left_is_smaller ? &left : &right, left_is_smaller ? &right : &left,
                         left.histogram != nullptr, right.histogram == nullptr};
    if (e.wanted && e.from_parent) {
      e.smaller->histogram.swap(left.histogram);
      e.larger->histogram = std::move(parent.histogram);
    }
    return e;
  }

  void complete_together(const expansion& e) {
    complete(
        e, bins_.columns(),
        [&](const node& n) { builder_.build_together(rows_of(n), false, threads_, *n.histogram); },
        [&](const node& n) { return find_together(n); }, e.smaller->split, e.larger->split);
  }

  void complete(const std::vector<expansion>& some) {
    std::size_t rows = 0;
    for (const expansion& e : some) rows += e.smaller->size() + (e.from_parent ? 0 : e.larger->size());
    const double work =
        static_cast<double>(rows * bins_.features()) * nanoseconds_per_update +
        static_cast<double>(some.size() * bins_.cells()) * 2 * split_finder::nanoseconds_per_cell;
    const int useful = useful_threads(threads_, work);
    std::vector<task> tasks;
    for (const expansion& e : some) {
      for (const column_range& columns : bins_.columns().share(useful, some.size())) {
        tasks.push_back({&e, columns, {}, {}});
      }
    }
    for_blocks(tasks.size(), useful,
               [&](std::size_t i, int worker) { run(tasks[i], static_cast<std::size_t>(worker)); });
    for (const expansion& e : some) e.smaller->split = e.larger->split = {};
    for (const task& t : tasks) {
      t.what->smaller->split.improve(t.smaller);
      t.what->larger->split.improve(t.larger);
    }
  }

  void run(task& t, std::size_t worker) {
    complete(
        *t.what, t.columns,
        [&](const node& n) { builder_.build(rows_of(n), false, t.columns, worker, *n.histogram); },
        [&](const node& n) { return finder_.find(*n.histogram, n.sum, columns_->of(n.columns), t.columns); },
        t.smaller, t.larger);
  }

  // The histograms of some columns, by `build(child)`, and the best splits there, by `find(child)`.
  template <class Build, class Find>
  void complete(const expansion& e, const column_range& columns, const Build& build, const Find& find,
                node_split& smaller, node_split& larger) const {
    build(*e.smaller);
    if (!e.from_parent) {
      build(*e.larger);
    } else if (e.larger->split.found()) {
      e.larger->histogram->subtract(*e.smaller->histogram, bins_.first_cell(columns),
                                    bins_.last_cell(columns));
    }
    if (e.smaller->split.found()) smaller = find(*e.smaller);
    if (e.larger->split.found()) larger = find(*e.larger);
  }

  // Gives back the histograms that nobody will subtract from.
  void tidy(std::uint32_t id) {
    pool_.give_back(std::move(nodes_[id].histogram));
    for (std::uint32_t k = nodes_[id].left; k < nodes_[id].left + 2; ++k) {
      const bool keep =
          nodes_[k].split.found() && pool_.lent() * bins_.cells() * sizeof(gradient_sum) < histogram_bytes;
      if (!keep) pool_.give_back(std::move(nodes_[k].histogram));
      nodes_[k].columns.drawn = {};
    }
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
      pool_.give_back(std::move(nodes_[id].histogram));
    }
    return tree;
  }

  void write(std::uint32_t id, grown_tree& tree) {
    const node& n = nodes_[id];
    const std::uint32_t at = n.tree_index;
    tree.cover[at] = leaf_.cover(n.sum);
    tree_node& out = tree.nodes[at];
    const bool is_split = n.left != none && nodes_[n.left].tree_index != none;
    if (!is_split) {
      out = {leaf_.value(n.sum), at, tree_node::leaf};
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

  const binned_matrix& bins_;
  const feature_cuts& cuts_;
  const boosting_params& params_;
  int threads_;
  leaf_rule leaf_;
  column_sampler* columns_ = nullptr;
  histogram_builder builder_;
  split_finder finder_;
  row_partitioner rows_;
  growth_queue queue_;
  std::vector<node> nodes_;
  std::uint32_t tree_size_ = 0;
  histogram_pool pool_;
  std::vector<std::pair<std::uint32_t, double>> leaf_values_;
};

}  // namespace colonnade::inline COLONNADE_ABI
