#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/kernels/seed_potential.hpp"

namespace {

// columns, candidates: one step of k-means++ on 4,096 points.
void seed_potential(benchmark::State& state) {
  const auto columns = static_cast<std::size_t>(state.range(0)),
             count = static_cast<std::size_t>(state.range(1));
  constexpr std::size_t tiles = 128, points = tiles * colonnade::kernels::tile_points;
  const std::vector<float> x(points * columns, 0.5f), candidates(count * columns, 0.25f);
  std::vector<float> nearest(points, 1.0f);
  std::vector<std::uint64_t> potentials(count);
  for (auto _ : state) {
    colonnade::simd::run<colonnade::kernels::seed_potential>(
        x.data(), tiles, columns, candidates.data(), candidates.data(), count,
        static_cast<const double*>(nullptr), 1024.0, nearest.data(), potentials.data());
    benchmark::DoNotOptimize(potentials.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(points * count) * state.iterations());
}
BENCHMARK(seed_potential)->ArgsProduct({{2, 16, 64}, {3, 6, 8}});

}  // namespace
