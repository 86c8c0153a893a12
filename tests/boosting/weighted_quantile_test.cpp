// Also tests: boosting/weighted_targets.hpp
#include "colonnade/boosting/weighted_quantile.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "colonnade/boosting/weighted_targets.hpp"
#include "colonnade/core/random.hpp"
#include "tests/naive/gradient_boosted_trees.hpp"

using namespace colonnade;
using namespace colonnade::tests;

TEST_CASE("weighted_quantile: by hand") {
  const auto of = [](std::vector<weighted_value> items, double alpha) {
    return weighted_quantile(items, alpha);
  };
  CHECK(!of({}, 0.5));
  CHECK(!of({{3, 0}, {4, 0}}, 0.5));
  CHECK(of({{3, 1}}, 0.01) == 3);
  CHECK(of({{3, 1}}, 0.99) == 3);
  CHECK(of({{4, 1}, {3, 1}}, 0.5) == 3.5);
  CHECK(of({{4, 1}, {3, 2}}, 0.5) == 3);
  CHECK(of({{9, 1}, {4, 1}, {3, 1}}, 0.5) == 4);
  CHECK(of({{9, 2}, {8, 0}, {3, 2}}, 0.5) == 6);  // a value without weight is none
  CHECK(of({{9, 1}, {9, 1}, {3, 1}, {3, 1}}, 0.5) == 6);
  CHECK(!std::signbit(*of({{-0.0, 1}}, 0.5)));
  CHECK(of({{1, std::int64_t{1} << 60}, {2, std::int64_t{1} << 60}}, 0.5) == 1.5);
}

TEST_CASE("weighted_quantile: is that of a sorted list, in any order, and a weight is that many rows") {
  const random_stream random(5);
  for (std::size_t n = 1; n < 200; n += 3) {
    std::vector<weighted_value> items, many;
    std::vector<std::pair<double, double>> list;
    for (std::size_t i = 0; i < n; ++i) {
      const double value = std::floor(20 * random.uniform(1000 * n + i)) - 10;
      const auto weight = static_cast<std::int64_t>(random.below(500'000 + 1000 * n + i, 4));
      items.push_back({value, weight});
      many.insert(many.end(), static_cast<std::size_t>(weight), weighted_value{value, 1});
      if (weight > 0) list.emplace_back(value, static_cast<double>(weight));
    }
    for (const double alpha : {0.01, 0.25, 0.5, 0.75, 0.9, 0.999}) {
      auto copy = items;
      const auto found = weighted_quantile(copy, alpha);
      CHECK(found.has_value() == !list.empty());
      if (list.empty()) continue;
      CHECK(*found == naive_quantile(list, alpha));
      std::reverse(copy.begin(), copy.end());
      CHECK(weighted_quantile(copy, alpha) == found);
      CHECK(weighted_quantile(many, alpha) == found);
    }
  }
}

TEST_CASE("weighted_targets: means of any order, and weights in steps of a power of two") {
  const std::vector<double> y = {1, 2, 4}, w = {0.5, 1, 0}, none;
  CHECK(weighted_targets(y, none).mean() == doctest::Approx(7.0 / 3).epsilon(1e-15));
  CHECK(weighted_targets(y, w).mean() == doctest::Approx(5.0 / 3).epsilon(1e-15));
  CHECK(weighted_targets(y, none).weight_steps(2) == 1);
  const weighted_targets some(y, w);
  CHECK(some.weight_steps(1) == 2 * some.weight_steps(0));
  CHECK(some.weight_steps(2) == 0);
  std::vector<double> a, b;
  const random_stream random(3);
  for (std::size_t i = 0; i < 1000; ++i) a.push_back(std::exp(20 * random.uniform(i)) - 1000);
  b.assign(a.rbegin(), a.rend());
  CHECK(weighted_targets(a, none).mean() == weighted_targets(b, none).mean());
}
