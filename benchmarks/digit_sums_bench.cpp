#include <cstdint>
#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/kernels/digit_sums.hpp"

namespace {

namespace simd = colonnade::simd;

/// One block of 1024 rows in the cache.
template <int Digits>
void digit_sums_block(benchmark::State& state) {
  using kernel = colonnade::kernels::digit_sums<Digits>;
  constexpr std::size_t rows = 1024, columns = 28;
  std::vector<double> x(rows * columns), scale(columns, 1.0);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i % 97) / 97.0;
  std::vector<std::uint64_t> sums(kernel::sums * columns), inexact(columns);
  for (auto _ : state) {
    simd::run<kernel>(static_cast<const double*>(x.data()), rows, columns,
                      static_cast<std::ptrdiff_t>(columns), std::ptrdiff_t{1},
                      static_cast<const double*>(scale.data()), sums.data(), columns, inexact.data(),
                      std::ptrdiff_t{0});
    benchmark::DoNotOptimize(sums.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(x.size()) * state.iterations());
}
BENCHMARK(digit_sums_block<1>);
BENCHMARK(digit_sums_block<2>);
BENCHMARK(digit_sums_block<3>);

}  // namespace
