#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/core/random.hpp"
#include "colonnade/metrics/confusion_matrix.hpp"

namespace {

void confusion_matrix_fit(benchmark::State& state) {
  const colonnade::random_stream random(1);
  std::vector<std::int32_t> truth(1'000'000), predicted(truth.size());
  std::vector<double> weight(truth.size());
  for (std::size_t i = 0; i < truth.size(); ++i) {
    truth[i] = static_cast<std::int32_t>(random.below(3 * i, 5));
    predicted[i] = static_cast<std::int32_t>(random.below(3 * i + 1, 5));
    weight[i] = random.uniform(3 * i + 2);
  }
  colonnade::class_pairs x{{truth.data(), truth.size()}, {predicted.data(), truth.size()}};
  if (state.range(0) != 0) x.weight = {weight.data(), weight.size()};
  for (auto _ : state)
    benchmark::DoNotOptimize(colonnade::fit<colonnade::confusion_matrix>(x, {.classes = 5}, 1));
  state.SetItemsProcessed(static_cast<std::int64_t>(truth.size()) * state.iterations());
}
BENCHMARK(confusion_matrix_fit)->ArgName("weighted")->Arg(0)->Arg(1);

}  // namespace
