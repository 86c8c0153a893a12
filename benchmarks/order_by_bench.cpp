#include <benchmark/benchmark.h>

#include "colonnade/core/random.hpp"
#include "colonnade/sketches/order_by.hpp"

namespace {

void order_by_random_keys(benchmark::State& state) {
  const colonnade::random_stream random(1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(colonnade::order_by(4096, [&](std::size_t i) { return random.bits(i); }));
  }
  state.SetItemsProcessed(4096 * state.iterations());
}
BENCHMARK(order_by_random_keys);

}  // namespace
