#include "colonnade/kernels/finite_scan.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/data.hpp"

using namespace colonnade;

namespace {

template <class T>
void every_place(std::size_t rows, std::size_t columns, T bad) {
  for (const auto order : {tests::matrix<T>::layout::rows, tests::matrix<T>::layout::columns}) {
    tests::matrix<T> x(rows, columns, order);
    CHECK(all_finite(static_cast<const tests::matrix<T>&>(x).view()));
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t j = 0; j < columns; ++j) {
        x(i, j) = bad;
        CHECK_FALSE(all_finite(static_cast<const tests::matrix<T>&>(x).view()));
        x(i, j) = std::numeric_limits<T>::max();
      }
    }
    CHECK(all_finite(static_cast<const tests::matrix<T>&>(x).view()));
  }
}

}  // namespace

TEST_CASE_TEMPLATE("finite_scan: a NaN or an infinity is found at every place", T, float, double) {
  for (const T bad : {std::numeric_limits<T>::quiet_NaN(), std::numeric_limits<T>::infinity(),
                      -std::numeric_limits<T>::infinity()}) {
    every_place<T>(1, 1, bad);
    every_place<T>(67, 3, bad);
    every_place<T>(2, 41, bad);
  }
}

TEST_CASE("finite_scan: long dense tables are cut into lines without losing a value") {
  const std::size_t rows = 5003, columns = 7;
  std::vector<double> values(rows * columns, -1e308);
  const matrix_view<const double> x(values.data(), rows, columns);
  for (const int threads : {1, 2, 3, 7}) CHECK(all_finite(x, threads));
  for (const std::size_t at : {std::size_t{0}, std::size_t{4095}, std::size_t{4096}, rows * columns - 1}) {
    values[at] = std::nan("");
    for (const int threads : {1, 2, 3, 7}) CHECK_FALSE(all_finite(x, threads));
    values[at] = 0;
  }
}

TEST_CASE("finite_scan: what lies between the strides is not looked at") {
  std::vector<float> values(60, 1.0F);
  for (std::size_t i = 1; i < values.size(); i += 2) values[i] = std::nanf("");
  CHECK(all_finite(matrix_view<const float>(values.data(), 10, 3, 6, 2)));
  CHECK(all_finite(matrix_view<const float>(values.data() + 54, 10, 3, -6, 2)));
  CHECK_FALSE(all_finite(matrix_view<const float>(values.data(), 10, 3, 6, 1)));
}

TEST_CASE("finite_scan: a table without rows or columns is finite") {
  CHECK(all_finite(matrix_view<const double>(nullptr, 0, 4)));
  CHECK(all_finite(matrix_view<const double>(nullptr, 4, 0)));
}
