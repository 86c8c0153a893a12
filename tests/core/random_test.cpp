#include "colonnade/core/random.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <vector>

using namespace colonnade;

TEST_CASE("random_stream: frozen values, so that models made with a seed stay what they are") {
  static_assert(random_stream(1, 2).bits(3) == random_stream(1, 2).bits(3));
  CHECK(random_stream(0).bits(0) == 9003982910578146185U);
  CHECK(random_stream(42, 7).below(123, 1000) == 791);
}

TEST_CASE("random_stream: uniform over cells, over neighbouring counters, seeds and streams") {
  const auto chi_squared = [](const auto& draw) {
    std::vector<double> cells(64);
    for (std::uint64_t i = 0; i < 64'000; ++i) ++cells[draw(i)];
    return std::accumulate(cells.begin(), cells.end(), 0.0,
                           [](double s, double c) { return s + (c - 1000) * (c - 1000) / 1000; });
  };
  // 63 degrees of freedom: 120 is the 1 - 1e-5 quantile.
  CHECK(chi_squared([](std::uint64_t i) { return random_stream(1).below(i, 64); }) < 120);
  CHECK(chi_squared([](std::uint64_t i) { return random_stream(i).below(1, 64); }) < 120);
  CHECK(chi_squared([](std::uint64_t i) { return random_stream(1, i).below(1, 64); }) < 120);
  CHECK(chi_squared([](std::uint64_t i) { return random_stream(1).bits(i) & 63; }) < 120);
  CHECK(chi_squared([](std::uint64_t i) {
          return static_cast<std::size_t>(random_stream(9).uniform(i) * 64);
        }) < 120);
}

TEST_CASE("shuffle: a permutation in which every item goes everywhere") {
  std::vector<double> sum(10);
  for (std::uint64_t seed = 0; seed < 2000; ++seed) {
    std::vector<int> items(10);
    std::iota(items.begin(), items.end(), 0);
    shuffle(std::span(items), random_stream(seed));
    for (std::size_t i = 0; i < 10; ++i) sum[i] += items[i];
    std::sort(items.begin(), items.end());
    for (int i = 0; i < 10; ++i) REQUIRE(items[static_cast<std::size_t>(i)] == i);
  }
  for (const double s : sum) CHECK(std::abs(s / 2000 - 4.5) < 0.35);
}
