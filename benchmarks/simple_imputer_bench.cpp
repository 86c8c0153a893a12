#include <limits>
#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/core/random.hpp"
#include "colonnade/preprocessing/simple_imputer.hpp"

namespace {

using namespace colonnade;

/// Fit and transform of 100,000 x 8 with a tenth missing, by strategy.
void simple_imputer_fit_transform(benchmark::State& state) {
  constexpr std::size_t rows = 100'000, columns = 8;
  const random_stream random(1);
  std::vector<double> x(rows * columns), out(x.size());
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = random.below(i, 10) == 0 ? std::numeric_limits<double>::quiet_NaN() : random.uniform(i);
  }
  const matrix_view<const double> view(x.data(), rows, columns);
  for (auto _ : state) {
    const auto imputer =
        fit<simple_imputer>(view, {.how = static_cast<imputer_params::strategy>(state.range(0))});
    imputer.transform(view, matrix_view<double>(out.data(), rows, columns));
    benchmark::DoNotOptimize(out.data());
  }
}
BENCHMARK(simple_imputer_fit_transform)->DenseRange(0, 3)->Unit(benchmark::kMillisecond)->UseRealTime();

}  // namespace
