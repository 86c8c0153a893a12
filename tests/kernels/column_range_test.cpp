#include "colonnade/kernels/column_range.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/data.hpp"
#include "tests/simd_levels.hpp"
#include "tests/values.hpp"

using namespace colonnade;

namespace {

using colonnade::tests::values::infinity;

template <class T>
void check_against_one_by_one(matrix_view<const T> x) {
  const auto largest = std::numeric_limits<T>::infinity();
  std::vector<T> minimum(x.columns(), largest), maximum(x.columns(), -largest);
  std::vector<std::int64_t> missing(x.columns());
  simd::run<kernels::column_range>(x.data(), x.rows(), x.columns(), x.row_stride(), x.column_stride(),
                                   minimum.data(), maximum.data(), missing.data());
  for (std::size_t j = 0; j < x.columns(); ++j) {
    T low = largest, high = -largest;
    std::int64_t absent = 0;
    for (std::size_t i = 0; i < x.rows(); ++i) {
      low = std::fmin(low, x(i, j));
      high = std::fmax(high, x(i, j));
      absent += std::isnan(x(i, j)) ? 1 : 0;
    }
    CHECK(minimum[j] == low);
    CHECK(maximum[j] == high);
    CHECK(missing[j] == absent);
  }
}

}  // namespace

TEST_CASE_TEMPLATE("column_range: equals a plain loop for every shape, layout and instruction set", T, float,
                   double) {
  for (const auto level : tests::simd_levels()) {
    const simd::scoped_level scope(level);
    for (const std::size_t rows : {0, 1, 3, 31, 32, 33, 200}) {
      for (const std::size_t columns : {1, 2, 3, 8, 19}) {
        for (const auto order : {tests::matrix<T>::layout::rows, tests::matrix<T>::layout::columns}) {
          const auto x = tests::random_matrix<T>(rows, columns, order, true, rows + columns);
          check_against_one_by_one<T>(x.view());
        }
      }
    }
  }
}

TEST_CASE("column_range: infinity is data, a column without values keeps its start") {
  const double x[] = {infinity, std::nan(""), -infinity, std::nan("")};
  double minimum[] = {infinity, infinity}, maximum[] = {-infinity, -infinity};
  std::int64_t missing[] = {0, 0};
  simd::run<kernels::column_range>(static_cast<const double*>(x), std::size_t{2}, std::size_t{2},
                                   std::ptrdiff_t{2}, std::ptrdiff_t{1}, +minimum, +maximum, +missing);
  CHECK(minimum[0] == -infinity);
  CHECK(maximum[0] == infinity);
  CHECK(minimum[1] == infinity);
  CHECK(maximum[1] == -infinity);
  CHECK(missing[1] == 2);
}
