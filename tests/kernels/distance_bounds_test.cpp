#include "colonnade/kernels/distance_bounds.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "colonnade/core/random.hpp"

namespace colonnade {

TEST_CASE("distance_bounds: points whose bounds still settle their label are left out") {
  constexpr std::size_t columns = 2, points = kernels::tile_points;
  std::vector<float> tile(points * columns), norms(points, 1.0f);
  for (std::size_t i = 0; i < points; ++i) tile[i] = 0.5f;
  const std::vector<float> centers = {0, 0, 1, 0}, moved = {0.1f, 0.3f};
  const kernels::center_moves moves = {moved.data(), 1, 0.3f, 0.1f};
  std::vector<std::uint32_t> labels(points, 0), open(points);
  std::vector<float> upper(points, 0.2f), lower(points, 2.0f);
  lower[3] = 0.5f;                                     // 0.2 + 0.1 against 0.5 - 0.3: open
  lower[4] = 0.9f, upper[4] = 5.0f;                    // measured again: 0.5 against 0.6: settled
  lower[5] = 0.0f;                                     // was unsure
  labels[6] = 1, lower[6] = 0.45f, upper[6] = 0.01f;   // its own centre moved most: 0.31 against 0.35
  lower[7] = std::numeric_limits<float>::quiet_NaN();  // never settled
  std::size_t count = 0;
  simd::run<kernels::distance_bounds>(static_cast<const float*>(tile.data()),
                                      static_cast<const float*>(norms.data()), points, columns,
                                      centers.data(), 1.0f, static_cast<const std::uint32_t*>(labels.data()),
                                      moves, upper.data(), lower.data(), open.data(), &count);
  REQUIRE(count == 3);
  CHECK(open[0] == 3);
  CHECK(open[1] == 5);
  CHECK(open[2] == 7);
  CHECK(upper[4] >= 0.5f);
  CHECK(upper[4] < 0.51f);
}

}  // namespace colonnade
