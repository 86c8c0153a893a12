#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/core/random.hpp"
#include "colonnade/metrics/roc_auc.hpp"

namespace {

void roc_auc_million(benchmark::State& state) {
  const colonnade::random_stream random(1);
  std::vector<double> score(1'000'000);
  std::vector<std::uint8_t> positive(score.size());
  for (std::size_t i = 0; i < score.size(); ++i) {
    score[i] = random.uniform(2 * i) - (state.range(0) != 0 ? 0.5 : 0.0);
    positive[i] = static_cast<std::uint8_t>(random.below(2 * i + 1, 2));
  }
  const colonnade::column_view<const double> s(score.data(), score.size());
  const colonnade::column_view<const std::uint8_t> p(positive.data(), positive.size());
  for (auto _ : state) benchmark::DoNotOptimize(colonnade::roc_auc(s, p, static_cast<int>(state.range(1))));
  state.SetItemsProcessed(static_cast<std::int64_t>(score.size()) * state.iterations());
}
BENCHMARK(roc_auc_million)->ArgNames({"both signs", "threads"})->ArgsProduct({{0, 1}, {1, 2}})->UseRealTime();

}  // namespace
