#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "colonnade/core/error.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// How a column is mapped. Missing stays missing but for `fill`. Each operation is rounded once, in double,
/// so every instruction set gives the same bits.
enum class affine_form : std::uint8_t {
  centre_divide,  ///< (x - shift) / scale
  multiply_add,   ///< x * scale + shift
  clipped,        ///< x * scale + shift, cut to [low, high]
  fill,           ///< x, or shift where x is missing; scale is not read
};

/// Constants of an affine map of columns, owned by somebody else; both of one size.
struct affine_columns {
  affine_form form = affine_form::centre_divide;
  std::span<const double> shift, scale;
  double low = 0, high = 0;
};

namespace kernels {

/// out = map(in) for `outer` lines of `inner` neighbouring values; `out` may be `in`. The constants are one a
/// line
/// (`per_line`, columns one after the other) or one a position in the line (rows one after the other).
/// `*infinite` becomes nonzero if a value is infinite.
template <affine_form Form>
struct affine {
  template <class Isa, class T>
  COLONNADE_KERNEL void operator()(Isa, const T* in, T* out, std::size_t outer, std::size_t inner,
                                   std::ptrdiff_t in_stride, std::ptrdiff_t out_stride, const double* shift,
                                   const double* scale, double low, double high, bool per_line,
                                   std::uint64_t* infinite) const {
    constexpr std::size_t lanes = simd::lanes<Isa, double>;
    for (; outer > 0; --outer, in += in_stride, out += out_stride) {
      if (per_line) {
        line<lanes, 0>(in, out, inner, shift++, scale++, low, high, infinite);
      } else {
        line<lanes, 1>(in, out, inner, shift, scale, low, high, infinite);
      }
    }
  }

 private:
  template <std::size_t Lanes, std::size_t Step, class T>
  COLONNADE_KERNEL static void line(const T* in, T* out, std::size_t n, const double* shift,
                                    const double* scale, double low, double high, std::uint64_t* infinite) {
    using pack = simd::pack<double, Lanes>;
    using bits = simd::pack<std::uint64_t, Lanes>;
    bits seen{};
    std::size_t i = 0;
    for (; i + Lanes <= n; i += Lanes) {
      pack x, a, b;
      simd::load(x, in + i);
      if constexpr (Step == 1) {
        simd::load(a, shift + i);
        simd::load(b, scale + i);
      } else {
        a = pack{} + *shift;
        b = pack{} + *scale;
      }
      // Twice the bits of infinity without its sign.
      seen |= (bits)(((bits)x << 1) == bits{} + (std::uint64_t{0x7ff} << 53));
      if constexpr (Form == affine_form::centre_divide) {
        x = (x - a) / b;
      } else if constexpr (Form == affine_form::fill) {
        x = x == x ? x : a;
      } else {
        x = x * b + a;
      }
      if constexpr (Form == affine_form::clipped) {
        x = x < low ? pack{} + low : x;
        x = x > high ? pack{} + high : x;
      }
      simd::store(out + i, x);
    }
    for (std::size_t l = 0; l < Lanes; ++l) *infinite |= seen[l];
    if constexpr (Lanes > 1) {
      if (i < n)
        line<Lanes / 2, Step>(in + i, out + i, n - i, shift + Step * i, scale + Step * i, low, high,
                              infinite);
    }
  }
};

}  // namespace kernels

namespace detail {

template <class T>
void affine_lines(const affine_columns& map, const T* in, T* out, std::size_t outer, std::size_t inner,
                  std::ptrdiff_t in_stride, std::ptrdiff_t out_stride, std::size_t first, bool per_line,
                  std::uint64_t* infinite) {
  const auto run = [&]<affine_form Form>() {
    simd::run<kernels::affine<Form>>(in, out, outer, inner, in_stride, out_stride, map.shift.data() + first,
                                     map.scale.data() + first, map.low, map.high, per_line, infinite);
  };
  if (map.form == affine_form::centre_divide) run.template operator()<affine_form::centre_divide>();
  if (map.form == affine_form::multiply_add) run.template operator()<affine_form::multiply_add>();
  if (map.form == affine_form::clipped) run.template operator()<affine_form::clipped>();
  if (map.form == affine_form::fill) run.template operator()<affine_form::fill>();
}

// Any other strides: a column piece is copied, mapped and copied out.
template <class T>
void affine_gathered(const affine_columns& map, matrix_view<const T> in, matrix_view<T> out,
                     std::uint64_t* infinite) {
  constexpr std::size_t piece = 256;
  T values[piece];
  for (std::size_t first = 0; first < in.rows(); first += piece) {
    const std::size_t count = std::min(piece, in.rows() - first);
    for (std::size_t j = 0; j < in.columns(); ++j) {
      for (std::size_t i = 0; i < count; ++i) values[i] = in(first + i, j);
      affine_lines(map, static_cast<const T*>(values), +values, 1, count, 0, 0, j, true, infinite);
      for (std::size_t i = 0; i < count; ++i) out(first + i, j) = values[i];
    }
  }
}

template <class T>
void affine_block(const affine_columns& map, matrix_view<const T> in, matrix_view<T> out,
                  std::uint64_t* infinite) {
  if (in.row_stride() == 1 && out.row_stride() == 1) {
    return affine_lines(map, in.data(), out.data(), in.columns(), in.rows(), in.column_stride(),
                        out.column_stride(), 0, true, infinite);
  }
  if (in.rows_contiguous() && out.rows_contiguous()) {
    return affine_lines(map, in.data(), out.data(), in.rows(), in.columns(), in.row_stride(),
                        out.row_stride(), 0, false, infinite);
  }
  affine_gathered(map, in, out, infinite);
}

}  // namespace detail

/// Maps every column of `in` into `out`, which has the same shape and may be the same memory. Returns whether
/// a value is infinite. Any strides. O(rows x columns); on several threads if there is work for them.
template <class T>
bool map_columns(const affine_columns& map, matrix_view<const T> in, matrix_view<T> out, int threads = 0) {
  if (in.columns() != map.scale.size()) {
    throw argument_error("x", std::to_string(in.columns()) + " columns", std::to_string(map.scale.size()));
  }
  if (out.rows() != in.rows() || out.columns() != in.columns()) {
    throw argument_error("out", std::to_string(out.rows()) + " x " + std::to_string(out.columns()),
                         std::to_string(in.rows()) + " x " + std::to_string(in.columns()));
  }
  if (in.columns() == 0) return false;
  // A block is the size of a large page: a thread that touches new memory first gets a page for itself.
  const std::size_t rows = std::max<std::size_t>(256, (std::size_t{2} << 20) / (in.columns() * sizeof(T)));
  const double nanoseconds = 0.5 * static_cast<double>(in.rows()) * static_cast<double>(in.columns());
  std::atomic<std::uint64_t> infinite = 0;
  for_blocks(block_count(in.rows(), rows), useful_threads(threads, nanoseconds), [&](std::size_t b) {
    const std::size_t first = b * rows, count = std::min(rows, in.rows() - first);
    std::uint64_t seen = 0;
    detail::affine_block(map, in.slice(first, count), out.slice(first, count), &seen);
    if (seen != 0) infinite = 1;
  });
  return infinite != 0;
}

}  // namespace colonnade::inline COLONNADE_ABI
