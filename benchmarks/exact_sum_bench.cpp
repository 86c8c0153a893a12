#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/core/random.hpp"
#include "colonnade/kernels/exact_sum.hpp"

namespace {

void exact_sum_add(benchmark::State& state) {
  const colonnade::random_stream random(1);
  std::vector<double> x(4096);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = random.uniform(i) - 0.5;
  for (auto _ : state) {
    colonnade::exact_sum sum;
    for (const double v : x) sum.add(v);
    benchmark::DoNotOptimize(sum.value());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(x.size()) * state.iterations());
}
BENCHMARK(exact_sum_add);

void exact_sum_add_product(benchmark::State& state) {
  const colonnade::random_stream random(1);
  for (auto _ : state) {
    colonnade::exact_sum sum;
    for (std::size_t i = 0; i < 1024; ++i) sum.add_product(random.uniform(i), 0.3, 0.7);
    benchmark::DoNotOptimize(sum.value());
  }
  state.SetItemsProcessed(1024 * state.iterations());
}
BENCHMARK(exact_sum_add_product);

}  // namespace
