#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"
#include "colonnade/simd/shuffle.hpp"

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

namespace detail {

/// For every set of eight lanes (a bit each): those in the set, in order.
inline constexpr auto chosen_lanes = [] {
  struct {
    alignas(32) std::uint32_t of[256][8] = {};
  } lanes;
  for (unsigned set = 0; set < 256; ++set) {
    for (unsigned lane = 0, k = 0; lane < 8; ++lane) {
      if ((set >> lane & 1) != 0) lanes.of[set][k++] = lane;
    }
  }
  return lanes;
}();

}  // namespace detail

/// Stable partition of row numbers by the bins of one column: those that go left to `left` (which may be
/// `rows`), the others to `right`, which both have room for all; `*left_count` is how many went left. The
/// bins are those of all rows as bytes, or, as 16-bit numbers, those of the k-th of `rows` at place k. The
/// test is a `bin_test` or a `bin_set`.
struct row_partition {
  template <class Isa, class Bin, class Test>
  COLONNADE_KERNEL void operator()(Isa, const Bin* bins, Test test, const std::uint32_t* rows,
                                   std::size_t count, std::uint32_t* left, std::uint32_t* right,
                                   std::size_t* left_count) const {
    if constexpr (sizeof(Bin) == 1) {
      if (count >= least_for_table) {
        std::uint8_t is_left[256];
        for (std::uint16_t bin = 0; bin < 256; ++bin) is_left[bin] = test.goes_left(bin);
        *left_count = move_eights<Isa>(bins, is_left, rows, count, left, right);
        return;
      }
    }
    const auto goes_left = [&](std::size_t i) {
      return test.goes_left(bins[sizeof(Bin) == 1 ? rows[i] : i]);
    };
    *left_count = move(goes_left, 0, 0, rows, count, left, right);
  }

 private:
  static constexpr std::size_t least_for_table = 1024;  // rows that repay asking for all bins at once

  // Rows first, first + 1, ..., after `lefts` went left. Both stores always happen; only the counters tell
  // them apart, so nothing is mispredicted.
  template <class GoesLeft>
  COLONNADE_KERNEL static std::size_t move(const GoesLeft& goes_left, std::size_t first, std::size_t lefts,
                                           const std::uint32_t* rows, std::size_t count, std::uint32_t* left,
                                           std::uint32_t* right) {
    for (std::size_t i = first; i < count; ++i) {
      const std::uint32_t row = rows[i];
      const std::size_t is_left = goes_left(i);
      right[i - lefts] = row;
      left[lefts] = row;
      lefts += is_left;
    }
    return lefts;
  }

  // Eight rows at a time go to both sides in one store each, where the ISA can order the lanes of a register.
  template <class Isa>
  COLONNADE_KERNEL static std::size_t move_eights(const std::uint8_t* bins, const std::uint8_t* is_left,
                                                  const std::uint32_t* rows, std::size_t count,
                                                  std::uint32_t* left, std::uint32_t* right) {
    std::size_t i = 0, lefts = 0;
    if constexpr (simd::has_permute<Isa>) {
      using eight = simd::pack<std::uint32_t, 8>;
      for (; i + 8 <= count; i += 8) {
        eight row, order, moved;
        simd::load(row, rows + i);
        std::uint32_t set = 0;
#pragma GCC unroll 8
        for (std::uint32_t k = 0; k < 8; ++k) set |= std::uint32_t{is_left[bins[rows[i + k]]]} << k;
        simd::load(order, detail::chosen_lanes.of[255 - set]);
        simd::permute(row, order, moved);
        simd::store(right + (i - lefts), moved);
        simd::load(order, detail::chosen_lanes.of[set]);
        simd::permute(row, order, moved);
        simd::store(left + lefts, moved);
        lefts += static_cast<std::size_t>(std::popcount(set));
      }
    }
    return move([&](std::size_t k) { return is_left[bins[rows[k]]] != 0; }, i, lefts, rows, count, left,
                right);
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
