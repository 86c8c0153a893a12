#include "colonnade/cluster/lloyd.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "tests/cluster/points.hpp"
#include "tests/naive/k_means.hpp"

namespace colonnade::tests {

TEST_CASE("lloyd: bounds leave no label behind over many iterations") {
  // 20 x 12 multiplications a point, so bounds are in use; overlapping groups, so that rows keep changing.
  matrix<double> x(9000, 12);
  for (std::size_t i = 0; i < 9000; ++i) {
    for (std::size_t j = 0; j < 12; ++j) x(i, j) = random_stream(3).uniform(i * 12 + j);
  }
  const samples<matrix_view<const double>> rows = {std::as_const(x).view(), {}, {}};
  data_extent extent;
  extent.update(rows);
  cluster_detail::packed_points packed(rows, extent, {}, 1);
  const auto start = first_rows(rows.x, 20);
  for (const std::size_t iterations : {1UL, 2UL, 9UL, 40UL}) {
    cluster_detail::lloyd<double> solver(rows, extent, packed, 2);
    const auto found = solver.run(start, {iterations, 0}, nullptr);
    const auto expected = naive::k_means(rows.x, start, iterations);
    CHECK(found.labels == expected.labels);
    CHECK(found.iterations == expected.iterations);
    CHECK(found.inertia == doctest::Approx(expected.inertia).epsilon(1e-12));
  }
}

TEST_CASE("lloyd: a solver runs again from another start, and tells what it does") {
  const auto x = grouped_points<double>(600, 4, 5);
  const samples<matrix_view<const double>> rows = {x.view(), {}, {}};
  data_extent extent;
  extent.update(rows);
  cluster_detail::packed_points packed(rows, extent, {}, 1);
  cluster_detail::lloyd<double> solver(rows, extent, packed, 1);
  std::vector<std::string> log;
  const auto a = solver.run(first_rows(rows.x, 5), {300, 0}, &log);
  CHECK(log.size() == a.iterations + 1);
  CHECK(log.front().find("Iteration 0, inertia ") == 0);
  CHECK(log.back().find("strict convergence") != std::string::npos);
  CHECK(solver.run(first_rows(rows.x, 3), {300, 0}, nullptr).centers.size() == 12);
  CHECK(solver.run(first_rows(rows.x, 5), {300, 0}, nullptr).labels == a.labels);
}

}  // namespace colonnade::tests
