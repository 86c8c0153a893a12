#include "colonnade/preprocessing/min_max_scaler.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include "tests/laws.hpp"

using namespace colonnade;

namespace {

template <class T>
std::vector<T> transformed(const min_max_scaler& scaler, matrix_view<const T> x) {
  std::vector<T> out(x.rows() * x.columns());
  scaler.transform(x, matrix_view<T>(out.data(), x.rows(), x.columns()));
  return out;
}

}  // namespace

TEST_CASE("min_max_scaler: obeys the laws") { tests::check_matrix_laws<min_max_scaler>(); }

TEST_CASE("min_max_scaler: a range that is not one is refused by name") {
  CHECK_THROWS_WITH_AS(min_max_scaler::accumulator({.low = 1, .high = 1}),
                       doctest::Contains("feature_range: found (1.0"), argument_error);
  CHECK_THROWS_AS(min_max_scaler::accumulator({.low = 0, .high = std::nan("")}), argument_error);
}

TEST_CASE(
    "min_max_scaler: the ends of a column go to the ends of the range, values outside are cut if asked") {
  const double x[] = {-1, 2, -0.5, 6, 0, 10, 1, 18}, beyond[] = {5, -10};
  const matrix_view<const double> view(x, 4, 2), outside(beyond, 1, 2);
  const auto scaler = fit<min_max_scaler>(view);
  CHECK(scaler.minimum() == std::vector<double>{-1, 2});
  CHECK(scaler.maximum() == std::vector<double>{1, 18});
  CHECK(transformed(scaler, view) == std::vector<double>{0, 0, 0.25, 0.25, 0.5, 0.5, 1, 1});
  CHECK(transformed(scaler, outside) == std::vector<double>{3, -0.75});
  const auto clipped = fit<min_max_scaler>(view, {.low = -1, .high = 1, .clip = true});
  CHECK(transformed(clipped, outside) == std::vector<double>{1, -1});
}

TEST_CASE("min_max_scaler: constant, missing and all-missing columns") {
  const double nan = std::nan("");
  const double x[] = {7, 1, nan, 7, nan, nan, 7, 3, nan};
  const matrix_view<const double> view(x, 3, 3);
  const auto scaler = fit<min_max_scaler>(view, {.low = 2, .high = 4});
  const auto out = transformed(scaler, view);
  CHECK(out[0] == 2);
  CHECK(out[1] == 2);
  CHECK(out[7] == 4);
  CHECK(std::isnan(out[4]));
  CHECK(std::isnan(out[2]));
  CHECK(std::isnan(scaler.minimum()[2]));
}

TEST_CASE("min_max_scaler: inverts what it did, in place") {
  auto x = tests::random_matrix<float>(999, 5, tests::matrix<float>::layout::columns, false);
  const auto original = x;
  const auto scaler = fit<min_max_scaler>(original.view());
  scaler.transform(std::as_const(x).view(), x.view());
  scaler.inverse_transform(std::as_const(x).view(), x.view());
  for (std::size_t i = 0; i < 999; ++i) {
    CHECK(x(i, 0) == doctest::Approx(original.view()(i, 0)).epsilon(1e-4));
  }
}

TEST_CASE("min_max_scaler: any strides, and going on from a fitted model") {
  const auto x = tests::random_matrix<double>(600, 8, tests::matrix<double>::layout::rows);
  const matrix_view<const double> odd(x.view().data() + 599 * 8, 600, 4, -8, 2);
  const matrix_view<const double> even(x.view().data(), 600, 4, 8, 2);
  CHECK(fit<min_max_scaler>(odd) == fit<min_max_scaler>(even));
  min_max_scaler::accumulator more(fit<min_max_scaler>(even.slice(0, 1)));
  more.update(even.slice(1, 599));
  CHECK(more.finalize() == fit<min_max_scaler>(even));
}
