#include "colonnade/kernels/center_distance.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "colonnade/core/random.hpp"
#include "tests/simd_levels.hpp"

namespace colonnade {

TEST_CASE_TEMPLATE("center_distance: sums of squares in the order of the columns, on every instruction set",
                   T, float, double) {
  const random_stream random(1);
  for (const std::size_t columns : {1UL, 4UL, 7UL}) {
    for (const std::size_t count : {1UL, 3UL, 4UL, 9UL}) {
      std::vector<T> tile(columns * kernels::tile_points), centers(count * columns);
      for (std::size_t i = 0; i < tile.size(); ++i) tile[i] = static_cast<T>(random.uniform(i) * 100 - 50);
      for (std::size_t i = 0; i < centers.size(); ++i)
        centers[i] = static_cast<T>(random.uniform(5000 + i) * 100);
      std::vector<T> expected(count * kernels::tile_points), found(expected.size());
      for (std::size_t c = 0; c < count; ++c) {
        for (std::size_t i = 0; i < kernels::tile_points; ++i) {
          T sum = 0;
          for (std::size_t j = 0; j < columns; ++j) {
            const T difference = tile[j * kernels::tile_points + i] - centers[c * columns + j];
            sum += difference * difference;
          }
          expected[c * kernels::tile_points + i] = sum;
        }
      }
      for (const auto level : colonnade::tests::simd_levels()) {
        const simd::scoped_level scope(level);
        simd::run<kernels::center_distances>(static_cast<const T*>(tile.data()), columns,
                                             static_cast<const T*>(centers.data()), count, found.data());
        CHECK(found == expected);
      }
    }
  }
}

}  // namespace colonnade
