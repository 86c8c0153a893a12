#include "colonnade/pipeline/fit_pipeline.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "tests/pipeline/fixtures.hpp"

using namespace colonnade;

namespace {

struct customers {
  churn_data data;
  std::vector<double> y;

  explicit customers(std::size_t rows, std::uint64_t seed = 0)
      : data(make_churn(rows, seed)), y(data.churned.begin(), data.churned.end()) {}
  samples<table_view> rows() const {
    return {data.table.view(), column_view<const double>(y.data(), y.size())};
  }
};

std::vector<column_plan> plans() {
  unfitted<one_hot_encoder> flags;
  flags.params.handle_unknown = one_hot_encoder::unknown_policy::ignore;
  return {{"numbers",
           {"tenure_months", "support_calls"},
           {unfitted<standard_scaler>{}, unfitted<min_max_scaler>{}}},
          {"region", {"region"}, {unfitted<target_encoder>{}}},
          {"text", {"contract", "payment"}, {flags}},
          {"as they are", {"satisfaction"}, {}}};
}

}  // namespace

TEST_CASE("fit_pipeline: chains are fitted one on the output of the other") {
  const customers some(2000);
  const auto fitted = fit_columns(some.rows(), plans());
  REQUIRE(fitted.columns.output_columns() == 2 + 1 + 3 + 5 + 1);
  for (std::size_t i = 0; i < 2000; ++i) {
    CHECK((fitted.features[i * 12] >= 0 && fitted.features[i * 12] <= 1));
  }
  std::vector<double> again(2000 * 12);
  fitted.columns.transform(some.data.table.view(), matrix_view<double>(again.data(), 2000, 12));
  std::size_t cross_fitted = 0;
  for (std::size_t k = 0; k < again.size(); ++k) {
    if (k % 12 == 2) {
      cross_fitted += again[k] != fitted.features[k];
      CHECK(again[k] == doctest::Approx(fitted.features[k]).epsilon(0.5));
    } else {
      CHECK((again[k] == fitted.features[k] || std::isnan(again[k])));
    }
  }
  CHECK(cross_fitted > 1900);
}

// LAW: pipeline-fit Fitting a pipeline in C++ gives the same bytes for any number of threads.
TEST_CASE("fit_pipeline: a pipeline from a table, equal for any number of threads") {
  const customers some(3000), other(1000, 1);
  boosting_params p;
  p.objective = boosting_objective::logistic;
  p.n_estimators = 25;
  p.max_depth = 3;
  const auto churn =
      fit_pipeline(some.rows(), plans(), p, class_labels(std::vector<std::string>{"no", "yes"}), 1);
  for (const int threads : {2, 3, 7}) {
    CHECK(fit_pipeline(some.rows(), plans(), p, class_labels(std::vector<std::string>{"no", "yes"}),
                       threads) == churn);
  }
  const auto k = churn.predict(other.data.table.view());
  std::size_t right = 0;
  for (std::size_t i = 0; i < 1000; ++i) right += k[i] == other.y[i];
  CHECK(right > 760);
  CHECK(churn.classes().name(1) == "yes");
}

TEST_CASE("fit_pipeline: a column that is not there is named") {
  const customers some(50);
  CHECK_THROWS_WITH_AS(fit_columns(some.rows(), {{"numbers", {"nobody"}, {}}}),
                       "group 'numbers': found no column 'nobody', expected one", argument_error);
}
