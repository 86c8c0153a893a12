#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Sums of the fixed-point gradients and Hessians of the rows of one bin. Integers: exact, in any order.
struct gradient_sum {
  std::int64_t gradient = 0, hessian = 0;

  gradient_sum& operator+=(const gradient_sum& other) {
    gradient += other.gradient;
    hessian += other.hessian;
    return *this;
  }
  gradient_sum& operator-=(const gradient_sum& other) {
    gradient -= other.gradient;
    hessian -= other.hessian;
    return *this;
  }
  friend gradient_sum operator-(gradient_sum a, const gradient_sum& b) { return a -= b; }
  friend bool operator==(const gradient_sum&, const gradient_sum&) = default;
};

/// Rows of bins and their gradients, as the histogram kernels read them.
struct histogram_rows {
  const std::uint8_t* bins;  ///< row r starts at bins + r * stride
  std::size_t stride;
  const std::int64_t* packed;  ///< per row: (gradient << shift) + hessian
  int shift;
  const std::uint32_t* rows;  ///< row numbers; null: first, first + 1, ...
  std::size_t first, count;
};

/// Adds rows to the wide sums of their bins, straight: the cell of feature f and bin b is cells[offsets[f] +
/// b].
struct histogram_add_wide {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, histogram_rows in, const std::uint32_t* offsets, std::size_t features,
                                   gradient_sum* cells) const {
    const std::int64_t mask = (std::int64_t{1} << in.shift) - 1;
    for (std::size_t i = 0; i < in.count; ++i) {
      const std::size_t row = in.rows == nullptr ? in.first + i : in.rows[i];
      const std::int64_t both = in.packed[row];
      const simd::pack<std::int64_t, 2> sum = {both >> in.shift, both & mask};
      const std::uint8_t* bin = in.bins + row * in.stride;
      for (std::size_t f = 0; f < features; ++f) add(cells[offsets[f] + bin[f]], sum);
    }
  }

 private:
  COLONNADE_KERNEL static void add(gradient_sum& cell, const simd::pack<std::int64_t, 2>& sum) {
    simd::pack<std::int64_t, 2> old;
    simd::load(old, &cell.gradient);
    simd::store(&cell.gradient, simd::pack<std::int64_t, 2>(old + sum));
  }
};

/// Adds rows to packed sums, one 64-bit addition a bin: the cell of feature f and bin b is cells[f * slots +
/// b]. At most `max_rows` rows may be added before the cells are flushed (see gradient_scale).
struct histogram_add_packed {
  /// Cells between two features: not a multiple of 4096 bytes, since stores that far apart delay each other's
  /// loads.
  static constexpr std::size_t slots = 264;
  static constexpr int max_rows_log2 = 14;
  static constexpr std::size_t max_rows = std::size_t{1} << max_rows_log2;

  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, histogram_rows in, std::size_t features, std::int64_t* cells) const {
    if (in.rows == nullptr) {
      add<false>(in, features, cells);
    } else {
      add<true>(in, features, cells);
    }
  }

 private:
  static constexpr std::size_t ahead = 16;

  template <bool Listed>
  COLONNADE_KERNEL static std::size_t row_of(const histogram_rows& in, std::size_t i) {
    if constexpr (Listed) return in.rows[i];
    return in.first + i;
  }

  // Two rows a turn: their chains through equal bins are independent of each other most of the time.
  template <bool Listed>
  COLONNADE_KERNEL static void add(const histogram_rows& in, std::size_t features, std::int64_t* cells) {
    std::size_t i = 0;
    for (; i + 2 <= in.count; i += 2) {
      if constexpr (Listed) fetch(in, std::min(i + ahead, in.count - 2));
      const std::size_t a = row_of<Listed>(in, i), b = row_of<Listed>(in, i + 1);
      const std::uint8_t* const bins_a = in.bins + a * in.stride;
      const std::uint8_t* const bins_b = in.bins + b * in.stride;
      const std::int64_t sum_a = in.packed[a], sum_b = in.packed[b];
      std::int64_t* cell = cells;
      for (std::size_t f = 0; f < features; ++f, cell += slots) {
        cell[bins_a[f]] += sum_a;
        cell[bins_b[f]] += sum_b;
      }
    }
    if (i == in.count) return;
    const std::size_t a = row_of<Listed>(in, i);
    const std::uint8_t* const bins = in.bins + a * in.stride;
    for (std::size_t f = 0; f < features; ++f) cells[f * slots + bins[f]] += in.packed[a];
  }

  COLONNADE_KERNEL static void fetch(const histogram_rows& in, std::size_t i) {
    for (std::size_t k = i; k < i + 2; ++k) {
      __builtin_prefetch(in.bins + in.rows[k] * in.stride);
      __builtin_prefetch(in.packed + in.rows[k]);
    }
  }
};

/// Moves packed sums to wide ones, adding or (`fresh`) replacing, and leaves zeros behind.
struct histogram_flush {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, std::int64_t* packed, int shift, std::size_t features,
                                   const std::uint32_t* offsets, gradient_sum* cells, bool fresh) const {
    for (std::size_t f = 0; f < features; ++f) {
      std::int64_t* const from = packed + f * histogram_add_packed::slots;
      gradient_sum* const to = cells + offsets[f];
      const std::size_t count = offsets[f + 1] - offsets[f];
      if (fresh) {
        move<true>(from, shift, count, to);
      } else {
        move<false>(from, shift, count, to);
      }
    }
  }

 private:
  template <bool Fresh>
  COLONNADE_KERNEL static void move(std::int64_t* from, int shift, std::size_t count, gradient_sum* to) {
    const std::int64_t mask = (std::int64_t{1} << shift) - 1;
    for (std::size_t b = 0; b < count; ++b) {
      simd::pack<std::int64_t, 2> sum = {from[b] >> shift, from[b] & mask}, old;
      if constexpr (!Fresh) {
        simd::load(old, &to[b].gradient);
        sum += old;
      }
      simd::store(&to[b].gradient, sum);
      from[b] = 0;
    }
  }
};

/// larger = parent - smaller, in place of the parent.
struct histogram_subtract {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, gradient_sum* parent, const gradient_sum* smaller,
                                   std::size_t count) const {
    for (std::size_t b = 0; b < count; ++b) parent[b] -= smaller[b];
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
