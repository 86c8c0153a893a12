#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/kernels/center_distance.hpp"

namespace {

void center_distance(benchmark::State& state) {
  const auto columns = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t centers = 64;
  const std::vector<double> tile(columns * colonnade::kernels::tile_points, 0.5),
      rows(centers * columns, 0.25);
  std::vector<double> found(centers * colonnade::kernels::tile_points);
  for (auto _ : state) {
    colonnade::simd::run<colonnade::kernels::center_distances>(tile.data(), columns, rows.data(), centers,
                                                               found.data());
    benchmark::DoNotOptimize(found.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(found.size()) * state.iterations());
}
BENCHMARK(center_distance)->Arg(2)->Arg(16)->Arg(128);

}  // namespace
