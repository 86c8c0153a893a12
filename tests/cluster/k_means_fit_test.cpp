#include "colonnade/cluster/k_means_fit.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "tests/cluster/points.hpp"

namespace colonnade::tests {

TEST_CASE("k_means_fit: clusterings are the same up to the names of the clusters") {
  using cluster_detail::same_clustering;
  CHECK(same_clustering({0, 0, 1, 2}, {2, 2, 0, 1}, 3));
  CHECK(!same_clustering({0, 0, 1, 2}, {2, 1, 0, 1}, 3));
  CHECK(cluster_detail::distinct_labels({3, 3, 1}, 5) == 2);
}

TEST_CASE("k_means_fit: the best of several starts is kept") {
  const auto x = grouped_points<double>(2000, 3, 12);
  double least = 1e300;
  for (std::uint64_t run = 0; run < 6; ++run) {
    const k_means::params one = {
        .clusters = 12, .init = k_means::start::random, .n_init = run + 1, .seed = 9};
    const double inertia = k_means::fit(x.view(), one).inertia();
    CHECK(inertia <= least);
    least = inertia;
  }
  CHECK(k_means::params{.init = k_means::start::random}.starts() == 10);
  CHECK(k_means::params{}.starts() == 1);
  k_means_report report;
  report.verbose = true;
  k_means::fit(x.view(), {.clusters = 4, .n_init = 2}, 0, &report);
  CHECK(std::count(report.log.begin(), report.log.end(), "Initialization complete") == 2);
}

TEST_CASE("k_means_fit: several given starts are tried in turn") {
  const auto x = grouped_points<double>(500, 2, 4);
  auto starts = first_rows(x.view(), 4);
  for (int i = 0; i < 8; ++i) starts.push_back(0.1 * i);
  const k_means::params both = {4, k_means::start::given, 2, 300, 0, 0, starts};
  CHECK(k_means::fit(x.view(), both).inertia() <=
        k_means::fit(x.view(), {4, k_means::start::given, 1, 300, 0, 0, first_rows(x.view(), 4)}).inertia());
}

}  // namespace colonnade::tests
