#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"

namespace colonnade::inline COLONNADE_ABI::kernels {

/// Minimum, maximum and number of missing values (NaN) of every column of a block, taken into `minimum`,
/// `maximum` and `missing`, which start at infinity, minus infinity and 0. One of the two strides must be 1
/// (in elements): rows one after the other put a column in a lane, columns one after the other put rows in
/// lanes.
struct column_range {
  template <class Isa, class T>
  COLONNADE_KERNEL void operator()(Isa, const T* data, std::size_t rows, std::size_t columns,
                                   std::ptrdiff_t row_stride, std::ptrdiff_t column_stride, T* minimum,
                                   T* maximum, std::int64_t* missing) const {
    constexpr std::size_t lanes = simd::lanes<Isa, T>;
    if (row_stride == 1) {
      for (std::size_t j = 0; j < columns; ++j) {
        down_column<lanes>(data + static_cast<std::ptrdiff_t>(j) * column_stride, rows, minimum + j,
                           maximum + j, missing + j);
      }
      return;
    }
    // A few rows at a time, so that memory is read nearly in order whatever the number of columns.
    constexpr std::size_t stripe = 32;
    for (std::size_t first = 0; first < rows; first += stripe) {
      const std::size_t count = first + stripe < rows ? stripe : rows - first;
      across<lanes>(data + static_cast<std::ptrdiff_t>(first) * row_stride, count, columns, row_stride,
                    minimum, maximum, missing);
    }
  }

 private:
  template <class T>
  using count_of = std::conditional_t<sizeof(T) == 8, std::int64_t, std::int32_t>;

  template <std::size_t Lanes, class T>
  COLONNADE_KERNEL static void across(const T* data, std::size_t rows, std::size_t columns,
                                      std::ptrdiff_t row_stride, T* minimum, T* maximum,
                                      std::int64_t* missing) {
    std::size_t j = 0;
    for (; j + Lanes <= columns; j += Lanes) {
      strip<Lanes>(data + j, row_stride, rows, minimum + j, maximum + j, missing + j);
    }
    if constexpr (Lanes > 1) {
      if (j < columns) {
        across<Lanes / 2>(data + j, rows, columns - j, row_stride, minimum + j, maximum + j, missing + j);
      }
    }
  }

  // Lane l covers data[l + i * step].
  template <std::size_t Lanes, class T>
  COLONNADE_KERNEL static void strip(const T* data, std::ptrdiff_t step, std::size_t count, T* minimum,
                                     T* maximum, std::int64_t* missing) {
    using pack = simd::pack<T, Lanes>;
    pack low, high, value;
    simd::load(low, minimum);
    simd::load(high, maximum);
    simd::pack<count_of<T>, Lanes> absent{};
    for (; count > 0; --count, data += step) {
      simd::load(value, data);
      low = value < low ? value : low;
      high = value > high ? value : high;
      absent += value != value;
    }
    simd::store(minimum, low);
    simd::store(maximum, high);
    for (std::size_t l = 0; l < Lanes; ++l) missing[l] -= absent[l];
  }

  template <std::size_t Lanes, class T>
  COLONNADE_KERNEL static void down_column(const T* data, std::size_t rows, T* minimum, T* maximum,
                                           std::int64_t* missing) {
    T low[Lanes], high[Lanes];
    std::int64_t absent[Lanes];
    for (std::size_t l = 0; l < Lanes; ++l) {
      low[l] = *minimum;
      high[l] = *maximum;
      absent[l] = 0;
    }
    const std::size_t whole = rows / Lanes;
    strip<Lanes>(data, static_cast<std::ptrdiff_t>(Lanes), whole, low, high, absent);
    strip<1>(data + whole * Lanes, 1, rows - whole * Lanes, low, high, absent);
    for (std::size_t l = 0; l < Lanes; ++l) {
      *minimum = low[l] < *minimum ? low[l] : *minimum;
      *maximum = high[l] > *maximum ? high[l] : *maximum;
      *missing += absent[l];
    }
  }
};

}  // namespace colonnade::inline COLONNADE_ABI::kernels
