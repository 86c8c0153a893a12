#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <vector>

#include "colonnade/core/parallel.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// `N` sums over rows: `body(first, last)` returns those of the rows `first` to `last` - 1. Blocks of 4,096
/// rows, added in pairs, in a tree that depends on the number of rows only: equal bits for any number of
/// threads.
template <std::size_t N, class Body>
std::array<double, N> row_sums(std::size_t rows, int threads, double nanoseconds_per_row, const Body& body) {
  const std::size_t blocks = block_count(rows, default_block_rows);
  if (blocks == 0) return {};
  std::vector<std::array<double, N>> sums(blocks);
  const int team = useful_threads(threads, static_cast<double>(rows) * nanoseconds_per_row);
  for_blocks(blocks, team, [&](std::size_t block) {
    const std::size_t first = block * default_block_rows;
    sums[block] = body(first, std::min(rows, first + default_block_rows));
  });
  for (std::size_t step = 1; step < blocks; step *= 2) {
    for (std::size_t b = 0; b + step < blocks; b += 2 * step) {
      for (std::size_t k = 0; k < N; ++k) sums[b][k] += sums[b + step][k];
    }
  }
  return sums[0];
}

}  // namespace colonnade::inline COLONNADE_ABI
