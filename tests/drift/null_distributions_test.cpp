#include "colonnade/drift/null_distributions.hpp"

#include <doctest/doctest.h>

#include <cmath>

using namespace colonnade;
using doctest::Approx;

namespace {

/// Approx is absolute below 1, tails are to be right relative to themselves.
void check_ratio(double found, double expected, double error) {
  CHECK(found / expected == Approx(1).epsilon(error));
}

}  // namespace

TEST_CASE("null_distributions: chi-squared tails are those of scipy, also far out") {
  check_ratio(null_distributions::chi_squared_tail(3, 2), 0.22313016014842982, 1e-12);
  check_ratio(null_distributions::chi_squared_tail(0.1, 1), 0.7518296340458492, 1e-12);
  check_ratio(null_distributions::chi_squared_tail(100, 9), 1.5735176303753876e-17, 1e-12);
  check_ratio(null_distributions::chi_squared_tail(5000, 4900), 0.1562274137489366, 1e-10);
  CHECK(null_distributions::chi_squared_tail(0, 3) == 1);
  CHECK(null_distributions::chi_squared_tail(5, 0) == 1);
  CHECK(null_distributions::chi_squared_tail(std::numeric_limits<double>::infinity(), 3) == 0);
  CHECK(std::isnan(null_distributions::chi_squared_tail(std::nan(""), 3)));
}

TEST_CASE("null_distributions: normal tails on both sides") {
  check_ratio(null_distributions::normal_tail(1.959963984540054), 0.025, 1e-12);
  check_ratio(null_distributions::normal_tail(-1.959963984540054), 0.975, 1e-12);
  check_ratio(null_distributions::normal_tail(10), 7.61985302416047e-24, 1e-10);
}

TEST_CASE(
    "null_distributions: Cramer and von Mises's limit agrees with the table of Anderson and Darling (1952)") {
  check_ratio(null_distributions::cramer_von_mises_tail(0.34730), 0.10, 1e-4);
  check_ratio(null_distributions::cramer_von_mises_tail(0.46136), 0.05, 1e-4);
  check_ratio(null_distributions::cramer_von_mises_tail(0.74346), 0.01, 1e-4);
  check_ratio(null_distributions::cramer_von_mises_tail(1.16786), 0.001, 1e-3);
  CHECK(null_distributions::cramer_von_mises_tail(0) == 1);
  CHECK(null_distributions::cramer_von_mises_tail(100) > 0);
  CHECK(null_distributions::cramer_von_mises_tail(1e9) == 0);
}

TEST_CASE("null_distributions: Anderson and Darling's limit agrees with Marsaglia and Marsaglia (2004)") {
  check_ratio(null_distributions::anderson_darling_tail(1.9329578), 0.10, 1e-5);
  check_ratio(null_distributions::anderson_darling_tail(2.4923672), 0.05, 1e-5);
  check_ratio(null_distributions::anderson_darling_tail(3.8781250), 0.01, 1e-5);
  CHECK(null_distributions::anderson_darling_tail(0) == 1);
  CHECK(null_distributions::anderson_darling_tail(1e9) == 0);
}

TEST_CASE("null_distributions: tails never rise") {
  double cramer = 1, anderson = 1;
  for (double x = 0.001; x < 30; x *= 1.07) {
    CHECK(null_distributions::cramer_von_mises_tail(x) <= cramer + 1e-12);
    CHECK(null_distributions::anderson_darling_tail(x) <= anderson + 1e-12);
    cramer = null_distributions::cramer_von_mises_tail(x);
    anderson = null_distributions::anderson_darling_tail(x);
  }
}
