#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/kernels/distance_bounds.hpp"

namespace {

// A tile of one label: its own centre only, and the movers, too.
void distance_bounds(benchmark::State& state) {
  using namespace colonnade::kernels;
  constexpr std::size_t columns = 16, movers = 12;
  const std::vector<float> tile(tile_points * columns, 0.5f), norms(tile_points, 2.0f),
      centers((movers + 1) * columns, 0.25f);
  const std::vector<std::uint32_t> labels(tile_points), moved = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
  const float slack = state.range(0) == 0 ? 0.0f : 10.0f;
  const moved_centers moves = {centers.data(), columns, movers + 1, 2.0f, slack, 0.0f, moved.data(), movers};
  const std::uint32_t own = 0;
  std::vector<float> lower(tile_points);
  std::vector<std::uint32_t> open(tile_points);
  tile_look look;
  for (auto _ : state) {
    lower.assign(tile_points, 9.0f);
    colonnade::simd::run<colonnade::kernels::distance_bounds>(
        tile.data(), norms.data(), moves, &own, std::size_t{1}, labels.data(), tile_points,
        bounds_overhead{0, 100}, lower.data(), open.data(), &look);
    benchmark::DoNotOptimize(look);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(tile_points) * state.iterations());
}
BENCHMARK(distance_bounds)->Arg(0)->Arg(1);

}  // namespace
