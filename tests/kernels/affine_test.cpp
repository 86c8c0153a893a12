#include "colonnade/kernels/affine.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tests/data.hpp"
#include "tests/simd_levels.hpp"

using namespace colonnade;

namespace {

affine_columns constants(affine_form form, std::size_t columns) {
  static const std::vector<double> shift = {-1,   -0.9, -0.8, -0.7, -0.6, -0.5, -0.4,
                                            -0.3, -0.2, -0.1, 0,    0.1,  0.2};
  static const std::vector<double> scale = {3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
  return {form, std::span(shift).first(columns), std::span(scale).first(columns), -2, 3};
}

template <class T>
T mapped(const affine_columns& map, T value, std::size_t j) {
  const double x = static_cast<double>(value);
  if (map.form == affine_form::centre_divide) return static_cast<T>((x - map.shift[j]) / map.scale[j]);
  if (map.form == affine_form::fill) return static_cast<T>(x == x ? x : map.shift[j]);
  double y = x * map.scale[j] + map.shift[j];
  if (map.form == affine_form::clipped) y = y < map.low ? map.low : y > map.high ? map.high : y;
  return static_cast<T>(y);
}

template <class T>
void check_map(const affine_columns& map, matrix_view<const T> in, matrix_view<T> out) {
  const tests::matrix<T> expected = [&] {
    tests::matrix<T> y(in.rows(), in.columns());
    for (std::size_t j = 0; j < in.columns(); ++j) {
      for (std::size_t i = 0; i < in.rows(); ++i) y(i, j) = mapped(map, in(i, j), j);
    }
    return y;
  }();
  CHECK_FALSE(map_columns(map, in, out, 2));
  std::size_t wrong = 0;
  for (std::size_t j = 0; j < in.columns(); ++j) {
    for (std::size_t i = 0; i < in.rows(); ++i) {
      const T want = expected.view()(i, j), found = out(i, j);
      wrong += want == found || (std::isnan(want) && std::isnan(found)) ? 0 : 1;
    }
  }
  CHECK(wrong == 0);
}

}  // namespace

TEST_CASE_TEMPLATE("affine: equals a plain loop for every form, shape, pair of layouts and instruction set",
                   T, float, double) {
  using layout = typename tests::matrix<T>::layout;
  for (const auto level : tests::simd_levels()) {
    const simd::scoped_level scope(level);
    for (const auto form :
         {affine_form::centre_divide, affine_form::multiply_add, affine_form::clipped, affine_form::fill}) {
      for (const std::size_t rows : {1, 7, 300}) {
        for (const std::size_t columns : {1, 3, 8, 13}) {
          for (const auto from : {layout::rows, layout::columns}) {
            const auto x = tests::random_matrix<T>(rows, columns, from);
            for (const auto to : {layout::rows, layout::columns}) {
              tests::matrix<T> y(rows, columns, to);
              check_map(constants(form, columns), x.view(), y.view());
            }
            auto same = x;
            check_map<T>(constants(form, columns), std::as_const(same).view(), same.view());
          }
        }
      }
    }
  }
}

TEST_CASE("affine: negative and large strides, in place") {
  auto x = tests::random_matrix<double>(100, 12, tests::matrix<double>::layout::rows);
  double* data = x.view().data();
  const matrix_view<double> odd(data + 99 * 12 + 1, 100, 6, -12, 2);
  check_map<double>(constants(affine_form::centre_divide, 6), odd, odd);
}

TEST_CASE("affine: many threads give the same, and infinity is reported") {
  auto x = tests::random_matrix<float>(300'000, 5, tests::matrix<float>::layout::rows);
  tests::matrix<float> y(x.rows(), x.columns());
  check_map<float>(constants(affine_form::centre_divide, 5), std::as_const(x).view(), y.view());
  x(299'999, 4) = -std::numeric_limits<float>::infinity();
  CHECK(map_columns(constants(affine_form::centre_divide, 5), std::as_const(x).view(), y.view(), 2));
}

TEST_CASE("affine: a wrong shape is refused") {
  const auto x = tests::random_matrix<double>(3, 2, tests::matrix<double>::layout::rows);
  tests::matrix<double> y(3, 3);
  CHECK_THROWS_AS(map_columns(constants(affine_form::clipped, 2), x.view(), y.view()), argument_error);
  CHECK_THROWS_AS(map_columns(constants(affine_form::clipped, 3), x.view(), y.view()), argument_error);
}
