#include "colonnade/cluster/center_search.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "tests/cluster/points.hpp"
#include "tests/naive/k_means.hpp"

namespace colonnade::tests {

TEST_CASE_TEMPLATE("center_search: labels are those of doubles, whatever the frame of the floats", T, float,
                   double) {
  const auto x = grouped_points<T>(1003, 6, 9, 50);
  auto centers = first_rows(x.view(), 9);
  for (std::size_t j = 0; j < 6; ++j) centers.push_back(centers[j]);  // a copy of the first never wins
  const auto expected = naive::nearest(x.view(), centers);
  for (const double shift : {50.0, 0.0, 1e5}) {
    for (const double scale : {1.0, 0x1p-40, 0x1p60}) {
      const center_search search(centers, {std::vector<double>(6, shift), scale});
      std::vector<std::uint32_t> labels(x.rows());
      search.label_rows(x.view(), labels.data());
      CHECK(labels == expected);
      CHECK(search.unscaled(search.squared(x.view(), 5, 3)) ==
            naive::squared_distance(x.view(), 5, centers, 3));
    }
  }
}

TEST_CASE("center_search: movement is rounded up") {
  const center_search before({std::vector<double>{0, 0, 1, 1}}, {{0.0, 0.0}, 0.5});
  const center_search after({std::vector<double>{3, 4, 1, 1}}, {{0.0, 0.0}, 0.5});
  const auto moves = after.moves_from(before);
  CHECK(moves[0] >= 2.5f);
  CHECK(moves[0] < 2.5001f);
  CHECK(moves[1] == 0);
}

TEST_CASE("center_search: a scale is a power of two that brings the reach to at most 1") {
  for (const double reach : {1e-310, 0.3, 1.0, 1.5, 1e9, 1e300}) {
    const double scaled = tile_frame::scale_for(reach) * reach;
    CHECK(scaled <= 1);
    if (reach > 1e-300) CHECK(scaled >= 0.25);
  }
  CHECK(tile_frame::scale_for(0) == 1);
}

}  // namespace colonnade::tests
