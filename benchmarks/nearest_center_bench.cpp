#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/cluster/center_search.hpp"
#include "colonnade/core/random.hpp"

namespace {

// columns, centres: the tile kernel on points that fit the second cache.
void nearest_center(benchmark::State& state) {
  const auto columns = static_cast<std::size_t>(state.range(0)),
             centers = static_cast<std::size_t>(state.range(1));
  constexpr std::size_t tiles = 64, points = tiles * colonnade::kernels::tile_points;
  const colonnade::random_stream random(1);
  std::vector<float> x(points * columns), norms(points, 2.0f);
  std::vector<double> rows(centers * columns);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(random.uniform(i) - 0.5);
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = random.uniform(i * 7 + 3) - 0.5;
  const colonnade::center_search search(rows, {std::vector<double>(columns, 0.0), 1.0});
  std::vector<std::uint32_t> labels(points);
  for (auto _ : state) {
    search.label_tiles(x.data(), norms.data(), tiles, labels.data());
    benchmark::DoNotOptimize(labels.data());
  }
  state.counters["flops"] = benchmark::Counter(2.0 * static_cast<double>(points * columns * centers),
                                               benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(nearest_center)->ArgsProduct({{2, 16, 64}, {8, 64, 256}});

}  // namespace
