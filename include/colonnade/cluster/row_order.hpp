#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "colonnade/core/views.hpp"
#include "colonnade/kernels/point_tile.hpp"
#include "colonnade/kernels/radix_sort.hpp"

namespace colonnade::inline COLONNADE_ABI::cluster_detail {

/// Where the 32 rows of a tile begin in a matrix.
using tile_offsets = std::array<std::ptrdiff_t, kernels::tile_points>;

/// Offsets of the rows `row_of(0)` to `row_of(count - 1)`; the last one fills the tile up.
template <class T, class RowOf>
tile_offsets offsets_of(const matrix_view<const T>& x, std::size_t count, const RowOf& row_of) {
  tile_offsets offsets;
  for (std::size_t i = 0; i < offsets.size(); ++i) {
    const std::size_t row = row_of(i < count ? i : count - 1);
    offsets[i] = static_cast<std::ptrdiff_t>(row) * x.row_stride();
  }
  return offsets;
}

/// The rows of `x` in an order that their values decide (by a hash of them; equal rows in the order they
/// have). Draws along it give the same rows however a matrix is shuffled, and see w copies of a row as one
/// row of weight w.
template <class T>
std::vector<std::uint32_t> order_by_value(const matrix_view<const T>& x, int threads) {
  std::vector<std::uint64_t> hashes(x.rows());
  constexpr std::size_t some = 4096;
  const double work = static_cast<double>(x.rows() * x.columns()) * 1.5;
  for_blocks(block_count(x.rows(), some), useful_threads(threads, work), [&](std::size_t block) {
    for (std::size_t i = block * some; i < std::min(x.rows(), (block + 1) * some); ++i) {
      std::uint64_t hash = 0x9E37'79B9'7F4A'7C15;
      for (std::size_t j = 0; j < x.columns(); ++j) {
        // Adding zero makes -0 and 0 one value.
        hash =
            (hash ^ std::bit_cast<std::uint64_t>(static_cast<double>(x(i, j)) + 0.0)) * 0xD6E8'FEB8'6659'FD93;
        hash ^= hash >> 32;
      }
      hashes[i] = hash;
    }
  });
  return radix_argsort(hashes, threads);
}

}  // namespace colonnade::inline COLONNADE_ABI::cluster_detail
