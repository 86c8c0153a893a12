#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/kernels/column_range.hpp"

namespace {

/// One block of 1024 rows in the cache.
template <class T>
void column_range_block(benchmark::State& state) {
  constexpr std::size_t rows = 1024, columns = 28;
  const std::vector<T> x(rows * columns, T{1});
  std::vector<T> low(columns), high(columns);
  std::vector<std::int64_t> missing(columns);
  for (auto _ : state) {
    colonnade::simd::run<colonnade::kernels::column_range>(
        x.data(), rows, columns, static_cast<std::ptrdiff_t>(columns), std::ptrdiff_t{1}, low.data(),
        high.data(), missing.data());
    benchmark::DoNotOptimize(low.data());
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(x.size() * sizeof(T)) * state.iterations());
}
BENCHMARK(column_range_block<double>);
BENCHMARK(column_range_block<float>);

}  // namespace
