#include "colonnade/preprocessing/cross_fit_folds.hpp"

#include <doctest/doctest.h>

using namespace colonnade;

TEST_CASE("cross_fit_folds: without a seed the folds follow each other, the first ones larger") {
  CHECK(cross_fit_folds(7, 3, {}) == std::vector<std::int32_t>{0, 0, 0, 1, 1, 2, 2});
  CHECK_THROWS_AS(cross_fit_folds(2, 3, {}), argument_error);
  CHECK_THROWS_AS(cross_fit_folds(2, 1, {}), argument_error);
}

TEST_CASE("cross_fit_folds: every fold has the classes in the proportions of the whole") {
  std::vector<double> y;
  for (int i = 0; i < 1000; ++i) y.push_back(i % 10 == 0 ? 2 : i % 2);
  for (const auto seed : {std::optional<std::uint32_t>(), std::optional<std::uint32_t>(4)}) {
    const auto folds = stratified_cross_fit_folds(y, 3, 5, seed);
    std::vector<int> count(15);
    for (std::size_t i = 0; i < y.size(); ++i)
      ++count[static_cast<std::size_t>(folds[i] * 3 + static_cast<int>(y[i]))];
    for (std::size_t f = 0; f < 5; ++f) {
      CHECK(count[3 * f] == 80);
      CHECK(count[3 * f + 1] == 100);
      CHECK(count[3 * f + 2] == 20);
    }
  }
  CHECK_THROWS_AS(stratified_cross_fit_folds(std::vector<double>{0, 1}, 2, 2, {}), argument_error);
}
