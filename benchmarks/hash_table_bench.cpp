#include <string>

#include <benchmark/benchmark.h>

#include "colonnade/core/random.hpp"
#include "colonnade/kernels/hash_table.hpp"

namespace {

void hash_table_insert_strings(benchmark::State& state) {
  const colonnade::random_stream random(1);
  std::vector<std::string> rows(1 << 20);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] = "category_" + std::to_string(random.below(i, static_cast<std::uint64_t>(state.range(0))));
  }
  std::vector<std::int32_t> ids(rows.size());
  for (auto _ : state) {
    colonnade::hash_table<std::string_view> table;
    table.insert_rows(rows.size(), [&](std::size_t i) { return std::string_view(rows[i]); }, ids.data());
    benchmark::DoNotOptimize(ids.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows.size()));
}
BENCHMARK(hash_table_insert_strings)->Arg(100)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

void hash_table_insert_integers(benchmark::State& state) {
  const colonnade::random_stream random(1);
  std::vector<std::int64_t> rows(1 << 20);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i] = static_cast<std::int64_t>(random.below(i, static_cast<std::uint64_t>(state.range(0))));
  }
  std::vector<std::int32_t> ids(rows.size());
  for (auto _ : state) {
    colonnade::hash_table<std::int64_t> table;
    table.insert_rows(rows.size(), [&](std::size_t i) { return rows[i]; }, ids.data());
    benchmark::DoNotOptimize(ids.data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows.size()));
}
BENCHMARK(hash_table_insert_integers)->Arg(100)->Arg(10'000)->Arg(1'000'000)->Unit(benchmark::kMillisecond);

}  // namespace
