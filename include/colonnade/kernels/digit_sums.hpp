#pragma once

#include <cstddef>
#include <cstdint>

#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"

namespace colonnade::inline COLONNADE_ABI::kernels {

// Exact sums at the speed of ordinary ones. All values of a column block are at most 2^E. Adding the
// number 1.5 * 2^k to x and subtracting it again leaves x rounded to multiples of 2^(k-52): a digit of x, and
// the lowest bits of the sum's representation hold the digit as an integer. Integers add without rounding, so
// the column's digits are summed as integers, digit by digit. With E = 3 and x = 5.0000001 (digits of 26
// bits, written in decimal):
//
//     digit 1   multiples of 2^-22   5 = 20971520 * 2^-22              left 0.0000001
//     digit 2   multiples of 2^-48   28147498 * 2^-48                  left 0.0000000000000013..
//     digit 3   multiples of 2^-74   the rest, or a bit is left: then the block needs another way (`inexact`)
//
// A product of two such digits has at most 50 bits, so x * x is a handful of exact products, summed in the
// same way. Nothing is rounded, so nothing depends on order, on lanes, on a fused multiply-add or on the
// choice of E.

/// Sums of digits of x, and of their products if there are 2 or 3 digits (1: sums only, two digits of 51
/// bits). `sums` holds `digit_sums<...>::sums` rows of `columns` integers that are added to; row k counts
/// multiples of 2^(exponent(k) + E) for k below `Digits` and of 2^(exponent(k) + 2 E) above. `scale[j]` is
/// 2^E of column j, with |x| <= 2^E and |E| <= 400; at most 4096 rows. NaN counts as 0. `inexact[j]` becomes
/// nonzero if the digits do not hold all bits of the column. One of the strides must be 1.
template <int Digits>
struct digit_sums {
  static constexpr bool products = Digits > 1;
  static constexpr int levels = products ? Digits : 2;
  static constexpr int sums = Digits == 3 ? 9 : Digits == 2 ? 5 : 2;
  /// Exponent of the unit of row k.
  static constexpr int exponent(int k) {
    if (!products) return k == 0 ? -50 : -101;
    if (k < Digits) return -25 - 26 * k;
    // Products 11, 12, 22 and then 13, 23, 33; the mixed ones count twice.
    constexpr int order[] = {-50, -75, -102, -101, -127, -154};
    return order[k - Digits];
  }

  template <class Isa, class T>
  COLONNADE_KERNEL void operator()(Isa, const T* data, std::size_t rows, std::size_t columns,
                                   std::ptrdiff_t row_stride, std::ptrdiff_t column_stride,
                                   const double* scale, std::uint64_t* out, std::size_t out_stride,
                                   std::uint64_t* inexact, std::ptrdiff_t ahead) const {
    constexpr std::size_t lanes = simd::lanes<Isa, double>;
    if (row_stride != 1)
      return across<lanes>(data, rows, columns, row_stride, scale, out, out_stride, inexact, ahead);
    for (std::size_t j = 0; j < columns; ++j) {
      const T* column = data + static_cast<std::ptrdiff_t>(j) * column_stride;
      const std::size_t whole = rows / lanes;
      down_column<lanes>(column, whole, scale[j], out + j, out_stride, inexact + j, ahead);
      down_column<1>(column + whole * lanes, rows - whole * lanes, scale[j], out + j, out_stride, inexact + j,
                     ahead);
    }
  }

 private:
  template <std::size_t Lanes, class T>
  COLONNADE_KERNEL static void across(const T* data, std::size_t rows, std::size_t columns,
                                      std::ptrdiff_t row_stride, const double* scale, std::uint64_t* out,
                                      std::size_t out_stride, std::uint64_t* inexact, std::ptrdiff_t ahead) {
    std::size_t j = 0;
    for (; j + Lanes <= columns; j += Lanes) {
      simd::pack<double, Lanes> unit;
      simd::load(unit, scale + j);
      simd::pack<std::uint64_t, Lanes> total[sums], left;
      strip(data + j, row_stride, rows, unit, total, left, ahead);
      for (int k = 0; k < sums; ++k) {
        std::uint64_t* to = out + static_cast<std::size_t>(k) * out_stride + j;
        for (std::size_t l = 0; l < Lanes; ++l) to[l] += total[k][l];
      }
      for (std::size_t l = 0; l < Lanes; ++l) inexact[j + l] |= left[l];
    }
    if constexpr (Lanes > 1) {
      if (j < columns) {
        across<Lanes / 2>(data + j, rows, columns - j, row_stride, scale + j, out + j, out_stride,
                          inexact + j, ahead);
      }
    }
  }

  template <std::size_t Lanes, class T>
  COLONNADE_KERNEL static void down_column(const T* data, std::size_t count, double scale, std::uint64_t* out,
                                           std::size_t out_stride, std::uint64_t* inexact,
                                           std::ptrdiff_t ahead) {
    const simd::pack<double, Lanes> unit = simd::pack<double, Lanes>{} + scale;
    simd::pack<std::uint64_t, Lanes> total[sums], left;
    strip(data, static_cast<std::ptrdiff_t>(Lanes), count, unit, total, left, ahead);
    for (int k = 0; k < sums; ++k) {
      for (std::size_t l = 0; l < Lanes; ++l) out[static_cast<std::size_t>(k) * out_stride] += total[k][l];
    }
    for (std::size_t l = 0; l < Lanes; ++l) *inexact |= left[l];
  }

  // Lane l covers data[l + i * step], i < count. Digits go through a small buffer: two loops with short
  // chains of dependent operations and few registers are twice as fast as one.
  template <class T, class Real, class Bits>
  COLONNADE_KERNEL static void strip(const T* data, std::ptrdiff_t step, std::size_t count, const Real& scale,
                                     Bits (&total)[sums], Bits& left, std::ptrdiff_t ahead) {
    constexpr std::size_t chunk = 64;
    Real digit[levels * chunk];
    left = Bits{};
    for (int k = 0; k < sums; ++k) total[k] = Bits{};
    for (; count > chunk; count -= chunk, data += static_cast<std::ptrdiff_t>(chunk) * step) {
      add_digits(data, step, chunk, scale, digit, total, left, ahead);
      if constexpr (products) add_products(chunk, scale, digit, total);
    }
    add_digits(data, step, count, scale, digit, total, left, ahead);
    if constexpr (products) add_products(count, scale, digit, total);
    left = left << 1;  // a negative zero is no rest
  }

  template <class T, class Real, class Bits>
  COLONNADE_KERNEL static void add_digits(const T* data, std::ptrdiff_t step, std::size_t count,
                                          const Real& scale, Real* digit, Bits (&total)[sums], Bits& left,
                                          std::ptrdiff_t ahead) {
    // 1.5 * 2^52 times the unit of each digit.
    const Real m1 = scale * (products ? 0x1.8p27 : 0x1.8p2), m2 = m1 * (products ? 0x1p-26 : 0x1p-51),
               m3 = m2 * 0x1p-26;
    Bits s1{}, s2{}, s3{}, rest = left;
    for (std::size_t i = 0; i < count; ++i, data += step, digit += levels) {
      __builtin_prefetch(reinterpret_cast<const char*>(data) + ahead, 0, 2);
      Real x;
      simd::load(x, data);
      x = (Real)((Bits)x & (Bits)(x == x));
      const Real q1 = x + m1, d1 = q1 - m1, r1 = x - d1;
      const Real q2 = r1 + m2, d2 = q2 - m2, r2 = r1 - d2;
      s1 += (Bits)q1;
      s2 += (Bits)q2;
      if constexpr (products) {
        digit[0] = d1;
        digit[1] = d2;
      }
      if constexpr (Digits == 3) {
        const Real q3 = r2 + m3, d3 = q3 - m3;
        s3 += (Bits)q3;
        digit[2] = d3;
        rest |= (Bits)r2 ^ (Bits)d3;
      } else {
        rest |= (Bits)r2;
      }
    }
    left = rest;
    total[0] += s1 - (Bits)m1 * count;
    total[1] += s2 - (Bits)m2 * count;
    if constexpr (Digits == 3) total[2] += s3 - (Bits)m3 * count;
  }

  template <class Real, class Bits>
  COLONNADE_KERNEL static void add_products(std::size_t count, const Real& scale, const Real* digit,
                                            Bits (&total)[sums]) {
    const Real p11 = scale * scale * 0x1.8p2, p12 = p11 * 0x1p-26, p22 = p12 * 0x1p-26, p23 = p22 * 0x1p-26,
               p33 = p23 * 0x1p-26;
    Bits s11{}, s12{}, s22{}, s13{}, s23{}, s33{};
    for (std::size_t i = 0; i < count; ++i, digit += levels) {
      const Real d1 = digit[0], d2 = digit[1];
      s11 += (Bits)(d1 * d1 + p11);
      s12 += (Bits)(d1 * d2 + p12);
      s22 += (Bits)(d2 * d2 + p22);
      if constexpr (Digits == 3) {
        const Real d3 = digit[2];
        s13 += (Bits)(d1 * d3 + p22);
        s23 += (Bits)(d2 * d3 + p23);
        s33 += (Bits)(d3 * d3 + p33);
      }
    }
    total[levels] += s11 - (Bits)p11 * count;
    total[levels + 1] += s12 - (Bits)p12 * count;
    total[levels + 2] += s22 - (Bits)p22 * count;
    if constexpr (Digits == 3) {
      total[6] += s13 - (Bits)p22 * count;
      total[7] += s23 - (Bits)p23 * count;
      total[8] += s33 - (Bits)p33 * count;
    }
  }
};

}  // namespace colonnade::inline COLONNADE_ABI::kernels
