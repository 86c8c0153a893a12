// Also benches: drift/rank_pass.hpp, drift/sorted_sample.hpp
#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/core/random.hpp"
#include "colonnade/drift/two_sample.hpp"

namespace {

std::vector<double> draws(std::size_t n, std::uint64_t seed) {
  const colonnade::random_stream random(seed);
  std::vector<double> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = random.uniform(2 * i) + random.uniform(2 * i + 1);
  return values;
}

void two_sample(benchmark::State& state, std::vector<std::string> statistics) {
  const auto n = static_cast<std::size_t>(state.range(0));
  const auto x = draws(n, 1), y = draws(n, 2);
  const colonnade::column_view<const double> reference(x.data(), n), current(y.data(), n);
  const colonnade::two_sample_params params{statistics};
  for (auto _ : state) {
    const auto result = colonnade::two_sample(reference, current, params, static_cast<int>(state.range(1)));
    benchmark::DoNotOptimize(result.ks.statistic);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(2 * n) * state.iterations());
}
BENCHMARK_CAPTURE(two_sample, four, {"ks", "wasserstein", "psi", "jensen_shannon"})
    ->ArgsProduct({{1000, 1'000'000}, {1, 2}})
    ->UseRealTime();
BENCHMARK_CAPTURE(two_sample, six, colonnade::two_sample_params().statistics)
    ->Args({1'000'000, 1})
    ->UseRealTime();

void sorting(benchmark::State& state) {
  const auto x = draws(1'000'000, 1);
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        colonnade::sorted_sample::of(colonnade::column_view<const double>(x.data(), x.size())));
  }
}
BENCHMARK(sorting);

void pass(benchmark::State& state) {
  const auto x = draws(1'000'000, 1), y = draws(1'000'000, 2);
  const auto reference =
      colonnade::sorted_sample::of(colonnade::column_view<const double>(x.data(), x.size()));
  const auto current = colonnade::sorted_sample::of(colonnade::column_view<const double>(y.data(), y.size()));
  for (auto _ : state) {
    const auto found = colonnade::rank_pass::of(reference.values(), current.values(), state.range(0) != 0, 1);
    benchmark::DoNotOptimize(found.area);
  }
}
BENCHMARK(pass)->Arg(0)->Arg(1);

}  // namespace
