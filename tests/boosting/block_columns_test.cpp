#include "colonnade/boosting/block_columns.hpp"

#include <doctest/doctest.h>

#include <vector>

using namespace colonnade;

namespace {

template <class T>
void check_columns(matrix_view<const T> x, const std::vector<std::size_t>& order) {
  block_columns<T> columns(x);
  for (const std::size_t f : order) {
    const column_view<const T> column = columns[f];
    REQUIRE(column.size() == x.rows());
    for (std::size_t i = 0; i < x.rows(); ++i) REQUIRE(column[i] == x(i, f));
  }
}

}  // namespace

TEST_CASE("block_columns: the columns of the table, whatever its strides and whoever asks") {
  for (const std::size_t rows : {1u, 15u, 16u, 100u, 256u}) {
    for (const std::size_t width : {1u, 2u, 16u, 17u, 40u}) {
      CAPTURE(rows);
      CAPTURE(width);
      std::vector<float> values(rows * width * 2);
      for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<float>(i);
      std::vector<std::size_t> ascending, any;
      for (std::size_t f = 0; f < width; ++f) ascending.push_back(f);
      for (std::size_t f = 0; f < 2 * width; ++f) any.push_back(f * 7 % width);
      const auto r = static_cast<std::ptrdiff_t>(rows), w = static_cast<std::ptrdiff_t>(width);
      for (const auto& order : {ascending, any}) {
        check_columns(matrix_view<const float>(values.data(), rows, width, w, 1), order);
        check_columns(matrix_view<const float>(values.data(), rows, width, 2 * w, 1), order);
        check_columns(matrix_view<const float>(values.data(), rows, width, 1, r), order);
        check_columns(matrix_view<const float>(values.data(), rows, width, 2 * w, 2), order);
        check_columns(matrix_view<const float>(values.data() + (r - 1) * w, rows, width, -w, 1), order);
      }
    }
  }
}
