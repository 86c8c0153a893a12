#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "colonnade/boosting/boosting_params.hpp"
#include "colonnade/core/random.hpp"
#include "colonnade/kernels/elementary.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The columns that a tree, a level of it and a node of that may split by, in ascending order. Each is drawn
/// from the one before, so a node has colsample_bytree x colsample_bylevel x colsample_bynode of all; each
/// step rounds down, but leaves at least one. With feature_weights a column is drawn with a probability
/// proportional to its weight, without replacement (Efraimidis and Spirakis 2006); those of weight 0 never
/// are. A node's columns are a function of the tree's generator and of the way from the root to the node, not
/// of when it is worked on. O(columns) a draw, O(columns log columns) with weights.
class column_sampler {
 public:
  column_sampler(const boosting_params& params, std::size_t columns) : params_(params), all_(columns) {
    for (std::uint32_t column = 0; column < columns; ++column) {
      if (weight(column) > 0) allowed_.push_back(column);
    }
    tree_ = allowed_;
  }

  /// Draws the columns of the next tree.
  void draw(const random_stream& random) {
    random_ = random;
    tree_ = some_of(allowed_, params_.colsample_bytree, all_, random);
    levels_.clear();
  }

  /// Columns of the tree.
  std::span<const std::uint32_t> columns() const { return tree_; }

  /// Place of a node in the tree, and its columns if they are not the tree's.
  struct node {
    random_stream random{0};
    std::uint32_t depth = 0;
    std::vector<std::uint32_t> drawn;
  };
  node root() { return at(random_.substream(0), 0); }
  node child(const node& parent, bool right) {
    return at(parent.random.substream(right ? 1 : 0), parent.depth + 1);
  }
  /// Columns of a node.
  std::span<const std::uint32_t> of(const node& n) const {
    return by_node() ? std::span<const std::uint32_t>(n.drawn) : columns();
  }

 private:
  node at(const random_stream& random, std::uint32_t depth) {
    if (!by_node()) return {random, depth, {}};
    while (levels_.size() <= depth) {
      levels_.push_back(
          some_of(tree_, params_.colsample_bylevel, tree_.size(), random_.substream(1 + levels_.size())));
    }
    const auto& level = levels_[depth];
    return {random, depth, some_of(level, params_.colsample_bynode, level.size(), random)};
  }

  bool by_node() const { return params_.colsample_bylevel < 1 || params_.colsample_bynode < 1; }

  double weight(std::uint32_t column) const {
    return params_.feature_weights.empty() ? 1 : params_.feature_weights[column];
  }

  // That share of `all` columns, as far as there are so many to choose from.
  std::vector<std::uint32_t> some_of(const std::vector<std::uint32_t>& columns, double share, std::size_t all,
                                     const random_stream& random) const {
    std::vector<std::uint32_t> some = columns;
    if (share == 1) return some;
    const auto count = static_cast<std::size_t>(share * static_cast<double>(all));
    if (params_.feature_weights.empty()) {
      shuffle(std::span(some), random);
    } else {
      order_by_weight(some, random);
    }
    some.resize(std::clamp<std::size_t>(count, 1, some.size()));
    std::sort(some.begin(), some.end());
    return some;
  }

  // The order in which columns are drawn: the largest u^(1 / weight) first, by its logarithm.
  void order_by_weight(std::vector<std::uint32_t>& columns, const random_stream& random) const {
    std::vector<std::pair<double, std::uint32_t>> order;
    for (const std::uint32_t column : columns)
      order.push_back({elementary::log(1 - random.uniform(column)) / weight(column), column});
    std::sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a > b; });
    for (std::size_t i = 0; i < columns.size(); ++i) columns[i] = order[i].second;
  }

  const boosting_params& params_;
  std::size_t all_;
  std::vector<std::uint32_t> allowed_, tree_;
  std::vector<std::vector<std::uint32_t>> levels_;
  random_stream random_{0};
};

}  // namespace colonnade::inline COLONNADE_ABI
