#include "colonnade/pipeline/column_transformer.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <vector>

#include "tests/laws.hpp"
#include "tests/pipeline/fixtures.hpp"

using namespace colonnade;

namespace {

std::vector<double> transformed(const column_transformer& columns, const table_view& x, int threads = 0) {
  std::vector<double> out(x.rows() * columns.output_columns());
  columns.transform(x, matrix_view<double>(out.data(), x.rows(), columns.output_columns()), threads);
  return out;
}

}  // namespace

TEST_CASE("column_transformer: groups stand side by side") {
  const auto data = make_churn(300);
  const auto x = data.table.view();
  const auto columns = colonnade::tests::churn_columns(x);
  CHECK(columns.columns() == 15);
  REQUIRE(columns.output_columns() == 3 + 1 + 3 + 5);
  const auto out = transformed(columns, x);
  const auto tenure = std::get<column_view<const double>>(x.column(x.find("tenure_months")));
  const auto contract = std::get<string_column_view>(x.column(x.find("contract")));
  for (std::size_t i = 0; i < 300; ++i) {
    CHECK(out[i * 12] == tenure[i]);
    CHECK(out[i * 12 + 4] == (contract[i] == "monthly" ? 1 : 0));
  }
}

TEST_CASE("column_transformer: a group's weight is a factor") {
  table t;
  t.add("a", std::vector<double>{1, -2});
  const column_transformer columns(input_schema(t.view()), {{"a", {0}, {}, 0.5}, {"again", {0}, {}, 1.0}});
  CHECK(transformed(columns, t.view()) == std::vector<double>{0.5, 1, -1, -2});
}

// LAW: columns-threads A column transformer gives the same bits for any number of threads and any cut of the
// rows.
TEST_CASE("column_transformer: threads and cuts of the rows do not change a bit") {
  const auto data = make_churn(5000);
  const auto x = data.table.view();
  const auto columns = colonnade::tests::churn_columns(x);
  const auto expected = transformed(columns, x, 1);
  const auto same = [&](const std::vector<double>& values, std::size_t first) {
    return std::memcmp(values.data(), expected.data() + first * 12, values.size() * sizeof(double)) == 0;
  };
  for (const int threads : {2, 3, 7}) CHECK(same(transformed(columns, x, threads), 0));
  for (const std::size_t first : {std::size_t{0}, std::size_t{1}, std::size_t{777}, std::size_t{4999}}) {
    CHECK(same(transformed(columns, x.slice(first, 5000 - first)), first));
    CHECK(same(transformed(columns, x.slice(first, 1)), first));
  }
}

TEST_CASE("column_transformer: no rows, no groups") {
  const auto data = make_churn(100);
  const auto columns = colonnade::tests::churn_columns(data.table.view());
  CHECK(transformed(columns, data.table.view().slice(5, 0)).empty());
  const column_transformer nothing(input_schema(data.table.view(), std::vector<std::uint32_t>{}), {});
  CHECK(nothing.output_columns() == 0);
  CHECK(transformed(nothing, data.table.view()).empty());
}

TEST_CASE("column_transformer: chains that do not fit are refused by name") {
  const auto data = make_churn(100);
  const auto x = data.table.view();
  const auto good = colonnade::tests::churn_columns(x);
  auto groups = good.groups();
  groups[1].columns = {0, 1};
  CHECK_THROWS_WITH_AS(column_transformer(good.schema(), groups), "step 'codes': found 2 columns, expected 1",
                       argument_error);
  groups[1].columns = {6};
  CHECK_THROWS_WITH_AS(column_transformer(good.schema(), groups),
                       "group 'region': found column 6, expected less than 6", argument_error);
  CHECK_THROWS_AS(column_transformer(good.schema(), good.groups(), {"one name"}), argument_error);
}

TEST_CASE("column_transformer: an unknown category is named with its column") {
  const auto data = make_churn(100);
  const auto columns = colonnade::tests::churn_columns(data.table.view());
  table other =
      colonnade::tests::part_of(data.table.view().slice(0, 1),
                                {"contract", "payment", "tenure_months", "support_calls", "satisfaction"});
  other.add("region", std::vector<std::string>{"Atlantis"});
  try {
    transformed(columns, other.view());
    FAIL("accepted");
  } catch (const std::exception& error) {
    CHECK(std::string(error.what()).find("Atlantis") != std::string::npos);
    CHECK(std::string(error.what()).find("region") != std::string::npos);
  }
}

TEST_CASE("column_transformer: saved bytes give an equal one, damaged bytes none") {
  const auto data = make_churn(200);
  const auto columns = colonnade::tests::churn_columns(data.table.view());
  colonnade::tests::check_bytes(columns);
  const auto loaded = from_bytes<column_transformer>(to_bytes(columns));
  const auto expected = transformed(columns, data.table.view()),
             found = transformed(loaded, data.table.view());
  CHECK(std::memcmp(found.data(), expected.data(), expected.size() * sizeof(double)) == 0);
}
