#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "colonnade/boosting/amplified_gradients.hpp"
#include "colonnade/boosting/boosting_loss.hpp"
#include "colonnade/boosting/boosting_params.hpp"
#include "colonnade/boosting/leaf_rule.hpp"
#include "colonnade/boosting/tree_ensemble.hpp"
#include "colonnade/core/interrupt.hpp"
#include "colonnade/core/large_array.hpp"
#include "colonnade/core/parallel.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Sets the leaves of grown trees by other rows, tree after tree as a fit would: a leaf becomes
/// decay_rate x its value + (1 - decay_rate) x what it would be on these rows. The splits stay, and so does a
/// leaf that no row of positive weight reaches. Sums are of integers: the same bits for any threads.
class leaf_refitter {
 public:
  /// `loss` and `params` must outlive the refitter.
  leaf_refitter(const boosting_loss& loss, const boosting_params& params, double decay_rate, int threads)
      : loss_(loss), params_(params), decay_rate_(decay_rate), threads_(threads), rule_(params) {}

  /// Refits all `trees`. `margins` are those of the rows before the first (output k of row i at k * rows +
  /// i); `leaves_of(tree, out)` writes the leaf of every row. O(trees x rows).
  template <class Leaves>
  void refit(tree_ensemble& trees, std::vector<double> margins, const Leaves& leaves_of) {
    const std::size_t together = loss_.outputs() * params_.num_parallel_tree;
    large_array<std::int64_t> packed(margins.size());
    std::vector<double> before;
    for (std::size_t tree = 0; tree < trees.trees(); ++tree) {
      check_interrupt();
      if (tree % together == 0) {  // all trees of an iteration are of the gradients of its beginning
        const gradient_scale scale = loss_.gradients(margins, packed.data(), threads_);
        rule_.use(scale);
        gradients_ = {packed.data(), loss_.rows(), loss_.outputs(), scale.steps().shift};
        before = margins;
      }
      leaves_of(tree, std::span(leaf_));
      sort_by_leaf(trees.nodes(tree).size());
      refit_tree(trees, tree, before, margins);
    }
  }

 private:
  // rows_[begin_[node]] .. rows_[begin_[node + 1] - 1] are the rows of a node, in ascending order.
  void sort_by_leaf(std::size_t nodes) {
    begin_.assign(nodes + 2, 0);
    for (const std::uint32_t leaf : leaf_) ++begin_[leaf + 2];
    for (std::size_t node = 0; node < nodes; ++node) begin_[node + 1] += begin_[node];
    for (std::size_t row = 0; row < leaf_.size(); ++row)
      rows_[begin_[leaf_[row] + 1]++] = static_cast<std::uint32_t>(row);
  }

  void refit_tree(tree_ensemble& trees, std::size_t tree, const std::vector<double>& before,
                  std::vector<double>& margins) const {
    const std::size_t output = tree % loss_.outputs(), plane = output * loss_.rows();
    const double work = static_cast<double>(rows_.size()) * 10;
    for_blocks(trees.nodes(tree).size(), useful_threads(threads_, work), [&](std::size_t node) {
      const auto rows = std::span(rows_).subspan(begin_[node], begin_[node + 1] - begin_[node]);
      const double old = trees.nodes(tree)[node].value;
      double value = old;
      if (has_weight(rows))
        value = decay_rate_ * old + (1 - decay_rate_) * value_on(rows, output, before.data() + plane);
      if (!rows.empty()) trees.set_leaf(tree, node, value);
      for (const std::uint32_t row : rows) margins[plane + row] += value;
    });
  }

  bool has_weight(std::span<const std::uint32_t> rows) const {
    if (loss_.weight().empty()) return !rows.empty();
    for (const std::uint32_t row : rows) {
      if (loss_.weight()[row] > 0) return true;
    }
    return false;
  }

  double value_on(std::span<const std::uint32_t> rows, std::size_t output, const double* margins) const {
    if (loss_.objective().renews_leaves()) {
      if (const auto value = loss_.objective().renewed_leaf({rows, margins, loss_.targets()}))
        return *value * params_.leaf_rate();
    }
    const std::int64_t hessian_bits = (std::int64_t{1} << gradients_.shift) - 1;
    gradient_sum sum;
    for (const std::uint32_t row : rows) {
      const std::int64_t both = gradients_.both(row, output);
      sum += {both >> gradients_.shift, both & hessian_bits};
    }
    return rule_.value(sum);
  }

  const boosting_loss& loss_;
  const boosting_params& params_;
  double decay_rate_;
  int threads_;
  leaf_rule rule_;
  packed_gradients gradients_;
  std::vector<std::uint32_t> leaf_ = std::vector<std::uint32_t>(loss_.rows()), rows_ = leaf_;
  std::vector<std::size_t> begin_;
};

}  // namespace colonnade::inline COLONNADE_ABI
