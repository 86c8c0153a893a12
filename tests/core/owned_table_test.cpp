#include "colonnade/core/owned_table.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <utility>
#include <vector>

using colonnade::table;

namespace {

table small() {
  table t;
  t.add("tenure", std::vector<double>{3, std::numeric_limits<double>::quiet_NaN()});
  t.add("plan", std::vector<std::string>{"plus", ""}, {1, 0});
  return t;
}

}  // namespace

TEST_CASE("owned_table: columns keep their names, values and gaps") {
  const table t = small();
  const auto view = t.view();
  CHECK(view.rows() == 2);
  CHECK(view.columns() == 2);
  CHECK(view.find("plan") == 1);
  const auto tenure = std::get<colonnade::column_view<const double>>(view.column(0));
  const auto plan = std::get<colonnade::string_column_view>(view.column(1));
  CHECK(tenure[0] == 3);
  CHECK(tenure.is_missing(1));
  CHECK(plan[0] == "plus");
  CHECK(!plan.is_missing(0));
  CHECK(plan.is_missing(1));
  CHECK(view.without_names().find("plan") == 2);
  CHECK(view.without_names().name(1) == "x1");
}

TEST_CASE("owned_table: views stay valid when the table moves and grows") {
  table t = small();
  const auto before = std::get<colonnade::string_column_view>(t.view().column(1));
  for (int k = 0; k < 20; ++k) t.add("t" + std::to_string(k), std::vector<std::string>{"a", "b"});
  const table moved = std::move(t);
  CHECK(before[0] == "plus");
  CHECK(std::get<colonnade::string_column_view>(moved.view().column(1))[0] == "plus");
}

TEST_CASE("owned_table: flags and codes with gaps") {
  table t;
  t.add_flags("paperless", {1, 0, 0}, {1, 1, 0});
  t.add_codes("plan", {1, -1, 0}, {"basic", "plus"});
  const auto flags = std::get<colonnade::column_view<const bool>>(t.view().column(0));
  const auto codes = std::get<colonnade::dictionary_column_view>(t.view().column(1));
  CHECK(flags[0]);
  CHECK(flags.is_missing(2));
  CHECK(codes[0] == 1);
  CHECK(codes.is_missing(1));
  CHECK_THROWS_AS(t.add_codes("plan", {2, 0, 0}, {"basic", "plus"}), colonnade::argument_error);
}

TEST_CASE("owned_table: a column of another length is refused by name when it is viewed") {
  table t = small();
  t.add("charge", std::vector<double>{1, 2, 3});
  CHECK_THROWS_WITH_AS(t.view(), "column charge: found 3 rows, expected 2", colonnade::argument_error);
}
