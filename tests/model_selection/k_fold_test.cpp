#include "colonnade/model_selection/k_fold.hpp"

#include <doctest/doctest.h>

#include <algorithm>

using colonnade::k_fold;

TEST_CASE("k_fold: blocks whose sizes differ by one, the larger ones first") {
  CHECK(k_fold(7, {.n_splits = 3}) == std::vector<std::int32_t>{0, 0, 0, 1, 1, 2, 2});
  CHECK(k_fold(2, {.n_splits = 2}) == std::vector<std::int32_t>{0, 1});
}

TEST_CASE("k_fold: shuffled folds have the same sizes and depend on the seed only") {
  const auto a = k_fold(1003, {.n_splits = 4, .shuffle = true, .random_state = 7});
  CHECK(a == k_fold(1003, {.n_splits = 4, .shuffle = true, .random_state = 7}));
  CHECK(a != k_fold(1003, {.n_splits = 4, .shuffle = true, .random_state = 8}));
  CHECK(std::count(a.begin(), a.end(), 0) == 251);
  CHECK(std::count(a.begin(), a.end(), 3) == 250);
}

TEST_CASE("k_fold: fewer than two folds or more folds than rows are refused") {
  CHECK_THROWS_AS(k_fold(5, {.n_splits = 1}), colonnade::argument_error);
  CHECK_THROWS_AS(k_fold(5, {.n_splits = 6}), colonnade::argument_error);
}

// LAW: split-same-rows The rows that a split draws depend on the seed and the number of rows only, for ever.
TEST_CASE("k_fold: the rows of a seed do not change") {
  const auto folds = k_fold(10, {.n_splits = 5, .shuffle = true, .random_state = 0});
  CHECK(folds == std::vector<std::int32_t>{0, 1, 3, 1, 3, 4, 2, 2, 4, 0});
}
