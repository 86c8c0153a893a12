#include "colonnade/boosting/boosting_metric.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "colonnade/boosting/logistic_objective.hpp"
#include "colonnade/boosting/poisson_objective.hpp"
#include "colonnade/boosting/quantile_objective.hpp"
#include "colonnade/core/random.hpp"

using namespace colonnade;

namespace {
const logistic_objective logistic(1);
}

TEST_CASE("boosting_metric: scores of a few rows are those by hand") {
  const std::vector<double> m = {0.0, 2.0, -1.0}, y = {1, 1, 0}, none, w = {1, 2, 1};
  const auto p = [](double x) { return 1 / (1 + std::exp(-x)); };
  CHECK(boosting_metric("rmse")(m, y, none, 1) == doctest::Approx(1));
  CHECK(boosting_metric("mae")(m, y, none, 1) == doctest::Approx(1));
  CHECK(boosting_metric("rmse")(m, y, w, 1) == doctest::Approx(1));
  CHECK(boosting_metric("logloss")(m, y, none, 1) ==
        doctest::Approx(-(std::log(p(0)) + std::log(p(2)) + std::log(1 - p(-1))) / 3));
  CHECK(boosting_metric("logloss")(m, y, w, 1) ==
        doctest::Approx(-(std::log(p(0)) + 2 * std::log(p(2)) + std::log(1 - p(-1))) / 4));
  CHECK(boosting_metric("error")(m, y, none, 1) == doctest::Approx(1.0 / 3));
  CHECK(boosting_metric("auc")(m, y, none, 1) == 1);
  CHECK(boosting_metric("auc")({1, 1, 0, 2}, std::vector<double>{1, 0, 0, 0}, none, 1) ==
        doctest::Approx(0.5));
  CHECK(boosting_metric("mae", &logistic)(m, y, none, 1) ==
        doctest::Approx((1 - p(0) + 1 - p(2) + p(-1)) / 3));
  const poisson_objective counts(0.7);
  CHECK(boosting_metric("rmse", &counts)({0, std::log(3.0)}, std::vector<double>{2, 3}, none, 1) ==
        doctest::Approx(std::sqrt(0.5)));
  CHECK(boosting_metric("poisson-nloglik", &counts)({0, 1}, std::vector<double>{0, 4}, none, 1) ==
        doctest::Approx((1 + std::exp(1.0) - 4 + std::log(24.0)) / 2));
  const quantile_objective upper(0.9);
  CHECK(boosting_metric("quantile", &upper)(m, y, none, 1) == doctest::Approx((0.9 + 0.1 + 0.9) / 3));
  CHECK(boosting_metric("quantile")(m, y, w, 1) == doctest::Approx(0.5));
  const std::vector<double> margins = {0, 3, 1, 0, 2, 0}, classes = {2, 0};  // three classes, two rows
  const double a = std::exp(0.0) + std::exp(1.0) + std::exp(2.0), b = std::exp(3.0) + 2;
  CHECK(boosting_metric("mlogloss")(margins, classes, none, 1) ==
        doctest::Approx(-(std::log(std::exp(2.0) / a) + std::log(std::exp(3.0) / b)) / 2));
  CHECK(boosting_metric("merror")(margins, classes, none, 1) == 0);
  CHECK_THROWS_AS(boosting_metric("loss"), argument_error);
  CHECK(boosting_metric("auc").larger_is_better());
  CHECK(!boosting_metric("rmse").larger_is_better());
}

TEST_CASE("boosting_metric: any number of threads gives the same bits") {
  const random_stream random(1);
  std::vector<double> m(300'000), y(300'000);
  for (std::size_t i = 0; i < m.size(); ++i) {
    m[i] = 4 * random.uniform(i) - 2;
    y[i] = random.uniform(m.size() + i) < 0.4 ? 1 : 0;
  }
  for (const char* name : {"logloss", "rmse", "error", "auc"}) {
    const double expected = boosting_metric(name, &logistic)(m, y, {}, 1);
    for (const int threads : {2, 3, 7})
      CHECK(boosting_metric(name, &logistic)(m, y, {}, threads) == expected);
  }
}
