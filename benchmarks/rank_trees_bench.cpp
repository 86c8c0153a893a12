#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/core/random.hpp"
#include "colonnade/kernels/rank_trees.hpp"

namespace {

namespace simd = colonnade::simd;
using colonnade::rank_leaves;

constexpr std::size_t columns = 28, block_rows = rank_leaves::rows;

// A complete tree of height 6: four subtrees of height 4, chosen by the three splits above them.
struct tree {
  std::vector<colonnade::rank_node> nodes;
  std::vector<colonnade::rank_step> steps;
  std::vector<std::int8_t> x = std::vector<std::int8_t>(2 * columns * block_rows);
  std::vector<double> leaves = std::vector<double>(64, 0.25), sums = std::vector<double>(block_rows);

  tree() {
    const colonnade::random_stream random(1);
    for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<std::int8_t>(random.below(i, 255) - 127);
    for (std::uint32_t i = 0; i < 63; ++i) {
      nodes.push_back({static_cast<std::uint32_t>(random.below(i, 2 * columns) * block_rows),
                       static_cast<std::int8_t>(random.substream(1).below(i, 255) - 127)});
    }
    for (std::uint8_t k = 0; k < 4; ++k)
      steps.push_back({15u * k, 4, static_cast<std::uint8_t>(16 * k), 0, 0, k});
    steps.push_back({60, colonnade::rank_step::choice, 0, 0, 1, 0});
    steps.push_back({61, colonnade::rank_step::choice, 0, 2, 3, 2});
    steps.push_back({62, colonnade::rank_step::choice, 0, 0, 2, 0});
  }
};

void leaves_of_rows(benchmark::State& state) {
  const tree t;
  std::vector<std::uint8_t> slots(4 * block_rows);
  for (auto _ : state) {
    simd::run<rank_leaves>(t.steps.data(), t.steps.size(), t.nodes.data(), t.x.data(), slots.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(block_rows) * state.iterations());
}
BENCHMARK(leaves_of_rows);

void sums_of_leaves(benchmark::State& state) {
  tree t;
  const std::vector<std::uint8_t> slots(4 * block_rows, 33);
  const colonnade::leaf_range ends[4] = {{0, 64}, {0, 64}, {0, 64}, {0, 64}};
  for (auto _ : state) {
    simd::run<colonnade::rank_sums>(static_cast<const double*>(t.leaves.data()), &ends[0], std::size_t{4},
                                    slots.data(), block_rows, t.sums.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(4 * block_rows) * state.iterations());
}
BENCHMARK(sums_of_leaves);

// Bytes of the splits by eight sets of categories.
void bytes_of_sets(benchmark::State& state) {
  const colonnade::random_stream random(1);
  std::vector<std::uint64_t> table(256);
  for (std::size_t i = 0; i < table.size(); ++i) table[i] = random.bits(i) & 0x0101'0101'0101'0101;
  std::vector<std::uint8_t> bins(block_rows);
  for (std::size_t i = 0; i < block_rows; ++i) bins[i] = static_cast<std::uint8_t>(random.below(i, 250));
  std::vector<std::int8_t> values(8 * block_rows);
  for (auto _ : state) {
    simd::run<colonnade::rank_sets>(static_cast<const std::uint64_t*>(table.data()),
                                    static_cast<const std::uint8_t*>(bins.data()), values.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(8 * block_rows) * state.iterations());
}
BENCHMARK(bytes_of_sets);

}  // namespace
