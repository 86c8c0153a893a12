#include "colonnade/kernels/column_moments.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tests/data.hpp"
#include "tests/naive/column_moments.hpp"
#include "tests/simd_levels.hpp"
#include "tests/values.hpp"

using namespace colonnade;

namespace {

using colonnade::tests::values::infinity;
using layout = tests::matrix<double>::layout;

enum class spread { integers, ordinary, wide, tiny, huge };

/// Columns that need 2 digits, 3 digits, or the slow way, with missing values and negative zeros.
template <class T>
T value_of(spread kind, const random_stream& random, std::size_t i) {
  const double u = random.uniform(3 * i) - 0.5;
  if (random.uniform(3 * i + 1) < 0.1) return std::numeric_limits<T>::quiet_NaN();
  if (random.uniform(3 * i + 2) < 0.1) return static_cast<T>(-0.0);
  switch (kind) {
    case spread::integers:
      return static_cast<T>(std::floor(u * 1000));
    case spread::ordinary:
      return static_cast<T>(u * 10);
    case spread::wide:
      return static_cast<T>(u * std::ldexp(1.0, static_cast<int>(random.below(3 * i + 2, 120)) - 60));
    case spread::tiny:
      return static_cast<T>(u * (sizeof(T) == 4 ? 1e-44 : 1e-310));
    case spread::huge:
      return static_cast<T>(u * (sizeof(T) == 4 ? 1e38 : 1e307));
  }
  return T{};
}

template <class T>
tests::matrix<T> made(std::size_t rows, std::size_t columns, typename tests::matrix<T>::layout order,
                      std::uint64_t seed) {
  tests::matrix<T> x(rows, columns, order);
  for (std::size_t j = 0; j < columns; ++j) {
    const random_stream random(seed, j);
    for (std::size_t i = 0; i < rows; ++i)
      x(i, j) = value_of<T>(static_cast<spread>((j + seed) % 5), random, i);
  }
  return x;
}

template <class T>
column_moments learnt(matrix_view<const T> x, int order = 2) {
  column_moments m(order);
  m.update(x);
  return m;
}

template <class T>
void check_naive(const column_moments& m, matrix_view<const T> x) {
  REQUIRE(m.columns() == x.columns());
  for (std::size_t j = 0; j < x.columns(); ++j) {
    INFO("column " << j);
    const naive::column_moments expected(x, j);
    CHECK(m.missing(j) == expected.missing);
    CHECK(m.minimum(j) == expected.minimum);
    CHECK(m.maximum(j) == expected.maximum);
    CHECK(m.sum(j) == expected.sum.value());
    if (m.order() > 1) CHECK(m.sum_of_squares(j) == expected.squares.value());
  }
}

template <class T>
void check_all_shapes() {
  for (const std::size_t columns : {1, 2, 3, 4, 5, 9, 17}) {
    for (const std::size_t rows : {1, 2, 7, 64, 65, 333}) {
      for (const auto order : {tests::matrix<T>::layout::rows, tests::matrix<T>::layout::columns}) {
        INFO("rows " << rows << ", columns " << columns << ", layout " << static_cast<int>(order));
        const auto x = made<T>(rows, columns, order, rows + columns);
        check_naive(learnt(x.view()), x.view());
        CHECK(learnt(x.view(), 1).sum(0) == learnt(x.view()).sum(0));
      }
    }
  }
}

}  // namespace

TEST_CASE("column_moments: equals the slow exact sums for every shape and layout, in double") {
  check_all_shapes<double>();
}
TEST_CASE("column_moments: equals the slow exact sums for every shape and layout, in float") {
  check_all_shapes<float>();
}

TEST_CASE("column_moments: every instruction set and block size gives equal bits") {
  for (const auto order : {layout::rows, layout::columns}) {
    const auto x = made<double>(9000, 6, order, 1);
    const auto expected = learnt(x.view());
    for (const auto level : tests::simd_levels()) {
      const simd::scoped_level scope(level);
      INFO(std::string(simd::name(level)));
      for (const std::size_t cut : {1u, 31u, 4096u, 8999u}) {
        column_moments left = learnt(x.view().slice(0, cut));
        left.merge(learnt(x.view().slice(cut, 9000 - cut)));
        CHECK(left == expected);
      }
      for (const int threads : {1, 2, 3}) CHECK(accumulate(column_moments(), x.view(), threads) == expected);
    }
  }
}

TEST_CASE("column_moments: strides of any sign and size, broadcast rows and no alignment to vectors") {
  const auto x = made<double>(300, 12, layout::rows, 4);
  const double* data = x.view().data();
  check_naive(learnt(matrix_view<const double>(data, 300, 6, 12, 2)),
              matrix_view<const double>(data, 300, 6, 12, 2));
  const matrix_view<const double> backwards(data + 299 * 12, 300, 12, -12, 1);
  CHECK(learnt(backwards) == learnt(x.view()));
  const matrix_view<const double> broadcast(data, 50, 12, 0, 1);
  check_naive(learnt(broadcast), broadcast);
  const matrix_view<const double> same_column(data, 50, 4, 12, 0);
  check_naive(learnt(same_column), same_column);
  std::vector<double> moved(300 * 12 + 1);
  std::copy_n(data, 300 * 12, moved.begin() + 1);
  CHECK(learnt(matrix_view<const double>(moved.data() + 1, 300, 12)) == learnt(x.view()));
}

// LAW: exact-variance Mean and variance are right to rounding without any shift, however large the mean.
TEST_CASE("column_moments: mean 1e9 and deviation 1 lose nothing") {
  tests::matrix<double> x(100'000, 2);
  const random_stream random(5);
  double low = 0;
  for (std::size_t i = 0; i < x.rows(); ++i) {
    const double deviation = std::round((random.uniform(i) - 0.5) * 1024) / 256;
    x(i, 0) = 1e9 + deviation;
    x(i, 1) = deviation;
    low = std::min(low, deviation);
  }
  const auto m = learnt(std::as_const(x).view());
  CHECK(m.variance(0) == m.variance(1));
  CHECK(m.mean(0) == doctest::Approx(1e9 + m.mean(1)).epsilon(1e-16));
  CHECK(m.minimum(1) == low);
}

TEST_CASE("column_moments: squares beyond the range of a double still give the variance") {
  const double values[] = {1e200, 1e200, 1e200, 3e200};
  const auto m = learnt(matrix_view<const double>(values, 4, 1));
  CHECK(m.mean(0) == 1.5e200);
  CHECK(m.variance(0) == infinity);
  const double equal[] = {1e200, 1e200, 1e200};
  CHECK(learnt(matrix_view<const double>(equal, 3, 1)).variance(0) == 0);
}

// LAW: weights-repeat A row of weight 3 is three rows, and a row of weight 0 is none, bit for bit.
TEST_CASE("column_moments: an integer weight equals repeated rows, bit for bit") {
  const auto x = made<double>(200, 5, layout::rows, 9);
  std::vector<double> weight;
  std::vector<double> repeated;
  for (std::size_t i = 0; i < 200; ++i) {
    weight.push_back(static_cast<double>(i % 4));
    for (std::size_t k = 0; k < i % 4; ++k) {
      for (std::size_t j = 0; j < 5; ++j) repeated.push_back(x.view()(i, j));
    }
  }
  column_moments weighted;
  weighted.update(samples<matrix_view<const double>>{x.view(), {}, {weight.data(), 200}});
  const auto plain = learnt(matrix_view<const double>(repeated.data(), repeated.size() / 5, 5));
  for (std::size_t j = 0; j < 5; ++j) {
    CHECK(weighted.weight(j) == plain.weight(j));
    CHECK(std::bit_cast<std::uint64_t>(weighted.mean(j)) == std::bit_cast<std::uint64_t>(plain.mean(j)));
    CHECK(std::bit_cast<std::uint64_t>(weighted.variance(j)) ==
          std::bit_cast<std::uint64_t>(plain.variance(j)));
    CHECK(weighted.minimum(j) == plain.minimum(j));
    CHECK(weighted.maximum(j) == plain.maximum(j));
  }
}

TEST_CASE("column_moments: weighted and unweighted batches mix, in any order") {
  const auto x = made<double>(100, 3, layout::columns, 2);
  const std::vector<double> ones(40, 1.0);
  const samples<matrix_view<const double>> weighted{x.view().slice(0, 40), {}, {ones.data(), 40}};
  column_moments a, b;
  a.update(weighted);
  a.update(x.view().slice(40, 60));
  b.update(x.view().slice(40, 60));
  b.update(weighted);
  CHECK(a == b);
  column_moments c = learnt(x.view().slice(40, 60)), d;
  d.update(weighted);
  c.merge(d);
  CHECK(a == c);
  CHECK(a.weight(1) == learnt(x.view()).weight(1));
  CHECK(a.mean(1) == learnt(x.view()).mean(1));
}

TEST_CASE("column_moments: infinity is data") {
  const double values[] = {1, infinity, 2, -infinity, 3, 4};
  const matrix_view<const double> x(values, 3, 2);
  const auto m = learnt(x);
  CHECK(m.mean(0) == 2);
  CHECK(m.minimum(1) == -infinity);
  CHECK(m.maximum(1) == infinity);
  CHECK(std::isnan(m.mean(1)));
  CHECK(std::isnan(m.variance(1)));
  CHECK(learnt(x.slice(0, 1)).mean(1) == infinity);
}

TEST_CASE("column_moments: no rows, no columns, all missing") {
  const double nothing[] = {std::nan(""), std::nan("")};
  const auto m = learnt(matrix_view<const double>(nothing, 2, 1));
  CHECK(m.count(0) == 0);
  CHECK(std::isnan(m.mean(0)));
  CHECK(std::isnan(m.variance(0)));
  CHECK(learnt(matrix_view<const double>(nothing, 0, 1)).rows() == 0);
  CHECK(learnt(matrix_view<const double>(nothing, 2, 0)).columns() == 0);
}

TEST_CASE("column_moments: a weight that is not finite and a wrong number of them are refused") {
  const double x[] = {1, 2};
  column_moments m;
  const double bad[] = {1, infinity};
  using batch = samples<matrix_view<const double>>;
  CHECK_THROWS_WITH_AS(m.update(batch{{x, 2, 1}, {}, {bad, 2}}),
                       "sample_weight: a weight is not finite, row 1", data_error);
  CHECK_THROWS_AS(m.update(batch{{x, 2, 1}, {}, {bad, 1}}), argument_error);
  m.update(matrix_view<const double>(x, 2, 1));
  CHECK_THROWS_AS(m.update(matrix_view<const double>(x, 1, 2)), argument_error);
}
