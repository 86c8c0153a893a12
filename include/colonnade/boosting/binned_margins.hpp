#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "colonnade/boosting/binned_matrix.hpp"
#include "colonnade/boosting/grown_tree.hpp"
#include "colonnade/boosting/leaf_router.hpp"
#include "colonnade/core/parallel.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Adds the leaves of all rows of a binned matrix in one tree to their margins. O(rows x depth).
inline void add_to_margins(const grown_tree& tree, const binned_matrix& bins, std::span<double> margins,
                           int threads) {
  constexpr std::size_t together = leaf_router::most_rows;
  const double work = static_cast<double>(bins.rows()) * 15;
  for_blocks(block_count(bins.rows(), together), useful_threads(threads, work), [&](std::size_t block) {
    const std::size_t first = block * together;
    leaf_router().route(tree, bins, first, std::min(together, bins.rows() - first),
                        [&](std::span<const std::uint32_t> rows, std::uint32_t node) {
                          for (const std::uint32_t row : rows) margins[row] += tree.nodes[node].value;
                        });
  });
}

}  // namespace colonnade::inline COLONNADE_ABI
