#include "colonnade/metrics/pair_counts.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "colonnade/core/random.hpp"
#include "colonnade/simd/dispatch.hpp"
#include "tests/simd_levels.hpp"

namespace {

using namespace colonnade;

template <class T>
std::vector<T> labels(std::size_t size, std::uint64_t classes, std::uint64_t seed) {
  const random_stream random(seed);
  std::vector<T> x(size);
  for (std::size_t i = 0; i < size; ++i) x[i] = static_cast<T>(random.below(i, classes));
  return x;
}

template <class T, class U>
void check_counts(std::size_t rows, std::uint64_t classes) {
  const auto t = labels<T>(rows, classes, 1);
  const auto p = labels<U>(rows, classes, 2);
  std::vector<std::uint64_t> naive(classes * classes);
  std::uint64_t equal = 0;
  for (std::size_t i = 0; i < rows; ++i) {
    ++naive[static_cast<std::size_t>(t[i]) * classes + static_cast<std::size_t>(p[i])];
    equal += static_cast<std::int64_t>(t[i]) == static_cast<std::int64_t>(p[i]) ? 1 : 0;
  }
  const auto truth = read_labels(t.data(), rows);
  const auto predicted = read_labels(p.data(), rows);
  for (const auto level : tests::simd_levels()) {
    const simd::scoped_level scope(level);
    for (const int threads : {1, 2, 3, 7}) {
      const auto counts = count_pairs(truth, predicted, 0, static_cast<std::int64_t>(classes) - 1, threads);
      CHECK(counts.cells == naive);
      CHECK(count_equal(truth, predicted, threads) == equal);
    }
  }
}

}  // namespace

TEST_CASE(
    "pair_counts: counts are those of one row at a time, for any types, sizes, threads and instruction sets") {
  for (std::size_t rows : {0, 1, 100, 2049, 200'000}) {
    for (std::uint64_t classes : {1, 2, 3, 10, 60}) {
      CAPTURE(rows);
      CAPTURE(classes);
      check_counts<std::int64_t, std::int64_t>(rows, classes);
    }
  }
  check_counts<std::uint8_t, std::int16_t>(70'000, 5);
  check_counts<std::int32_t, std::uint32_t>(70'000, 33);
}

TEST_CASE("pair_counts: negative labels are counted from the least one") {
  const std::vector<std::int64_t> t = {-1, 1, 1, -1}, p = {1, 1, -1, -1};
  const auto truth = read_labels(t.data(), 4), predicted = read_labels(p.data(), 4);
  const auto range = range_of(truth);
  CHECK(range.first == -1);
  CHECK(range.second == 1);
  const pair_counts counts = count_pairs(truth, predicted, -1, 1);
  CHECK(counts(0, 0) == 1);
  CHECK(counts(0, 2) == 1);
  CHECK(counts(2, 0) == 1);
  CHECK(counts(2, 2) == 1);
  CHECK(counts.present(0));
  CHECK_FALSE(counts.present(1));
}

TEST_CASE("pair_counts: the range of no labels is empty") {
  const auto range = range_of(read_labels(static_cast<const std::int64_t*>(nullptr), 0));
  CHECK(range.first > range.second);
}
