#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/core/owned_table.hpp"
#include "colonnade/core/random.hpp"
#include "colonnade/drift/profile.hpp"

namespace {

colonnade::table column(int kind, std::size_t rows) {
  const colonnade::random_stream random(1);
  colonnade::table t;
  if (kind == 0) {
    std::vector<double> x(rows);
    for (std::size_t i = 0; i < rows; ++i) x[i] = random.uniform(i);
    t.add("x", std::move(x));
  } else if (kind == 1) {
    std::vector<std::int64_t> x(rows);
    for (std::size_t i = 0; i < rows; ++i) x[i] = static_cast<std::int64_t>(random.below(i, 72));
    t.add("x", std::move(x));
  } else {
    std::vector<std::string> x(rows);
    for (std::size_t i = 0; i < rows; ++i) x[i] = "plan " + std::to_string(random.below(i, 100));
    t.add("x", std::move(x));
  }
  return t;
}

/// 0: distinct numbers, 1: few integers, 2: strings of 100 categories.
void profile_column(benchmark::State& state) {
  const std::size_t rows = 400'000;
  const auto table = column(static_cast<int>(state.range(0)), rows);
  for (auto _ : state)
    benchmark::DoNotOptimize(colonnade::fit<colonnade::profile>(table.view(), {}, 1).rows());
  state.SetItemsProcessed(static_cast<std::int64_t>(rows) * state.iterations());
}
BENCHMARK(profile_column)->Arg(0)->Arg(1)->Arg(2);

}  // namespace
