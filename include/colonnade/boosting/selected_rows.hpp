#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "colonnade/core/parallel.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Makes `rows` those of 0 .. all - 1 for which `chosen(row)` holds, ascending. O(all).
template <class Chosen>
void select_rows(std::vector<std::uint32_t>& rows, std::size_t all, int threads, const Chosen& chosen) {
  constexpr std::size_t rows_together = 16384;
  rows.resize(all);
  // Each block at its place, then moved together.
  std::vector<std::size_t> count(block_count(all, rows_together));
  for_blocks(count.size(), useful_threads(threads, static_cast<double>(all) * 3), [&](std::size_t block) {
    const std::size_t first = block * rows_together, last = std::min(first + rows_together, all);
    std::uint32_t* const begin = rows.data() + first;
    std::uint32_t* end = begin;
    for (std::size_t row = first; row < last; ++row) {
      *end = static_cast<std::uint32_t>(row);
      end += chosen(row) ? 1 : 0;
    }
    count[block] = static_cast<std::size_t>(end - begin);
  });
  std::size_t size = 0;
  for (std::size_t block = 0; block < count.size(); ++block) {
    const std::uint32_t* const begin = rows.data() + block * rows_together;
    std::copy(begin, begin + count[block], rows.data() + size);
    size += count[block];
  }
  rows.resize(size);
}

}  // namespace colonnade::inline COLONNADE_ABI
