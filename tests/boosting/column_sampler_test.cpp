#include "colonnade/boosting/column_sampler.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace colonnade;

TEST_CASE("column_sampler: a tree has its share of the columns, in order, at least one") {
  boosting_params p;
  column_sampler all(p, 9);
  all.draw(random_stream(1));
  CHECK(all.columns().size() == 9);
  for (const double share : {0.01, 0.34, 0.5, 0.99}) {
    p.colsample_bytree = share;
    column_sampler sampler(p, 9);
    std::vector<int> times(9);
    for (std::uint64_t tree = 0; tree < 900; ++tree) {
      sampler.draw(random_stream(tree));
      const auto columns = sampler.columns();
      REQUIRE(columns.size() == std::max<std::size_t>(1, static_cast<std::size_t>(9 * share)));
      CHECK(std::is_sorted(columns.begin(), columns.end()));
      CHECK(std::adjacent_find(columns.begin(), columns.end()) == columns.end());
      for (const std::uint32_t column : columns) ++times[column];
    }
    const double expected = 900.0 * static_cast<double>(sampler.columns().size()) / 9;
    for (const int count : times) CHECK(std::abs(count - expected) < 5 * 15);
  }
}
