#include "colonnade/boosting/row_sampler.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace colonnade;

TEST_CASE("row_sampler: a row is in with its probability, in order, for any threads") {
  const std::size_t rows = 100'003;
  boosting_params p;
  for (const double share : {0.01, 0.5, 0.93}) {
    p.subsample = share;
    std::vector<std::uint32_t> expected;
    const random_stream random(3);
    for (std::size_t i = 0; i < rows; ++i) {
      if (random.uniform(i) < share) expected.push_back(static_cast<std::uint32_t>(i));
    }
    const double deviation = std::sqrt(rows * share * (1 - share));
    CHECK(std::abs(static_cast<double>(expected.size()) - rows * share) < 5 * deviation);
    for (const int threads : {1, 2, 3, 7}) CHECK(row_sampler(p, rows, threads).draw(random) == expected);
  }
}

TEST_CASE("row_sampler: a tree sees at least one row") {
  boosting_params p;
  CHECK(row_sampler(p, 1, 1).everything());
  p.subsample = 1e-9;
  for (std::size_t rows = 1; rows < 40; ++rows) {
    row_sampler sampler(p, rows, 1);
    CHECK(!sampler.everything());
    REQUIRE(sampler.draw(random_stream(rows)).size() == 1);
    CHECK(sampler.draw(random_stream(rows)).front() < rows);
  }
}
