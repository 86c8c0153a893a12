#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/kernels/finite_scan.hpp"

namespace {

void finite_scan_million(benchmark::State& state) {
  const auto columns = static_cast<std::size_t>(state.range(0));
  const std::vector<double> values(1'000'000, 1.5);
  const colonnade::matrix_view<const double> x(values.data(), values.size() / columns, columns);
  for (auto _ : state) benchmark::DoNotOptimize(colonnade::all_finite(x, 1));
  state.SetItemsProcessed(static_cast<std::int64_t>(values.size()) * state.iterations());
}
BENCHMARK(finite_scan_million)->Arg(1)->Arg(4)->Arg(1000);

}  // namespace
