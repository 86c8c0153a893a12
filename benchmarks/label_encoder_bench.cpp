#include <benchmark/benchmark.h>

#include "colonnade/preprocessing/label_encoder.hpp"
#include "tests/naive/category_table.hpp"

namespace {

/// A million labels: 2 strings in Arrow's layout, 6 integers.
void label_encoder_fit_transform(benchmark::State& state) {
  constexpr std::size_t rows = 1'000'000;
  static const colonnade::tests::category_table data(rows, 1, 100, false);
  const std::vector<colonnade::any_column_view> column = {
      data.view().column(static_cast<std::size_t>(state.range(0)))};
  std::vector<std::int64_t> codes(rows);
  for (auto _ : state) {
    colonnade::label_encoder::fit_transform({column, {}, rows}, codes.data(), 1);
    benchmark::DoNotOptimize(codes.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
}
BENCHMARK(label_encoder_fit_transform)->Arg(2)->Arg(6)->Unit(benchmark::kMillisecond);

}  // namespace
