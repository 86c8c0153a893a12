#include "colonnade/cluster/farthest_rows.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace colonnade {

TEST_CASE(
    "farthest_rows: the same rows in any order, the smallest coordinates among equals, none without weight") {
  const std::vector<double> values = {5, 1, 9, 3, 7}, weights = {1, 1, 0, 1, 2};
  const std::vector<double> distances = {4, 4, 9, 1, 0};
  const samples<matrix_view<const double>> rows = {{values.data(), 5, 1}, {}, {weights.data(), 5}};
  const auto kept = [&](const std::vector<std::size_t>& order) {
    farthest_rows found(2);
    for (const std::size_t i : order) found.offer(rows, i, static_cast<std::uint32_t>(i % 2), distances[i]);
    return found;
  };
  const auto expected = kept({0, 1, 2, 3, 4});
  CHECK(kept({4, 3, 2, 1, 0}) == expected);
  auto merged = kept({0, 3});
  merged.merge(kept({2, 1, 4}));
  CHECK(merged == expected);
  CHECK(expected.fits(2, 1));
  CHECK(!expected.fits(1, 1));
  CHECK(!expected.fits(2, 2));

  data_extent extent;
  extent.update(rows);
  const fixed_point_frame frame(extent);
  cluster_sums sums(4, 1);
  const std::vector<kernels::row_move> moves = {
      {0, kernels::row_move::none, 0}, {1, kernels::row_move::none, 1}, {3, kernels::row_move::none, 1}};
  sums.move(frame, rows, moves);
  expected.fill_empty(frame, sums);
  CHECK(sums.means(frame) == std::vector<double>{3, 3, 1, 5});  // 1, then 5; cluster 0 has lost its only row
}

}  // namespace colonnade
