#include "colonnade/preprocessing/min_max_scaler.hpp"

#include "tests/laws.hpp"

using namespace colonnade;

TEST_CASE("min_max_scaler: obeys the laws") { tests::check_matrix_laws<min_max_scaler>(); }

TEST_CASE("min_max_scaler: a range that is not one is refused by name") {
  CHECK_THROWS_WITH_AS(min_max_scaler::accumulator({.low = 1, .high = 1}),
                       doctest::Contains("feature_range: found (1.0"), argument_error);
}
