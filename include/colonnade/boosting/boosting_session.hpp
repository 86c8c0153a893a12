#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/boosting/binned_matrix.hpp"
#include "colonnade/boosting/boosting_plan.hpp"
#include "colonnade/boosting/boosting_proposal.hpp"
#include "colonnade/boosting/boosting_sums.hpp"
#include "colonnade/boosting/column_sampler.hpp"
#include "colonnade/boosting/gradient_scale.hpp"
#include "colonnade/boosting/histogram_builder.hpp"
#include "colonnade/boosting/tree_growth.hpp"
#include "colonnade/boosting/tree_nodes.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/random.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Trains boosted trees on rows that somebody else has: the driver of a cluster. Each `boosting_worker` has
/// some of the rows; what goes to and fro has bytes (`to_bytes`, `from_bytes`):
///
///     boosting_session session(plan);
///     while (!session.done()) {
///       const boosting_proposal proposal = session.propose();      to all workers
///       boosting_sums sums = workers[0].accumulate(proposal);      from all workers, in any order
///       for (...) sums.merge(workers[k].accumulate(proposal));
///       session.apply(sums);
///     }
///     session.model();
///
/// The model has the bytes of a fit of all rows in the order of their numbers, whoever has which.
class boosting_session {
 public:
  /// Throws argument_error for a plan that a session cannot follow.
  explicit boosting_session(boosting_plan plan, int threads = 0)
      : plan_(std::move(plan)),
        params_(plan_.model.parameters()),
        iteration_(plan_.model.iterations()),
        last_(iteration_ + plan_.iterations),
        trees_(plan_.model.trees()),
        shape_(0, plan_.model.cuts(), binned_matrix::layout::columns),
        builder_(shape_, 1),
        column_sampler_(params_, shape_.features()),
        nodes_(shape_, params_, threads),
        growth_(nodes_, shape_, plan_.model.cuts(), params_, threads, leaves_ahead) {
    plan_.check();
    if (iteration_ == last_) proposal_.what = stage::end;
  }
  boosting_session(const boosting_session&) = delete;
  boosting_session& operator=(const boosting_session&) = delete;

  bool done() const { return proposal_.what == stage::end; }
  /// What the workers are to do next; the same until `apply`.
  const boosting_proposal& propose() const { return proposal_; }

  /// Takes what all workers found for the proposal. Throws argument_error, and changes nothing, when rows are
  /// missing in the sums or are there twice.
  void apply(const boosting_sums& sums) {
    sums.validate();
    if (done()) throw argument_error("sums", "more of them", "none, as the session is done");
    check(sums.step == proposal_.step, "those of step " + std::to_string(sums.step),
          "those of step " + std::to_string(proposal_.step));
    if (proposal_.what == stage::bounds) {
      apply_bounds(sums);
    } else if (proposal_.what == stage::root) {
      apply_root(sums);
    } else {
      apply_splits(sums);
    }
    ++proposal_.step;
  }

  /// Iterations that are complete.
  std::size_t iteration() const { return iteration_; }
  /// The model with the iterations that are complete.
  gradient_boosted_trees model() const {
    gradient_boosted_trees model = plan_.model;
    tree_ensemble complete = trees_;
    complete.truncate(iteration_ * trees_an_iteration());
    model.trees_.set_ensemble(std::move(complete));
    model.params_.n_estimators = static_cast<std::uint32_t>(iteration_);
    return model;
  }

 private:
  using stage = boosting_proposal::stage;

  // So many leaves beside the best one are split in one step: fewer messages, and no other tree.
  static constexpr std::size_t leaves_ahead = 7;

  std::size_t outputs() const { return plan_.model.outputs(); }
  std::size_t trees_an_iteration() const { return params_.num_parallel_tree * outputs(); }

  static void check(bool holds, const std::string& found, const std::string& expected) {
    if (!holds) throw argument_error("sums", found, expected);
  }
  static std::string rows_text(std::uint64_t rows) { return std::to_string(rows) + " rows"; }

  void apply_bounds(const boosting_sums& sums) {
    check(sums.rows == plan_.rows, rows_text(sums.rows), std::to_string(plan_.rows) + " as planned");
    auto& root = proposal_.root;
    root.gradient = sums.gradient;
    root.hessian = sums.hessian;
    root.constant_hessian =
        params_.make_objective()->hessian_is_weight() && sums.least_weight == sums.largest_weight;
    tree_ = 0;
    begin_tree();
  }

  // The tree number tree_ of this iteration.
  void begin_tree() {
    auto& root = proposal_.root;
    const std::size_t output = tree_ % outputs();
    root.round = iteration_ * params_.num_parallel_tree + tree_ / outputs();
    root.output = static_cast<std::uint32_t>(output);
    root.fresh = tree_ == 0;
    root.only_row.reset();
    column_sampler_.draw(random_of(root.round).substream(1 + output));
    const auto columns = column_sampler_.columns();
    root.columns.assign(columns.begin(), columns.end());
    builder_.use(nullptr, 1, column_sampler_.columns());
    proposal_.what = stage::root;
    proposal_.trees.clear();
    proposal_.splits.clear();
    if (tree_ == 0) finished_.clear();
  }
  random_stream random_of(std::uint64_t round) const {
    return random_stream(params_.random_state).substream(round);
  }
  gradient_scale scale() const {
    const auto& root = proposal_.root;
    return {root.gradient, root.hessian, root.constant_hessian, static_cast<std::size_t>(plan_.rows)};
  }

  void apply_root(const boosting_sums& sums) {
    const bool everything =
        params_.subsample == 1 && params_.pos_bagging_fraction == 1 && params_.neg_bagging_fraction == 1;
    const std::uint64_t most = proposal_.root.only_row ? 1 : plan_.rows;
    check(everything || most == 1 ? sums.rows == most : sums.rows <= most, rows_text(sums.rows),
          std::to_string(most));
    check_cells(sums, 1);
    if (sums.rows == 0) {
      proposal_.root.only_row = random_of(proposal_.root.round).substream(0).below(plan_.rows, plan_.rows);
      return;
    }
    auto& root = nodes_.start(scale(), column_sampler_);
    fill(sums, 0, *root.histogram);
    nodes_.finish_root(builder_);
    growth_.start(scale());
    go_on();
  }

  void apply_splits(const boosting_sums& sums) {
    std::size_t wanted = 0;
    for (const auto& split : proposal_.splits)
      wanted += (split.sum_left ? 1u : 0u) + (split.sum_right ? 1u : 0u);
    check_cells(sums, wanted);
    check_nodes(sums);
    std::size_t next = 0;
    const auto wide = [](const growing_node&) { return 0; };
    for (const auto& split : proposal_.splits) {
      const auto e = nodes_.assign_histograms(nodes_[split.node], split.sum_left, wide);
      nodes_.complete(
          e, need_, builder_, shape_.columns(),
          [&](const growing_node& n) { fill(sums, next++, *n.histogram); },
          [&](const growing_node& n) { return nodes_.find_together(n); }, e.first->split, e.second->split);
    }
    for (const auto& split : proposal_.splits) nodes_.tidy(split.node, need_);
    growth_.expanded();
    go_on();
  }

  // As many histograms as that, and in every column no more than all rows can sum up to.
  void check_cells(const boosting_sums& sums, std::size_t histograms) const {
    check(sums.cells.size() == 2 * histograms * cells_of_one(), "another number of cells",
          "those of " + std::to_string(histograms) + " nodes");
    std::size_t next = 0;
    for (std::size_t k = 0; k < histograms; ++k) {
      for (const std::uint32_t column : proposal_.root.columns) {
        std::int64_t gradient = 0, hessian = 0;
        for (const std::size_t last = next + cells_of(column); next < last; ++next) {
          const gradient_sum cell = sums.cell(next);
          gradient += cell.gradient < 0 ? -cell.gradient : cell.gradient;
          hessian += cell.hessian;
          check(cell.hessian >= 0 && gradient <= boosting_sums::most && hessian <= boosting_sums::most,
                "cells that no rows have", "sums of gradients and Hessians");
        }
      }
    }
  }

  // The rows of every node weigh what its parent's split said.
  void check_nodes(const boosting_sums& sums) const {
    std::size_t next = 0;
    const auto check_node = [&](const growing_node& n) {
      gradient_sum sum;
      for (std::size_t c = 0; c < cells_of_first(); ++c) sum += sums.cell(next * cells_of_one() + c);
      check(sum == n.sum, "those of other rows than before", "those of all workers, each once");
      ++next;
    };
    for (const auto& split : proposal_.splits) {
      if (split.sum_left) check_node(nodes_[split.left]);
      if (split.sum_right) check_node(nodes_[split.left + 1]);
    }
  }

  // ---- cells of the columns of the tree

  std::size_t cells_of(std::uint32_t column) const {
    return shape_.offsets()[column + 1] - shape_.offsets()[column];
  }
  std::size_t cells_of_first() const { return cells_of(proposal_.root.columns.front()); }
  std::size_t cells_of_one() const {
    std::size_t cells = 0;
    for (const std::uint32_t column : proposal_.root.columns) cells += cells_of(column);
    return cells;
  }
  // The `number`-th histogram of the sums.
  void fill(const boosting_sums& sums, std::size_t number, gradient_histogram& out) const {
    std::size_t from = number * cells_of_one();
    for (const std::uint32_t column : proposal_.root.columns) {
      for (std::size_t c = shape_.offsets()[column]; c < shape_.offsets()[column + 1]; ++c)
        out.cells()[c] = sums.cell(from++);
    }
  }

  // ---- growth

  // Splits nodes as long as nobody has to be asked.
  void go_on() {
    proposal_.splits.clear();
    while (const auto batch = growth_.next()) {
      need_ = batch->need;
      propose(batch->nodes);
      if (!proposal_.splits.empty()) {
        proposal_.what = stage::splits;
        return;
      }
      growth_.expanded();
    }
    finish_tree();
  }

  // Of two children the one with less Hessian is summed up, and the other one is what is left of the parent.
  void propose(const std::vector<std::uint32_t>& batch) {
    std::vector<std::uint32_t> fresh;
    for (const std::uint32_t id : batch) {
      if (nodes_[id].left == growing_node::none) fresh.push_back(id);
    }
    for (const std::uint32_t id : fresh) {
      nodes_.prepare(id, need_);
      const growing_node& parent = nodes_[id];
      const growing_node &left = nodes_[parent.left], &right = nodes_[parent.left + 1];
      if (left.histogram == nullptr) {
        nodes_.tidy(id, need_);
        continue;
      }
      const bool both = right.histogram != nullptr, left_first = left.sum.hessian <= right.sum.hessian;
      proposal_.splits.push_back(
          {id, parent.left, test_of(parent.split), both || left_first, both || !left_first});
    }
  }

  static boosting_proposal::test test_of(const node_split& split) {
    return {split.feature, split.choice.below, split.choice.missing_left, split.by_set, split.set};
  }

  void finish_tree() {
    const grown_tree tree = growth_.finish();
    trees_.append(tree.nodes, tree.gain, tree.cover, tree.sets);
    finished_.push_back(message_of(tree));
    if (++tree_ < trees_an_iteration()) return begin_tree();
    ++iteration_;
    proposal_.what = iteration_ < last_ ? stage::bounds : stage::end;
    proposal_.trees = finished_;
    proposal_.root = {};
  }

  boosting_proposal::tree message_of(const grown_tree& tree) const {
    boosting_proposal::tree out{static_cast<std::uint32_t>(tree_ % outputs()), {}};
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
      const tree_node& n = tree.nodes[i];
      const binned_node& b = tree.binned[i];
      auto& to = out.nodes.emplace_back();
      to.child = n.child;
      if (n.is_leaf()) {
        to.leaf = n.value;
        continue;
      }
      to.how = {b.feature, b.test.below, n.goes_left_when_missing(), n.is_categorical(), {}};
      if (n.is_categorical()) to.how.set = tree.sets[b.set];
    }
    return out;
  }

  boosting_plan plan_;
  boosting_params params_;
  std::size_t iteration_, last_;
  tree_ensemble trees_;
  binned_matrix shape_;  // of the histograms: it has no rows
  histogram_builder builder_;
  column_sampler column_sampler_;
  tree_nodes nodes_;
  tree_growth growth_;
  boosting_proposal proposal_;
  children_need need_ = children_need::splits;
  std::size_t tree_ = 0;  // of the iteration
  std::vector<boosting_proposal::tree> finished_;
};

}  // namespace colonnade::inline COLONNADE_ABI
