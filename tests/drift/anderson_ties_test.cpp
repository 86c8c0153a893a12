#include "colonnade/drift/anderson_ties.hpp"

#include <doctest/doctest.h>

#include "colonnade/drift/null_distributions.hpp"

using namespace colonnade;
using doctest::Approx;

TEST_CASE("anderson_ties: distinct values need no correction") {
  std::vector<double> x(3000), y(2000);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
  for (std::size_t i = 0; i < y.size(); ++i) y[i] = static_cast<double>(i) + 0.5;
  CHECK(anderson_ties::inflation(x, y) == 1);
}

TEST_CASE("anderson_ties: values of two kinds have the variance of chi-squared with one degree of freedom") {
  std::vector<double> x(2000, 1.0), y(3000, 1.0);
  for (std::size_t i = 0; i < 600; ++i) x[i] = y[i] = 0;
  const double limit = 2 * (3.14159265358979 * 3.14159265358979 - 9) / 3;
  // Both values count, with weights 0.24 and 0.76 and a correlation at their middles.
  const double w = 0.24, odds = (0.12 / 0.88) / (0.62 / 0.38);
  CHECK(anderson_ties::inflation(x, y) ==
        Approx(2 * (w * w + (1 - w) * (1 - w) + 2 * w * (1 - w) * odds) / limit).epsilon(0.02));
}

TEST_CASE("anderson_ties: one value and tiny samples") {
  const std::vector<double> one = {1}, two = {1, 2};
  CHECK(anderson_ties::inflation(one, one) >= 1);
  CHECK(anderson_ties::inflation(one, two) >= 1);
}
