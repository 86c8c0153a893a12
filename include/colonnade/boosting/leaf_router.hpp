#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "colonnade/boosting/binned_matrix.hpp"
#include "colonnade/boosting/grown_tree.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Finds the leaves of binned rows: rows go down a tree together, all rows of a node by one column at a time,
/// so no row waits for the bin that decides where it goes on. O(rows x depth).
class leaf_router {
 public:
  static constexpr std::size_t most_rows = 4096;

  /// Calls `body(rows, node)` with the rows of every leaf that rows first .. first + count - 1 (at most
  /// most_rows) arrive at.
  template <class Body>
  void route(const grown_tree& tree, const binned_matrix& bins, std::size_t first, std::size_t count,
             const Body& body) {
    for (std::size_t i = 0; i < count; ++i) rows_[i] = static_cast<std::uint32_t>(first + i);
    waiting_.assign(1, {0, 0, count});
    while (!waiting_.empty()) {
      const part at = waiting_.back();
      waiting_.pop_back();
      if (at.first == at.last) continue;
      const binned_node& node = tree.binned[at.node];
      const auto rows = std::span(rows_).subspan(at.first, at.last - at.first);
      if (node.leaf) {
        body(std::span<const std::uint32_t>(rows), at.node);
        continue;
      }
      const std::size_t middle = at.first + split(tree, node, bins, rows);
      waiting_.push_back({node.child + 1, middle, at.last});
      waiting_.push_back({node.child, at.first, middle});
    }
  }

 private:
  struct part {
    std::uint32_t node;
    std::size_t first, last;
  };

  std::size_t split(const grown_tree& tree, const binned_node& node, const binned_matrix& bins,
                    std::span<std::uint32_t> rows) {
    const auto apart = [&](const auto& test) {
      return bins.partition(node.feature, test, rows, rows.data(), right_.data(), scratch_.data());
    };
    const std::size_t left = node.set == binned_node::none ? apart(node.test) : apart(tree.sets[node.set]);
    std::copy_n(right_.data(), rows.size() - left, rows.data() + left);
    return left;
  }

  std::array<std::uint32_t, most_rows> rows_, right_;
  std::array<std::uint16_t, most_rows> scratch_;
  std::vector<part> waiting_;
};

}  // namespace colonnade::inline COLONNADE_ABI
