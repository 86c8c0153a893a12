#include "colonnade/metrics/cohen_kappa.hpp"

#include <doctest/doctest.h>

#include <cmath>

TEST_CASE("cohen_kappa: agreement beyond chance, worked by hand") {
  // Observed agreement 0.7, expected 0.5 * 0.6 + 0.5 * 0.4 = 0.5.
  const colonnade::confusion_matrix m(2, {20, 5, 10, 15});
  CHECK(colonnade::cohen_kappa(m) == doctest::Approx(0.4));
}

TEST_CASE("cohen_kappa: linear and quadratic weights count distances between classes") {
  using colonnade::kappa_weights;
  const colonnade::confusion_matrix near(3, {5, 3, 0, 0, 5, 3, 0, 0, 5}), far(3, {5, 0, 3, 0, 5, 3, 0, 0, 5});
  CHECK(colonnade::cohen_kappa(near, kappa_weights::quadratic) > colonnade::cohen_kappa(near));
  CHECK(colonnade::cohen_kappa(far, kappa_weights::linear) <
        colonnade::cohen_kappa(near, kappa_weights::linear));
  const colonnade::confusion_matrix two(2, {20, 5, 10, 15});
  CHECK(colonnade::cohen_kappa(two, kappa_weights::linear) == doctest::Approx(0.4));
}

TEST_CASE("cohen_kappa: complete agreement is 1, one class is not defined") {
  CHECK(colonnade::cohen_kappa(colonnade::confusion_matrix(2, {4, 0, 0, 6})) == 1);
  CHECK(std::isnan(colonnade::cohen_kappa(colonnade::confusion_matrix(1, {4}))));
  CHECK(std::isnan(colonnade::cohen_kappa(colonnade::confusion_matrix(2, {0, 0, 0, 0}))));
}
