#pragma once

#include <cstddef>

#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"

namespace colonnade::inline COLONNADE_ABI::kernels {

/// Points of a tile. A tile holds 32 rows transposed, `[column][32]`, so that points lie in lanes whatever
/// the width.
inline constexpr std::size_t tile_points = 32;

/// Copies the 32 rows that begin at `x + offsets[i]` to a tile as (x - shift) * scale, computed in double.
/// `Out` is float or double.
struct pack_points {
  template <class Isa, class T, class Out>
  COLONNADE_KERNEL void operator()(Isa, const T* x, const std::ptrdiff_t* offsets,
                                   std::ptrdiff_t column_stride, std::size_t columns, const double* shift,
                                   double scale, Out* tile) const {
    for (std::size_t j = 0; j < columns; ++j, x += column_stride, tile += tile_points) {
      const double s = shift[j];
      for (std::size_t i = 0; i < tile_points; ++i) {
        tile[i] = static_cast<Out>((static_cast<double>(x[offsets[i]]) - s) * scale);
      }
    }
  }
};

/// Copies 32 points of float tiles to one tile; `offsets` say where their first values lie.
struct gather_points {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const float* points, const std::ptrdiff_t* offsets,
                                   std::size_t columns, float* tile) const {
    for (std::size_t j = 0; j < columns; ++j, points += tile_points, tile += tile_points) {
      for (std::size_t i = 0; i < tile_points; ++i) tile[i] = points[offsets[i]];
    }
  }
};

/// Euclidean norm of the 32 points of a float tile, rounded up by more than its own rounding error.
struct point_norms {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const float* tile, std::size_t columns, float* norms) const {
    constexpr std::size_t lanes = simd::lanes<Isa, float>;
    using pack = simd::pack<float, lanes>;
    const float growth = 1.0f + static_cast<float>(columns + 8) * 0x1p-24f;
    for (std::size_t i = 0; i < tile_points; i += lanes) {
      pack sum{}, x;
      for (std::size_t j = 0; j < columns; ++j) {
        simd::load(x, tile + j * tile_points + i);
        sum += x * x;
      }
      for (std::size_t k = 0; k < lanes; ++k) norms[i + k] = __builtin_sqrtf(sum[k]) * growth + 0x1p-70f;
    }
  }
};

/// Adds the weighted sum and sum of squares of every column of a float tile to `moments[j]` and
/// `moments[columns + j]`, in doubles and in one order on every instruction set.
struct tile_moments {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const float* tile, const double* weights, std::size_t columns,
                                   double* moments) const {
    constexpr std::size_t lanes = simd::lanes<Isa, double>, packs = 8 / lanes;
    using pack = simd::pack<double, lanes>;
    for (std::size_t j = 0; j < columns; ++j, tile += tile_points) {
      pack sum[packs] = {}, square[packs] = {}, x, w;
      for (std::size_t i = 0; i < tile_points; i += 8) {
        for (std::size_t k = 0; k < packs; ++k) {
          simd::load(x, tile + i + k * lanes);
          simd::load(w, weights + i + k * lanes);
          w *= x;
          sum[k] += w;
          square[k] += w * x;
        }
      }
      double folded[16];
      for (std::size_t k = 0; k < packs; ++k) {
        simd::store(folded + k * lanes, sum[k]);
        simd::store(folded + 8 + k * lanes, square[k]);
      }
      moments[j] += fold(folded);
      moments[columns + j] += fold(folded + 8);
    }
  }

 private:
  COLONNADE_KERNEL static double fold(const double* v) {
    return ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));
  }
};

}  // namespace colonnade::inline COLONNADE_ABI::kernels
