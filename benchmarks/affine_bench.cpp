#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/kernels/affine.hpp"

namespace {

using namespace colonnade;

/// Rows x 28, in place; 1,000 rows stay in the cache, 1,000,000 come from memory.
template <class T>
void affine_map(benchmark::State& state) {
  const auto rows = static_cast<std::size_t>(state.range(0));
  std::vector<T> x(rows * 28, T{1});
  const std::vector<double> shift(28, 0.5), scale(28, 1.5);
  const affine_columns map{affine_form::centre_divide, shift, scale};
  for (auto _ : state) {
    benchmark::DoNotOptimize(
        map_columns(map, matrix_view<const T>(x.data(), rows, 28), matrix_view<T>(x.data(), rows, 28)));
  }
  state.SetBytesProcessed(static_cast<std::int64_t>(2 * x.size() * sizeof(T)) * state.iterations());
}
BENCHMARK(affine_map<double>)->Arg(1000)->Arg(1'000'000)->UseRealTime();
BENCHMARK(affine_map<float>)->Arg(1000)->Arg(1'000'000)->UseRealTime();

}  // namespace
