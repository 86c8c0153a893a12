#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "colonnade/boosting/feature_cuts.hpp"
#include "colonnade/boosting/grown_tree.hpp"
#include "colonnade/boosting/node_expander.hpp"
#include "colonnade/boosting/row_partitioner.hpp"
#include "colonnade/boosting/tree_growth.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Grows trees on one binned matrix.
///
/// A node knows its rows, the sums of their gradients, its histogram and its best split before it is split.
/// `tree_growth` decides which nodes are split next, many at a time, and `node_expander` splits them.
class tree_grower {
 public:
  tree_grower(const binned_matrix& bins, const feature_cuts& cuts, const boosting_params& params, int threads)
      : threads_(threads),
        expander_(bins, params, threads),
        growth_(expander_.nodes(), bins, cuts, params, threads, expander_.workers() - 1) {}

  tree_grower(const tree_grower&) = delete;
  tree_grower& operator=(const tree_grower&) = delete;

  /// Grows a tree on the rows of `partition()` from packed gradients.
  grown_tree grow(const std::int64_t* packed, const gradient_scale& scale, column_sampler& columns) {
    expander_.start(packed, scale, columns);
    growth_.start(scale);
    while (const auto batch = growth_.next()) {
      expander_.expand(batch->nodes, batch->need);
      growth_.expanded();
    }
    return growth_.finish();
  }

  /// Rows of the tree; reset it before `grow`.
  row_partitioner& partition() { return expander_.partition(); }

  /// Replaces the leaves of the last tree, `tree`, by `value(rows, leaf)`; the leaves are spread over the
  /// threads.
  template <class Value>
  void renew_leaves(grown_tree& tree, const Value& value) {
    const double work = static_cast<double>(expander_.partition().size()) * 20;
    auto& leaves = growth_.leaves();
    for_blocks(leaves.size(), useful_threads(threads_, work), [&](std::size_t i) {
      auto& [id, leaf] = leaves[i];
      leaf = value(expander_.rows_of(at(id)), leaf);
      tree.nodes[at(id).tree_index].value = leaf;
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
    for (const auto& [leaf, value] : growth_.leaves()) {
      for (std::size_t first = at(leaf).first; first < at(leaf).last; first += rows_together) {
        pieces.push_back({first, std::min(first + rows_together, at(leaf).last), value});
      }
    }
    const row_partitioner& rows = expander_.partition();
    for_blocks(pieces.size(), useful_threads(threads_, static_cast<double>(rows.size())),
               [&](std::size_t i) { body(rows.rows(pieces[i].first, pieces[i].last), pieces[i].value); });
  }

 private:
  using node = growing_node;

  static constexpr std::size_t rows_together = 16384;

  const node& at(std::uint32_t id) const { return expander_.nodes()[id]; }

  int threads_;
  node_expander expander_;
  tree_growth growth_;  // of the nodes of the expander
};

}  // namespace colonnade::inline COLONNADE_ABI
