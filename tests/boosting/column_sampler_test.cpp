#include "colonnade/boosting/column_sampler.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <iterator>

using namespace colonnade;

namespace {

using column_list = std::vector<std::uint32_t>;

column_list listed(std::span<const std::uint32_t> columns) { return {columns.begin(), columns.end()}; }

bool ascends(const column_list& columns) {
  return std::is_sorted(columns.begin(), columns.end()) &&
         std::adjacent_find(columns.begin(), columns.end()) == columns.end();
}

bool are_among(const column_list& some, const column_list& all) {
  return std::includes(all.begin(), all.end(), some.begin(), some.end());
}

}  // namespace

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
      const auto columns = listed(sampler.columns());
      REQUIRE(columns.size() == std::max<std::size_t>(1, static_cast<std::size_t>(9 * share)));
      REQUIRE(ascends(columns));
      for (const std::uint32_t column : columns) ++times[column];
    }
    const double expected = 900.0 * static_cast<double>(sampler.columns().size()) / 9;
    for (const int count : times) CHECK(std::abs(count - expected) < 5 * 15);
  }
}

TEST_CASE("column_sampler: levels draw from the tree's columns, nodes from their level's") {
  boosting_params p;
  p.colsample_bytree = 0.5;
  p.colsample_bylevel = 0.5;
  p.colsample_bynode = 0.5;
  column_sampler sampler(p, 64);
  sampler.draw(random_stream(3));
  const auto tree = listed(sampler.columns());
  CHECK(tree.size() == 32);
  std::vector<column_sampler::node> level = {sampler.root()};
  std::vector<column_list> unions;
  for (std::size_t depth = 0; depth < 6; ++depth) {
    // The nodes of a level together show some of its columns.
    column_list seen;
    for (const auto& node : level) {
      const auto columns = listed(sampler.of(node));
      CHECK(columns.size() == 8);
      CHECK(ascends(columns));
      CHECK(are_among(columns, tree));
      column_list both;
      std::set_union(seen.begin(), seen.end(), columns.begin(), columns.end(), std::back_inserter(both));
      seen = both;
    }
    CHECK(seen.size() <= 16);
    if (depth == 5) CHECK(seen.size() == 16);
    unions.push_back(seen);
    std::vector<column_sampler::node> next;
    for (const auto& node : level) {
      for (const bool right : {false, true}) next.push_back(sampler.child(node, right));
    }
    CHECK(next[0].drawn != next[1].drawn);
    level = next;
  }
  CHECK(unions[4] != unions[5]);
  sampler.draw(random_stream(4));
  CHECK(listed(sampler.columns()) != tree);
  CHECK(sampler.child(sampler.root(), true).drawn.size() == 8);
  // The same tree again, its nodes in another order.
  sampler.draw(random_stream(3));
  auto node = sampler.root();
  for (int k = 0; k < 6; ++k) node = sampler.child(node, true);
  CHECK(node.drawn == level.back().drawn);
}

TEST_CASE("column_sampler: nodes have the tree's columns where no share is asked for, and always one") {
  boosting_params p;
  p.colsample_bytree = 0.5;
  column_sampler plain(p, 10);
  plain.draw(random_stream(1));
  const auto root = plain.root();
  CHECK(listed(plain.of(root)) == listed(plain.columns()));
  p.colsample_bytree = p.colsample_bylevel = p.colsample_bynode = 0.01;
  for (const std::size_t columns : {1u, 2u, 10u}) {
    column_sampler least(p, columns);
    least.draw(random_stream(1));
    const auto node = least.child(least.root(), true);
    CHECK(least.of(node).size() == 1);
    CHECK(listed(least.of(node)) == listed(least.columns()));
  }
}

TEST_CASE("column_sampler: the first column is drawn in proportion to its weight, none of weight 0") {
  boosting_params p;
  p.feature_weights = {1, 0, 2, 5, 0, 0.5};
  for (const bool by_tree : {false, true}) {
    p.colsample_bytree = by_tree ? 0.1 : 1;
    p.colsample_bynode = by_tree ? 1 : 0.1;
    column_sampler sampler(p, 6);
    std::vector<double> times(6);
    const int trees = 20'000;
    for (int tree = 0; tree < trees; ++tree) {
      sampler.draw(random_stream(static_cast<std::uint64_t>(tree)));
      const auto root = sampler.root();
      const auto columns = sampler.of(root);
      REQUIRE(columns.size() == 1);
      ++times[columns[0]];
    }
    for (std::size_t f = 0; f < 6; ++f) {
      const double expected = p.feature_weights[f] / 8.5;
      CHECK(std::abs(times[f] / trees - expected) <= 5 * std::sqrt(expected * (1 - expected) / trees));
    }
  }
}

TEST_CASE("column_sampler: with weights the second column is drawn from those that are left") {
  boosting_params p;
  p.feature_weights = {3, 1, 1};
  p.colsample_bytree = 0.67;
  column_sampler sampler(p, 3);
  double without_first = 0;
  const int trees = 20'000;
  for (int tree = 0; tree < trees; ++tree) {
    sampler.draw(random_stream(static_cast<std::uint64_t>(tree)));
    REQUIRE(sampler.columns().size() == 2);
    without_first += sampler.columns()[0] == 1 ? 1 : 0;
  }
  // 1/5 1/4 for column 1 before 2, and the same for the other way round.
  CHECK(std::abs(without_first / trees - 0.1) < 5 * std::sqrt(0.09 / trees));
}

TEST_CASE("column_sampler: there are never more columns than have a weight") {
  boosting_params p;
  p.feature_weights = {0, 0, 1e-300, 0, 1e300, 0};
  column_sampler sampler(p, 6);
  sampler.draw(random_stream(1));
  CHECK(listed(sampler.columns()) == column_list{2, 4});
  p.colsample_bytree = 0.9;
  p.colsample_bynode = 0.9;
  column_sampler some(p, 6);
  some.draw(random_stream(1));
  CHECK(listed(some.columns()) == column_list{2, 4});
  CHECK(some.root().drawn == column_list{4});
}
