#pragma once

#include <cstddef>
#include <cstdint>

#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Which side of a split a bin goes to: left if it is below `below` or equal to `also_left` (the bin of
/// missing values when they go left; otherwise any bin that goes left anyhow).
struct bin_test {
  std::uint8_t below = 0, also_left = 0;

  COLONNADE_KERNEL bool goes_left(std::uint8_t bin) const { return bin < below || bin == also_left; }
};

/// Stable partition of row numbers by the bins of one column: those that go left to `left` (which may be
/// `rows`), the others to `right`; `*left_count` is how many went left.
struct row_partition {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const std::uint8_t* column, bin_test test, const std::uint32_t* rows,
                                   std::size_t count, std::uint32_t* left, std::uint32_t* right,
                                   std::size_t* left_count) const {
    std::size_t lefts = 0, rights = 0;
    // Both stores always happen; only the counters tell them apart, so nothing is mispredicted.
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t row = rows[i];
      const std::uint8_t bin = column[row];
      const std::size_t is_left = static_cast<std::size_t>(bin < test.below) | (bin == test.also_left);
      right[rights] = row;
      left[lefts] = row;
      lefts += is_left;
      rights += 1 - is_left;
    }
    *left_count = lefts;
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
