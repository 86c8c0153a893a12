#include "colonnade/metrics/calibration.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

namespace {

using namespace colonnade;

calibration_points curve(const std::vector<std::uint8_t>& positive, const std::vector<double>& p,
                         std::size_t bins, calibration_bins how = calibration_bins::uniform) {
  return calibration_curve({positive.data(), positive.size()}, {p.data(), p.size()}, bins, how);
}

}  // namespace

TEST_CASE("calibration: bins of equal width, empty ones left out") {
  const auto c = curve({0, 0, 1, 1}, {0.1, 0.2, 0.9, 1.0}, 4);
  CHECK(c.rows == std::vector<double>{2, 2});
  CHECK(c.observed == std::vector<double>{0, 1});
  CHECK(c.predicted[0] == doctest::Approx(0.15));
  CHECK(c.expected_error() == doctest::Approx((0.15 + 0.05) / 2));
}

TEST_CASE("calibration: bins of equally many rows") {
  const auto c =
      curve({0, 1, 0, 1, 0, 1}, {0.01, 0.02, 0.03, 0.04, 0.05, 0.9}, 3, calibration_bins::quantile);
  CHECK(c.rows == std::vector<double>{2, 2, 2});
  CHECK(c.observed == std::vector<double>{0.5, 0.5, 0.5});
}

TEST_CASE("calibration: an edge belongs to the bin below") {
  CHECK(curve({0, 1}, {0.5, 0.5}, 2).rows == std::vector<double>{2});
  CHECK(curve({0, 1}, {0.5, 0.50001}, 2).rows == std::vector<double>{1, 1});
}

TEST_CASE("calibration: probabilities outside [0, 1], no bins and unequal lengths are refused") {
  CHECK_THROWS_AS(curve({0, 1}, {0.5, 1.5}, 2), data_error);
  CHECK_THROWS_AS(curve({0, 1}, {0.5, std::nan("")}, 2), data_error);
  CHECK_THROWS_AS(curve({0, 1}, {0.5, 0.5}, 0), argument_error);
  CHECK_THROWS_AS(curve({0}, {0.5, 0.5}, 2), argument_error);
  CHECK(curve({}, {}, 2).rows.empty());
}
