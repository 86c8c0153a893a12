// Also tests: drift/category_counts.hpp
#include "colonnade/drift/categorical.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "colonnade/core/owned_table.hpp"
#include "colonnade/core/random.hpp"

using namespace colonnade;
using doctest::Approx;

TEST_CASE("categorical: strings against codes of another order, with unseen, vanished and missing ones") {
  table reference, current;
  reference.add("plan", std::vector<std::string>{"basic", "plus", "basic", "old", "basic", "plus"},
                {1, 1, 1, 1, 0, 1});
  current.add_codes("plan", {2, 0, -1, 1, 0, 2}, {"plus", "new", "basic", "never"});
  const auto r = categorical(reference.view().column(0), current.view().column(0));
  CHECK(r.categories == std::vector<std::string>{"basic", "new", "old", "plus"});
  CHECK(r.reference_counts == std::vector<std::uint64_t>{2, 0, 1, 2});
  CHECK(r.current_counts == std::vector<std::uint64_t>{2, 1, 0, 2});
  CHECK(r.unseen() == std::vector<std::string>{"new"});
  CHECK(r.vanished() == std::vector<std::string>{"old"});
  CHECK(r.reference_missing == 1);
  CHECK(r.current_missing == 1);
  CHECK(r.chi_squared.statistic == Approx(2));
  CHECK(r.chi_squared.p_value == Approx(null_distributions::chi_squared_tail(2, 3)));
  CHECK(std::isfinite(r.psi.statistic));
}

TEST_CASE("categorical: numbers, integers and flags are categories by their shortest text") {
  table t;
  t.add("d", std::vector<double>{1, 2.5, -0.0, 0});
  t.add("i", std::vector<std::int64_t>{1, 0, 0, 7});
  t.add_flags("f", {1, 0, 0, 1});
  const auto numbers = categorical(t.view().column(0), t.view().column(1));
  CHECK(numbers.categories == std::vector<std::string>{"0", "1", "2.5", "7"});
  CHECK(numbers.reference_counts == std::vector<std::uint64_t>{2, 1, 1, 0});
  const auto flags = categorical(t.view().column(2), t.view().column(2));
  CHECK(flags.categories == std::vector<std::string>{"false", "true"});
  CHECK(flags.chi_squared.p_value == 1);
  CHECK(flags.cramers_v == 0);
}

TEST_CASE("categorical: a dictionary that holds a text twice") {
  table t;
  t.add_codes("c", {0, 1, 1}, {"a", "a"});
  CHECK(category_counts::of(t.view().column(0)).items() == std::vector<category_counts::item>{{"a", 3}});
}

TEST_CASE("categorical: empty and all-missing samples have no statistics") {
  table t;
  t.add("c", std::vector<std::string>{"a", "b"}, {0, 0});
  const auto r = categorical(t.view().column(0), t.view().column(0));
  CHECK(std::isnan(r.chi_squared.statistic));
  CHECK(r.missing.p_value == 1);
  table none;
  none.add("c", std::vector<std::string>{});
  CHECK(std::isnan(categorical(none.view().column(0), t.view().column(0)).psi.p_value));
}

TEST_CASE("categorical: counts over many blocks are those of one, for any number of threads") {
  const random_stream random(1);
  std::vector<double> values(200'001);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::floor(50 * random.uniform(i));
  const column_view<const double> column(values.data(), values.size());
  const auto one = category_counts::of(column, 1), two = category_counts::of(column, 3);
  CHECK(one.items() == two.items());
  CHECK(one.total() == values.size());
  CHECK(one.items().size() == 50);
}
