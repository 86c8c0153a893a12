#include <array>
#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/kernels/point_tile.hpp"

namespace {

// Transposes 32 rows of doubles, rows contiguous.
void pack_points(benchmark::State& state) {
  const auto columns = static_cast<std::size_t>(state.range(0));
  const std::vector<double> x(columns * colonnade::kernels::tile_points, 1.5), shift(columns, 1.0);
  std::array<std::ptrdiff_t, colonnade::kernels::tile_points> offsets;
  for (std::size_t i = 0; i < offsets.size(); ++i) offsets[i] = static_cast<std::ptrdiff_t>(i * columns);
  std::vector<float> tile(x.size());
  for (auto _ : state) {
    colonnade::simd::run<colonnade::kernels::pack_points>(
        x.data(), static_cast<const std::ptrdiff_t*>(offsets.data()), std::ptrdiff_t{1}, columns,
        shift.data(), 2.0, tile.data());
    benchmark::DoNotOptimize(tile.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(x.size()) * state.iterations());
}
BENCHMARK(pack_points)->Arg(2)->Arg(16)->Arg(784);

}  // namespace
