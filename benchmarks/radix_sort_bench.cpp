#include <algorithm>
#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/core/random.hpp"
#include "colonnade/kernels/radix_sort.hpp"

namespace {

void radix_sort_doubles(benchmark::State& state) {
  const auto size = static_cast<std::size_t>(state.range(0));
  const colonnade::random_stream random(1);
  std::vector<std::uint64_t> keys(size), copy(size), scratch(size);
  for (std::size_t i = 0; i < size; ++i) keys[i] = colonnade::ordered_bits(random.uniform(i));
  for (auto _ : state) {
    std::copy(keys.begin(), keys.end(), copy.begin());
    const auto* sorted =
        colonnade::radix_sort(copy.data(), scratch.data(), size, static_cast<int>(state.range(1)));
    benchmark::DoNotOptimize(sorted);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(size) * state.iterations());
}
BENCHMARK(radix_sort_doubles)->ArgsProduct({{1000, 100'000, 1'000'000}, {1, 2}})->UseRealTime();

}  // namespace
