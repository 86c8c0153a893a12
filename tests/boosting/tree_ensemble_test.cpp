// Also tests: kernels/tree_walk.hpp
#include "colonnade/boosting/tree_ensemble.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "colonnade/boosting/binned_matrix.hpp"
#include "colonnade/boosting/leaf_router.hpp"
#include "tests/boosting/boosting_data.hpp"
#include "tests/laws.hpp"
#include "tests/simd_levels.hpp"
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

feature_cuts columns_of_numbers(std::size_t count) {
  return feature_cuts::given(std::vector<std::vector<double>>(count));
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
  for (const auto level : tests::simd_levels()) {
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
  CHECK_THROWS_AS(made(chain()).check_columns(columns_of_numbers(2)), format_error);
  CHECK_NOTHROW(made(chain()).check_columns(columns_of_numbers(3)));
}

TEST_CASE("tree_ensemble: splits by categories and by numbers in one tree, over values and over bins") {
  // Column 0 has the categories 3, 5, 9, column 1 numbers with the cuts 1, 2.
  const std::vector<double> table = {3, 0, 5, 1, 9, 2};
  const std::uint32_t categorical[] = {0};
  const auto cuts =
      feature_cuts::learn(matrix_view<const double>(table.data(), 3, 2), {}, 256, 1, categorical);
  bin_set ends;
  for (const int bin : {0, 2, 3}) ends.add(static_cast<std::uint8_t>(bin));
  const auto by_set = [](std::uint32_t number, std::uint32_t child) {
    return tree_node{static_cast<double>(number), child, tree_node::categorical | tree_node::missing_left};
  };
  const std::vector<tree_node> nodes = {split(1.5, 1, 1), by_set(0, 3), leaf(10, 2), leaf(20, 3),
                                        leaf(30, 4)};
  const std::vector<double> zeros(nodes.size());
  tree_ensemble ensemble;
  for (int tree = 0; tree < 9; ++tree) ensemble.append(nodes, zeros, zeros, std::span(&ends, 1));
  CHECK(ensemble.sets().size() == 9);
  CHECK(ensemble.nodes(8)[1].value == 8);
  CHECK_NOTHROW(ensemble.check_columns(cuts));
  CHECK_THROWS_AS(ensemble.check_columns(columns_of_numbers(2)), format_error);  // no categories there
  CHECK_THROWS_AS(made({split(1, 1, 0), leaf(1, 1), leaf(1, 2)}).check_columns(cuts), format_error);

  const double codes[] = {3, 5, 9, 4, -1, std::nan("")}, expected[] = {20, 30, 20, 20, 20, 20};
  std::vector<double> x;
  for (const double code : codes) x.insert(x.end(), {code, 0, code, 7});
  const matrix_view<const double> view(x.data(), 12, 2);
  const binned_matrix bins(view, cuts, binned_matrix::layout::rows_and_columns, 1);
  grown_tree tree;
  tree.binned.resize(5);
  tree.binned[0] = {1, 1, {2, 0}, false};
  tree.binned[1] = {3, 0, {}, false, 0};
  tree.sets = {ends};
  for (const auto level : tests::simd_levels()) {
    const simd::scoped_level scope(level);
    std::uint32_t out[12];
    leaf_router().route(tree, bins, 0, 12, [&](std::span<const std::uint32_t> rows, std::uint32_t node) {
      for (const std::uint32_t row : rows) out[row] = node;
    });
    const double base = 0;
    std::vector<double> margin(12);
    ensemble.add_margins(view, matrix_view<const double>(&base, 12, 1, 0, 1),
                         matrix_view<double>(margin.data(), 12, 1), 1, category_reader(cuts));
    for (std::size_t i = 0; i < 12; ++i) {
      const double leaf_value = i % 2 == 1 ? 10 : expected[i / 2];
      CHECK(nodes[out[i]].value == leaf_value);
      CHECK(margin[i] == 9 * leaf_value);
      double one = 0;
      ensemble.add_margins(view.slice(i, 1), matrix_view<const double>(&base, 1, 1),
                           matrix_view<double>(&one, 1, 1), 1, category_reader(cuts));
      CHECK(one == margin[i]);
    }
  }
  ensemble.truncate(3);
  CHECK(ensemble.sets().size() == 3);
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

TEST_CASE("tree_ensemble: a model of 10,000 trees comes back from its bytes") {
  const boosting_table t(120, 3, 0.1);
  const auto y = t.target(boosting_objective::squared_error);
  boosting_params p = params_for(boosting_objective::squared_error, 10'000, 6);
  p.min_child_weight = 0;
  p.learning_rate = 0.001;
  const auto model = fit<gradient_boosted_trees>(with(t, y), p, 1);
  REQUIRE(model.trees().trees() == 10'000);
  const auto bytes = to_bytes(model);
  const auto again = from_bytes<gradient_boosted_trees>(bytes);
  CHECK(again == model);
  CHECK(margins_of(again, t.x.view()) == margins_of(model, t.x.view()));
  CHECK_THROWS_AS(from_bytes<gradient_boosted_trees>(std::span(bytes).first(bytes.size() / 2)), format_error);
}
