#include "colonnade/kernels/seed_potential.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <vector>

#include "colonnade/core/random.hpp"
#include "tests/simd_levels.hpp"

namespace colonnade {

TEST_CASE("seed_potential: integers of what each candidate would leave, on every instruction set") {
  constexpr std::size_t tiles = 2, columns = 3, count = 6, points = tiles * kernels::tile_points;
  constexpr double scale = 0x1p30;
  const random_stream random(3);
  std::vector<float> x(points * columns), candidates(count * columns), chosen(columns, 0.25f);
  std::vector<double> weights(points);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(random.uniform(i));
  for (std::size_t i = 0; i < candidates.size(); ++i)
    candidates[i] = static_cast<float>(random.uniform(700 + i));
  for (std::size_t i = 0; i < points; ++i) weights[i] = static_cast<double>(i % 4);
  const auto distance = [&](std::size_t i, const float* to) {
    const std::size_t lane = i % kernels::tile_points;
    float sum = 0;
    for (std::size_t j = 0; j < columns; ++j) {
      const float difference = x[(i - lane) * columns + j * kernels::tile_points + lane] - to[j];
      sum += difference * difference;
    }
    return sum;
  };
  std::vector<std::uint64_t> expected(count);
  for (std::size_t i = 0; i < points; ++i) {
    const float nearest = std::min(0.5f, distance(i, chosen.data()));
    for (std::size_t l = 0; l < count; ++l) {
      const float left = std::min(nearest, distance(i, candidates.data() + l * columns));
      expected[l] += kernels::to_fixed(weights[i] * static_cast<double>(left) * scale);
    }
  }
  for (const auto level : colonnade::tests::simd_levels()) {
    const simd::scoped_level scope(level);
    std::vector<float> nearest(points, 0.5f);
    std::vector<std::uint64_t> potentials(count);
    simd::run<kernels::seed_potential>(
        static_cast<const float*>(x.data()), tiles, columns, static_cast<const float*>(chosen.data()),
        static_cast<const float*>(candidates.data()), count, static_cast<const double*>(weights.data()),
        scale, nearest.data(), potentials.data());
    CHECK(potentials == expected);
    for (std::size_t i = 0; i < points; ++i) CHECK(nearest[i] == std::min(0.5f, distance(i, chosen.data())));
  }
}

}  // namespace colonnade
