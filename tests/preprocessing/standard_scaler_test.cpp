#include "colonnade/preprocessing/standard_scaler.hpp"

#include <cmath>
#include <utility>
#include <vector>

#include "tests/laws.hpp"
#include "tests/naive/standard_scaler.hpp"

using namespace colonnade;

namespace {

template <class T>
std::vector<T> transformed(const standard_scaler& scaler, matrix_view<const T> x) {
  std::vector<T> out(x.rows() * x.columns());
  scaler.transform(x, matrix_view<T>(out.data(), x.rows(), x.columns()));
  return out;
}

}  // namespace

TEST_CASE("standard_scaler: obeys the laws") {
  tests::check_matrix_laws<standard_scaler>();
  tests::check_matrix_laws<standard_scaler>({.with_mean = true, .with_std = false});
}

TEST_CASE("standard_scaler: obeys the laws with weights") {
  const auto x = tests::random_matrix<double>(3000, 3, tests::matrix<double>::layout::rows);
  std::vector<double> weight(3000);
  for (std::size_t i = 0; i < weight.size(); ++i) weight[i] = static_cast<double>(i % 5) * 0.3;
  tests::check_laws<standard_scaler>(
      samples<matrix_view<const double>>{x.view(), {}, {weight.data(), weight.size()}});
}

TEST_CASE("standard_scaler: equals two passes in long double") {
  const auto x = tests::random_matrix<double>(5000, 4, tests::matrix<double>::layout::columns);
  const auto scaler = fit<standard_scaler>(x.view());
  for (std::size_t j = 0; j < 4; ++j) {
    const naive::standard_scaler expected(x.view(), j);
    CHECK(scaler.mean()[j] == doctest::Approx(expected.mean).epsilon(1e-14));
    CHECK(scaler.variance()[j] == doctest::Approx(expected.variance).epsilon(1e-12));
  }
}

TEST_CASE("standard_scaler: a constant column is only centred") {
  const double x[] = {0.1, 1e9, 0.1, 1e9, 0.1, 1e9};
  const auto scaler = fit<standard_scaler>(matrix_view<const double>(x, 3, 2));
  CHECK(scaler.variance() == std::vector<double>{0, 0});
  CHECK(scaler.scale() == std::vector<double>{1, 1});
  CHECK(transformed(scaler, matrix_view<const double>(x, 3, 2)) == std::vector<double>(6, 0.0));
}

TEST_CASE("standard_scaler: transforms to mean 0 and variance 1, and back") {
  auto x = tests::random_matrix<double>(2000, 4, tests::matrix<double>::layout::rows, false);
  const auto scaler = fit<standard_scaler>(std::as_const(x).view());
  tests::matrix<double> y(2000, 4), back(2000, 4);
  CHECK_FALSE(scaler.transform(std::as_const(x).view(), y.view()));
  const auto again = fit<standard_scaler>(std::as_const(y).view());
  for (const std::size_t j : {0, 2, 3}) {
    CHECK(again.mean()[j] == doctest::Approx(0).epsilon(1e-12));
    CHECK(again.variance()[j] == doctest::Approx(1).epsilon(1e-12));
  }
  scaler.inverse_transform(std::as_const(y).view(), back.view());
  for (std::size_t i = 0; i < 2000; ++i) CHECK(back(i, 3) == doctest::Approx(x(i, 3)).epsilon(1e-12));
}

TEST_CASE(
    "standard_scaler: missing values are skipped in learning and kept; an all-missing column is missing") {
  const double nan = std::nan("");
  const double x[] = {1, nan, 3, nan, nan, nan};
  const auto scaler = fit<standard_scaler>(matrix_view<const double>(x, 3, 2));
  CHECK(scaler.mean()[0] == 2);
  CHECK(scaler.moments().count(0) == 2);
  CHECK(std::isnan(scaler.mean()[1]));
  const auto out = transformed(scaler, matrix_view<const double>(x, 3, 2));
  CHECK(out[0] == -1);
  CHECK(std::isnan(out[4]));
  CHECK(std::isnan(out[1]));
}

TEST_CASE("standard_scaler: one row, and without mean or deviation") {
  const float x[] = {2, 5};
  const matrix_view<const float> view(x, 1, 2);
  CHECK(transformed(fit<standard_scaler>(view), view) == std::vector<float>{0, 0});
  CHECK(transformed(fit<standard_scaler>(view, {.with_mean = false}), view) == std::vector<float>{2, 5});
  CHECK(fit<standard_scaler>(view, {.with_std = false}).variance().empty());
}

TEST_CASE("standard_scaler: float32 keeps the digits that a float32 mean would lose") {
  std::vector<float> x;
  for (int i = 0; i < 1000; ++i) x.push_back(16'777'216.0F + 2.0F * static_cast<float>(i % 2));
  const matrix_view<const float> view(x.data(), x.size(), 1);
  const auto out = transformed(fit<standard_scaler>(view), view);
  CHECK(out[0] == -1.0F);
  CHECK(out[1] == 1.0F);
}

TEST_CASE("standard_scaler: goes on from a fitted model as from the accumulator") {
  const auto x = tests::random_matrix<double>(1000, 3, tests::matrix<double>::layout::rows);
  const auto half = fit<standard_scaler>(x.view().slice(0, 500));
  standard_scaler::accumulator more(from_bytes<standard_scaler>(to_bytes(half)));
  more.update(x.view().slice(500, 500));
  CHECK(more.finalize() == fit<standard_scaler>(x.view()));
}
