#pragma once

#include <cstddef>
#include <cstdint>

#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"

namespace colonnade::inline COLONNADE_ABI::kernels {

/// out[i] = values[i], for integers of any width and bool.
struct widen_labels {
  template <class Isa, class T>
  COLONNADE_KERNEL void operator()(Isa, const T* values, std::size_t size, std::int64_t* out) const {
    std::size_t i = 0;
    if constexpr (sizeof(T) < 8) {
      constexpr std::size_t lanes = simd::lanes<Isa, std::int64_t>;
      for (; i + lanes <= size; i += lanes) {
        simd::pack<std::int64_t, lanes> wide;
        simd::load(wide, values + i);
        simd::store(out + i, wide);
      }
    }
    for (; i < size; ++i) out[i] = static_cast<std::int64_t>(values[i]);
  }
};

/// Widens the range least_greatest[0] .. least_greatest[1] to hold all labels.
struct label_range {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const std::int64_t* labels, std::size_t size,
                                   std::int64_t* least_greatest) const {
    constexpr std::size_t lanes = simd::lanes<Isa, std::int64_t>;
    using pack = simd::pack<std::int64_t, lanes>;
    std::int64_t least = least_greatest[0], greatest = least_greatest[1];
    pack low = pack{} + least, high = pack{} + greatest, x;
    std::size_t i = 0;
    for (; i + lanes <= size; i += lanes) {
      simd::load(x, labels + i);
      low = x < low ? x : low;
      high = x > high ? x : high;
    }
    for (std::size_t k = 0; k < lanes; ++k) {
      least = low[k] < least ? low[k] : least;
      greatest = high[k] > greatest ? high[k] : greatest;
    }
    for (; i < size; ++i) {
      least = labels[i] < least ? labels[i] : least;
      greatest = labels[i] > greatest ? labels[i] : greatest;
    }
    least_greatest[0] = least;
    least_greatest[1] = greatest;
  }
};

/// Adds to `*equal` the number of rows whose two labels are the same.
struct equal_labels {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const std::int64_t* truth, const std::int64_t* predicted,
                                   std::size_t size, std::uint64_t* equal) const {
    constexpr std::size_t lanes = simd::lanes<Isa, std::int64_t>;
    using pack = simd::pack<std::int64_t, lanes>;
    pack found{}, x, y;
    std::size_t i = 0;
    for (; i + lanes <= size; i += lanes) {
      simd::load(x, truth + i);
      simd::load(y, predicted + i);
      found -= x == y;
    }
    std::int64_t sum = 0;
    for (std::size_t k = 0; k < lanes; ++k) sum += found[k];
    for (; i < size; ++i) sum += truth[i] == predicted[i] ? 1 : 0;
    *equal += static_cast<std::uint64_t>(sum);
  }
};

/// cells[i] = (truth[i] - least) << shift | (predicted[i] - least): the place of the row in a table of pairs,
/// whose side is 2^shift (up to 2^16).
struct pair_cells {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const std::int64_t* truth, const std::int64_t* predicted,
                                   std::size_t size, std::int64_t least, int shift,
                                   std::uint32_t* cells) const {
    constexpr std::size_t lanes = simd::lanes<Isa, std::int64_t>;
    simd::pack<std::int64_t, lanes> x, y;
    std::size_t i = 0;
    for (; i + lanes <= size; i += lanes) {
      simd::load(x, truth + i);
      simd::load(y, predicted + i);
      x = (x - least) << shift | (y - least);
      simd::store(cells + i, x);
    }
    for (; i < size; ++i) {
      cells[i] = static_cast<std::uint32_t>((truth[i] - least) << shift | (predicted[i] - least));
    }
  }
};

/// Counts cells in `copies` (1 or 4) tables one after the other. Rows of few classes hit the same cell again
/// and again; four tables in turn keep one addition from waiting for the one before.
struct count_cells {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const std::uint32_t* cells, std::size_t size, std::uint64_t* tables,
                                   std::size_t table_size, int copies) const {
    std::size_t i = 0;
    if (copies == 4) {
      for (; i + 4 <= size; i += 4) {
        ++tables[cells[i]];
        ++tables[table_size + cells[i + 1]];
        ++tables[2 * table_size + cells[i + 2]];
        ++tables[3 * table_size + cells[i + 3]];
      }
    }
    for (; i < size; ++i) ++tables[cells[i]];
  }
};

}  // namespace colonnade::inline COLONNADE_ABI::kernels
