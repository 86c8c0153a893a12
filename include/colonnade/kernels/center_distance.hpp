#pragma once

#include <cstddef>

#include "colonnade/kernels/point_tile.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI::kernels {

/// Squared distances of the 32 points of a tile to `centers` centres (rows of `columns` values in the
/// coordinates of the tile): `distances[c * 32 + i]` is the sum over j, in this order, of (x_ij - c_j)^2. No
/// cancellation, and the same bits on every instruction set. `Value` is double or float.
struct center_distances {
  template <class Isa, class Value>
  COLONNADE_KERNEL void operator()(Isa isa, const Value* tile, std::size_t columns, const Value* centers,
                                   std::size_t center_count, Value* distances) const {
    std::size_t c = 0;
    for (; c + 4 <= center_count; c += 4)
      some<4>(isa, tile, columns, centers + c * columns, distances + c * tile_points);
    for (; c < center_count; ++c)
      some<1>(isa, tile, columns, centers + c * columns, distances + c * tile_points);
  }

 private:
  template <std::size_t Count, class Isa, class Value>
  COLONNADE_KERNEL static void some(Isa, const Value* tile, std::size_t columns, const Value* centers,
                                    Value* distances) {
    constexpr std::size_t lanes = simd::lanes<Isa, Value>;
    using pack = simd::pack<Value, lanes>;
    for (std::size_t i = 0; i < tile_points; i += lanes) {
      pack sum[Count], x;
#pragma GCC unroll 4
      for (std::size_t c = 0; c < Count; ++c) sum[c] = pack{};
      for (std::size_t j = 0; j < columns; ++j) {
        simd::load(x, tile + j * tile_points + i);
#pragma GCC unroll 4
        for (std::size_t c = 0; c < Count; ++c) {
          const pack difference = x - centers[c * columns + j];
          sum[c] += difference * difference;
        }
      }
#pragma GCC unroll 4
      for (std::size_t c = 0; c < Count; ++c) simd::store(distances + c * tile_points + i, sum[c]);
    }
  }
};

}  // namespace colonnade::inline COLONNADE_ABI::kernels
