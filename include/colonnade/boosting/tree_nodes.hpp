#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "colonnade/boosting/binned_matrix.hpp"
#include "colonnade/boosting/boosting_params.hpp"
#include "colonnade/boosting/column_sampler.hpp"
#include "colonnade/boosting/gradient_scale.hpp"
#include "colonnade/boosting/growing_node.hpp"
#include "colonnade/boosting/histogram_builder.hpp"
#include "colonnade/boosting/split_finder.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What is made of the children of a node: nothing, if they stay leaves; histograms, if they will share a
/// split; or also their best splits.
enum class children_need { nothing, histograms, splits };

/// The nodes of the tree that grows now, with their histograms, as far as they do not depend on where the
/// rows are: `node_expander` has them at hand, the workers of a `boosting_session` somewhere else.
class tree_nodes {
 public:
  using node = growing_node;
  static constexpr std::uint32_t none = node::none;
  static constexpr std::size_t histogram_bytes = std::size_t{1}
                                                 << 29;  ///< kept for subtraction; beyond, built anew

  /// Two children whose histograms and best splits are to be found. The second one's histogram is what is
  /// left of the parent's without the first one's (in its place, if both are of a kind), or, without that, to
  /// be built as well.
  struct expansion {
    node *first, *second;
    bool wanted;
    const gradient_histogram* parent;
  };

  tree_nodes(const binned_matrix& bins, const boosting_params& params, int threads)
      : bins_(bins), params_(params), threads_(threads), finder_(bins, params), pool_(bins.cells()) {}

  /// Starts a tree with its root, whose histogram is to be filled in.
  node& start(const gradient_scale& scale, column_sampler& columns) {
    finder_.use(scale);
    columns_ = &columns;
    all_.clear();
    node& root = all_.emplace_back();
    root.tree_index = 0;
    root.histogram = pool_.borrow();
    root.columns = columns.root();
    return root;
  }
  /// Sums of the root and, unless a level shares its split, its best split, once its histogram is there.
  void finish_root(const histogram_builder& builder) {
    node& root = all_.front();
    root.sum = sum_of(*root.histogram);
    if (params_.policy == grow_policy::symmetric || !may_split(root.sum, 0)) return;
    builder.accumulate(bins_.columns(), *root.histogram);
    root.split = find_together(root);
  }

  /// Makes the children of a node, whose sums its split tells, and borrows what their histograms need.
  void prepare(std::uint32_t id, children_need need) {
    const auto left = static_cast<std::uint32_t>(all_.size());
    all_.resize(all_.size() + 2);
    node& parent = all_[id];
    parent.left = left;
    all_[left].sum = parent.split.choice.left;
    all_[left + 1].sum = parent.sum - parent.split.choice.left;
    bool any = false;
    for (std::uint32_t k = left; k < left + 2; ++k) {
      all_[k].depth = parent.depth + 1;
      const bool wanted = need == children_need::histograms ||
                          (need == children_need::splits && may_split(all_[k].sum, all_[k].depth));
      all_[k].split.gain = wanted ? 1 : 0;  // until it is found: to be looked for
      if (wanted) all_[k].columns = columns_->child(parent.columns, k > left);
      any = any || wanted;
    }
    if (!any) return;
    all_[left].histogram = pool_.borrow();
    if (parent.histogram == nullptr) all_[left + 1].histogram = pool_.borrow();
  }

  /// Gives the children of a node their histograms; the left one's is to be built if `left_first`.
  /// `shift_of(child)` tells how it is packed.
  template <class Shift>
  expansion assign_histograms(node& parent, bool left_first, const Shift& shift_of) {
    node& left = all_[parent.left];
    node& right = all_[parent.left + 1];
    expansion e = {left_first ? &left : &right, left_first ? &right : &left, left.histogram != nullptr,
                   nullptr};
    if (!e.wanted) return e;
    if (right.histogram == nullptr) {
      e.parent = parent.histogram.get();
      e.first->histogram.swap(left.histogram);
      const bool in_place = shift_of(*e.second) == e.parent->shift();
      e.second->histogram = in_place ? std::move(parent.histogram) : pool_.borrow();
    }
    for (node* child : {e.first, e.second}) child->histogram->reshape(shift_of(*child));
    return e;
  }

  /// The histograms of some columns, by `build(child)`, and the best splits there, by `find(child)`.
  template <class Build, class Find>
  void complete(const expansion& e, children_need need, const histogram_builder& builder,
                const column_range& columns, const Build& build, const Find& find, node_split& first,
                node_split& second) const {
    const auto make = [&](const node& n) {
      build(n);
      if (need == children_need::splits) builder.accumulate(columns, *n.histogram);
    };
    make(*e.first);
    if (e.parent == nullptr) {
      make(*e.second);
    } else if (e.second->split.found()) {
      builder.subtract(*e.parent, *e.first->histogram, columns, *e.second->histogram);
    }
    if (need != children_need::splits) return;
    if (e.first->split.found()) first = find(*e.first);
    if (e.second->split.found()) second = find(*e.second);
  }

  /// Gives back the histograms that nobody will subtract from.
  void tidy(std::uint32_t id, children_need need) {
    discard(id);
    for (std::uint32_t k = all_[id].left; k < all_[id].left + 2; ++k) {
      const bool room = need == children_need::histograms || pool_.lent() * bytes_of_one() < histogram_bytes;
      if (!all_[k].split.found() || !room) discard(k);
      if (need == children_need::splits) all_[k].columns.drawn = {};
    }
  }
  /// Gives back the histogram of a node.
  void discard(std::uint32_t id) { pool_.give_back(std::move(all_[id].histogram)); }

  node_split find_together(const node& n) const {
    return finder_.find_together(*n.histogram, n.sum, columns_->of(n.columns), threads_);
  }
  node_split find(const node& n, const column_range& columns) const {
    return finder_.find(*n.histogram, n.sum, columns_->of(n.columns), columns);
  }

  node& operator[](std::uint32_t id) { return all_[id]; }
  const node& operator[](std::uint32_t id) const { return all_[id]; }
  std::size_t size() const { return all_.size(); }
  const column_sampler& columns() const { return *columns_; }
  const split_finder& finder() const { return finder_; }
  std::size_t bytes_of_one() const { return bins_.cells() * sizeof(gradient_sum); }
  bin_test test_of(const node_split& split) const {
    const std::uint16_t missing = bins_.missing_bin(split.feature);
    return {split.choice.below, split.choice.missing_left ? missing : std::uint16_t{0}};
  }

 private:
  gradient_sum sum_of(const gradient_histogram& histogram) const {
    const std::uint32_t any = columns_->columns().front();
    gradient_sum sum;
    for (std::size_t c = bins_.offsets()[any]; c < bins_.offsets()[any + 1]; ++c) sum += histogram[c];
    return sum;
  }
  bool may_split(const gradient_sum& sum, std::uint32_t depth) const {
    return (params_.max_depth == 0 || depth < params_.max_depth) && finder_.worth_trying(sum);
  }

  const binned_matrix& bins_;
  const boosting_params& params_;
  int threads_;
  column_sampler* columns_ = nullptr;
  split_finder finder_;
  std::vector<node> all_;
  histogram_pool pool_;
};

}  // namespace colonnade::inline COLONNADE_ABI
