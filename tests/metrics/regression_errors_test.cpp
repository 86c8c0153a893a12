#include "colonnade/metrics/regression_errors.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "colonnade/core/random.hpp"

namespace {

using namespace colonnade;

template <class T>
column_view<const T> view(const std::vector<T>& x) {
  return {x.data(), x.size()};
}

}  // namespace

TEST_CASE("regression_errors: the four metrics, worked by hand") {
  const std::vector<double> truth = {3, -0.5, 2, 7}, predicted = {2.5, 0, 2, 8};
  const auto e = sum_errors(view(truth), view(predicted));
  CHECK(e.mean_squared_error() == 0.375);
  CHECK(e.root_mean_squared_error() == std::sqrt(0.375));
  CHECK(e.mean_absolute_error() == 0.5);
  CHECK(e.r2() == doctest::Approx(0.9486081370449679));
}

TEST_CASE("regression_errors: a weight counts like repeated rows") {
  const std::vector<double> truth = {1, 2, 4}, predicted = {1.5, 2, 3}, weight = {2, 1, 3};
  const std::vector<double> long_truth = {1, 1, 2, 4, 4, 4}, long_predicted = {1.5, 1.5, 2, 3, 3, 3};
  const auto a = sum_errors(view(truth), view(predicted), view(weight));
  const auto b = sum_errors(view(long_truth), view(long_predicted));
  CHECK(a.mean_squared_error() == doctest::Approx(b.mean_squared_error()));
  CHECK(a.r2() == doctest::Approx(b.r2()));
}

TEST_CASE("regression_errors: float32, strides and equal bits for any number of threads") {
  const random_stream random(1);
  std::vector<float> truth, predicted;
  for (std::size_t i = 0; i < 60'000; ++i) {
    truth.push_back(static_cast<float>(random.uniform(2 * i)));
    predicted.push_back(static_cast<float>(random.uniform(2 * i + 1)));
  }
  const column_view<const float> t(truth.data(), 30'000, 2), p(predicted.data(), 30'000, 2);
  const auto expected = sum_errors(t, p, {}, 1);
  for (int threads : {2, 3, 7}) {
    const auto e = sum_errors(t, p, {}, threads);
    CHECK(e.squared == expected.squared);
    CHECK(e.absolute == expected.absolute);
    CHECK(e.variation == expected.variation);
  }
}

TEST_CASE("regression_errors: r2 of a constant target") {
  const std::vector<double> truth = {3.1, 3.1, 3.1}, other = {1, 2, 3}, weight = {0.1, 0.2, 0.7};
  CHECK(sum_errors(view(truth), view(truth), view(weight)).r2() == 1);
  CHECK(sum_errors(view(truth), view(other), view(weight)).r2() == 0);
  CHECK(std::isnan(sum_errors(view(truth), view(truth)).r2(false)));
  CHECK(std::isinf(sum_errors(view(truth), view(other)).r2(false)));
}

TEST_CASE("regression_errors: unequal lengths are refused") {
  const std::vector<double> two = {1, 2}, one = {1};
  CHECK_THROWS_AS(sum_errors(view(two), view(one)), argument_error);
  CHECK_THROWS_AS(sum_errors(view(two), view(two), view(one)), argument_error);
}
