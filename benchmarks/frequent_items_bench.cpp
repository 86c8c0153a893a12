#include <algorithm>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/core/random.hpp"
#include "colonnade/sketches/frequent_items.hpp"

namespace {

/// Blocks of 4,096 values, all distinct: the worst case.
void frequent_items_distinct(benchmark::State& state) {
  const colonnade::random_stream random(1);
  std::vector<std::vector<std::pair<double, std::uint64_t>>> batches(64);
  for (std::size_t b = 0; b < batches.size(); ++b) {
    for (std::size_t i = 0; i < 4096; ++i) batches[b].emplace_back(random.uniform(4096 * b + i), 1);
    std::sort(batches[b].begin(), batches[b].end());
  }
  for (auto _ : state) {
    colonnade::frequent_items<double> items(256);
    for (const auto& batch : batches) items.update_sorted(batch);
    benchmark::DoNotOptimize(items.error());
  }
  state.SetItemsProcessed(64 * 4096 * state.iterations());
}
BENCHMARK(frequent_items_distinct);

}  // namespace
