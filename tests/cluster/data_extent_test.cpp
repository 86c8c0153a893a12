#include "colonnade/cluster/data_extent.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tests/cluster/points.hpp"
#include "tests/laws.hpp"

namespace colonnade::tests {

TEST_CASE_TEMPLATE("data_extent: obeys the laws of an accumulator in every layout", T, float, double) {
  for (const auto order : {matrix<T>::layout::rows, matrix<T>::layout::columns}) {
    const auto x = grouped_points<T>(5003, 6, 4, -5, order);
    data_extent whole;
    whole.update(x.view());
    CHECK(whole.rows() == 5003);
    CHECK(whole.largest_weight() == 1);
    for (std::size_t j = 0; j < 6; ++j) {
      T low = x.view()(0, j), high = low;
      for (std::size_t i = 0; i < x.rows(); ++i) {
        low = std::min(low, x.view()(i, j));
        high = std::max(high, x.view()(i, j));
      }
      CHECK(whole.minimum()[j] == static_cast<double>(low));
      CHECK(whole.maximum()[j] == static_cast<double>(high));
    }
    check_neutral(data_extent(), whole);
    check_partitions(data_extent(), whole, x.view());
    check_bytes(whole);
    for (const int threads : {1, 2, 3, 7}) CHECK(accumulate(data_extent(), x.view(), threads) == whole);
    const matrix_view<const T> every_second(x.view().data(), 2501, 3, 2 * x.view().row_stride(),
                                            2 * x.view().column_stride());
    data_extent strided;
    strided.update(every_second);
    CHECK(strided.minimum()[1] >= whole.minimum()[2]);
    CHECK(strided.columns() == 3);
  }
}

TEST_CASE("data_extent: contains what lies within, and names what it refuses") {
  auto x = grouped_points<double>(40, 2, 3);
  const auto view = std::as_const(x).view();
  data_extent whole, part;
  whole.update(view);
  part.update(view.slice(3, 10));
  CHECK(whole.contains(part));
  CHECK(whole.contains(data_extent()));
  CHECK(!part.contains(whole));
  std::vector<double> weights(40, 3.0);
  data_extent heavy;
  heavy.update(samples<matrix_view<const double>>{view, {}, {weights.data(), 40}});
  CHECK(!whole.contains(heavy));
  CHECK_THROWS_AS(whole.update(view.columns_slice(0, 1)), argument_error);
  CHECK_THROWS_AS(whole.update(samples<matrix_view<const double>>{view, {}, {weights.data(), 7}}),
                  argument_error);
  CHECK_THROWS_AS(data_extent().update(matrix_view<const double>(weights.data(), 4, 0)), argument_error);
  for (const double bad : {-1.0, std::nan(""), std::numeric_limits<double>::infinity()}) {
    weights[5] = bad;
    CHECK_THROWS_AS(data_extent().update(samples<matrix_view<const double>>{view, {}, {weights.data(), 40}}),
                    data_error);
  }
  x(39, 1) = std::nan("");
  CHECK_THROWS_WITH_AS(data_extent().update(view),
                       "x: found NaN, expected a number (k-means has no rule for missing values), column 1",
                       data_error);
}

}  // namespace colonnade::tests
