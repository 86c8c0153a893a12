#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/kernels/distance_bounds.hpp"

namespace {

// Points whose bounds hold (the common case), and points that are measured again.
void distance_bounds(benchmark::State& state) {
  constexpr std::size_t count = 4096, columns = 16;
  const std::vector<float> x(count * columns, 0.5f), norms(count, 2.0f), centers(columns, 0.5f),
      moved(1, 0.0f);
  const std::vector<std::uint32_t> labels(count);
  std::vector<float> upper(count, state.range(0) == 0 ? 0.5f : 2.0f), lower(count, 1.0f);
  std::vector<std::uint32_t> open(count);
  std::size_t open_count = 0;
  const colonnade::kernels::center_moves moves = {moved.data(), 0, 0.0f, 0.0f};
  for (auto _ : state) {
    if (state.range(0) != 0) upper.assign(count, 2.0f);
    lower.assign(count, 1.0f);
    colonnade::simd::run<colonnade::kernels::distance_bounds>(
        x.data(), norms.data(), count, columns, centers.data(), 2.0f, labels.data(), moves, upper.data(),
        lower.data(), open.data(), &open_count);
    benchmark::DoNotOptimize(open_count);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(count) * state.iterations());
}
BENCHMARK(distance_bounds)->Arg(0)->Arg(1);

}  // namespace
