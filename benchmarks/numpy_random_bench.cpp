#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/kernels/numpy_random.hpp"

namespace {

void numpy_shuffle(benchmark::State& state) {
  std::vector<std::uint32_t> rows(static_cast<std::size_t>(state.range(0)));
  std::iota(rows.begin(), rows.end(), 0U);
  colonnade::numpy_random random(0);
  for (auto _ : state) {
    random.shuffle(std::span(rows));
    benchmark::DoNotOptimize(rows.data());
  }
  state.SetItemsProcessed(state.range(0) * state.iterations());
}
BENCHMARK(numpy_shuffle)->Arg(1000)->Arg(1'000'000);

}  // namespace
