#include <benchmark/benchmark.h>

#include "colonnade/preprocessing/target_encoder.hpp"
#include "tests/naive/category_table.hpp"

namespace {

/// One column of a million rows of 100 categories: 0 strings, 1 a dictionary; the target is a number or (0 or
/// 1).
void target_encoder_fit_transform(benchmark::State& state) {
  constexpr std::size_t rows = 1'000'000;
  static const colonnade::tests::category_table data(rows, 1, 100, false);
  const std::vector<colonnade::any_column_view> column = {data.view().column(state.range(0) == 0 ? 2 : 3)};
  std::vector<double> y(rows), out(rows);
  std::vector<std::int32_t> folds(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    y[i] = state.range(1) == 0 ? 0.37 * static_cast<double>(i % 997) : static_cast<double>(i % 2);
    folds[i] = static_cast<std::int32_t>(i * 7 % 5);
  }
  colonnade::target_encoder::params p;
  if (state.range(1) == 1) p.type = colonnade::target_type::binary;
  const colonnade::samples<colonnade::table_view> x{{column, {}, rows}, {y.data(), rows}, {}};
  for (auto _ : state) {
    colonnade::target_encoder::fit_transform(x, folds, 5, {out.data(), rows, 1}, p, 1);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
}
BENCHMARK(target_encoder_fit_transform)->ArgsProduct({{0, 1}, {0, 1}})->Unit(benchmark::kMillisecond);

}  // namespace
