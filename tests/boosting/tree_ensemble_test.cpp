// Also tests: kernels/tree_walk.hpp
#include "colonnade/boosting/tree_ensemble.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "tests/laws.hpp"
#include "tests/values.hpp"

using namespace colonnade;
using namespace colonnade::tests;

namespace {

using tests::values::infinity;

tree_node split(double value, std::uint32_t child, std::uint32_t feature, bool missing_left = false) {
  return {value, child, feature | (missing_left ? tree_node::missing_left : 0)};
}
tree_node leaf(double value, std::uint32_t self) { return {value, self, tree_node::leaf}; }

tree_ensemble made(const std::vector<tree_node>& nodes) {
  tree_ensemble ensemble;
  const std::vector<double> zeros(nodes.size());
  ensemble.append(nodes, zeros, zeros);
  return ensemble;
}

// Unbalanced: 0 -> (1, 2), 2 -> (3, 4), 4 -> (5, 6).
std::vector<tree_node> chain() {
  return {split(0.5, 1, 0), leaf(10, 1), split(-1, 3, 1, true), leaf(20, 3), split(-infinity, 5, 2, true),
          leaf(30, 5),      leaf(40, 6)};
}

double expected(const std::vector<tree_node>& nodes, const double* x) {
  std::size_t at = 0;
  while (!nodes[at].is_leaf()) {
    const double value = x[nodes[at].feature()];
    const bool left = std::isnan(value) ? nodes[at].goes_left_when_missing() : value < nodes[at].value;
    at = nodes[at].child + (left ? 0 : 1);
  }
  return nodes[at].value;
}

}  // namespace

TEST_CASE("tree_ensemble: rows end at their leaf, also on thresholds, with NaN and infinities") {
  const double values[] = {std::nan(""), infinity, -infinity, 0.5, std::nextafter(0.5, 0.0), -1, -0.0, 7};
  std::vector<double> x;
  for (const double a : values) {
    for (const double b : values) {
      for (const double c : values) x.insert(x.end(), {a, b, c});
    }
  }
  const std::size_t rows = x.size() / 3;
  const auto ensemble = made(chain());
  CHECK(ensemble.depth(0) == 3);
  const double base = 0.25;
  for (const auto level : {simd::level::base, simd::level::v3, simd::level::v4}) {
    const simd::scoped_level scope(level);
    std::vector<double> margin(rows);
    ensemble.add_margins(matrix_view<const double>(x.data(), rows, 3), {&base, rows, 1, 0, 1},
                         matrix_view<double>(margin.data(), rows, 1), 2);
    for (std::size_t i = 0; i < rows; ++i) {
      CHECK(margin[i] == 0.25 + expected(chain(), x.data() + 3 * i));
      double one = 0;
      ensemble.add_margins(matrix_view<const double>(x.data() + 3 * i, 1, 3), {&base, 1, 1},
                           matrix_view<double>(&one, 1, 1), 1);
      CHECK(one == margin[i]);
    }
  }
}

TEST_CASE("tree_ensemble: the walk over bins is the walk over values") {
  const std::vector<binned_node> tree = {{1, 1, {3, 9}, false}, {}, {3, 0, {5, 0}, false}, {}, {}};
  const std::uint8_t bins[] = {4, 2, 5, 3, 4, 9, 4, 3};
  std::uint32_t out[4];
  simd::run<binned_walk>(tree.data(), static_cast<const std::uint8_t*>(bins), std::size_t{2}, std::size_t{4},
                         static_cast<std::uint32_t*>(out));
  CHECK(std::vector<std::uint32_t>(out, out + 4) == std::vector<std::uint32_t>{1, 4, 1, 3});
}

TEST_CASE("tree_ensemble: what is not a tree is refused") {
  CHECK_THROWS_AS(made({split(1, 1, 0), leaf(1, 1)}), format_error);              // one child
  CHECK_THROWS_AS(made({split(1, 0, 0), leaf(1, 1), leaf(1, 2)}), format_error);  // a loop
  CHECK_THROWS_AS(made({leaf(1, 0), leaf(1, 1)}), format_error);                  // an orphan
  CHECK_THROWS_AS(made({leaf(1, 1)}), format_error);                              // leaf elsewhere
  CHECK_THROWS_AS(made({leaf(infinity, 0)}), format_error);
  CHECK_THROWS_AS(made({split(std::nan(""), 1, 0), leaf(1, 1), leaf(1, 2)}), format_error);
  CHECK_THROWS_AS(made({split(infinity, 1, 0), leaf(1, 1), leaf(1, 2)}), format_error);
  CHECK_THROWS_AS(made({split(1, 1, 0), split(1, 2, 0), leaf(1, 2), leaf(1, 3)}),
                  format_error);  // two parents
  CHECK_NOTHROW(made({leaf(1, 0)}));
  CHECK_THROWS_AS(made(chain()).check_features(2), format_error);
  CHECK_NOTHROW(made(chain()).check_features(3));
}

TEST_CASE("tree_ensemble: dropping trees leaves the first as they were") {
  auto ensemble = made(chain());
  const auto one = ensemble;
  const std::vector<double> zero(1);
  ensemble.append(std::vector<tree_node>{leaf(5, 0)}, zero, zero);
  CHECK(ensemble.trees() == 2);
  CHECK(!(ensemble == one));
  ensemble.truncate(1);
  CHECK(ensemble == one);
}
