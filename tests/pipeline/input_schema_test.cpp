#include "colonnade/pipeline/input_schema.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include "colonnade/core/owned_table.hpp"

using colonnade::input_schema;
using colonnade::table;
using colonnade::value_kind;

namespace {

constexpr double none = std::numeric_limits<double>::quiet_NaN();

table customers() {
  table t;
  t.add("id", std::vector<std::string>{"a1", "b2"});
  t.add("tenure", std::vector<double>{3, none});
  t.add_codes("plan", {1, 0}, {"basic", "plus"});
  return t;
}
input_schema of_tenure_and_plan(const table& t) { return {t.view(), std::vector<std::uint32_t>{1, 2}}; }

}  // namespace

TEST_CASE("input_schema: keeps names, positions and kinds of the columns that are read") {
  const auto schema = of_tenure_and_plan(customers());
  CHECK(schema.features_in() == 3);
  CHECK(schema.size() == 2);
  CHECK(schema.name(0) == "tenure");
  CHECK(schema.columns()[0].kind == value_kind::numbers);
  CHECK(schema.columns()[1].kind == value_kind::text);
}

TEST_CASE("input_schema: columns are found in any order, others are ignored") {
  const auto schema = of_tenure_and_plan(customers());
  table t;
  t.add("plan", std::vector<std::string>{"plus"});
  t.add("other", std::vector<double>{0});
  t.add("tenure", std::vector<std::int64_t>{7});
  const auto bound = schema.bind(t.view());
  CHECK(std::get<colonnade::column_view<const std::int64_t>>(bound.columns()[0])[0] == 7);
  CHECK(std::get<colonnade::string_column_view>(bound.columns()[1])[0] == "plus");
}

TEST_CASE("input_schema: a table without names goes by position") {
  const auto schema = of_tenure_and_plan(customers());
  const table t = customers();
  CHECK(schema.bind(t.view().without_names()).columns().size() == 2);
  table narrow;
  narrow.add("tenure", std::vector<double>{1});
  CHECK_THROWS_WITH_AS(schema.bind(narrow.view().without_names()), "X: found 1 features, expected 3",
                       colonnade::argument_error);
}

TEST_CASE("input_schema: a column that is absent or of another kind is named") {
  const auto schema = of_tenure_and_plan(customers());
  table t;
  t.add("plan", std::vector<std::string>{"plus"});
  CHECK_THROWS_WITH_AS(schema.bind(t.view()),
                       "X: found no column 'tenure', expected the columns that the model was fitted on",
                       colonnade::argument_error);
  t.add("tenure", std::vector<std::string>{"long"});
  CHECK_THROWS_WITH_AS(schema.bind(t.view()), "column 'tenure': found text, expected numbers",
                       colonnade::argument_error);
}

TEST_CASE("input_schema: a wholly missing column is taken for either kind") {
  const auto schema = of_tenure_and_plan(customers());
  table t;
  t.add("tenure", std::vector<std::string>{"", ""}, {0, 0});
  t.add("plan", std::vector<double>{none, none});
  const auto bound = schema.bind(t.view());
  CHECK(colonnade::all_missing(bound.columns()[0]));
  CHECK(colonnade::all_missing(bound.columns()[1]));
  CHECK(colonnade::value_kind_of(bound.columns()[0]) == value_kind::numbers);
  CHECK(colonnade::value_kind_of(bound.columns()[1]) == value_kind::text);
  const auto text = std::get<colonnade::string_column_view>(bound.columns()[1]);
  CHECK(text.slice(1, 1).is_missing(0));
  CHECK(text[1].empty());
}

TEST_CASE("input_schema: a part stands for a table of just these columns") {
  const auto part = of_tenure_and_plan(customers()).part(std::vector<std::uint32_t>{1});
  CHECK(part.features_in() == 1);
  CHECK(part.name(0) == "plan");
  table t;
  t.add("plan", std::vector<std::string>{"plus"});
  CHECK(part.bind(t.view().without_names()).rows() == 1);
}

TEST_CASE("input_schema: positions beyond the table are refused") {
  const table t = customers();
  CHECK_THROWS_AS(input_schema(t.view(), std::vector<std::uint32_t>{3}), colonnade::argument_error);
}
