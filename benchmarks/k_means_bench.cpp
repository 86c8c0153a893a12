#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/cluster/k_means.hpp"

namespace {

std::vector<float> points(std::size_t count) {
  std::vector<float> x(count);
  const colonnade::random_stream random(1);
  for (std::size_t i = 0; i < count; ++i) x[i] = static_cast<float>(random.uniform(i));
  return x;
}

// rows, columns, clusters, threads; labels of rows in memory, without seeding: what predict costs.
void k_means_predict(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(state.range(0)),
             columns = static_cast<std::size_t>(state.range(1));
  const auto x = points(rows * columns);
  const colonnade::matrix_view<const float> view(x.data(), rows, columns);
  const colonnade::k_means model(
      std::vector<double>(x.begin(), x.begin() + static_cast<std::ptrdiff_t>(columns) * state.range(2)),
      columns);
  std::vector<std::uint32_t> labels(rows);
  for (auto _ : state) model.predict(view, std::span(labels), static_cast<int>(state.range(3)));
  state.counters["flops"] =
      benchmark::Counter(2.0 * static_cast<double>(rows * columns) * static_cast<double>(state.range(2)),
                         benchmark::Counter::kIsIterationInvariantRate);
}
BENCHMARK(k_means_predict)
    ->Args({100'000, 16, 64, 1})
    ->Args({20'000, 128, 256, 1})
    ->Args({1, 16, 64, 1})
    ->UseRealTime();

void k_means_fit(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(state.range(0)),
             columns = static_cast<std::size_t>(state.range(1));
  const auto x = points(rows * columns);
  const colonnade::matrix_view<const float> view(x.data(), rows, columns);
  const colonnade::k_means::params p = {.clusters = static_cast<std::size_t>(state.range(2)), .max_iter = 20};
  for (auto _ : state)
    benchmark::DoNotOptimize(colonnade::k_means::fit(view, p, static_cast<int>(state.range(3))));
}
BENCHMARK(k_means_fit)
    ->ArgsProduct({{100'000}, {16}, {64}, {1, 2}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

}  // namespace
