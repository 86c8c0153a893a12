#include "colonnade/model_selection/stratified_k_fold.hpp"

#include <doctest/doctest.h>

#include <algorithm>

#include "colonnade/core/random.hpp"

namespace {

std::vector<std::int32_t> folds(const std::vector<std::int32_t>& classes, colonnade::fold_params params) {
  return colonnade::stratified_k_fold({classes.data(), classes.size()}, params);
}

}  // namespace

TEST_CASE("stratified_k_fold: a class fills the folds in the order of its rows") {
  CHECK(folds({1, 1, 0, 0, 1, 1}, {.n_splits = 2}) == std::vector<std::int32_t>{0, 0, 0, 1, 1, 1});
}

TEST_CASE("stratified_k_fold: counts of a class and of rows in two folds differ by one at most") {
  const colonnade::random_stream random(1);
  for (std::uint64_t classes : {1, 2, 5}) {
    std::vector<std::int32_t> y(997);
    for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<std::int32_t>(random.below(i, classes));
    for (bool shuffle : {false, true}) {
      const auto fold = folds(y, {.n_splits = 4, .shuffle = shuffle, .random_state = 3});
      for (std::int32_t c = -1; c < static_cast<std::int32_t>(classes); ++c) {
        std::vector<int> count(4);
        for (std::size_t i = 0; i < y.size(); ++i)
          count[static_cast<std::size_t>(fold[i])] += c < 0 || y[i] == c ? 1 : 0;
        CHECK(*std::max_element(count.begin(), count.end()) - *std::min_element(count.begin(), count.end()) <=
              1);
      }
    }
  }
}

TEST_CASE("stratified_k_fold: classes that are all too small and negative classes are refused") {
  CHECK_THROWS_AS(folds({0, 0, 1, 1}, {.n_splits = 3}), colonnade::argument_error);
  CHECK_THROWS_AS(folds({0, -1, 1, 1}, {.n_splits = 2}), colonnade::data_error);
  CHECK(folds({0, 0, 0, 1}, {.n_splits = 3}).size() == 4);
}
