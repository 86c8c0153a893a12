#include "colonnade/cluster/assignment.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "tests/cluster/points.hpp"
#include "tests/naive/k_means.hpp"

namespace colonnade::tests {
namespace {

/// Brings labels up to date over many moves of the centres, and compares them with a search of every row.
template <class T>
void follow(const matrix<T>& x, std::size_t clusters, int threads, bool far_mover) {
  const samples<matrix_view<const T>> rows = {x.view(), {}, {}};
  data_extent extent;
  extent.update(rows);
  cluster_detail::packed_points points(rows, extent, {}, 1);
  cluster_detail::assignment<T> assigned(rows, extent, points, threads);
  assigned.start(clusters);
  std::vector<double> centers = first_rows(rows.x, clusters);
  std::optional<center_search> before;
  std::vector<std::uint32_t> expected(x.rows());
  for (std::size_t move = 0; move < 25; ++move) {
    const center_search search(centers, points.frame());
    assigned.update(search, before);
    search.label_rows(rows.x, expected.data());
    CHECK(assigned.labels() == expected);
    cluster_sums sums(clusters, x.columns());
    std::vector<kernels::row_move> all;
    for (std::size_t i = 0; i < x.rows(); ++i) all.push_back({i, kernels::row_move::none, expected[i]});
    sums.move(assigned.frame(), rows, all);
    CHECK(assigned.sums() == sums);
    centers = sums.means(assigned.frame());
    // Now and then one centre jumps, and one lies on another.
    if (far_mover && move % 3 == 1) {
      for (std::size_t j = 0; j < x.columns(); ++j)
        centers[move % clusters * x.columns() + j] = static_cast<double>(x.view()(move * 31 % x.rows(), j));
    }
    if (far_mover && move % 7 == 5)
      std::copy_n(centers.begin(), x.columns(), centers.end() - static_cast<std::ptrdiff_t>(x.columns()));
    before = search;
  }
}

}  // namespace

TEST_CASE("assignment: labels and sums stay right while centres move, in groups and without groups") {
  const auto groups = grouped_points<double>(6000, 12, 30);
  matrix<double> cloud(6000, 8);
  for (std::size_t i = 0; i < 6000; ++i) {
    for (std::size_t j = 0; j < 8; ++j) cloud(i, j) = random_stream(3).uniform(i * 8 + j);
  }
  for (const bool far_mover : {false, true}) {
    follow(groups, 20, 1, far_mover);
    follow(groups, 20, 3, far_mover);
    follow(cloud, 16, 2, far_mover);
  }
}

TEST_CASE("assignment: columns contiguous, float, and too few rows for bounds") {
  follow(grouped_points<float>(3000, 9, 10, 100, matrix<float>::layout::columns), 15, 2, true);
  follow(grouped_points<float>(300, 9, 10), 40, 1, true);
}

}  // namespace colonnade::tests
