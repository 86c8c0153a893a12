#include "colonnade/kernels/finite_scan.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

namespace {

using colonnade::all_finite;
using colonnade::matrix_view;

/// Puts a value that is not finite at several places of a matrix of this shape and these strides.
template <class T>
void check(std::size_t rows, std::size_t columns, std::ptrdiff_t row_stride, std::ptrdiff_t column_stride) {
  const std::size_t size = (rows - 1) * static_cast<std::size_t>(row_stride) +
                           (columns - 1) * static_cast<std::size_t>(column_stride) + 1;
  // What lies between the values of the matrix is NaN and must not be read as part of it.
  std::vector<T> memory(size, std::numeric_limits<T>::quiet_NaN());
  matrix_view<T> x(memory.data(), rows, columns, row_stride, column_stride);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) x(i, j) = std::numeric_limits<T>::max();
  }
  CHECK(all_finite(matrix_view<const T>(x)));
  for (const T bad : {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity(),
                      -std::numeric_limits<T>::infinity()}) {
    for (const std::size_t i : {std::size_t{0}, rows / 2, rows - 1}) {
      for (const std::size_t j : {std::size_t{0}, columns - 1}) {
        const T before = x(i, j);
        x(i, j) = bad;
        for (const int threads : {1, 3}) CHECK_FALSE(all_finite(matrix_view<const T>(x), threads));
        x(i, j) = before;
      }
    }
  }
}

}  // namespace

TEST_CASE("finite_scan: NaN and infinity are found wherever they are, in any layout") {
  for (const auto level :
       {colonnade::simd::level::base, colonnade::simd::level::v3, colonnade::simd::level::v4}) {
    const colonnade::simd::scoped_level scope(level);
    check<double>(1, 1, 1, 1);
    check<double>(7, 3, 3, 1);
    check<double>(3000, 5, 5, 1);
    check<double>(3000, 5, 1, 3000);
    check<double>(3000, 5, 8, 1);
    check<double>(3000, 5, 1, 3007);
    check<double>(9001, 1, 1, 1);
    check<double>(9001, 1, 3, 1);
    check<double>(1, 9001, 9001, 1);
    check<double>(1, 9001, 1, 2);
    check<float>(3000, 5, 5, 1);
    check<float>(9001, 1, 1, 1);
    check<float>(3, 4096, 4096, 1);
  }
}

TEST_CASE("finite_scan: an empty matrix is finite") {
  CHECK(all_finite(matrix_view<const double>(nullptr, 0, 5)));
  CHECK(all_finite(matrix_view<const double>(nullptr, 5, 0)));
}
