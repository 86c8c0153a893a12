#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/core/random.hpp"
#include "colonnade/metrics/pair_counts.hpp"

namespace {

void label_pairs_count(benchmark::State& state) {
  const colonnade::random_stream random(1);
  const auto classes = static_cast<std::uint64_t>(state.range(0));
  std::vector<std::int64_t> truth(1'000'000), predicted(truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) {
    truth[i] = static_cast<std::int64_t>(random.below(2 * i, classes));
    predicted[i] = static_cast<std::int64_t>(random.below(2 * i + 1, classes));
  }
  const auto t = colonnade::read_labels(truth.data(), truth.size());
  const auto p = colonnade::read_labels(predicted.data(), predicted.size());
  for (auto _ : state) {
    const auto range = colonnade::range_of(t, static_cast<int>(state.range(1)));
    auto counts = colonnade::count_pairs(t, p, range.first, range.second, static_cast<int>(state.range(1)));
    benchmark::DoNotOptimize(counts.cells.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(truth.size()) * state.iterations());
}
BENCHMARK(label_pairs_count)->ArgsProduct({{2, 10, 1000}, {1, 2}})->UseRealTime();

}  // namespace
