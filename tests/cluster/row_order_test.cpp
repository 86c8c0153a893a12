#include "colonnade/cluster/row_order.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <numeric>
#include <vector>

#include "tests/cluster/points.hpp"

namespace colonnade::tests {

using cluster_detail::offsets_of;
using cluster_detail::order_by_value;

TEST_CASE_TEMPLATE("row_order: values decide, not positions, and floats count as the doubles they are", T,
                   float, double) {
  auto x = grouped_points<T>(5000, 3, 7);
  x(10, 1) = T{0};
  const auto order = order_by_value(std::as_const(x).view(), 2);
  matrix<double> turned(5000, 3);
  for (std::size_t i = 0; i < 5000; ++i) {
    for (std::size_t j = 0; j < 3; ++j) turned(4999 - i, j) = static_cast<double>(x(i, j));
  }
  turned(4989, 1) = -0.0;
  const auto other = order_by_value(std::as_const(turned).view(), 1);
  for (std::size_t i = 0; i < 5000; ++i) CHECK(order[i] == 4999 - other[i]);
  auto sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (std::size_t i = 0; i < 5000; ++i) CHECK(sorted[i] == i);
}

TEST_CASE("row_order: offsets repeat the last row") {
  const std::vector<double> values(40);
  const matrix_view<const double> x(values.data(), 10, 2, -4, 1);
  const auto offsets = offsets_of(x, 2, [](std::size_t i) { return 3 * i + 1; });
  CHECK(offsets[0] == -4);
  CHECK(offsets[1] == -16);
  CHECK(offsets.back() == -16);
}

}  // namespace colonnade::tests
