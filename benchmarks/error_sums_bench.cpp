#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/core/random.hpp"
#include "colonnade/metrics/regression_errors.hpp"

namespace {

void error_sums_million(benchmark::State& state) {
  const colonnade::random_stream random(1);
  std::vector<double> truth(1'000'000), predicted(truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) {
    truth[i] = random.uniform(2 * i);
    predicted[i] = random.uniform(2 * i + 1);
  }
  const colonnade::column_view<const double> t(truth.data(), truth.size()), p(predicted.data(), truth.size());
  for (auto _ : state)
    benchmark::DoNotOptimize(colonnade::sum_errors(t, p, {}, static_cast<int>(state.range(0))));
  state.SetItemsProcessed(static_cast<std::int64_t>(truth.size()) * state.iterations());
}
BENCHMARK(error_sums_million)->Arg(1)->Arg(2)->UseRealTime();

}  // namespace
