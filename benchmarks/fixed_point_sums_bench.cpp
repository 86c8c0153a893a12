#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/kernels/fixed_point_sums.hpp"

namespace {

using colonnade::kernels::row_move;

template <class T>
void fixed_point_sums(benchmark::State& state) {
  const auto columns = static_cast<std::size_t>(state.range(0));
  constexpr std::size_t rows = 4096, groups = 64;
  const std::vector<T> x(rows * columns, T{1.5});
  const std::vector<double> origin(columns, 1.0), scale(columns, 0x1p30);
  std::vector<row_move> moves;
  for (std::size_t i = 0; i < rows; ++i)
    moves.push_back({i, row_move::none, static_cast<std::uint32_t>(i * 37 % groups)});
  std::vector<std::uint64_t> sums(groups * columns);
  for (auto _ : state) {
    colonnade::simd::run<colonnade::kernels::fixed_point_sums>(
        x.data(), state.range(0), std::ptrdiff_t{1}, columns, static_cast<const double*>(nullptr),
        std::ptrdiff_t{1}, origin.data(), scale.data(), static_cast<const row_move*>(moves.data()),
        moves.size(), sums.data());
    benchmark::DoNotOptimize(sums.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(x.size()) * state.iterations());
}
BENCHMARK(fixed_point_sums<float>)->Arg(4)->Arg(16);
BENCHMARK(fixed_point_sums<double>)->Arg(4)->Arg(16);

}  // namespace
