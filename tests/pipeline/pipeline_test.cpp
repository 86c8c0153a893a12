#include "colonnade/pipeline/pipeline.hpp"

#include <doctest/doctest.h>

#include <cstring>
#include <string>
#include <thread>
#include <vector>

#include "colonnade/core/file.hpp"
#include "tests/laws.hpp"
#include "tests/pipeline/fixtures.hpp"

using namespace colonnade;

namespace {

bool same(const std::vector<double>& a, const double* b) {
  return std::memcmp(a.data(), b, a.size() * sizeof(double)) == 0;
}

}  // namespace

TEST_CASE("pipeline: probabilities and classes of customers") {
  const auto data = make_churn(3000);
  const auto churn = colonnade::tests::churn_pipeline(data);
  const auto p = churn.predict_proba(data.table.view());
  const auto k = churn.predict(data.table.view());
  REQUIRE(p.size() == 6000);
  std::size_t right = 0;
  for (std::size_t i = 0; i < 3000; ++i) {
    CHECK(k[i] == (p[2 * i + 1] > 0.5 ? 1 : 0));
    right += k[i] == data.churned[i];
  }
  CHECK(right > 2250);
  CHECK(churn.classes().name(1) == "yes");
  CHECK(churn.columns() == 15);
}

// LAW: pipeline-threads A saved pipeline predicts the same bits for any number of threads, any cut of the
// rows, shared between threads, before and after saving.
TEST_CASE("pipeline: threads, cuts and saving do not change a bit") {
  const auto data = make_churn(4000);
  const auto x = data.table.view();
  const auto churn = colonnade::tests::churn_pipeline(data);
  const auto expected = churn.predict_proba(x, 1);
  const auto loaded = from_bytes<pipeline>(to_bytes(churn));
  CHECK(loaded == churn);
  for (const int threads : {1, 2, 3, 7}) CHECK(same(loaded.predict_proba(x, threads), expected.data()));
  for (std::size_t i = 0; i < 4000; i += 97)
    CHECK(same(loaded.predict_proba(x.slice(i, 1)), expected.data() + 2 * i));
  std::vector<int> equal(4);
  std::vector<std::thread> users;
  for (std::size_t u = 0; u < 4; ++u) {
    users.emplace_back([&, u] { equal[u] = same(loaded.predict_proba(x, 1), expected.data()) ? 1 : 0; });
  }
  for (auto& user : users) user.join();
  CHECK(equal == std::vector<int>{1, 1, 1, 1});
}

TEST_CASE("pipeline: steps may follow the columns, or stand without them") {
  const auto data = make_churn(200);
  const auto columns = colonnade::tests::churn_columns(data.table.view());
  const pipeline longer({}, {{"columns", columns}, {"then", passthrough{}}}, {});
  CHECK(longer.output_columns() == 12);
  CHECK(longer.class_count() == 0);
  std::vector<double> a(200 * 12), b(200 * 12);
  longer.transform(data.table.view(), matrix_view<double>(a.data(), 200, 12));
  columns.transform(data.table.view(), matrix_view<double>(b.data(), 200, 12));
  CHECK(same(a, b.data()));

  const table part = colonnade::tests::part_of(data.table.view(), {"age", "tenure_months"});
  const pipeline plain(input_schema(part.view()), {{"as it is", passthrough{}}}, {});
  std::vector<double> c(400);
  plain.transform(part.view(), matrix_view<double>(c.data(), 200, 2));
  CHECK(c[1] == std::get<column_view<const double>>(part.view().column(1))[0]);
}

TEST_CASE("pipeline: what it cannot do is said") {
  const auto data = make_churn(200);
  const auto x = data.table.view();
  const auto churn = colonnade::tests::churn_pipeline(data, 3);
  const pipeline columns({}, {{"columns", colonnade::tests::churn_columns(x)}}, {});
  CHECK_THROWS_AS(columns.predict(x), argument_error);
  CHECK_THROWS_AS(columns.predict_proba(x), argument_error);
  CHECK_THROWS_AS(churn.predict_proba(colonnade::tests::part_of(x, {"region", "contract"}).view()),
                  argument_error);
  std::vector<double> small(3);
  CHECK_THROWS_AS(churn.predict(x, std::span(small)), argument_error);
  CHECK_THROWS_WITH_AS(pipeline(input_schema(), {}, churn.last()),
                       "step 'model': found 0 columns, expected 12", argument_error);
}

TEST_CASE("pipeline: a new kind of payment and missing values are predicted") {
  const auto churn = colonnade::tests::churn_pipeline(make_churn(2000));
  const auto later = make_churn(500, 0, 2);
  const auto p = churn.predict_proba(later.table.view());
  for (const double value : p) CHECK((value > 0 && value < 1));
}

TEST_CASE("pipeline: one file, saved and loaded") {
  const auto data = make_churn(300);
  const auto churn = colonnade::tests::churn_pipeline(data, 4);
  const std::string path = "pipeline_test.colonnade";
  save(churn, path);
  CHECK(load<pipeline>(path) == churn);
  std::remove(path.c_str());
  colonnade::tests::check_bytes(churn);
}
