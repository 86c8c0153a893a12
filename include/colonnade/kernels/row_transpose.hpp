#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"
#include "colonnade/simd/shuffle.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Copies contiguous rows to columns: value k of row i, at rows[i * stride + k], goes to out[k * plane + i].
/// A square of registers at a time; at the edge of the columns squares overlap. The memory `count` rows on is
/// asked for, where the next block of rows is. O(rows x columns).
struct row_transpose {
  template <class Isa, class T>
  COLONNADE_KERNEL void operator()(Isa, const T* rows, std::ptrdiff_t stride, std::size_t count,
                                   std::size_t columns, T* out, std::size_t plane) const {
    copy<simd::lanes<Isa, T>>(rows, stride, count, columns, out, plane);
  }

 private:
  static constexpr std::size_t line = 64;  // bytes of memory that come together

  template <std::size_t Side, class T>
  COLONNADE_KERNEL static void copy(const T* rows, std::ptrdiff_t stride, std::size_t count,
                                    std::size_t columns, T* out, std::size_t plane) {
    if constexpr (Side > 2) {
      if (columns < Side) return copy<Side / 2>(rows, stride, count, columns, out, plane);
    }
    std::size_t i = 0;
    for (; columns >= Side && i + Side <= count; i += Side) {
      for (std::size_t k = 0; k < columns; k += Side) {
        const std::size_t at = std::min(k, columns - Side);
        if (k * sizeof(T) % line == 0) fetch<Side>(rows + at, stride, count + i);
        square<Side>(rows + static_cast<std::ptrdiff_t>(i) * stride + at, stride, out + at * plane + i,
                     plane);
      }
    }
    for (; i < count; ++i) {
      const T* const row = rows + static_cast<std::ptrdiff_t>(i) * stride;
      for (std::size_t k = 0; k < columns; ++k) out[k * plane + i] = row[k];
    }
  }

  // Rows i to i + Side - 1, by address: behind the last row of the table there is nothing to point to.
  template <std::size_t Side, class T>
  COLONNADE_KERNEL static void fetch(const T* rows, std::ptrdiff_t stride, std::size_t i) {
    const auto bytes = static_cast<std::uintptr_t>(stride) * sizeof(T);
    const std::uintptr_t first = reinterpret_cast<std::uintptr_t>(rows) + i * bytes;
    for (std::size_t r = 0; r < Side; ++r)
      __builtin_prefetch(reinterpret_cast<const void*>(first + r * bytes));
  }

  template <std::size_t Side, class T>
  COLONNADE_KERNEL static void square(const T* from, std::ptrdiff_t stride, T* to, std::size_t plane) {
    simd::pack<T, Side> rows[Side];
    for (std::size_t r = 0; r < Side; ++r)
      simd::load(rows[r], from + static_cast<std::ptrdiff_t>(r) * stride);
    simd::transpose<Side>(rows);
    for (std::size_t k = 0; k < Side; ++k) simd::store(to + k * plane, rows[k]);
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
