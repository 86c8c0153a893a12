#include "colonnade/datasets/make_churn.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <string>

using colonnade::make_churn;

namespace {

auto numbers(const colonnade::churn_data& data, const char* name) {
  return std::get<colonnade::column_view<const double>>(
      data.table.view().column(data.table.view().find(name)));
}
auto text(const colonnade::churn_data& data, const char* name) {
  return std::get<colonnade::string_column_view>(data.table.view().column(data.table.view().find(name)));
}
double mean(const colonnade::column_view<const double>& column) {
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < column.size(); ++i) {
    if (column.is_missing(i)) continue;
    sum += column[i];
    ++count;
  }
  return sum / count;
}

}  // namespace

TEST_CASE("make_churn: about a quarter of the customers leave, identifiers are unique") {
  const auto data = make_churn(5000);
  CHECK(data.table.rows() == 5000);
  const auto left = std::count(data.churned.begin(), data.churned.end(), 1);
  CHECK(left > 1000);
  CHECK(left < 1800);
  std::set<std::string> identifiers;
  for (std::size_t i = 0; i < 5000; ++i) identifiers.emplace(text(data, "customer_id")[i]);
  CHECK(identifiers.size() == 5000);
}

// LAW: churn-rows Row i of make_churn depends on the seed, the period and i only, not on how many rows are
// made.
TEST_CASE("make_churn: row i is the same in a short and in a long table") {
  const auto few = make_churn(50, 7), many = make_churn(500, 7), other = make_churn(500, 8);
  std::size_t differing = 0;
  for (std::size_t i = 0; i < 50; ++i) {
    CHECK(text(few, "customer_id")[i] == text(many, "customer_id")[i]);
    CHECK(numbers(few, "monthly_charge")[i] == numbers(many, "monthly_charge")[i]);
    CHECK(few.churned[i] == many.churned[i]);
    differing += text(few, "customer_id")[i] != text(other, "customer_id")[i];
  }
  CHECK(differing > 40);
}

TEST_CASE("make_churn: the second period has dearer plans and a payment that the first never saw") {
  const auto first = make_churn(4000, 0, 1), second = make_churn(4000, 0, 2);
  CHECK(mean(numbers(second, "monthly_charge")) > 1.08 * mean(numbers(first, "monthly_charge")));
  std::set<std::string> before, after;
  for (std::size_t i = 0; i < 4000; ++i) {
    before.emplace(text(first, "payment")[i]);
    after.emplace(text(second, "payment")[i]);
  }
  CHECK(before.count("wallet") == 0);
  CHECK(after.count("wallet") == 1);
}

TEST_CASE("make_churn: no rows give a table with all columns, and a third period is refused") {
  CHECK(make_churn(0).table.columns() == 15);
  CHECK_THROWS_WITH_AS(make_churn(1, 0, 3), "period: found 3, expected 1 or 2", colonnade::argument_error);
}
