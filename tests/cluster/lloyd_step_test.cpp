#include "colonnade/cluster/lloyd_step.hpp"

#include <doctest/doctest.h>

#include "tests/cluster/points.hpp"
#include "tests/laws.hpp"
#include "tests/simd_levels.hpp"

namespace colonnade::tests {
namespace {

using step = k_means::accumulator;

template <class T>
data_extent extent_of(matrix_view<const T> x) {
  data_extent extent;
  extent.update(x);
  return extent;
}

}  // namespace

// LAW: kmeans-step Lloyd's steps, streamed or merged over any partition of the rows, give the bits of
// k_means::fit.
TEST_CASE_TEMPLATE("lloyd_step: steps on parts of the rows give the bits of a fit", T, float, double) {
  const auto x = grouped_points<T>(9001, 5, 12, 100);
  const std::size_t clusters = 12, iterations = 5;
  const auto start = first_rows(x.view(), clusters);
  const auto fitted = k_means::fit(x.view(), {clusters, k_means::start::given, 1, iterations, 0, 0, start});
  REQUIRE(fitted.iterations() == iterations);
  const auto extent = extent_of(x.view());
  for (const auto& cuts : partitions(x.rows())) {
    k_means model(start, 5);
    for (std::size_t i = 0; i < iterations; ++i) {
      step all(model, extent);
      std::size_t first = 0;
      for (std::size_t k = 0; k <= cuts.size(); ++k) {
        const std::size_t last = k == cuts.size() ? x.rows() : cuts[k];
        step part(model, extent);
        part.update(x.view().slice(first, last - first));
        part.merge(all);
        all = part;
        first = last;
      }
      model = all.finalize();
    }
    CHECK(model.centers() == fitted.centers());
  }
}

TEST_CASE_TEMPLATE("lloyd_step: obeys the laws of an accumulator", T, float, double) {
  for (const auto order : {matrix<T>::layout::rows, matrix<T>::layout::columns}) {
    const auto x = grouped_points<T>(5003, 4, 6, 1e6, order);
    // Two centres lie where no row is, so the farthest rows are part of the state.
    auto centers = first_rows(x.view(), 6);
    for (std::size_t i = 0; i < 8; ++i) centers.push_back(-1e6);
    data_extent twice = extent_of(x.view());
    twice.merge(extent_of(x.view()));
    const step empty(k_means(centers, 4), twice);
    step whole = empty;
    whole.update(x.view());
    check_neutral(empty, whole);
    check_partitions(empty, whole, x.view());
    check_going_on<k_means>(whole, x.view());
    check_bytes(whole);
    const auto expected = to_bytes(whole);
    for (const auto level : tests::simd_levels()) {
      const simd::scoped_level scope(level);
      for (const int threads : {1, 2, 3, 7})
        CHECK(to_bytes(accumulate(empty, x.view(), threads)) == expected);
    }
  }
}

TEST_CASE("lloyd_step: an empty cluster starts again at the farthest row, wherever that row is") {
  const std::vector<double> rows = {0, 0, 1, 0, 0, 1, 9, 9, 1, 1};
  const matrix_view<const double> x(rows.data(), 5, 2);
  const k_means model({0.0, 0.0, 100.0, 100.0}, 2);
  step all(model, extent_of(x));
  all.update(x);
  const auto next = all.finalize();
  CHECK(next.centers() == std::vector<double>{0.5, 0.5, 9, 9});
  CHECK(next.inertia() == 166);
  CHECK(next.iterations() == 1);
}

TEST_CASE("lloyd_step: rows outside the announced extent are refused") {
  const auto x = grouped_points<double>(100, 2, 3);
  const k_means model(first_rows(x.view(), 3), 2);
  step narrow(model, extent_of(x.view().slice(0, 50)));
  CHECK_THROWS_AS(narrow.update(x.view()), argument_error);
  step full(model, extent_of(x.view()));
  full.update(x.view());
  CHECK_THROWS_AS(full.update(x.view().slice(0, 1)), argument_error);
  CHECK_THROWS_AS(full.merge(narrow), argument_error);
  CHECK_THROWS_AS(step(model, data_extent()), argument_error);
}

}  // namespace colonnade::tests
