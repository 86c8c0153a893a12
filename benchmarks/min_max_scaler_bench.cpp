#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/preprocessing/min_max_scaler.hpp"

namespace {

using namespace colonnade;

void min_max_scaler_fit(benchmark::State& state) {
  constexpr std::size_t rows = 1'000'000, columns = 28;
  const std::vector<double> x(rows * columns, 1.0);
  const matrix_view<const double> view(x.data(), rows, columns);
  for (auto _ : state) benchmark::DoNotOptimize(fit<min_max_scaler>(view));
  state.SetBytesProcessed(static_cast<std::int64_t>(x.size() * sizeof(double)) * state.iterations());
}
BENCHMARK(min_max_scaler_fit)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
