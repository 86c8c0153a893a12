#include "colonnade/kernels/distance_bounds.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "colonnade/core/random.hpp"
#include "tests/simd_levels.hpp"

namespace colonnade {
namespace {

constexpr std::size_t tile_rows = kernels::tile_points;

/// A tile at x = (0.5, 0) and the centres (0, 0), (1, 0), (3, 0); the last one is a mover.
struct tile_problem {
  std::vector<float> tile = std::vector<float>(2 * tile_rows), norms = std::vector<float>(tile_rows, 0.5f);
  std::vector<float> centers = {0, 0, 1, 0, 3, 0}, lower = std::vector<float>(tile_rows, 2.0f);
  std::vector<std::uint32_t> movers = {2}, labels = std::vector<std::uint32_t>(tile_rows, 0), open;
  float most = 0.25f, rest = 0.125f, stale = 0, cap = 100;
  kernels::tile_look look = {};

  tile_problem() { std::fill_n(tile.begin(), tile_rows, 0.5f); }

  void run(std::vector<std::uint32_t> own, std::size_t count = tile_rows) {
    open.assign(tile_rows, 0);
    const kernels::moved_centers moved = {centers.data(), 2, 3, 3.0f, most, rest, movers.data(),
                                          movers.size()};
    simd::run<kernels::distance_bounds>(
        static_cast<const float*>(tile.data()), static_cast<const float*>(norms.data()), moved,
        static_cast<const std::uint32_t*>(own.data()), own.size(),
        static_cast<const std::uint32_t*>(labels.data()), count, kernels::bounds_overhead{stale, cap},
        lower.data(), open.data(), &look);
    open.resize(look.open);
  }
};

}  // namespace

TEST_CASE("distance_bounds: bounds give way to what has moved, and settled points are left out") {
  tile_problem p;
  p.stale = 0.5f;
  p.lower[3] = 1.125f;                                   // 1.125 - 0.75 is below 0.5: open
  p.lower[4] = std::numeric_limits<float>::quiet_NaN();  // never settled
  p.run({0});
  CHECK(p.open == std::vector<std::uint32_t>{3, 4});
  CHECK(p.lower[0] == doctest::Approx(1.25).epsilon(1e-5));
  CHECK(p.lower[0] < 1.25f);
  CHECK(p.look.slack == doctest::Approx(0.75).epsilon(1e-5));
  CHECK(p.look.slack < 0.75f);
}

TEST_CASE("distance_bounds: no bound is above the cap") {
  tile_problem p;
  p.cap = 1.0f;
  p.run({0});
  CHECK(p.open.empty());
  CHECK(p.lower[0] == doctest::Approx(0.75).epsilon(1e-5));
  CHECK(p.look.upper == doctest::Approx(0.5).epsilon(1e-5));
}

TEST_CASE("distance_bounds: with many in doubt the movers are measured and the others give way by less") {
  tile_problem p;
  p.lower.assign(tile_rows, 0.7f);  // 0.45 and 0.575 against 0.5
  p.run({0});
  CHECK(p.look.open == 0);
  CHECK(p.lower[0] == doctest::Approx(0.575).epsilon(1e-5));
  p.lower.assign(tile_rows, 9.0f);
  p.most = 8.75f;
  p.run({0});
  CHECK(p.lower[0] == doctest::Approx(2.5).epsilon(1e-5));  // of the mover
  CHECK(p.lower[0] < 2.5f);
}

TEST_CASE("distance_bounds: every point is measured to its own centre, the last points may be absent") {
  tile_problem p;
  p.labels[5] = 1;
  p.labels[6] = 2;  // 2.5 away
  p.run({0, 1, 2}, 9);
  CHECK(p.open == std::vector<std::uint32_t>{6});
  p.labels[8] = 2;
  p.run({0, 1, 2}, 8);
  CHECK(p.open == std::vector<std::uint32_t>{6});
}

TEST_CASE("distance_bounds: no bound is beyond the truth, on any instruction set") {
  const random_stream random(8);
  constexpr std::size_t columns = 7, centers = 9;
  for (const auto level : colonnade::tests::simd_levels()) {
    const simd::scoped_level scope(level);
    for (std::size_t round = 0; round < 50; ++round) {
      std::vector<float> tile(columns * tile_rows), norms(tile_rows), rows(centers * columns);
      const auto draw = [&](std::size_t i) {
        return static_cast<float>(random.uniform(round * 1000 + i) - 0.5);
      };
      for (std::size_t i = 0; i < tile.size(); ++i) tile[i] = draw(i);
      for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = draw(500 + i);
      simd::run<kernels::point_norms>(static_cast<const float*>(tile.data()), columns, norms.data());
      const auto distance = [&](std::size_t i, std::size_t c) {
        double sum = 0;
        for (std::size_t j = 0; j < columns; ++j) {
          const double d =
              static_cast<double>(tile[j * tile_rows + i]) - static_cast<double>(rows[c * columns + j]);
          sum += d * d;
        }
        return std::sqrt(sum);
      };
      std::vector<std::uint32_t> labels(tile_rows), open(tile_rows), own(centers), movers = {1, 4};
      std::vector<float> lower(tile_rows);
      for (std::uint32_t c = 0; c < centers; ++c) own[c] = c;
      std::vector<double> second(tile_rows, 1e9);
      for (std::size_t i = 0; i < tile_rows; ++i) {
        for (std::uint32_t c = 0; c < centers; ++c) {
          if (distance(i, c) < distance(i, labels[i])) labels[i] = c;
        }
        for (std::uint32_t c = 0; c < centers; ++c) {
          if (c != labels[i]) second[i] = std::min(second[i], distance(i, c));
        }
        lower[i] = static_cast<float>(second[i]) + 0.1f;  // the others have come nearer by 0.1 at most
      }
      kernels::tile_look look;
      const kernels::moved_centers moved = {rows.data(), columns, centers,       2.0f,
                                            0.2f,        0.1001f, movers.data(), 2};
      simd::run<kernels::distance_bounds>(static_cast<const float*>(tile.data()),
                                          static_cast<const float*>(norms.data()), moved,
                                          static_cast<const std::uint32_t*>(own.data()), own.size(),
                                          static_cast<const std::uint32_t*>(labels.data()), tile_rows,
                                          kernels::bounds_overhead{0, 100}, lower.data(), open.data(), &look);
      CHECK(look.open < tile_rows);
      for (std::size_t i = 0; i < tile_rows; ++i) CHECK(static_cast<double>(lower[i]) <= second[i]);
      std::size_t listed = 0;
      for (std::size_t i = 0; i < tile_rows; ++i) {
        if (listed < look.open && open[listed] == i) {
          ++listed;
        } else {
          CHECK(static_cast<double>(lower[i]) > distance(i, labels[i]));
          CHECK(look.slack <= lower[i] - static_cast<float>(distance(i, labels[i])));
        }
      }
    }
  }
}

}  // namespace colonnade
