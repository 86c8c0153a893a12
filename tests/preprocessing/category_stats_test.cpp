#include "colonnade/preprocessing/category_stats.hpp"

#include "tests/laws.hpp"
#include "tests/naive/category_table.hpp"

using namespace colonnade;

TEST_CASE("category_stats: any partition, merged in any order, and coding in memory give equal bytes") {
  const tests::category_table t(20'001);
  category_stats whole;
  whole.update(t.view());
  tests::check_neutral(category_stats(), whole);
  tests::check_partitions(category_stats(), whole, t.view());
  tests::check_bytes(whole);
  for (const int threads : {1, 2, 3, 7}) {
    CHECK(category_stats(coded_table(t.view(), {}, true, threads)) == whole);
  }
}

TEST_CASE("category_stats: counts rows and missing values, of a dictionary only what is in a row") {
  const tests::category_table t(5000, 2, 11);
  category_stats stats;
  stats.update(t.view());
  std::vector<std::uint64_t> expected(12);
  const auto places = tests::naive_places(t, true);
  for (const auto place : places) ++expected[place < 0 ? 11 : static_cast<std::size_t>(place)];
  for (const std::size_t j : {0u, 2u, 3u}) CHECK(stats[j].sorted().counts == expected);
  CHECK(stats.rows() == 5000);
}

TEST_CASE("category_stats: an error names the column") {
  table a, b;
  a.add("plan", std::vector<std::string>{"x"});
  b.add("plan", std::vector<double>{1});
  category_stats stats;
  stats.update(a.view());
  CHECK_THROWS_WITH_AS(stats.update(b.view()), doctest::Contains("column plan"), data_error);
  CHECK_THROWS_AS(stats.update(tests::category_table(3).view()), argument_error);
}
