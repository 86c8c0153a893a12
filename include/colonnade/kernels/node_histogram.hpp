#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "colonnade/kernels/gradient_histogram.hpp"
#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"
#include "colonnade/simd/shuffle.hpp"

namespace colonnade::inline COLONNADE_ABI {

namespace detail {

COLONNADE_KERNEL const std::int64_t* words(const gradient_sum* sums) { return &sums->gradient; }
COLONNADE_KERNEL std::int64_t* words(gradient_sum* sums) { return &sums->gradient; }
template <class Word>
COLONNADE_KERNEL Word* words(Word* packed) {
  return packed;
}
template <class Cell>
inline constexpr std::size_t words_of_cell = sizeof(Cell) / sizeof(std::int64_t);

}  // namespace detail

/// Gives each of `count` cells the sums of all before it as well. What such sums leave of others is of their
/// kind.
struct histogram_accumulate {
  template <class Isa, class Cell>
  COLONNADE_KERNEL void operator()(Isa, Cell* cells, std::size_t count) const {
    constexpr std::size_t lanes = simd::lanes<Isa, std::int64_t>, step = detail::words_of_cell<Cell>;
    std::int64_t* const words = detail::words(cells);
    const std::size_t size = count * step;
    simd::pack<std::int64_t, lanes> before = {}, some, all;
    std::size_t i = 0;
    for (; i + lanes <= size; i += lanes) {
      // Only the addition to `before` waits for the last one.
      simd::load(some, words + i);
      simd::accumulate_lanes<lanes, step>(some);
      simd::repeat_last<lanes, step>(some, all);
      some += before;
      before += all;
      simd::store(words + i, some);
    }
    for (i = std::max(i, step); i < size; ++i) words[i] += words[i - step];
  }
};

/// rest = parent - some, whichever of them are packed by `shift`; `rest` may be `parent`.
struct histogram_subtract {
  template <class Isa, class Parent, class Some, class Rest>
  COLONNADE_KERNEL void operator()(Isa, const Parent* parent, const Some* some, int shift, Rest* rest,
                                   std::size_t count) const {
    if constexpr (std::is_same_v<Parent, Some> && std::is_same_v<Parent, Rest>) {
      subtract<Isa>(detail::words(parent), detail::words(some), detail::words(rest),
                    count * detail::words_of_cell<Parent>);
    } else {
      for (std::size_t b = 0; b < count; ++b) {
        const gradient_sum sum = unpacked(parent[b], shift) - unpacked(some[b], shift);
        pack(sum, shift, rest[b]);
      }
    }
  }

 private:
  template <class Isa>
  COLONNADE_KERNEL static void subtract(const std::int64_t* parent, const std::int64_t* some,
                                        std::int64_t* rest, std::size_t count) {
    constexpr std::size_t lanes = simd::lanes<Isa, std::int64_t>;
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) {
      simd::pack<std::int64_t, lanes> all, part;
      simd::load(all, parent + i);
      simd::load(part, some + i);
      all -= part;
      simd::store(rest + i, all);
    }
    for (; i < count; ++i) rest[i] = parent[i] - some[i];
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
