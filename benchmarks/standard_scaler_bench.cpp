#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/core/random.hpp"
#include "colonnade/preprocessing/standard_scaler.hpp"

namespace {

using namespace colonnade;

/// Fit and transform of 1M x 28 into memory that is there.
template <class T>
void standard_scaler_fit_transform(benchmark::State& state) {
  constexpr std::size_t rows = 1'000'000, columns = 28;
  const random_stream random(1);
  std::vector<T> x(rows * columns), out(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(random.uniform(i));
  const matrix_view<const T> view(x.data(), rows, columns);
  for (auto _ : state) {
    const auto scaler = fit<standard_scaler>(view);
    scaler.transform(view, matrix_view<T>(out.data(), rows, columns));
    benchmark::DoNotOptimize(out.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(3 * x.size() * sizeof(T)) * state.iterations());
}
BENCHMARK(standard_scaler_fit_transform<double>)->Unit(benchmark::kMillisecond)->UseRealTime();
BENCHMARK(standard_scaler_fit_transform<float>)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
