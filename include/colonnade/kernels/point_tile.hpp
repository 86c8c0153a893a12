#pragma once

#include <cstddef>

#include "colonnade/simd/pack.hpp"

namespace colonnade::inline COLONNADE_ABI::kernels {

/// Points of a tile. A tile holds 32 rows transposed, `[column][32]`, so that points lie in lanes whatever
/// the width.
inline constexpr std::size_t tile_points = 32;

/// Copies up to 32 rows to a tile as (x - shift) * scale, computed in double. Rows that are missing at the
/// end repeat the last one. `Out` is float or double.
struct pack_points {
  template <class Isa, class T, class Out>
  COLONNADE_KERNEL void operator()(Isa, const T* x, std::ptrdiff_t row_stride, std::ptrdiff_t column_stride,
                                   std::size_t rows, std::size_t columns, const double* shift, double scale,
                                   Out* tile) const {
    for (std::size_t j = 0; j < columns; ++j, x += column_stride, tile += tile_points) {
      const double s = shift[j];
      const T* from = x;
      for (std::size_t i = 0; i < rows; ++i, from += row_stride) {
        tile[i] = static_cast<Out>((static_cast<double>(*from) - s) * scale);
      }
      for (std::size_t i = rows; i < tile_points; ++i) tile[i] = tile[rows - 1];
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

/// Adds the sum and the sum of squares of every column of a float tile to `moments[j]` and `moments[columns +
/// j]`, in doubles and in one order on every instruction set.
struct tile_moments {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const float* tile, std::size_t rows, std::size_t columns,
                                   double* moments) const {
    using eight = double[8];
    for (std::size_t j = 0; j < columns; ++j, tile += tile_points) {
      eight sum = {}, square = {};
      for (std::size_t i = 0; i < rows; ++i) {
        const double value = static_cast<double>(tile[i]);
        sum[i % 8] += value;
        square[i % 8] += value * value;
      }
      moments[j] += fold(sum);
      moments[columns + j] += fold(square);
    }
  }

 private:
  COLONNADE_KERNEL static double fold(const double* v) {
    return ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));
  }
};

}  // namespace colonnade::inline COLONNADE_ABI::kernels
