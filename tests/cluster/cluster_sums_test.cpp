#include "colonnade/cluster/cluster_sums.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "tests/laws.hpp"

namespace colonnade::tests {

TEST_CASE(
    "cluster_sums: a row that joins and leaves is without a trace, and means are exact where they can be") {
  const std::vector<double> values = {1, 2, 3, 6, 5, 10};
  const samples<matrix_view<const double>> rows = {{values.data(), 3, 2}, {}, {}};
  data_extent extent;
  extent.update(rows);
  const fixed_point_frame frame(extent);
  constexpr auto none = kernels::row_move::none;
  cluster_sums sums(3, 2);
  const std::vector<kernels::row_move> in = {{0, none, 0}, {1, none, 0}, {2, none, 2}};
  sums.move(frame, rows, in);
  const cluster_sums before = sums;
  CHECK(sums.empty_count() == 1);
  CHECK(sums.empty(1));
  CHECK(sums.means(frame) == std::vector<double>{2, 4, 2, 4, 5, 10});
  const std::vector<kernels::row_move> there = {{1, 0, 1}}, back = {{1, 1, 0}};
  sums.move(frame, rows, there);
  CHECK(sums.means(frame) == std::vector<double>{1, 2, 3, 6, 5, 10});
  sums.move(frame, rows, back);
  CHECK(sums == before);
  cluster_sums other(3, 2);
  other.merge(before);
  CHECK(other == before);
  other.clear();
  CHECK(other == cluster_sums(3, 2));
  CHECK(other.has_shape(3, 2));
  CHECK(other.means(frame) == std::vector<double>{3, 6, 3, 6, 3, 6});
}

}  // namespace colonnade::tests
