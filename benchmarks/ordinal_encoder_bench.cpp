#include <benchmark/benchmark.h>

#include "colonnade/preprocessing/ordinal_encoder.hpp"
#include "tests/naive/category_table.hpp"

namespace {

/// One column of a million rows of 100 categories: 2 strings in Arrow's layout, 3 a dictionary, 4 numbers.
void ordinal_encoder_fit_transform(benchmark::State& state) {
  constexpr std::size_t rows = 1'000'000;
  static const colonnade::tests::category_table data(rows, 1, 100, false);
  const std::vector<colonnade::any_column_view> column = {
      data.view().column(static_cast<std::size_t>(state.range(0)))};
  const colonnade::table_view x(column, {}, rows);
  std::vector<double> out(rows);
  for (auto _ : state) {
    colonnade::ordinal_encoder::fit_transform(x, colonnade::matrix_view<double>(out.data(), rows, 1), {}, 1);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
}
BENCHMARK(ordinal_encoder_fit_transform)->Arg(2)->Arg(3)->Arg(4)->Unit(benchmark::kMillisecond);

}  // namespace
