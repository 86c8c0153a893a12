#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"

namespace colonnade::inline COLONNADE_ABI::kernels {

/// Adding this to a double below 2^51 leaves the nearest integer (ties to even) in the low bits of the sum.
inline constexpr double fixed_point_magic = 0x1.8p52;
inline constexpr std::uint64_t fixed_point_bits = 0x4338'0000'0000'0000;

/// The nearest integer to a value below 2^51 in size, as two's complement.
inline std::uint64_t to_fixed(double value) {
  return std::bit_cast<std::uint64_t>(value + fixed_point_magic) - fixed_point_bits;
}

/// Rows that go to a sum, or leave it, or go from one to another. `none` means: no sum.
struct row_move {
  static constexpr std::uint32_t none = 0xffff'ffff;
  std::size_t row;
  std::uint32_t from, to;
};

/// Adds round(weight * (x_ij - origin_j) * scale_j) to `sums[to * columns + j]` and takes it from `sums[from
/// * ...]`, for every move. Integers modulo 2^64, so any order of any moves gives the same sums. `weights` of
/// rows, or null for 1.
struct fixed_point_sums {
  template <class Isa, class T>
  COLONNADE_KERNEL void operator()(Isa, const T* x, std::ptrdiff_t row_stride, std::ptrdiff_t column_stride,
                                   std::size_t columns, const double* weights, std::ptrdiff_t weight_stride,
                                   const double* origin, const double* scale, const row_move* moves,
                                   std::size_t count, std::uint64_t* sums) const {
    for (std::size_t m = 0; m < count; ++m) {
      const row_move move = moves[m];
      // Rows may come in any order.
      if (m + 8 < count) __builtin_prefetch(x + static_cast<std::ptrdiff_t>(moves[m + 8].row) * row_stride);
      const double weight =
          weights == nullptr ? 1.0 : weights[static_cast<std::ptrdiff_t>(move.row) * weight_stride];
      const T* row = x + static_cast<std::ptrdiff_t>(move.row) * row_stride;
      std::uint64_t* to = move.to == row_move::none ? nullptr : sums + move.to * columns;
      std::uint64_t* from = move.from == row_move::none ? nullptr : sums + move.from * columns;
      constexpr std::size_t lanes = simd::lanes<Isa, double>;
      std::size_t done = 0;
      if (column_stride == 1) {
        whole<lanes>(row, columns, weight, origin, scale, from, to, done);
        if constexpr (lanes > 2) whole<lanes / 2>(row, columns, weight, origin, scale, from, to, done);
      }
      for (std::size_t j = done; j < columns; ++j) {
        const double value = static_cast<double>(row[static_cast<std::ptrdiff_t>(j) * column_stride]);
        const std::uint64_t q =
            std::bit_cast<std::uint64_t>(weight * (value - origin[j]) * scale[j] + fixed_point_magic) -
            fixed_point_bits;
        if (to != nullptr) to[j] += q;
        if (from != nullptr) from[j] -= q;
      }
    }
  }

 private:
  /// Whole registers of columns from `j` on.
  template <std::size_t Lanes, class T>
  COLONNADE_KERNEL static void whole(const T* row, std::size_t columns, double weight, const double* origin,
                                     const double* scale, std::uint64_t* from, std::uint64_t* to,
                                     std::size_t& j) {
    using values = simd::pack<double, Lanes>;
    using integers = simd::pack<std::uint64_t, Lanes>;
    for (; j + Lanes <= columns; j += Lanes) {
      values x, o, s;
      integers q, sum;
      simd::load(x, row + j);
      simd::load(o, origin + j);
      simd::load(s, scale + j);
      const values shifted = (x - o) * weight * s + fixed_point_magic;
      std::memcpy(&q, &shifted, sizeof q);
      q -= fixed_point_bits;
      if (to != nullptr) {
        simd::load(sum, to + j);
        sum += q;
        simd::store(to + j, sum);
      }
      if (from != nullptr) {
        simd::load(sum, from + j);
        sum -= q;
        simd::store(from + j, sum);
      }
    }
  }
};

}  // namespace colonnade::inline COLONNADE_ABI::kernels
