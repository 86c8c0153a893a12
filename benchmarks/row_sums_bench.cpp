#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/core/random.hpp"
#include "colonnade/metrics/probability_losses.hpp"

namespace {

void row_sums_log_loss(benchmark::State& state) {
  const colonnade::random_stream random(1);
  std::vector<double> probability(1'000'000);
  std::vector<std::int32_t> truth(probability.size());
  for (std::size_t i = 0; i < truth.size(); ++i) {
    probability[i] = random.uniform(2 * i);
    truth[i] = static_cast<std::int32_t>(random.below(2 * i + 1, 2));
  }
  const colonnade::matrix_view<const double> p(probability.data(), probability.size(), 1);
  const colonnade::column_view<const std::int32_t> t(truth.data(), truth.size());
  for (auto _ : state) benchmark::DoNotOptimize(colonnade::log_loss(t, p, {}, 0x1p-52, 1));
  state.SetItemsProcessed(static_cast<std::int64_t>(truth.size()) * state.iterations());
}
BENCHMARK(row_sums_log_loss);

}  // namespace
