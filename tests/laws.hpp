#pragma once

#include <doctest/doctest.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/core/accumulator.hpp"
#include "colonnade/core/archive.hpp"
#include "colonnade/core/random.hpp"
#include "colonnade/simd/dispatch.hpp"
#include "tests/data.hpp"
#include "tests/effort.hpp"
#include "tests/simd_levels.hpp"

/// The laws that every primitive obeys. `check_laws<P>(x, params)` runs all of them on one batch (a
/// matrix_view, a table_view, samples of either); `check_matrix_laws<P>(params)` on {float, double} x {row,
/// column major}.
namespace colonnade::tests {

template <class Saved>
std::size_t survive(std::span<const std::byte> bytes) {
  try {
    const Saved loaded = from_bytes<Saved>(bytes);
    const auto again = to_bytes(loaded);
    CHECK(from_bytes<Saved>(again) == loaded);
    return 1;
  } catch (const format_error&) {
    return 0;
  }
}

/// Bytes whose payload was changed, with a checksum that agrees again: what an attacker would write.
inline void reseal(std::vector<std::byte>& bytes) {
  const std::uint32_t sum = crc32c(std::span(bytes).first(bytes.size() - sizeof(std::uint32_t)));
  std::memcpy(bytes.data() + bytes.size() - sizeof sum, &sum, sizeof sum);
}

// LAW: saved-bytes Every truncated prefix and every damaged byte of a saved object is refused or loads a
// valid object.
template <class Saved>
void check_bytes(const Saved& object) {
  const auto bytes = to_bytes(object);
  REQUIRE(from_bytes<Saved>(bytes) == object);
  CHECK(to_bytes(from_bytes<Saved>(bytes)) == bytes);
  // Large objects are damaged less often, 32 MB in all (16 under sanitizers).
  const std::size_t budget = effort<std::size_t>(32, 16) << 20;
  const std::size_t edits = std::clamp<std::size_t>(budget / bytes.size(), 40, 400);
  const std::size_t step = std::max<std::size_t>(1, bytes.size() / edits);
  for (std::size_t n = 0; n < bytes.size(); n += step) {
    CHECK_THROWS_AS(from_bytes<Saved>(std::span(bytes).first(n)), format_error);
  }
  const random_stream random(7);
  for (std::size_t edit = 0; edit < edits; ++edit) {
    auto damaged = bytes;
    const auto at = random.below(2 * edit, damaged.size());
    damaged[at] ^= static_cast<std::byte>(1 + random.below(2 * edit + 1, 255));
    CHECK_THROWS_AS(from_bytes<Saved>(damaged), format_error);
    reseal(damaged);
    survive<Saved>(damaged);
  }
}

template <class Accumulator, class Batch>
Accumulator learnt(Accumulator a, const Batch& x, std::span<const std::size_t> cuts) {
  std::size_t first = 0;
  for (const std::size_t cut : cuts) {
    a.update(x.slice(first, cut - first));
    first = cut;
  }
  a.update(x.slice(first, x.rows() - first));
  return a;
}

/// The five partitions of the rows that the laws try: cut points in ascending order.
inline std::vector<std::vector<std::size_t>> partitions(std::size_t rows) {
  std::vector<std::vector<std::size_t>> result = {
      {}, {rows / 2}, {rows / 3, rows - rows / 3}, {0, 1, rows}, {}};
  for (auto& cuts : result) std::sort(cuts.begin(), cuts.end());
  const random_stream random(11);
  for (std::size_t i = 0; i < 9; ++i) result[4].push_back(random.below(i, rows + 1));
  std::sort(result[4].begin(), result[4].end());
  return result;
}

// LAW: merge-neutral Merging an empty accumulator changes nothing, on either side.
template <class Accumulator>
void check_neutral(const Accumulator& empty, const Accumulator& full) {
  Accumulator left = empty, right = full;
  left.merge(full);
  right.merge(empty);
  CHECK(left == full);
  CHECK(right == full);
  CHECK(full.empty_copy() == empty);
}

// LAW: partition Any partition of the rows, streamed or merged in any grouping, gives equal bits.
template <class Accumulator, class Batch>
void check_partitions(const Accumulator& empty, const Accumulator& whole, const Batch& x) {
  for (const auto& cuts : partitions(x.rows())) {
    CHECK(learnt(empty, x, cuts) == whole);
    std::vector<Accumulator> parts;
    std::size_t first = 0;
    for (std::size_t k = 0; k <= cuts.size(); ++k) {
      const std::size_t last = k == cuts.size() ? x.rows() : cuts[k];
      parts.push_back(empty);
      parts.back().update(x.slice(first, last - first));
      first = last;
    }
    Accumulator forward = empty, backward = empty;
    for (const auto& part : parts) forward.merge(part);
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) backward.merge(*part);
    CHECK(forward == whole);
    CHECK(backward == whole);
  }
}

// LAW: same-bits Threads 1, 2, 3, 7 and instruction sets base, v3, v4 give equal bytes.
template <class P, class Batch>
void check_same_bits(const Batch& x, const typename P::params& params) {
  const auto expected = to_bytes(fit<P>(x, params, 1));
  for (const auto level : tests::simd_levels()) {
    const simd::scoped_level scope(level);
    for (const int threads : {1, 2, 3, 7}) {
      INFO("instruction set " << std::string(simd::name(level)) << ", threads " << threads);
      CHECK(to_bytes(fit<P>(x, params, threads)) == expected);
    }
  }
}

// LAW: finalize Finalizing does not disturb an accumulator, and a saved one goes on like the original.
template <class P, class Batch>
void check_going_on(const typename P::accumulator& whole, const Batch& x) {
  auto a = whole;
  const auto model = a.finalize();
  CHECK(a == whole);
  CHECK(a.finalize() == model);
  auto b = from_bytes<typename P::accumulator>(to_bytes(whole));
  CHECK(b == whole);
  a.update(x);
  b.update(x);
  CHECK(a == b);
  CHECK(a.finalize() == b.finalize());
}

/// All laws, for one primitive on one batch. The batch should have a few thousand rows.
template <class P, class Batch>
void check_laws(const Batch& x, const typename P::params& params = {}) {
  const typename P::accumulator empty(params);
  auto whole = empty;
  whole.update(x);
  check_neutral(empty, whole);
  check_partitions(empty, whole, x);
  check_going_on<P>(whole, x);
  check_bytes(whole);
  check_bytes(whole.finalize());
  check_same_bits<P>(x, params);
}

template <class P>
void check_matrix_laws(const typename P::params& params = {}) {
  const auto run = [&]<class T>(T) {
    for (const auto order : {matrix<T>::layout::rows, matrix<T>::layout::columns}) {
      // Sanitized, each type and each layout once.
      if (!effort(true, (sizeof(T) == sizeof(double)) == (order == matrix<T>::layout::rows))) continue;
      INFO("bytes a value " << sizeof(T) << ", layout " << static_cast<int>(order));
      auto x = random_matrix<T>(9001, 5, order);
      check_laws<P>(std::as_const(x).view(), params);
    }
  };
  run(float{});
  run(double{});
}

}  // namespace colonnade::tests
