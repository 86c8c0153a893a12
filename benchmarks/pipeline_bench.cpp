#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/pipeline/pipeline.hpp"
#include "tests/pipeline/fixtures.hpp"

namespace {

// Rows of a table of 15 columns through a saved pipeline of encoders and 200 trees.
void pipeline_predict_proba(benchmark::State& state) {
  static const auto data = colonnade::make_churn(20'000);
  static const auto churn = colonnade::tests::churn_pipeline(data, 200);
  const auto rows = data.table.view().slice(0, static_cast<std::size_t>(state.range(0)));
  std::vector<double> out(2 * rows.rows());
  for (auto _ : state) {
    churn.predict_proba(rows, colonnade::matrix_view<double>(out.data(), rows.rows(), 2), 1);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(state.range(0) * state.iterations());
}
BENCHMARK(pipeline_predict_proba)->Arg(1)->Arg(1000)->Arg(20'000);

}  // namespace
