#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "colonnade/boosting/binned_matrix.hpp"
#include "colonnade/boosting/boosting_params.hpp"
#include "colonnade/boosting/column_sampler.hpp"
#include "colonnade/boosting/growing_node.hpp"
#include "colonnade/boosting/histogram_builder.hpp"
#include "colonnade/boosting/row_partitioner.hpp"
#include "colonnade/boosting/split_finder.hpp"
#include "colonnade/boosting/tree_nodes.hpp"
#include "colonnade/core/parallel.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The nodes of the tree that grows now, and what it takes to split them.
///
/// Splitting a node moves its rows apart, builds the histogram of the child with fewer rows, takes it from
/// the parent's to get the other's (exact, as sums are integers), and finds the best split of both. Threads
/// share the rows of large nodes and the columns of small ones, many nodes at a time. None of that changes a
/// tree.
class node_expander {
 public:
  using node = growing_node;
  static constexpr std::uint32_t none = node::none;

  node_expander(const binned_matrix& bins, const boosting_params& params, int threads)
      : bins_(bins),
        threads_(threads),
        packs_(params.policy != grow_policy::symmetric),
        builder_(bins, workers()),
        rows_(bins),
        nodes_(bins, params, threads) {}

  /// Starts a tree on the rows of `partition()` with its root, whose best split is found.
  void start(const std::int64_t* packed, const gradient_scale& scale, column_sampler& columns) {
    builder_.use(packed, scale.steps().shift, columns.columns());
    columns_ = columns.columns().size();
    node& root = nodes_.start(scale, columns);
    root.last = rows_.size();
    root.histogram->reshape(shift_of(root));
    builder_.build_together(rows_of(root), rows_.size() == bins_.rows(), threads_, *root.histogram);
    nodes_.finish_root(builder_);
  }

  /// Splits those of `batch` that have not been split before, each by its `split`.
  void expand(const std::vector<std::uint32_t>& batch, children_need need) {
    need_ = need;
    std::vector<std::uint32_t> fresh;
    for (const std::uint32_t id : batch) {
      if (nodes_[id].left == none) fresh.push_back(id);
    }
    for (const std::uint32_t id : fresh) nodes_.prepare(id, need);
    move_rows(fresh);
    std::vector<expansion> small;
    for (const std::uint32_t id : fresh) {
      node& parent = nodes_[id];
      const bool left_first = nodes_[parent.left].size() <= nodes_[parent.left + 1].size();
      const expansion e =
          nodes_.assign_histograms(parent, left_first, [&](const node& n) { return shift_of(n); });
      if (!e.wanted) continue;
      if (is_large(parent)) {
        complete_together(e);
      } else {
        small.push_back(e);
      }
    }
    complete(small);
    for (const std::uint32_t id : fresh) nodes_.tidy(id, need);
  }

  tree_nodes& nodes() { return nodes_; }
  const tree_nodes& nodes() const { return nodes_; }
  row_span rows_of(const node& n) const { return rows_.rows(n.first, n.last); }
  row_partitioner& partition() { return rows_; }
  const row_partitioner& partition() const { return rows_; }
  std::size_t workers() const {
    return static_cast<std::size_t>(threads_for(std::numeric_limits<int>::max(), threads_));
  }

 private:
  using expansion = tree_nodes::expansion;
  static constexpr double nanoseconds_per_update = histogram_builder::nanoseconds_per_update;
  static constexpr std::size_t large_node = 32768;

  // The columns of an expansion that one thread works on, and the best splits of both children there.
  struct task {
    const expansion* what;
    column_range columns;
    node_split first, second;
  };

  // Histograms of few rows are packed, but not those that the nodes of a level are to look at together.
  int shift_of(const node& n) const { return packs_ ? builder_.shift_of(n.size()) : 0; }
  bool is_large(const node& n) const { return workers() > 1 && n.size() > large_node; }

  void move_rows(const std::vector<std::uint32_t>& parents) {
    std::vector<const node*> small;
    std::size_t rows = 0;
    for (const std::uint32_t id : parents) {
      const node& n = nodes_[id];
      if (is_large(n)) {
        place(n, by_test(n.split, [&](const auto& test) {
                return rows_.split_together(n.first, n.last, n.split.feature, test, threads_);
              }));
      } else {
        small.push_back(&n);
        rows += n.size();
      }
    }
    for_blocks(small.size(), useful_threads(threads_, static_cast<double>(rows)), [&](std::size_t i) {
      const node& n = *small[i];
      place(n, by_test(n.split, [&](const auto& test) {
              return rows_.split(n.first, n.last, n.split.feature, test);
            }));
    });
  }

  // `move(test)` with the test of a split.
  template <class Move>
  std::size_t by_test(const node_split& split, const Move& move) const {
    return split.by_set ? move(split.set) : move(nodes_.test_of(split));
  }

  void place(const node& parent, std::size_t middle) {
    nodes_[parent.left].first = parent.first;
    nodes_[parent.left].last = nodes_[parent.left + 1].first = middle;
    nodes_[parent.left + 1].last = parent.last;
  }

  void complete_together(const expansion& e) {
    nodes_.complete(
        e, need_, builder_, bins_.columns(),
        [&](const node& n) { builder_.build_together(rows_of(n), false, threads_, *n.histogram); },
        [&](const node& n) { return nodes_.find_together(n); }, e.first->split, e.second->split);
  }

  // Nanoseconds.
  double work_of(const expansion& e) const {
    const std::size_t rows = e.first->size() + (e.parent != nullptr ? 0 : e.second->size());
    return static_cast<double>(rows * columns_) * nanoseconds_per_update +
           static_cast<double>(bins_.cells()) * 2 * split_finder::nanoseconds_per_cell;
  }

  void complete(const std::vector<expansion>& some) {
    double work = 0;
    for (const expansion& e : some) work += work_of(e);
    const int useful = useful_threads(threads_, work);
    std::vector<task> tasks;
    for (const expansion& e : some) {
      // About a thread's share at most.
      const double shares = work_of(e) * useful / work;
      const auto parts = static_cast<std::size_t>(std::max(1.0, std::ceil(shares - 0.25)));
      for (const column_range& columns : bins_.columns().cut(parts)) tasks.push_back({&e, columns, {}, {}});
    }
    for_blocks(tasks.size(), useful,
               [&](std::size_t i, int worker) { run(tasks[i], static_cast<std::size_t>(worker)); });
    if (need_ != children_need::splits) return;
    for (const expansion& e : some) e.first->split = e.second->split = {};
    for (const task& t : tasks) {
      t.what->first->split.improve(t.first);
      t.what->second->split.improve(t.second);
    }
  }

  void run(task& t, std::size_t worker) {
    nodes_.complete(
        *t.what, need_, builder_, t.columns,
        [&](const node& n) { builder_.build(rows_of(n), false, t.columns, worker, *n.histogram); },
        [&](const node& n) { return nodes_.find(n, t.columns); }, t.first, t.second);
  }

  const binned_matrix& bins_;
  int threads_;
  bool packs_;
  std::size_t columns_ = 0;  // of the tree
  children_need need_ = children_need::splits;
  histogram_builder builder_;
  row_partitioner rows_;
  tree_nodes nodes_;
};

}  // namespace colonnade::inline COLONNADE_ABI
