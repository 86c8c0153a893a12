#pragma once

#include <cstddef>
#include <cstdint>

#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Which side of a split a bin goes to: left if it is below `below` or equal to `also_left` (the bin of
/// missing values when they go left; otherwise any bin that goes left anyhow).
struct bin_test {
  std::uint16_t below = 0, also_left = 0;

  // Without a branch, which would be mispredicted.
  COLONNADE_KERNEL bool goes_left(std::uint16_t bin) const {
    return bool(static_cast<int>(bin < below) | static_cast<int>(bin == also_left));
  }
};

/// A set of bins, which are below 256, of a column: those that a split by categories sends left.
struct bin_set {
  std::uint64_t words[4] = {};

  COLONNADE_KERNEL bool has(std::uint16_t bin) const { return (words[bin >> 6] >> (bin & 63) & 1) != 0; }
  COLONNADE_KERNEL bool goes_left(std::uint16_t bin) const { return has(bin); }
  void add(std::uint16_t bin) { words[bin >> 6] |= std::uint64_t{1} << (bin & 63); }
  friend bool operator==(const bin_set&, const bin_set&) = default;

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.words[0], self.words[1], self.words[2], self.words[3]);
  }
};

/// Stable partition of row numbers by the bins of one column: those that go left to `left` (which may be
/// `rows`), the others to `right`; `*left_count` is how many went left. The bins are those of all rows as
/// bytes, or, as 16-bit numbers, those of the k-th of `rows` at place k. The test is a `bin_test` or a
/// `bin_set`.
struct row_partition {
  template <class Isa, class Bin, class Test>
  COLONNADE_KERNEL void operator()(Isa, const Bin* bins, Test test, const std::uint32_t* rows,
                                   std::size_t count, std::uint32_t* left, std::uint32_t* right,
                                   std::size_t* left_count) const {
    constexpr bool by_row = sizeof(Bin) == 1;
    std::size_t lefts = 0, rights = 0;
    // Both stores always happen; only the counters tell them apart, so nothing is mispredicted.
    for (std::size_t i = 0; i < count; ++i) {
      const std::uint32_t row = rows[i];
      const std::size_t is_left = test.goes_left(bins[by_row ? row : i]);
      right[rights] = row;
      left[lefts] = row;
      lefts += is_left;
      rights += 1 - is_left;
    }
    *left_count = lefts;
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
