#include "colonnade/model_selection/row_split.hpp"

#include <doctest/doctest.h>

TEST_CASE("row_split: the tested fold and the rest, in ascending order") {
  const auto split = colonnade::rows_of_fold({1, 0, 1, 2, 0}, 1);
  CHECK(split.test == std::vector<std::int64_t>{0, 2});
  CHECK(split.train == std::vector<std::int64_t>{1, 3, 4});
  CHECK(colonnade::rows_of_fold({}, 0).train.empty());
}
