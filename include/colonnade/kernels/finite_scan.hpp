#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>

#include "colonnade/core/parallel.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"

namespace colonnade::inline COLONNADE_ABI {

namespace kernels {

/// Sets `*found` when one of `size` contiguous values is NaN or infinite: x - x is zero for all others.
struct finite_scan {
  template <class Isa, class T>
  COLONNADE_KERNEL void operator()(Isa, const T* values, std::size_t size, bool* found) const {
    constexpr std::size_t lanes = simd::lanes<Isa, T>;
    using pack = simd::pack<T, lanes>;
    pack sum{}, other{}, x, y;
    std::size_t i = 0;
    for (; i + 2 * lanes <= size; i += 2 * lanes) {
      simd::load(x, values + i);
      simd::load(y, values + i + lanes);
      sum += x - x;
      other += y - y;
    }
    sum += other;
    T total{};
    for (std::size_t k = 0; k < lanes; ++k) total += sum[k];
    for (; i < size; ++i) total += values[i] - values[i];
    if (total != T{}) *found = true;
  }
};

}  // namespace kernels

/// Whether all values of a matrix are finite: one read of the memory, on threads where that pays.
template <class T>
bool all_finite(matrix_view<const T> x, int threads = 0) {
  if (x.rows() == 0 || x.columns() == 0) return true;
  // Without gaps the shape does not matter: long lines, so that a vector is not scanned one value a call.
  constexpr std::size_t line_length = 4096;
  const std::size_t size = x.rows() * x.columns();
  const auto stride_is = [](std::ptrdiff_t stride, std::size_t wanted) {
    return stride == static_cast<std::ptrdiff_t>(wanted);
  };
  const bool dense = (x.rows_contiguous() && (stride_is(x.row_stride(), x.columns()) || x.rows() == 1)) ||
                     (x.columns_contiguous() && (stride_is(x.column_stride(), x.rows()) || x.columns() == 1));
  if (dense && size > line_length && x.columns() != line_length) {
    const std::size_t lines = size / line_length, rest = size % line_length;
    return all_finite(matrix_view<const T>(x.data(), lines, line_length), threads) &&
           all_finite(matrix_view<const T>(x.data() + (size - rest), 1, rest), threads);
  }
  const bool by_rows = x.rows_contiguous() && x.columns() > 1;
  const std::size_t lines = by_rows ? x.rows() : x.columns(), length = by_rows ? x.columns() : x.rows();
  const std::size_t lines_a_block = std::max<std::size_t>(1, 65'536 / length);
  const std::size_t blocks = block_count(lines, lines_a_block);
  std::atomic<bool> finite = true;
  const int team = useful_threads(threads, static_cast<double>(lines * length) * 0.3);
  for_blocks(blocks, team, [&](std::size_t block) {
    if (!finite.load(std::memory_order_relaxed)) return;
    bool found = false;
    const std::size_t last = std::min(lines, (block + 1) * lines_a_block);
    for (std::size_t line = block * lines_a_block; line < last; ++line) {
      if (by_rows) {
        simd::run<kernels::finite_scan>(static_cast<const T*>(x.row(line)), length, &found);
      } else if (x.columns_contiguous()) {
        simd::run<kernels::finite_scan>(static_cast<const T*>(x.column(line)), length, &found);
      } else {
        for (std::size_t i = 0; i < length; ++i) found |= x(i, line) - x(i, line) != T{};
      }
    }
    if (found) finite.store(false, std::memory_order_relaxed);
  });
  return finite.load();
}

}  // namespace colonnade::inline COLONNADE_ABI
