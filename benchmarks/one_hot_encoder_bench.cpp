#include <benchmark/benchmark.h>

#include "colonnade/preprocessing/one_hot_encoder.hpp"
#include "tests/naive/category_table.hpp"

namespace {

/// One column of a million rows of 100 categories to compressed rows: 2 strings in Arrow's layout, 3 a
/// dictionary.
void one_hot_encoder_transform_sparse(benchmark::State& state) {
  constexpr std::size_t rows = 1'000'000;
  static const colonnade::tests::category_table data(rows, 1, 100, false);
  const std::vector<colonnade::any_column_view> column = {
      data.view().column(static_cast<std::size_t>(state.range(0)))};
  const colonnade::table_view x(column, {}, rows);
  const auto encoder = colonnade::fit<colonnade::one_hot_encoder>(x);
  std::vector<std::int32_t> indices(rows), offsets(rows + 1);
  for (auto _ : state) {
    encoder.transform_sparse(x, indices.data(), offsets.data(), 1);
    benchmark::DoNotOptimize(indices.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
}
BENCHMARK(one_hot_encoder_transform_sparse)->Arg(2)->Arg(3)->Unit(benchmark::kMillisecond);

}  // namespace
