// Also benches: kernels/bin_lookup.hpp, kernels/boosting_gradients.hpp, kernels/byte_transpose.hpp
// Also benches: kernels/level_scan.hpp, kernels/node_histogram.hpp, kernels/row_partition.hpp
// Also benches: kernels/row_transpose.hpp, kernels/split_scan.hpp, kernels/tree_walk.hpp
#include <limits>
#include <utility>
#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/core/random.hpp"
#include "colonnade/kernels/bin_lookup.hpp"
#include "colonnade/kernels/boosting_gradients.hpp"
#include "colonnade/kernels/byte_transpose.hpp"
#include "colonnade/kernels/cut_scale.hpp"
#include "colonnade/kernels/gradient_histogram.hpp"
#include "colonnade/kernels/level_scan.hpp"
#include "colonnade/kernels/node_histogram.hpp"
#include "colonnade/kernels/row_partition.hpp"
#include "colonnade/kernels/row_transpose.hpp"
#include "colonnade/kernels/split_scan.hpp"
#include "colonnade/kernels/tree_walk.hpp"

namespace {

namespace simd = colonnade::simd;
constexpr std::size_t rows = 16384, features = 28, stride = 32;

struct binned_table {
  std::vector<std::uint8_t> bins = std::vector<std::uint8_t>(4 * rows * stride);
  std::vector<std::int64_t> packed = std::vector<std::int64_t>(4 * rows);
  std::vector<std::uint32_t> some;
  std::vector<colonnade::histogram_place> places;
  std::vector<double> margin, target;

  binned_table() {
    const colonnade::random_stream random(1);
    for (std::size_t i = 0; i < bins.size(); ++i) bins[i] = static_cast<std::uint8_t>(random.bits(i));
    for (std::size_t i = 0; i < packed.size(); ++i)
      packed[i] = static_cast<std::int64_t>(random.below(i, 1 << 20)) << 20;
    for (std::uint32_t i = 0; i < rows; ++i) {
      some.push_back(4 * i + static_cast<std::uint32_t>(random.below(i, 4)));
      margin.push_back(random.uniform(i));
      target.push_back(i % 2);
    }
    for (std::uint32_t f = 0; f < features; ++f) places.push_back({256 * f, 256});
  }
  colonnade::histogram_rows view(bool listed) const {
    return {bins.data(), stride, packed.data(), 31, listed ? some.data() : nullptr, 0, rows};
  }
};

void histogram_packed(benchmark::State& state) {
  const binned_table t;
  std::vector<std::int64_t> cells(features * colonnade::histogram_add_packed::slots);
  for (auto _ : state)
    simd::run<colonnade::histogram_add_packed>(t.view(state.range(0) != 0),
                                               colonnade::histogram_columns{0, features}, cells.data());
  state.SetItemsProcessed(static_cast<std::int64_t>(rows * features) * state.iterations());
}
BENCHMARK(histogram_packed)->Arg(0)->Arg(1);

void histogram_wide(benchmark::State& state) {
  const binned_table t;
  std::vector<colonnade::gradient_sum> cells(features * 256);
  for (auto _ : state) {
    simd::run<colonnade::histogram_add_straight>(t.view(true), t.places.data(),
                                                 colonnade::histogram_columns{0, features}, cells.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(rows * features) * state.iterations());
}
BENCHMARK(histogram_wide);

// Bytes of columns to bytes of rows; items are bytes.
void transpose_bins(benchmark::State& state) {
  binned_table t;
  const colonnade::byte_transpose columns(t.bins.data(), 4 * rows, features);
  std::vector<std::uint8_t> out(256 * stride);
  for (auto _ : state) {
    columns.to_rows(256, out.data(), stride);
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(256 * features) * state.iterations());
}
BENCHMARK(transpose_bins);

// Rows of floats to columns; items are values.
void transpose_rows(benchmark::State& state) {
  constexpr std::size_t block = 256, columns = 16;
  const std::vector<float> x(block * features);
  std::vector<float> out(block * columns);
  for (auto _ : state) {
    simd::run<colonnade::row_transpose>(x.data(), std::ptrdiff_t{features}, std::size_t{block},
                                        std::size_t{columns}, out.data(), std::size_t{block});
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(block * columns) * state.iterations());
}
BENCHMARK(transpose_rows);

void partition_rows(benchmark::State& state) {
  const binned_table t;
  std::vector<std::uint32_t> left(rows), right(rows);
  std::size_t count = 0;
  for (auto _ : state) {
    simd::run<colonnade::row_partition>(t.bins.data(), colonnade::bin_test{100, 255}, t.some.data(), rows,
                                        left.data(), right.data(), &count);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(rows) * state.iterations());
}
BENCHMARK(partition_rows);

// Items are cells.
template <class Cell>
void accumulate(benchmark::State& state) {
  std::vector<Cell> cells(features * 256);
  for (auto _ : state) {
    for (std::size_t f = 0; f < features; ++f)
      simd::run<colonnade::histogram_accumulate>(cells.data() + f * 256, std::size_t{255});
    benchmark::ClobberMemory();
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(features) * 255 * state.iterations());
}
BENCHMARK(accumulate<std::int64_t>);
BENCHMARK(accumulate<colonnade::gradient_sum>);

// A node of `size` rows, missing values in one of its bins or not; its column wins, or not.
void scan_splits(benchmark::State& state) {
  const colonnade::random_stream random(7);
  const auto size = static_cast<std::uint64_t>(state.range(0));
  std::vector<colonnade::gradient_sum> cells(256);
  colonnade::gradient_sum total;
  for (std::uint64_t i = 0; i < size; ++i) {
    const std::uint64_t bin = random.below(3 * i, state.range(1) == 0 ? 255 : 256);
    const std::int64_t side = random.uniform(3 * i + 1) < 0.3 + 0.4 * static_cast<double>(bin) / 255 ? 1 : -1;
    const colonnade::gradient_sum one = {side * 40'000,
                                         20'000 + static_cast<std::int64_t>(random.below(3 * i + 2, 40'000))};
    cells[bin] += one;
    total += one;
  }
  constexpr int shift = 31;
  std::vector<std::int64_t> packed;
  for (const auto& cell : cells) packed.push_back(cell.gradient * (std::int64_t{1} << shift) + cell.hessian);
  simd::run<colonnade::histogram_accumulate>(cells.data(), std::size_t{255});
  simd::run<colonnade::histogram_accumulate>(packed.data(), std::size_t{255});
  const colonnade::split_gain gain(total, colonnade::split_rule{1 << 18, 0, 1 << 18});
  const colonnade::cut_scale wide(gain, 0), narrow(gain, shift);
  const auto scan = [&](const auto* sums, const colonnade::cut_scale* scale) {
    colonnade::split_choice best;
    if (state.range(3) == 0) best.gain = 1e18;
    bool improved = false;
    simd::run<colonnade::split_scan>(sums, std::size_t{255}, scale, &best, &improved);
    benchmark::DoNotOptimize(best);
  };
  for (auto _ : state)
    state.range(2) == 0 ? scan(std::as_const(cells).data(), &wide)
                        : scan(std::as_const(packed).data(), &narrow);
  state.SetItemsProcessed(255 * state.iterations());
}
BENCHMARK(scan_splits)
    ->ArgsProduct({{200, 10'000}, {0, 1}, {0, 1}, {0, 1}})
    ->ArgNames({"size", "missing", "packed", "wins"});

void scan_level(benchmark::State& state) {
  const colonnade::random_stream random(1);
  std::vector<colonnade::gradient_sum> cells(256);
  colonnade::gradient_sum total;
  for (std::size_t b = 0; b < cells.size(); ++b) {
    cells[b] = {static_cast<std::int64_t>(random.below(b, 2000)) - 1000, 1000};
    total += cells[b];
  }
  const colonnade::split_rule rule;
  std::vector<double> right(255), left(255);
  for (auto _ : state) {
    simd::run<colonnade::level_scan>(static_cast<const colonnade::gradient_sum*>(cells.data()),
                                     std::size_t{255}, total, &rule, right.data(), left.data());
  }
  state.SetItemsProcessed(255 * state.iterations());
}
BENCHMARK(scan_level);

void look_up_bins(benchmark::State& state) {
  const colonnade::random_stream random(1);
  std::vector<float> x(rows), cuts(254);
  for (std::size_t i = 0; i < rows; ++i) x[i] = static_cast<float>(random.uniform(i));
  // Evenly spaced ones are found by their bucket; with one far away they are counted.
  for (std::size_t i = 0; i < cuts.size(); ++i) cuts[i] = static_cast<float>(i + 1) / 256;
  if (state.range(0) != 0) cuts.back() = 1e6;
  const colonnade::bin_table<float> table(cuts, 255);
  std::vector<std::uint8_t> out(rows);
  for (auto _ : state) {
    simd::run<colonnade::bin_lookup>(static_cast<const float*>(x.data()), std::ptrdiff_t{1}, rows, &table,
                                     out.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(rows) * state.iterations());
}
BENCHMARK(look_up_bins)->Arg(0)->Arg(1)->ArgName("tail");

void logistic(benchmark::State& state) {
  const binned_table t;
  std::vector<std::int64_t> out(rows);
  const colonnade::gradient_rows in = {t.margin.data(), t.target.data(), nullptr, rows};
  const colonnade::gradient_steps steps{0x1p17, 0x1p18, 31};
  for (auto _ : state) simd::run<colonnade::logistic_gradients>(in, steps, out.data());
  state.SetItemsProcessed(static_cast<std::int64_t>(rows) * state.iterations());
}
BENCHMARK(logistic);

// A full tree of depth 6 over random rows.
void walk_tree(benchmark::State& state) {
  const colonnade::random_stream random(1);
  std::vector<colonnade::tree_node> tree;
  for (std::uint32_t i = 0; i < 127; ++i) {
    const auto feature = static_cast<std::uint32_t>(random.below(i, features));
    tree.push_back(i < 63 ? colonnade::tree_node{random.uniform(i), 2 * i + 1, feature}
                          : colonnade::tree_node{1, i});
  }
  std::vector<float> x(rows * features);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<float>(random.uniform(i));
  std::vector<std::uint32_t> out(rows);
  for (auto _ : state) {
    simd::run<colonnade::tree_walk>(static_cast<const colonnade::tree_node*>(tree.data()), std::size_t{6},
                                    static_cast<const float*>(x.data()), std::ptrdiff_t{features},
                                    std::ptrdiff_t{1}, rows, out.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(rows) * state.iterations());
}
BENCHMARK(walk_tree);

}  // namespace
