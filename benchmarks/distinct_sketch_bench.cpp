// Also benches: sketches/stable_hash.hpp
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/sketches/distinct_sketch.hpp"

namespace {

void distinct_sketch_of_numbers(benchmark::State& state) {
  for (auto _ : state) {
    colonnade::distinct_sketch sketch;
    for (std::uint64_t i = 0; i < 1'000'000; ++i) sketch.update(colonnade::stable_hash::of(i));
    benchmark::DoNotOptimize(sketch.estimate());
  }
  state.SetItemsProcessed(1'000'000 * state.iterations());
}
BENCHMARK(distinct_sketch_of_numbers);

void stable_hash_of_texts(benchmark::State& state) {
  std::vector<std::string> texts(4096);
  for (std::size_t i = 0; i < texts.size(); ++i)
    texts[i] = std::string(static_cast<std::size_t>(state.range(0)), 'a') + std::to_string(i);
  for (auto _ : state) {
    for (const std::string& text : texts)
      benchmark::DoNotOptimize(colonnade::stable_hash::of(std::string_view(text)));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(texts.size()) * state.iterations());
}
BENCHMARK(stable_hash_of_texts)->Arg(4)->Arg(40);

}  // namespace
