#include "colonnade/drift/wasserstein_null.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "colonnade/drift/two_sample.hpp"

using namespace colonnade;
using doctest::Approx;

namespace {

double p_value(std::vector<double> x, std::vector<double> y, double distance) {
  std::sort(x.begin(), x.end());
  std::sort(y.begin(), y.end());
  return wasserstein_null::p_value(x, y, distance);
}

}  // namespace

TEST_CASE("wasserstein_null: for values of two kinds it is the test of two shares") {
  std::vector<double> x(200, 0.0), y(300, 0.0);
  for (std::size_t i = 0; i < 60; ++i) x[i] = 1;
  for (std::size_t i = 0; i < 120; ++i) y[i] = 1;
  CHECK(p_value(x, y, 0.1) == Approx(two_proportions(60, 200, 120, 300).p_value).epsilon(0.01));
  // The unit of the values does not matter.
  for (double& v : x) v *= 1000;
  for (double& v : y) v *= 1000;
  CHECK(p_value(x, y, 100) == Approx(two_proportions(60, 200, 120, 300).p_value).epsilon(0.01));
}

TEST_CASE("wasserstein_null: quantiles of the integral of a Brownian bridge's absolute value") {
  // Johnson and Killeen (1983): P(integral of |B| > 0.499) = 0.10, 0.582: 0.05, 0.752: 0.01
  std::vector<double> x(5000), y(5000);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = y[i] = (static_cast<double>(i) + 0.5) / 5000;
  const double unit = std::sqrt(2.0 / 5000);
  CHECK(p_value(x, y, 0.499 * unit) == Approx(0.10).epsilon(0.01));
  CHECK(p_value(x, y, 0.582 * unit) == Approx(0.05).epsilon(0.01));
  CHECK(p_value(x, y, 0.752 * unit) == Approx(0.01).epsilon(0.003));
}

TEST_CASE("wasserstein_null: constant samples, an infinite distance, one value") {
  CHECK(p_value({1, 1}, {1}, 0) == 1);
  CHECK(std::isnan(p_value({1, 2}, {1}, std::numeric_limits<double>::infinity())));
  const double p = p_value({1}, {2}, 1);
  CHECK(p > 0.1);
  CHECK(p <= 1);
}
