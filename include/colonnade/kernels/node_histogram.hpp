#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "colonnade/kernels/gradient_histogram.hpp"
#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Gives each of `count` cells the sums of all before it as well. What such sums leave of others is of their
/// kind.
struct histogram_accumulate {
  template <class Isa, class Cell>
  COLONNADE_KERNEL void operator()(Isa, Cell* cells, std::size_t count) const {
    using sum =
        std::conditional_t<std::is_same_v<Cell, std::int64_t>, std::int64_t, simd::pack<std::int64_t, 2>>;
    sum running = {};
    std::size_t b = 0;
    for (; b + 4 <= count; b += 4) {
      // Only one addition of the four waits for the last ones.
      sum one, two, three, four;
      load(cells[b], one);
      load(cells[b + 1], two);
      load(cells[b + 2], three);
      load(cells[b + 3], four);
      two += one;
      three += two;
      four += three;
      one += running;
      two += running;
      three += running;
      running += four;
      store(one, cells[b]);
      store(two, cells[b + 1]);
      store(three, cells[b + 2]);
      store(running, cells[b + 3]);
    }
    for (; b < count; ++b) {
      sum one;
      load(cells[b], one);
      running += one;
      store(running, cells[b]);
    }
  }

 private:
  COLONNADE_KERNEL static void load(std::int64_t cell, std::int64_t& sum) { sum = cell; }
  COLONNADE_KERNEL static void store(std::int64_t sum, std::int64_t& cell) { cell = sum; }
  template <class Sum>
  COLONNADE_KERNEL static void load(const gradient_sum& cell, Sum& sum) {
    simd::load(sum, &cell.gradient);
  }
  template <class Sum>
  COLONNADE_KERNEL static void store(const Sum& sum, gradient_sum& cell) {
    simd::store(&cell.gradient, sum);
  }
};

/// rest = parent - some, whichever of them are packed by `shift`; `rest` may be `parent`.
struct histogram_subtract {
  template <class Isa, class Parent, class Some, class Rest>
  COLONNADE_KERNEL void operator()(Isa, const Parent* parent, const Some* some, int shift, Rest* rest,
                                   std::size_t count) const {
    if constexpr (std::is_same_v<Parent, Some> && std::is_same_v<Parent, Rest>) {
      subtract<Isa>(words(parent), words(some), words(rest), count * (sizeof(Parent) / sizeof(std::int64_t)));
    } else {
      for (std::size_t b = 0; b < count; ++b) {
        const gradient_sum sum = unpacked(parent[b], shift) - unpacked(some[b], shift);
        pack(sum, shift, rest[b]);
      }
    }
  }

 private:
  COLONNADE_KERNEL static const std::int64_t* words(const gradient_sum* sums) { return &sums->gradient; }
  COLONNADE_KERNEL static std::int64_t* words(gradient_sum* sums) { return &sums->gradient; }
  template <class Word>
  COLONNADE_KERNEL static Word* words(Word* packed) {
    return packed;
  }

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
