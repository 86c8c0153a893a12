#include "colonnade/cluster/packed_points.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "tests/cluster/points.hpp"

namespace colonnade::tests {

TEST_CASE("packed_points: every value within rounding, at its place, in the given order") {
  const auto x = grouped_points<double>(4200, 3, 5, 1e6);
  const samples<matrix_view<const double>> rows = {x.view(), {}, {}};
  data_extent extent;
  extent.update(rows);
  std::vector<std::uint32_t> order(4200);
  for (std::uint32_t i = 0; i < 4200; ++i) order[i] = 4199 - i;
  const cluster_detail::packed_points packed(rows, extent, order, 2);
  CHECK(packed.blocks() == 2);
  CHECK(packed.rows_of(1) == 104);
  CHECK(packed.tiles_of(1) == 4);
  const auto& frame = packed.frame();
  for (std::size_t i = 0; i < 4200; i += 13) {
    CHECK(packed.row(i) == 4199 - i);
    for (std::size_t j = 0; j < 3; ++j) {
      const double expected = (x.view()(4199 - i, j) - frame.shift[j]) * frame.scale;
      CHECK(packed.value(i, j) == static_cast<float>(expected));
      CHECK(std::abs(expected) <= 1);
    }
  }
}

TEST_CASE("packed_points: the mean variance counts weights as copies") {
  const std::vector<double> values = {1, 10, 2, 20, 2, 20, 5, 50}, weights = {1, 2, 0, 1};
  const samples<matrix_view<const double>> rows = {{values.data(), 4, 2}, {}, {weights.data(), 4}};
  data_extent extent;
  extent.update(rows);
  const cluster_detail::packed_points packed(rows, extent, {}, 1);
  CHECK(packed.mean_variance() ==
        doctest::Approx((2.25 + 225) / 2).epsilon(1e-6));  // of 1, 2, 2, 5 and ten times that
  CHECK(packed.weights()[1] == 2);
  CHECK(packed.weights().back() == 0);
}

}  // namespace colonnade::tests
