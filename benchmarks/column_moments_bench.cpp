#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/core/random.hpp"
#include "colonnade/kernels/column_moments.hpp"
#include "colonnade/kernels/column_range.hpp"
#include "colonnade/kernels/digit_sums.hpp"

namespace {

using namespace colonnade;

template <class T>
std::vector<T> values(std::size_t n) {
  const random_stream random(1);
  std::vector<T> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = static_cast<T>(random.uniform(i) - 0.5);
  return x;
}

/// 1M x 28 from memory; arguments: order of the moments, whether columns are one after the other.
template <class T>
void column_moments_1m(benchmark::State& state) {
  constexpr std::size_t rows = 1'000'000, columns = 28;
  const auto x = values<T>(rows * columns);
  const matrix_view<const T> view = state.range(1) != 0
                                        ? matrix_view<const T>(x.data(), rows, columns, 1, rows)
                                        : matrix_view<const T>(x.data(), rows, columns);
  for (auto _ : state) {
    const auto m = accumulate(column_moments(static_cast<int>(state.range(0))), view);
    benchmark::DoNotOptimize(m.sum(0));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(x.size() * sizeof(T)) * state.iterations());
}
BENCHMARK(column_moments_1m<double>)
    ->ArgsProduct({{1, 2}, {0, 1}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();
BENCHMARK(column_moments_1m<float>)
    ->ArgsProduct({{1, 2}, {0, 1}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void column_moments_weighted(benchmark::State& state) {
  constexpr std::size_t rows = 50'000, columns = 28;
  const auto x = values<double>(rows * columns), weight = values<double>(rows);
  const samples<matrix_view<const double>> batch{{x.data(), rows, columns}, {}, {weight.data(), rows}};
  for (auto _ : state) benchmark::DoNotOptimize(accumulate(column_moments(), batch).sum(0));
  state.SetItemsProcessed(static_cast<std::int64_t>(x.size()) * state.iterations());
}
BENCHMARK(column_moments_weighted)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
