#pragma once

#include <cstddef>
#include <cstdint>

#include "colonnade/kernels/point_tile.hpp"

namespace colonnade::inline COLONNADE_ABI::kernels {

/// How far centres have moved since bounds were true, rounded up: each one, the most of all (that of
/// `mover`), and the most of the others.
struct center_moves {
  const float* each;
  std::uint32_t mover;
  float most, second;
};

/// Hamerly's bounds (SDM 2010) for up to a block of float tiles: moves `upper` and `lower` along with the
/// centres and lists the points whose nearest centre may have changed. Where the bounds meet, `upper` is
/// first measured again: `centers` are rows of floats in the coordinates of the tiles, `reach` is their
/// greatest norm. All roundings are outwards, so a point that is not listed keeps its label whatever the
/// arithmetic.
struct distance_bounds {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const float* points, const float* norms, std::size_t count,
                                   std::size_t columns, const float* centers, float reach,
                                   const std::uint32_t* labels, center_moves moves, float* upper,
                                   float* lower, std::uint32_t* open, std::size_t* open_count) const {
    const float relative = 1.0f + static_cast<float>(columns + 8) * 0x1p-23f;
    std::size_t listed = 0;
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t label = labels[i];
      const float below = (lower[i] - (label == moves.mover ? moves.second : moves.most)) * (1 - 0x1p-21f);
      float above = (upper[i] + moves.each[label]) * (1 + 0x1p-21f);
      if (!(above < below) && below > 0) {
        const std::size_t lane = i % tile_points;
        const float* x = points + (i - lane) * columns + lane;
        // The coordinates themselves are rounded: |x| + |c| times 2^-24 each, and a bit for the sum.
        const float measured =
            distance(x, centers + label * columns, columns) * relative + (norms[i] + reach) * 0x1p-22f;
        above = measured < above ? measured : above;
      }
      upper[i] = above;
      lower[i] = below;
      open[listed] = static_cast<std::uint32_t>(i);
      listed += above < below ? 0 : 1;
    }
    *open_count = listed;
  }

 private:
  COLONNADE_KERNEL static float distance(const float* x, const float* center, std::size_t columns) {
    float even = 0, odd = 0;
    std::size_t j = 0;
    for (; j + 2 <= columns; j += 2) {
      const float a = x[j * tile_points] - center[j], b = x[(j + 1) * tile_points] - center[j + 1];
      even += a * a;
      odd += b * b;
    }
    if (j < columns) even += (x[j * tile_points] - center[j]) * (x[j * tile_points] - center[j]);
    return __builtin_sqrtf(even + odd);
  }
};

}  // namespace colonnade::inline COLONNADE_ABI::kernels
