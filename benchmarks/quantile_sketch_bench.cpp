#include <cmath>
#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/core/random.hpp"
#include "colonnade/sketches/quantile_sketch.hpp"

namespace {

void quantile_sketch_update(benchmark::State& state) {
  const colonnade::random_stream random(1);
  std::vector<double> values(1'000'000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = random.uniform(i);
  for (auto _ : state) {
    colonnade::quantile_sketch sketch(static_cast<std::uint32_t>(state.range(0)));
    sketch.update(values);
    benchmark::DoNotOptimize(sketch.size());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(values.size()) * state.iterations());
}
BENCHMARK(quantile_sketch_update)->Arg(200)->Arg(1024)->Arg(2048);

}  // namespace
