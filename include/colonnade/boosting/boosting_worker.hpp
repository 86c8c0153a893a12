#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/boosting/binned_margins.hpp"
#include "colonnade/boosting/binned_matrix.hpp"
#include "colonnade/boosting/boosting_input.hpp"
#include "colonnade/boosting/boosting_loss.hpp"
#include "colonnade/boosting/boosting_plan.hpp"
#include "colonnade/boosting/boosting_proposal.hpp"
#include "colonnade/boosting/boosting_sums.hpp"
#include "colonnade/boosting/growing_node.hpp"
#include "colonnade/boosting/grown_tree.hpp"
#include "colonnade/boosting/histogram_builder.hpp"
#include "colonnade/boosting/row_partitioner.hpp"
#include "colonnade/boosting/selected_rows.hpp"
#include "colonnade/boosting/sparse_columns.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/random.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Some of the rows of a `boosting_session`: their bins, margins and gradients. It does what proposals say,
/// and never sees another worker's rows. May have no rows at all.
class boosting_worker {
 public:
  /// Bins the rows (a `matrix_view` or a `csr_view`), of which the first one has the number `first_row` among
  /// all. Throws argument_error and data_error as a fit does.
  template <class Table>
  boosting_worker(const boosting_plan& plan, const samples<Table>& data, std::uint64_t first_row,
                  int threads = 0)
      : plan_(plan),
        params_(with_outputs(plan.model.parameters(), plan.model.outputs())),
        first_row_(first_row),
        threads_(threads),
        bins_(by_columns(checked(plan, data, first_row)), plan.model.cuts(),
              binned_matrix::layout::rows_and_columns, threads),
        builder_(bins_, static_cast<std::size_t>(threads_for(std::numeric_limits<int>::max(), threads))),
        rows_(bins_),
        histogram_(bins_.cells()) {
    const std::size_t outputs = plan.model.outputs(), rows = bins_.rows();
    packed_ = std::vector<std::int64_t>(rows * outputs);
    if (rows == 0) return;
    margins_.resize(rows * outputs);
    plan_.model.predict_margin(data.x, matrix_view<double>(margins_.data(), rows, outputs, 1, diff(rows)),
                               threads);
    // A loss wants some weight; rows without any add nothing to any sum.
    if (weightless(data.weight)) {
      for (std::size_t i = 0; i < rows; ++i) target_.push_back(data.target[i]);
      least_weight_ = largest_weight_ = 0;
      return;
    }
    loss_.emplace(params_, data.target, data.weight, rows);
    least_weight_ = loss_->least_weight();
    largest_weight_ = loss_->largest_weight();
  }
  boosting_worker(const boosting_worker&) = delete;
  boosting_worker& operator=(const boosting_worker&) = delete;

  std::size_t rows() const { return bins_.rows(); }

  /// Does what a proposal says, once, and in the order of their steps. Throws argument_error for one that
  /// does not fit what went before; then nothing has changed.
  boosting_sums accumulate(const boosting_proposal& proposal) {
    check(proposal);
    boosting_sums sums;
    sums.step = proposal.step;
    next_step_ = proposal.step + 1;
    bounds_known_ = bounds_known_ && proposal.trees.empty();
    for (const auto& tree : proposal.trees) {
      add_to_margins(grown(tree), bins_, std::span(margins_).subspan(tree.output * rows(), rows()), threads_);
    }
    if (proposal.what == boosting_proposal::stage::bounds) add_bounds(sums);
    if (proposal.what == boosting_proposal::stage::root) begin(proposal.root, sums);
    for (const auto& split : proposal.splits) this->split(split, sums);
    return sums;
  }

 private:
  struct range {
    std::size_t first = 0, last = 0;
  };

  static std::ptrdiff_t diff(std::size_t i) { return static_cast<std::ptrdiff_t>(i); }

  template <class Table>
  static const Table& checked(const boosting_plan& plan, const samples<Table>& data,
                              std::uint64_t first_row) {
    plan.check();
    check_boosting_rows(data, plan.model.parameters());
    check_columns(data.x, plan.model.features());
    if (data.target.size() != data.rows())
      throw argument_error("y", std::to_string(data.target.size()) + " values", std::to_string(data.rows()));
    if (first_row > plan.rows || data.rows() > plan.rows - first_row) {
      throw argument_error("first_row",
                           std::to_string(first_row) + " for " + std::to_string(data.rows()) + " rows",
                           "rows among the " + std::to_string(plan.rows) + " of the plan");
    }
    return data.x;
  }
  static bool weightless(column_view<const double> weight) {
    bool none = weight.size() != 0;
    for (std::size_t i = 0; none && i < weight.size(); ++i) none = weight[i] == 0 && !weight.is_missing(i);
    return none;
  }

  // ---- what is wanted

  void add_bounds(boosting_sums& sums) {
    sums.rows = rows();
    sums.least_weight = least_weight_;
    sums.largest_weight = largest_weight_;
    if (loss_) bounds_ = loss_->bounds(margins_, threads_);
    sums.gradient = bounds_.gradient;
    sums.hessian = bounds_.hessian;
    bounds_known_ = true;
  }

  void begin(const boosting_proposal::beginning& root, boosting_sums& sums) {
    const gradient_scale scale(root.gradient, root.hessian, root.constant_hessian,
                               static_cast<std::size_t>(plan_.rows));
    if (root.fresh && loss_) loss_->write_gradients(margins_, scale, packed_.data(), threads_);
    scale_of_ = root;
    columns_ = root.columns;
    builder_.use(packed_.data() + root.output * rows(), scale.steps().shift, columns_);
    draw(root);
    leaves_ = {{0, {0, rows_.size()}}};
    sums.rows = rows_.size();
    sum_up(leaves_[0], sums);
  }

  // The rows of a tree: those that row_sampler would draw from all rows.
  void draw(const boosting_proposal::beginning& root) {
    const double negative = params_.subsample * params_.neg_bagging_fraction,
                 positive = params_.subsample * params_.pos_bagging_fraction;
    if (negative == 1 && positive == 1) return rows_.reset();
    std::vector<std::uint32_t> some;
    if (root.only_row) {
      if (*root.only_row >= first_row_ && *root.only_row - first_row_ < rows())
        some.push_back(static_cast<std::uint32_t>(*root.only_row - first_row_));
    } else {
      const random_stream random = random_stream(params_.random_state).substream(root.round).substream(0);
      const std::span<const double> target = loss_ ? loss_->target() : std::span<const double>(target_);
      select_rows(some, rows(), threads_, [&](std::size_t row) {
        return random.uniform(first_row_ + row) < (target[row] > 0 ? positive : negative);
      });
    }
    rows_.reset(std::move(some));
  }

  void split(const boosting_proposal::split& split, boosting_sums& sums) {
    const range parent = leaves_[split.node];
    const auto move = [&](const auto& test) {
      return rows_.split_together(parent.first, parent.last, split.how.feature, test, threads_);
    };
    const std::size_t middle = split.how.by_set ? move(split.how.set) : move(test_of(split.how));
    const range left{parent.first, middle}, right{middle, parent.last};
    leaves_.erase(split.node);
    leaves_[split.left] = left;
    leaves_[split.left + 1] = right;
    if (split.sum_left) sum_up(left, sums);
    if (split.sum_right) sum_up(right, sums);
  }

  void sum_up(const range& node, boosting_sums& sums) {
    const auto rows = rows_.rows(node.first, node.last);
    builder_.build_together(rows, rows.size() == bins_.rows(), threads_, histogram_);
    for (const std::uint32_t f : columns_) {
      const std::size_t first = bins_.offsets()[f], last = bins_.offsets()[f + 1];
      sums.append(std::span<const gradient_sum>(histogram_.cells() + first, last - first));
    }
  }

  bin_test test_of(const boosting_proposal::test& how) const {
    return {how.below, how.missing_left ? bins_.missing_bin(how.feature) : std::uint16_t{0}};
  }

  grown_tree grown(const boosting_proposal::tree& tree) const {
    grown_tree out;
    for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
      const auto& n = tree.nodes[i];
      const bool leaf = n.child == i;
      out.nodes.push_back({n.leaf, n.child, tree_node::leaf});
      out.binned.push_back({n.child, n.how.feature, leaf ? bin_test() : test_of(n.how), leaf});
      if (leaf || !n.how.by_set) continue;
      out.binned.back().set = static_cast<std::uint32_t>(out.sets.size());
      out.sets.push_back(n.how.set);
    }
    return out;
  }

  // ---- what fits

  void check(const boosting_proposal& proposal) const {
    proposal.validate();
    expect(proposal.step == next_step_, "step " + std::to_string(proposal.step),
           "step " + std::to_string(next_step_));
    for (const auto& tree : proposal.trees) {
      expect(tree.output < plan_.model.outputs(), "a tree of another output", "those of the plan");
      for (std::size_t i = 0; i < tree.nodes.size(); ++i) {
        if (tree.nodes[i].child != i) check_test(tree.nodes[i].how);
      }
    }
    if (proposal.what == boosting_proposal::stage::root) check_root(proposal);
    expect(proposal.splits.empty() || proposal.what == boosting_proposal::stage::splits, "splits",
           "none now");
    check_splits(proposal);
  }

  // Gradients beyond the bounds, or on another scale than those that are there, would overflow.
  void check_root(const boosting_proposal& proposal) const {
    const auto& root = proposal.root;
    expect(!root.columns.empty() && root.columns.back() < bins_.features(), "other columns", "those of X");
    expect(root.output < plan_.model.outputs(), "a tree of another output", "those of the plan");
    if (!root.fresh) {
      expect(root.gradient == scale_of_.gradient && root.hessian == scale_of_.hessian &&
                 root.constant_hessian == scale_of_.constant_hessian && !scale_of_.columns.empty(),
             "another scale", "that of the iteration");
      return;
    }
    expect(bounds_known_ && proposal.trees.empty(), "a tree", "bounds first");
    expect(bounds_.gradient <= root.gradient && bounds_.hessian <= root.hessian, "bounds",
           "those of all workers");
    if (!root.constant_hessian || !loss_) return;
    expect(loss_->objective().hessian_is_weight() && least_weight_ == largest_weight_ &&
               root.hessian == largest_weight_,
           "equal Hessians", "those of all workers");
  }

  // Every split is of a leaf that is there, once, into nodes that are not.
  void check_splits(const boosting_proposal& proposal) const {
    std::vector<std::uint32_t> parents, ids;
    for (const auto& leaf : leaves_) ids.push_back(leaf.first);
    for (const auto& split : proposal.splits) {
      expect(leaves_.count(split.node) != 0, "a node that is not there", "a leaf");
      check_test(split.how);
      expect(split.left < growing_node::none - 1, "children in other places", "new nodes");
      parents.push_back(split.node);
      ids.insert(ids.end(), {split.left, split.left + 1});
    }
    for (auto* const some : {&parents, &ids}) {
      std::sort(some->begin(), some->end());
      expect(std::adjacent_find(some->begin(), some->end()) == some->end(), "a node twice", "once");
    }
  }
  void check_test(const boosting_proposal::test& how) const {
    expect(how.feature < bins_.features(), "another column", "those of X");
    expect(how.by_set == bins_.categorical(how.feature), "a set for numbers", "one for categories");
  }
  static void expect(bool holds, const std::string& found, const char* expected) {
    if (!holds) throw argument_error("proposal", found, expected);
  }
  static void expect(bool holds, const std::string& found, const std::string& expected) {
    expect(holds, found, expected.c_str());
  }

  boosting_plan plan_;
  boosting_params params_;
  std::uint64_t first_row_, next_step_ = 0;
  int threads_;
  binned_matrix bins_;
  std::optional<boosting_loss> loss_;
  double least_weight_ = std::numeric_limits<double>::infinity(), largest_weight_ = 0;
  gradient_bounds bounds_;
  bool bounds_known_ = false;              // at the margins as they are
  boosting_proposal::beginning scale_of_;  // of the gradients that are there
  std::vector<double> margins_, target_;
  std::vector<std::int64_t> packed_;
  histogram_builder builder_;
  row_partitioner rows_;
  std::map<std::uint32_t, range> leaves_;  // by the session's numbers of nodes
  std::vector<std::uint32_t> columns_;
  gradient_histogram histogram_;
};

}  // namespace colonnade::inline COLONNADE_ABI
