#include "colonnade/boosting/additive_trees.hpp"

#include <doctest/doctest.h>

#include "colonnade/core/archive.hpp"
#include "tests/boosting/sparse_data.hpp"
#include "tests/values.hpp"

using namespace colonnade;
using namespace colonnade::tests;

namespace {

// A stump a column in turn: -1 or 2 on this side or that of its threshold, missing values to the left.
tree_ensemble stumps(std::size_t trees, std::size_t columns) {
  tree_ensemble ensemble;
  const std::vector<double> zeros(3);
  for (std::size_t t = 0; t < trees; ++t) {
    const auto feature = static_cast<std::uint32_t>(t % columns);
    const std::vector<tree_node> nodes = {{static_cast<double>(t), 1, feature | tree_node::missing_left},
                                          {-1.0, 1, tree_node::leaf},
                                          {2.0, 2, tree_node::leaf}};
    ensemble.append(nodes, zeros, zeros);
  }
  return ensemble;
}

additive_trees two_outputs(std::size_t trees) {
  additive_trees all(feature_cuts::given(std::vector<std::vector<double>>(3)), {0.5, -4});
  all.set_ensemble(stumps(trees, 3));
  return all;
}

template <class Table>
std::vector<double> margins_from(const additive_trees& trees, const Table& x, int threads,
                                 matrix_view<const double> base = {}) {
  std::vector<double> out(x.rows() * 2);
  trees.margins(x, matrix_view<double>(out.data(), x.rows(), 2), threads, base);
  return out;
}

void check_refused(const std::vector<double>& base, std::size_t columns, std::size_t trees) {
  writer saved;
  saved(base, feature_cuts::given(std::vector<std::vector<double>>(columns)), stumps(trees, 3));
  const auto bytes = saved.take();
  reader in(bytes);
  in.set_version(writer::version());
  additive_trees loaded;
  CHECK_THROWS_AS(in(loaded), format_error);
}

}  // namespace

TEST_CASE(
    "additive_trees: few rows and many, dense and sparse, have their base and the leaves that they reach") {
  for (const std::size_t rows : {std::size_t{0}, std::size_t{1}, std::size_t{1023}, std::size_t{3000}}) {
    const sparse_table t(rows, 3, 0.5);
    const auto x = t.dense.view();
    const std::vector<double> own(2 * rows, 7);
    const matrix_view<const double> base(own.data(), rows, rows == 0 ? 0 : 2);
    for (const std::size_t count : {std::size_t{0}, std::size_t{8}}) {
      const additive_trees trees = two_outputs(count);
      std::vector<double> expected, with_own;
      std::vector<std::uint32_t> leaves;
      for (std::size_t i = 0; i < rows; ++i) {
        double sums[] = {0, 0};
        for (std::size_t k = 0; k < count; ++k) {
          const bool right = x(i, k % 3) >= static_cast<double>(k);
          sums[k % 2] += right ? 2 : -1;
          leaves.push_back(right ? 2 : 1);
        }
        expected.insert(expected.end(), {0.5 + sums[0], -4 + sums[1]});
        with_own.insert(with_own.end(), {7 + sums[0], 7 + sums[1]});
      }
      for (const int threads : {1, 3}) {
        CHECK(margins_from(trees, x, threads) == expected);
        CHECK(margins_from(trees, t.view(), threads) == expected);
        if (rows > 0) CHECK(margins_from(trees, x, threads, base) == with_own);
        if (rows > 0) CHECK(margins_from(trees, t.view(), threads, base) == with_own);
        std::vector<std::uint32_t> dense(rows * count), sparse(rows * count), one(rows), sparse_one(rows);
        trees.apply(x, matrix_view<std::uint32_t>(dense.data(), rows, count), threads);
        trees.apply(t.view(), matrix_view<std::uint32_t>(sparse.data(), rows, count), threads);
        CHECK(dense == leaves);
        CHECK(sparse == leaves);
        if (count == 0) continue;
        trees.apply_one(x, 3, one, threads);
        trees.apply_one(t.view(), 3, sparse_one, threads);
        CHECK(one == sparse_one);
        for (std::size_t i = 0; i < rows; ++i) REQUIRE(one[i] == leaves[i * count + 3]);
      }
    }
  }
}

TEST_CASE("additive_trees: saved fields come back, and those that contradict each other are refused") {
  const additive_trees trees = two_outputs(4);
  writer saved;
  saved(trees);
  const auto bytes = saved.take();
  reader in(bytes);
  in.set_version(writer::version());
  additive_trees again;
  in(again);
  CHECK(same_bytes(again, trees));
  check_refused({}, 3, 2);
  check_refused({0, values::missing}, 3, 2);
  check_refused({0, 1}, 0, 0);
  check_refused({0, 1}, 3, 3);
  check_refused({0, 1}, 2, 4);  // of a column that is not there
}
