#pragma once

#include <algorithm>
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
#include "colonnade/core/parallel.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What is made of the children of a node: nothing, if they stay leaves; histograms, if they will share a
/// split; or also their best splits.
enum class children_need { nothing, histograms, splits };

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
  static constexpr std::size_t histogram_bytes = std::size_t{1}
                                                 << 29;  ///< kept for subtraction; beyond, built anew

  node_expander(const binned_matrix& bins, const boosting_params& params, int threads)
      : bins_(bins),
        params_(params),
        threads_(threads),
        builder_(bins, workers()),
        finder_(bins, params),
        rows_(bins),
        pool_(bins.cells()) {}

  /// Starts a tree on the rows of `partition()` with its root, whose best split is found.
  void start(const std::int64_t* packed, const gradient_scale& scale, column_sampler& columns) {
    builder_.use(packed, scale.steps().shift, columns.columns());
    finder_.use(scale);
    columns_ = &columns;
    nodes_.clear();
    node root;
    root.last = rows_.size();
    root.tree_index = 0;
    root.histogram = pool_.borrow();
    root.columns = columns.root();
    builder_.build_together(rows_of(root), rows_.size() == bins_.rows(), threads_, *root.histogram);
    const std::uint32_t any = columns.columns().front();
    for (std::size_t c = bins_.offsets()[any]; c < bins_.offsets()[any + 1]; ++c)
      root.sum += root.histogram->cells()[c];
    if (may_split(root.sum, 0)) root.split = find_together(root);
    nodes_.push_back(std::move(root));
  }

  /// Splits those of `batch` that have not been split before, each by its `split`.
  void expand(const std::vector<std::uint32_t>& batch, children_need need) {
    need_ = need;
    std::vector<std::uint32_t> fresh;
    for (const std::uint32_t id : batch) {
      if (nodes_[id].left == none) fresh.push_back(id);
    }
    for (const std::uint32_t id : fresh) prepare(id);
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

  /// Gives back the histogram of a node.
  void discard(std::uint32_t id) { pool_.give_back(std::move(nodes_[id].histogram)); }

  std::vector<node>& nodes() { return nodes_; }
  const std::vector<node>& nodes() const { return nodes_; }
  row_span rows_of(const node& n) const { return rows_.rows(n.first, n.last); }
  row_partitioner& partition() { return rows_; }
  const row_partitioner& partition() const { return rows_; }
  const split_finder& finder() const { return finder_; }
  std::size_t bytes_of_one() const { return bins_.cells() * sizeof(gradient_sum); }
  std::size_t workers() const {
    return static_cast<std::size_t>(threads_for(std::numeric_limits<int>::max(), threads_));
  }

  bin_test test_of(const node_split& split) const {
    const std::uint16_t missing = bins_.missing_bin(split.feature);
    return {split.choice.below, split.choice.missing_left ? missing : std::uint16_t{0}};
  }

 private:
  static constexpr double nanoseconds_per_update = histogram_builder::nanoseconds_per_update;
  static constexpr std::size_t large_node = 32768;

  bool may_split(const gradient_sum& sum, std::uint32_t depth) const {
    return (params_.max_depth == 0 || depth < params_.max_depth) && finder_.worth_trying(sum);
  }
  node_split find_together(const node& n) const {
    return finder_.find_together(*n.histogram, n.sum, columns_->of(n.columns), threads_);
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
  void prepare(std::uint32_t id) {
    const auto left = static_cast<std::uint32_t>(nodes_.size());
    nodes_.resize(nodes_.size() + 2);
    node& parent = nodes_[id];
    parent.left = left;
    nodes_[left].sum = parent.split.choice.left;
    nodes_[left + 1].sum = parent.sum - parent.split.choice.left;
    bool any = false;
    for (std::uint32_t k = left; k < left + 2; ++k) {
      nodes_[k].depth = parent.depth + 1;
      const bool wanted = need_ == children_need::histograms ||
                          (need_ == children_need::splits && may_split(nodes_[k].sum, nodes_[k].depth));
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
    return split.by_set ? move(split.set) : move(test_of(split));
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
        static_cast<double>(rows * columns_->columns().size()) * nanoseconds_per_update +
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
    if (need_ != children_need::splits) return;
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
      builder_.subtract(*e.smaller->histogram, columns, *e.larger->histogram);
    }
    if (need_ != children_need::splits) return;
    if (e.smaller->split.found()) smaller = find(*e.smaller);
    if (e.larger->split.found()) larger = find(*e.larger);
  }

  // Gives back the histograms that nobody will subtract from.
  void tidy(std::uint32_t id) {
    pool_.give_back(std::move(nodes_[id].histogram));
    for (std::uint32_t k = nodes_[id].left; k < nodes_[id].left + 2; ++k) {
      const bool room = need_ == children_need::histograms || pool_.lent() * bytes_of_one() < histogram_bytes;
      if (!nodes_[k].split.found() || !room) discard(k);
      if (need_ == children_need::splits) nodes_[k].columns.drawn = {};
    }
  }

  const binned_matrix& bins_;
  const boosting_params& params_;
  int threads_;
  column_sampler* columns_ = nullptr;
  children_need need_ = children_need::splits;
  histogram_builder builder_;
  split_finder finder_;
  row_partitioner rows_;
  std::vector<node> nodes_;
  histogram_pool pool_;
};

}  // namespace colonnade::inline COLONNADE_ABI
