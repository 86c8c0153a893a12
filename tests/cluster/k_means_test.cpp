#include "colonnade/cluster/k_means.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

#include "tests/cluster/points.hpp"
#include "tests/laws.hpp"
#include "tests/naive/k_means.hpp"
#include "tests/simd_levels.hpp"

namespace colonnade::tests {
namespace {

using start = k_means::start;

k_means::params given(std::vector<double> centers, std::size_t clusters, std::size_t max_iter = 300,
                      double tol = 0) {
  return {clusters, start::given, 1, max_iter, tol, 0, std::move(centers)};
}

template <class T>
void check_against_naive(matrix_view<const T> x, std::size_t clusters, double tolerance) {
  const auto centers = first_rows(x, clusters);
  const auto expected = naive::k_means(x, centers, 12);
  k_means_report report;
  const auto model = k_means::fit(x, given(centers, clusters, 12), 0, &report);
  CHECK(report.labels == expected.labels);
  CHECK(model.iterations() == expected.iterations);
  CHECK(model.inertia() == doctest::Approx(expected.inertia).epsilon(1e-9));
  for (std::size_t i = 0; i < centers.size(); ++i) {
    CHECK(std::abs(model.centers()[i] - expected.centers[i]) <= tolerance);
  }
}

}  // namespace

TEST_CASE("k_means: the labels and centres of a plain loop, for every shape, layout and width") {
  for (const std::size_t columns : {1UL, 2UL, 5UL, 16UL, 33UL}) {
    for (const std::size_t clusters : {1UL, 2UL, 7UL, 12UL, 29UL}) {
      INFO(columns << " columns, " << clusters << " clusters");
      using layout = matrix<double>::layout;
      const auto a = grouped_points<double>(701, columns, 5);
      const auto b = grouped_points<double>(701, columns, 5, 0, layout::columns);
      const auto c = grouped_points<float>(701, columns, 5, 0);
      check_against_naive(a.view(), clusters, 1e-12);
      check_against_naive(b.view(), clusters, 1e-12);
      check_against_naive(c.view(), clusters, 1e-12);
    }
  }
}

TEST_CASE("k_means: an offset of a billion does not spoil the labels") {
  const auto x = grouped_points<double>(2000, 8, 6, 1e9);
  check_against_naive(x.view(), 6, 1e-6);
}

TEST_CASE("k_means: groups far apart are still told apart inside") {
  auto x = grouped_points<float>(1500, 6, 4);
  for (std::size_t i = 0; i < x.rows(); ++i) {
    for (std::size_t j = 0; j < 6; ++j) x(i, j) += i % 2 == 0 ? 1e4f : -1e4f;
  }
  check_against_naive(std::as_const(x).view(), 8, 1e-9);
}

TEST_CASE("k_means: strided and reversed views are read as they are") {
  auto wide = grouped_points<double>(1200, 10, 4);
  const auto v = std::as_const(wide).view();
  const matrix_view<const double> strided(&v(1199, 1), 600, 5, -2 * v.row_stride(), 2 * v.column_stride());
  matrix<double> copy(600, 5);
  for (std::size_t i = 0; i < 600; ++i) {
    for (std::size_t j = 0; j < 5; ++j) copy(i, j) = strided(i, j);
  }
  const k_means::params p = {.clusters = 7, .seed = 3};
  CHECK(k_means::fit(strided, p) == k_means::fit(std::as_const(copy).view(), p));
}

// LAW: kmeans-same-bits Model and labels of k-means have the same bits for threads 1, 2, 3, 7 and every
// instruction set.
TEST_CASE_TEMPLATE("k_means: threads and instruction sets change no bit", T, float, double) {
  for (const auto order : {matrix<T>::layout::rows, matrix<T>::layout::columns}) {
    const auto x = grouped_points<T>(20'011, 9, 30, 3, order);
    for (const start init : {start::plus_plus, start::random}) {
      const k_means::params p = {.clusters = 23, .init = init, .n_init = 2, .max_iter = 6, .seed = 5};
      k_means_report expected_report;
      const auto expected = to_bytes(k_means::fit(x.view(), p, 1, &expected_report));
      for (const auto level : tests::simd_levels()) {
        const simd::scoped_level scope(level);
        for (const int threads : {1, 2, 3, 7}) {
          k_means_report report;
          CHECK(to_bytes(k_means::fit(x.view(), p, threads, &report)) == expected);
          CHECK(report.labels == expected_report.labels);
        }
      }
    }
  }
}

// LAW: kmeans-order The centres that k-means finds from its own seeds do not depend on the order of the rows.
TEST_CASE("k_means: a shuffled table gives the same centres, and weights count as copies") {
  const auto x = grouped_points<double>(3000, 4, 9);
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < x.rows(); ++i) {
    order.push_back(i);
  }
  shuffle(std::span(order), random_stream(8));
  matrix<double> shuffled(3000, 4), twice(6000, 4);
  for (std::size_t i = 0; i < x.rows(); ++i) {
    for (std::size_t j = 0; j < 4; ++j) {
      shuffled(i, j) = x.view()(order[i], j);
      twice(2 * i, j) = twice(2 * i + 1, j) = x.view()(i, j);
    }
  }
  const k_means::params p = {.clusters = 9, .seed = 1};
  const auto model = k_means::fit(x.view(), p);
  CHECK(k_means::fit(std::as_const(shuffled).view(), p).centers() == model.centers());
  const std::vector<double> two(3000, 2.0);
  const samples<matrix_view<const double>> weighted = {x.view(), {}, {two.data(), two.size()}};
  const auto a = k_means::fit(weighted, p), b = k_means::fit(std::as_const(twice).view(), p);
  for (std::size_t i = 0; i < a.centers().size(); ++i) {
    CHECK(a.centers()[i] == doctest::Approx(b.centers()[i]).epsilon(1e-12));
  }
  CHECK(a.inertia() == doctest::Approx(2 * model.inertia()).epsilon(1e-12));
}

TEST_CASE("k_means: labels of fit are those of predict, and transform gives their distances") {
  const auto x = grouped_points<float>(5000, 7, 11);
  k_means_report report;
  const auto model = k_means::fit(x.view(), {.clusters = 11, .max_iter = 3, .seed = 2}, 0, &report);
  std::vector<std::uint32_t> labels(x.rows());
  model.predict(x.view(), std::span(labels));
  CHECK(labels == report.labels);
  matrix<double> distances(x.rows(), 11);
  model.transform(x.view(), distances.view());
  const samples<matrix_view<const float>> all = {x.view(), {}, {}};
  CHECK(model.inertia_of(all) == model.inertia());
  for (std::size_t i = 0; i < x.rows(); i += 97) {
    for (std::size_t c = 0; c < 11; ++c) {
      CHECK(distances(i, labels[i]) <= distances(i, c));
      const double expected = std::sqrt(naive::squared_distance(x.view(), i, model.centers(), c));
      CHECK(distances(i, c) == doctest::Approx(expected).epsilon(1e-14));
    }
  }
}

TEST_CASE("k_means: one row, a constant table, and more clusters than distinct rows") {
  const std::vector<double> one = {3, 4};
  const auto single = k_means::fit(matrix_view<const double>(one.data(), 1, 2), {.clusters = 1});
  CHECK(single.centers() == one);
  CHECK(single.inertia() == 0);
  const std::vector<double> same(60, 2.5);
  k_means_report report;
  const auto model = k_means::fit(matrix_view<const double>(same.data(), 20, 3), {.clusters = 4}, 0, &report);
  CHECK(report.distinct == 1);
  CHECK(model.centers() == std::vector<double>(12, 2.5));
  std::vector<double> three;
  for (int i = 0; i < 30; ++i) three.push_back(i % 3);
  const auto few = k_means::fit(matrix_view<const double>(three.data(), 30, 1), {.clusters = 5}, 0, &report);
  CHECK(few.inertia() == 0);
  CHECK(report.distinct == 3);
}

TEST_CASE("k_means: every row can be its own cluster") {
  const auto x = grouped_points<double>(40, 3, 40);
  k_means_report report;
  const auto model = k_means::fit(x.view(), {.clusters = 40, .seed = 4}, 0, &report);
  CHECK(report.distinct == 40);
  CHECK(model.inertia() < 1e-20);
}

TEST_CASE("k_means: rows without weight get a label and change nothing") {
  auto x = grouped_points<double>(900, 3, 4);
  std::vector<double> weights(900, 1.0);
  for (std::size_t i = 600; i < 900; ++i) {
    weights[i] = 0;
    for (std::size_t j = 0; j < 3; ++j) x(i, j) += 3;
  }
  const auto view = std::as_const(x).view();
  const auto p = given(first_rows(view, 4), 4, 50);
  k_means_report report;
  const samples<matrix_view<const double>> weighted = {view, {}, {weights.data(), weights.size()}};
  const auto model = k_means::fit(weighted, p, 0, &report);
  CHECK(report.labels.size() == 900);
  const auto without = k_means::fit(view.slice(0, 600), p);
  for (std::size_t i = 0; i < 12; ++i)
    CHECK(model.centers()[i] == doctest::Approx(without.centers()[i]).epsilon(1e-12));
}

TEST_CASE("k_means: what cannot be used is named") {
  auto x = grouped_points<double>(30, 2, 3);
  const auto view = std::as_const(x).view();
  CHECK_THROWS_WITH_AS(k_means::fit(view, {.clusters = 31}), "n_samples=30 should be >= n_clusters=31.",
                       argument_error);
  CHECK_THROWS_AS(k_means::fit(view, {.clusters = 0}), argument_error);
  CHECK_THROWS_AS(k_means::fit(view, {.clusters = 2, .max_iter = 0}), argument_error);
  CHECK_THROWS_AS(k_means::fit(view, {.clusters = 2, .tol = -1}), argument_error);
  CHECK_THROWS_AS(k_means::fit(view, given({1, 2, 3}, 2)), argument_error);
  std::vector<double> weights(30, 0.0);
  const samples<matrix_view<const double>> weightless = {view, {}, {weights.data(), 30}};
  CHECK_THROWS_AS(k_means::fit(weightless, {.clusters = 2}), data_error);
  weights[4] = -1;
  CHECK_THROWS_AS(k_means::fit(weightless, {.clusters = 2}), data_error);
  const auto model = k_means::fit(view, {.clusters = 2});
  std::vector<std::uint32_t> labels(30);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  for (const double bad : {std::nan(""), infinity, -infinity}) {
    x(7, 1) = bad;
    CHECK_THROWS_AS(k_means::fit(view, {.clusters = 2}), data_error);
    CHECK_THROWS_AS(model.predict(view, std::span(labels)), data_error);
    matrix<double> out(30, 2);
    CHECK_THROWS_AS(model.transform(view, out.view()), data_error);
  }
  CHECK_THROWS_AS(model.predict(view.columns_slice(0, 1), std::span(labels)), argument_error);
}

TEST_CASE("k_means: saved bytes are refused or give a valid model") {
  const auto x = grouped_points<double>(300, 3, 4);
  check_bytes(k_means::fit(x.view(), {.clusters = 4}));
}

}  // namespace colonnade::tests
