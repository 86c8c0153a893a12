// Also tests: drift/column_comparison.hpp, drift/column_drift.hpp, drift/report.hpp, drift/report_html.hpp
#include "colonnade/drift/compare.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "colonnade/core/owned_table.hpp"
#include "colonnade/core/random.hpp"
#include "tests/effort.hpp"
#include "tests/values.hpp"

using namespace colonnade;
using doctest::Approx;

namespace {

using tests::values::missing;

table sample(std::size_t rows, std::uint64_t seed, double shift = 0) {
  const random_stream random(seed);
  std::vector<double> charge(rows), stable(rows);
  std::vector<std::string> plan(rows), key(rows);
  std::vector<std::uint8_t> flag(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    charge[i] = random.uniform(8 * i) + shift;
    stable[i] = random.uniform(8 * i + 1) < 0.1 + shift ? missing : random.uniform(8 * i + 2);
    plan[i] = shift > 0 && random.uniform(8 * i + 3) < shift
                  ? "new"
                  : "plan " + std::to_string(random.below(8 * i + 4, 3));
    key[i] = std::to_string(random.bits(8 * i + 5));
    flag[i] = random.uniform(8 * i + 6) < 0.3 ? 1 : 0;
  }
  table t;
  t.add("charge", std::move(charge));
  t.add("stable", std::move(stable));
  t.add("plan", std::move(plan));
  t.add("key", std::move(key));
  t.add_flags("flag", flag);
  return t;
}

}  // namespace

TEST_CASE("compare: adjusted p-values are those of Benjamini and Hochberg") {
  // scipy.stats.false_discovery_control([0.01, 0.04, 0.03, 0.005])
  const auto q = benjamini_hochberg({0.01, missing, 0.04, 0.03, 0.005});
  CHECK(q[0] == Approx(0.02));
  CHECK(std::isnan(q[1]));
  CHECK(q[2] == Approx(0.04));
  CHECK(q[3] == Approx(0.04));
  CHECK(q[4] == Approx(0.02));
  CHECK(benjamini_hochberg({}).empty());
}

TEST_CASE("compare: finds what has drifted, by tables, by profiles and by one of each") {
  const table reference = sample(4000, 1), current = sample(3000, 2, 0.2);
  const auto r = fit<profile>(reference.view()), c = fit<profile>(current.view());
  for (const auto& report : {compare(reference.view(), current.view()), compare(r, c),
                             compare(r, current.view()), compare(reference.view(), c)}) {
    CHECK(report.columns().size() == 5);
    CHECK(report["charge"].drifted);
    CHECK(report["charge"].test == "ks");
    CHECK(report["charge"].effect() == "large");
    CHECK(report["charge"].distance == Approx(0.2 / std::sqrt(1.0 / 12)).epsilon(0.1));
    CHECK(report["stable"].drifted);  // by its missing values alone
    CHECK(report["stable"].adjusted_p_value > 0.05);
    CHECK(report["stable"].missing_adjusted_p_value < 0.001);
    CHECK(report["stable"].reason.find("missing") == 0);
    CHECK(report["plan"].drifted);
    CHECK(report["plan"].unseen == std::vector<std::string>{"new"});
    CHECK_FALSE(report["flag"].drifted);
    CHECK_FALSE(report["key"].drifted);
    CHECK(report.drifted() == std::vector<std::string>{"charge", "stable", "plan"});
  }
}

// LAW: drift-false-alarms Without drift, `compare` names a column in at most about alpha of the tables, by
// tables and by profiles.
TEST_CASE("compare: tables without drift are seldom said to drift") {
  int exact = 0, sketched = 0;
  for (std::uint64_t seed = 0; seed < tests::effort(60u, 12u); ++seed) {
    const table a = sample(1500, 100 + seed), b = sample(700, 1000 + seed);
    exact += compare(a.view(), b.view()).drifted().empty() ? 0 : 1;
    const profile_params small{.quantile_k = 64, .category_capacity = 16, .number_capacity = 16};
    sketched +=
        compare(fit<profile>(a.view(), small), fit<profile>(b.view(), small)).drifted().empty() ? 0 : 1;
  }
  CHECK(exact <= 8);
  CHECK(sketched <= 8);
}

TEST_CASE("compare: a minimum effect keeps small shifts of many rows from being drift") {
  const table a = sample(60'000, 1), b = sample(60'000, 2, 0.02);
  CHECK(compare(a.view(), b.view())["charge"].drifted);
  const auto strict = compare(a.view(), b.view(), {.minimum_effect = 0.1});
  CHECK_FALSE(strict["charge"].drifted);
  CHECK(strict["charge"].reason.find("is below 0.1") != std::string::npos);
}

TEST_CASE("compare: columns that are gone, new, of another type, empty or constant") {
  table a, b;
  a.add("gone", std::vector<double>{1, 2, 3});
  a.add("type", std::vector<double>{1, 2, 3});
  a.add("null", std::vector<double>{missing, missing, missing});
  a.add("same", std::vector<double>{4, 4, 4});
  b.add("same", std::vector<double>{4, 4});
  b.add("null", std::vector<std::string>{"", ""}, {0, 0});
  b.add("type", std::vector<std::string>{"1", "2"});
  b.add("new", std::vector<std::string>{"x", "y"});
  for (const auto& report :
       {compare(a.view(), b.view()), compare(fit<profile>(a.view()), fit<profile>(b.view()))}) {
    CHECK(report.drifted() == std::vector<std::string>{"gone", "type", "new"});
    CHECK(report["type"].schema_change == "the type changed from number to text");
    CHECK_FALSE(report["null"].drifted);
    CHECK(report["null"].reason == "nothing to compare");
    CHECK_FALSE(report["same"].drifted);
    CHECK(report["same"].effect_size == 0);
  }
  const auto none = compare(table_view(), table_view());
  CHECK(none.columns().empty());
  CHECK(none.drifted().empty());
  CHECK(none.to_text().find("0 of 0") == 0);
}

TEST_CASE("compare: any number of threads gives the same report") {
  const table a = sample(5000, 1), b = sample(5000, 2, 0.01);
  const auto one = compare(a.view(), b.view(), {}, 1), three = compare(a.view(), b.view(), {}, 3);
  CHECK(one.to_html() == three.to_html());
  CHECK(one.to_text() == three.to_text());
}

TEST_CASE("compare: matrices by position; bad parameters are named") {
  const std::vector<double> x = {1, 2, 3, 4, 5, 6};
  const matrix_view<const double> m(x.data(), 3, 2);
  CHECK(compare(m, m).columns()[1].name == "x1");
  CHECK(compare(m, m).drifted().empty());
  CHECK_THROWS_WITH_AS(compare(m, m, {.alpha = 0}), doctest::Contains("alpha"), argument_error);
  CHECK_THROWS_WITH_AS(compare(m, m, {.minimum_effect = -1}), doctest::Contains("minimum_effect"),
                       argument_error);
  CHECK_THROWS_WITH_AS(compare(m, m, {.bins = 1}), doctest::Contains("bins"), argument_error);
  CHECK_THROWS_AS(compare(m, m)["y"], argument_error);
}

TEST_CASE("report: the page is self-contained and names are escaped") {
  table a, b;
  a.add(
      "<script>alert(\"1\")</script>",
      std::vector<std::string>{
          "<b>", "a&b",
          "\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4\xC3\xA4"});
  b.add("<script>alert(\"1\")</script>", std::vector<std::string>{"'new'", "a&b", "a&b"});
  const std::string html = compare(a.view(), b.view()).to_html();
  CHECK(html.find("<script") == std::string::npos);
  CHECK(html.find("<b>\"") == std::string::npos);
  CHECK(html.find("http") == std::string::npos);
  CHECK(html.find("&lt;b&gt;") != std::string::npos);
  CHECK(html.find("&#39;new&#39;") != std::string::npos);
  CHECK(html.find("<svg") != std::string::npos);
  CHECK(html.find("width=device-width") != std::string::npos);
  CHECK(html.find("\xC3...") == std::string::npos);
  CHECK(html.find("nan") == std::string::npos);
}
