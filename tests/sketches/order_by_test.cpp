#include "colonnade/sketches/order_by.hpp"

#include <doctest/doctest.h>

using namespace colonnade;

TEST_CASE("order_by: positions by key, equal keys in order of position") {
  const std::vector<std::uint64_t> keys = {5, 1, 5, 0, 1};
  CHECK(order_by(keys.size(), [&](std::size_t i) { return keys[i]; }) ==
        std::vector<std::size_t>{3, 1, 4, 0, 2});
  CHECK(order_by(0, [](std::size_t) { return 0; }).empty());
}

TEST_CASE("order_by: keyed items are ordered by key, then by what belongs to it") {
  std::vector<keyed> items = {{2, 1}, {1, 9}, {2, 0}};
  sort_keyed(items);
  CHECK(items == std::vector<keyed>{{1, 9}, {2, 0}, {2, 1}});
}
