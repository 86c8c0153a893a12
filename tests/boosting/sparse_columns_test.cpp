// Also tests: core/csr_view.hpp, boosting/dense_blocks.hpp
#include "colonnade/boosting/sparse_columns.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "colonnade/boosting/binned_matrix.hpp"
#include "colonnade/boosting/dense_blocks.hpp"
#include "tests/boosting/sparse_data.hpp"
#include "tests/laws.hpp"

using namespace colonnade;
using namespace colonnade::tests;

TEST_CASE("sparse_columns: the entries of the rows, column after column") {
  const sparse_table t(300, 20, 0.3);
  const sparse_columns<double> columns(t.view());
  CHECK(columns.rows() == 300);
  CHECK(columns.columns() == 20);
  std::size_t entries = 0;
  for (std::size_t f = 0; f < 20; ++f) {
    std::vector<double> dense(300);
    for (std::size_t k = 0; k < columns.rows(f).size(); ++k) {
      dense[columns.rows(f)[k]] = columns.values(f)[k];
      CHECK((k == 0 || columns.rows(f)[k - 1] < columns.rows(f)[k]));
    }
    for (std::size_t i = 0; i < 300; ++i) CHECK(same_value(dense[i], t.dense.view()(i, f)));
    entries += columns.rows(f).size();
  }
  CHECK(entries == t.values.size());
  const std::int64_t begin[] = {0};
  CHECK(sparse_columns<double>(csr_view<double>(0, 3, begin, nullptr, nullptr)).columns() == 3);
}

TEST_CASE("for_dense_blocks: every row once, with its values") {
  for (const std::size_t columns : {std::size_t{1}, std::size_t{20}, std::size_t{40000}}) {
    const sparse_table t(columns == 40000 ? 30 : 700, columns, 0.01);
    for (const int threads : {1, 3}) {
      std::vector<int> seen(t.view().rows());
      for_dense_blocks(t.view(), threads, 1e6, [&](std::size_t first, matrix_view<const double> rows) {
        for (std::size_t i = 0; i < rows.rows(); ++i) {
          bool equal = true;
          for (std::size_t f = 0; f < columns; ++f)
            equal = equal && same_value(rows(i, f), t.dense.view()(first + i, f));
          seen[first + i] += equal ? 1 : 1000;
        }
      });
      CHECK(std::all_of(seen.begin(), seen.end(), [](int times) { return times == 1; }));
    }
  }
}

TEST_CASE("csr_view: what is not a sparse table is refused") {
  const std::vector<double> values = {1, 2, 3};
  const auto check = [&](std::vector<std::int64_t> begin, std::vector<std::int32_t> column) {
    csr_view<double>(begin.size() - 1, 4, begin.data(), column.data(), values.data())
        .check("X", values.size());
  };
  CHECK_NOTHROW(check({0, 2, 2, 3}, {0, 3, 1}));
  CHECK_THROWS_AS(check({0, 2, 2}, {0, 3, 1}), argument_error);  // an entry too many
  CHECK_THROWS_AS(check({1, 2, 3}, {0, 3, 1}), argument_error);
  CHECK_THROWS_AS(check({0, 3, 2, 3}, {0, 1, 2}), argument_error);  // rows that fall
  CHECK_THROWS_AS(check({0, 9, 2, 3}, {0, 1, 2}), argument_error);
  CHECK_THROWS_AS(check({0, 2, 2, 3}, {0, 4, 1}), argument_error);  // no such column
  CHECK_THROWS_AS(check({0, 2, 2, 3}, {-1, 3, 1}), argument_error);
  CHECK_THROWS_WITH(check({0, 2, 2, 3}, {3, 3, 1}),
                    "X: found column 3 in row 0, expected ascending columns of the table");
}

TEST_CASE("binned_matrix: of a sparse table the bins of the dense one") {
  for (const double share : {0.02, 0.1, 0.6}) {
    for (const std::size_t max_bin : {std::size_t{16}, std::size_t{256}, std::size_t{65'535}}) {
      const sparse_table t(3000, 30, share);
      const auto cuts = feature_cuts::learn(t.dense.view(), {}, max_bin, 1);
      const sparse_columns<double> columns(t.view());
      for (const int threads : {1, 3}) {
        const binned_matrix sparse(columns, cuts, binned_matrix::layout::rows_and_columns, threads);
        CHECK(sparse.list_features().empty() == (share > 0.05 && max_bin < 300));
        for (std::size_t i = 0; i < 3000; ++i) {
          for (std::size_t f = 0; f < 30; ++f) {
            double value = t.dense.view()(i, f);
            std::size_t bin = std::isnan(value) ? cuts.bins(f) : 0;
            for (const double cut : cuts.cuts(f)) bin += cut <= value ? 1 : 0;
            REQUIRE(sparse.bin(i, f) == bin);
          }
        }
      }
    }
  }
}
