#include "colonnade/cluster/seeding.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <set>
#include <vector>

#include "tests/cluster/points.hpp"
#include "tests/simd_levels.hpp"

namespace colonnade::tests {
namespace {

template <class Use>
void with_packed(const samples<matrix_view<const double>>& rows, const Use& use) {
  data_extent extent;
  extent.update(rows);
  use(cluster_detail::packed_points(rows, extent, {}, 1));
}

}  // namespace

TEST_CASE("seeding: the second seed falls on rows as often as weight x squared distance says") {
  // From 0: 1 has distance 1 and weight 3, 2 has 4 and weight 1; the row at 0 and the weightless one never.
  const std::vector<double> values = {0, 1, 2, 3}, weights = {1000, 3, 1, 0};
  const samples<matrix_view<const double>> rows = {{values.data(), 4, 1}, {}, {weights.data(), 4}};
  with_packed(rows, [](const cluster_detail::packed_points& packed) {
    std::vector<int> count(4);
    for (std::uint64_t seed = 0; seed < 4000; ++seed) {
      const auto found = cluster_detail::seeding(packed, random_stream(seed), 1).plus_plus(2);
      if (found[0] == 0) ++count[found[1]];
    }
    const int all = count[1] + count[2];
    CHECK(count[0] == 0);
    CHECK(count[3] == 0);
    CHECK(all > 3900);
    // The better of two draws: row 2 leaves 3 x 1, row 1 leaves 1 x 1, so row 1 wins unless both draws are
    // row 2.
    CHECK(count[2] == doctest::Approx(all * 16.0 / 49.0).epsilon(0.1));
  });
}

TEST_CASE("seeding: threads and instruction sets change no seed") {
  const auto x = grouped_points<double>(20'000, 5, 40);
  with_packed({x.view(), {}, {}}, [](const cluster_detail::packed_points& packed) {
    const auto expected = cluster_detail::seeding(packed, random_stream(1), 1).plus_plus(40);
    CHECK(std::set<std::size_t>(expected.begin(), expected.end()).size() == 40);
    for (const auto level : tests::simd_levels()) {
      const simd::scoped_level scope(level);
      for (const int threads : {1, 2, 7}) {
        CHECK(cluster_detail::seeding(packed, random_stream(1), threads).plus_plus(40) == expected);
      }
    }
  });
}

TEST_CASE("seeding: distinct rows are distinct, drawn by weight, and never more than there are") {
  const std::vector<double> values = {0, 1, 2, 3, 4}, weights = {1, 0, 5, 1, 1};
  const samples<matrix_view<const double>> rows = {{values.data(), 5, 1}, {}, {weights.data(), 5}};
  with_packed(rows, [](const cluster_detail::packed_points& packed) {
    int first = 0;
    for (std::uint64_t seed = 0; seed < 4000; ++seed) {
      auto found = cluster_detail::seeding(packed, random_stream(seed), 1).distinct(4);
      first += found[0] == 2 ? 1 : 0;
      std::sort(found.begin(), found.end());
      CHECK(found == std::vector<std::size_t>{0, 2, 3, 4});
    }
    CHECK(first == doctest::Approx(4000 * 5.0 / 8.0).epsilon(0.05));
    CHECK_THROWS_AS(cluster_detail::seeding(packed, random_stream(0), 1).distinct(5), data_error);
  });
}

TEST_CASE("seeding: more seeds than distinct rows are still that many") {
  const std::vector<double> values(12, 3.0);
  with_packed({{values.data(), 12, 1}, {}, {}}, [](const cluster_detail::packed_points& packed) {
    CHECK(cluster_detail::seeding(packed, random_stream(0), 1).plus_plus(6).size() == 6);
  });
}

}  // namespace colonnade::tests
