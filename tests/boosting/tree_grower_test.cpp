// What is promised of grown trees and of the models that they make.
#include "colonnade/boosting/tree_grower.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "colonnade/boosting/binned_matrix.hpp"
#include "colonnade/boosting/leaf_router.hpp"
#include "tests/boosting/boosting_data.hpp"
#include "tests/boosting/naive_comparison.hpp"
#include "tests/laws.hpp"
#include "tests/simd_levels.hpp"
#include "tests/values.hpp"

using namespace colonnade;
using namespace colonnade::tests;

namespace {

/// The rows of a table in another order: its parts from the last to the first.
struct turned_table {
  matrix<double> x;
  std::vector<double> y, weight;

  turned_table(const boosting_table& t, const std::vector<double>& target, std::vector<std::size_t> cuts)
      : x(target.size(), t.x.view().columns()) {
    cuts.insert(cuts.begin(), 0);
    cuts.push_back(target.size());
    for (std::size_t k = cuts.size() - 1; k-- > 0;) {
      for (std::size_t row = cuts[k]; row < cuts[k + 1]; ++row) {
        for (std::size_t f = 0; f < t.x.view().columns(); ++f) x(y.size(), f) = t.x.view()(row, f);
        weight.push_back(t.weight[row]);
        y.push_back(target[row]);
      }
    }
  }
  samples<matrix_view<const double>> data() const {
    return {x.view(), column_view<const double>(y.data(), y.size()),
            column_view<const double>(weight.data(), weight.size())};
  }
};

/// The histograms of the parts of the rows add up to that of all, whoever builds them.
void check_merged(const binned_matrix& bins, const std::int64_t* packed, int shift) {
  std::vector<std::uint32_t> rows(bins.rows()), columns(bins.features());
  for (std::size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<std::uint32_t>(i);
  for (std::size_t f = 0; f < columns.size(); ++f) columns[f] = static_cast<std::uint32_t>(f);
  const auto histogram_of = [&](row_span some, int threads) {
    histogram_builder builder(bins, 7);
    builder.use(packed, shift, columns);
    gradient_histogram out(bins.cells());
    builder.build_together(some, false, threads, out);
    return out;
  };
  const auto whole = histogram_of(rows, 1);
  for (const int threads : {1, 2, 3, 7}) {
    for (const auto& cuts : partitions(rows.size())) {
      gradient_histogram forward(bins.cells()), backward(bins.cells());
      std::vector<gradient_histogram> parts;
      std::size_t first = 0;
      for (std::size_t k = 0; k <= cuts.size(); ++k) {
        const std::size_t last = k == cuts.size() ? rows.size() : cuts[k];
        if (last > first)
          parts.push_back(histogram_of(std::span(rows).subspan(first, last - first), threads));
        first = last;
      }
      for (const auto& part : parts) forward.merge(part);
      for (auto part = parts.rbegin(); part != parts.rend(); ++part) backward.merge(*part);
      CHECK(forward == whole);
      CHECK(backward == whole);
    }
  }
}

boosting_params promised(boosting_objective objective, grow_policy policy) {
  boosting_params p = params_for(objective, 2, policy == grow_policy::lossguide ? 0 : 4);
  p.policy = policy;
  if (policy == grow_policy::lossguide) p.max_leaves = 14;
  return p;
}

/// Rows of NaN, infinities, zeros of both signs, cuts and the numbers beside them.
matrix<double> special_rows(const feature_cuts& cuts, const random_stream& random) {
  constexpr double infinity = tests::values::infinity;
  std::vector<double> special = {tests::values::missing, infinity, -infinity, 0.0, -0.0};
  for (std::size_t f = 0; f < cuts.features(); ++f) {
    for (const double cut : cuts.cuts(f))
      special.insert(special.end(), {cut, std::nextafter(cut, -infinity), std::nextafter(cut, infinity)});
  }
  matrix<double> x(2 * special.size(), cuts.features());
  for (std::size_t i = 0; i < x.view().rows(); ++i) {
    for (std::size_t f = 0; f < cuts.features(); ++f)
      x(i, f) = special[i < special.size() ? i : random.below(8 * i + f, special.size())];
  }
  return x;
}

/// Up to 61 nodes over values and over bins.
grown_tree random_tree(const feature_cuts& cuts, const random_stream& random) {
  grown_tree tree;
  tree.nodes.resize(1);
  tree.binned.resize(1);
  for (std::uint32_t i = 0; i < tree.nodes.size(); ++i) {
    const auto f = static_cast<std::uint32_t>(random.below(4 * i, cuts.features()));
    const std::size_t count = cuts.cuts(f).size();
    const bool missing_left = count == 0 || random.below(4 * i + 2, 2) == 0;
    // Below bin 0 there are only missing values.
    const std::size_t below =
        missing_left ? random.below(4 * i + 3, count + 1) : 1 + random.below(4 * i + 3, count);
    tree.nodes[i] = {static_cast<double>(i), i, tree_node::leaf};
    if (tree.nodes.size() > 60 || (i > 2 && random.below(4 * i + 1, 4) == 0)) continue;
    const auto child = static_cast<std::uint32_t>(tree.nodes.size());
    tree.nodes[i] = {cuts.threshold(f, below), child, f | (missing_left ? tree_node::missing_left : 0)};
    const auto missing = static_cast<std::uint16_t>(missing_left ? cuts.bins(f) : 0);
    tree.binned[i] = {child, f, {static_cast<std::uint16_t>(below), missing}, false};
    tree.nodes.resize(child + 2);
    tree.binned.resize(child + 2);
  }
  return tree;
}

}  // namespace

// LAW: boosting-partition Histograms of any parts of the rows, merged in any order, are those of all rows, so
// a model has the same bytes for the parts of its rows in any order, any number of threads and any
// instruction set, with every objective and every order of growth.
TEST_CASE("tree_grower: parts of the rows, threads and instruction sets change no byte of any model") {
  constexpr std::size_t rows = 20'000;
  const boosting_table t(rows, 6, 0.1);
  for (const auto objective : all_objectives) {
    const auto y = t.target(objective);
    const auto data = with(t, y, true);
    const boosting_params any = promised(objective, grow_policy::depthwise);
    const boosting_loss loss(any, data.target, data.weight, rows);
    const auto cuts = feature_cuts::learn(data.x, data.weight, 256, 1);
    const binned_matrix bins(data.x, cuts, binned_matrix::layout::rows_and_columns, 1);
    std::vector<double> margins;
    for (const double base : loss.base_margins()) margins.insert(margins.end(), rows, base);
    std::vector<std::int64_t> packed(margins.size());
    const gradient_scale scale = loss.gradients(margins, packed.data(), 1);
    check_merged(bins, packed.data() + packed.size() - rows, scale.steps().shift);
    for (const auto policy : {grow_policy::depthwise, grow_policy::lossguide, grow_policy::symmetric}) {
      INFO("objective " << static_cast<int>(objective) << ", policy " << static_cast<int>(policy));
      const boosting_params p = promised(objective, policy);
      check_same_bits<gradient_boosted_trees>(data, p);
      const auto expected = to_bytes(fit<gradient_boosted_trees>(data, p));
      for (const auto& parts : partitions(rows)) {
        const turned_table turned(t, y, parts);
        CHECK(to_bytes(fit<gradient_boosted_trees>(turned.data(), p)) == expected);
      }
    }
  }
}

TEST_CASE("tree_grower: one target of a million among small ones leaves the trees of a trainer in doubles") {
  const boosting_table t(500, 6, 0.1);
  auto y = t.target(boosting_objective::squared_error);
  y[17] = 1e6;
  for (const auto policy : {grow_policy::depthwise, grow_policy::symmetric}) {
    boosting_params p = params_for(boosting_objective::squared_error, 5, 4);
    p.max_bin = 16;
    p.policy = policy;
    check_naive(with(t, y), p);
    check_naive(with(t, y, true), p);
  }
}

// Random trees, not grown ones: thresholds anywhere among the cuts, both directions of missing values.
TEST_CASE("tree_grower: walks over values and over bins end alike in random trees, on all special values") {
  const boosting_table t(500, 5, 0.1);
  const random_stream random(5);
  for (const std::size_t max_bin : {40u, 1000u}) {  // a byte a bin, and more
    const auto cuts = feature_cuts::learn(t.x.view(), {}, max_bin, 1);
    const auto x = special_rows(cuts, random);
    const std::size_t rows = x.view().rows();
    const binned_matrix bins(x.view(), cuts, binned_matrix::layout::columns, 1);
    for (std::uint64_t seed = 0; seed < 40; ++seed) {
      const grown_tree tree = random_tree(cuts, random.substream(1 + seed));
      std::vector<std::uint32_t> by_value(rows), by_bin(rows);
      for (const auto level : tests::simd_levels()) {
        const simd::scoped_level scope(level);
        simd::run<tree_walk>(tree.nodes.data(), tree.nodes.size(), x.view().data(), std::ptrdiff_t{5},
                             std::ptrdiff_t{1}, rows, by_value.data());
        leaf_router router;
        for (std::size_t first = 0; first < rows; first += leaf_router::most_rows) {
          router.route(tree, bins, first, std::min(leaf_router::most_rows, rows - first),
                       [&](row_span some, std::uint32_t node) {
                         for (const std::uint32_t row : some) by_bin[row] = node;
                       });
        }
        CHECK(by_value == by_bin);
      }
    }
  }
}

TEST_CASE("tree_grower: missing values have a branch of their own where that gains most") {
  const boosting_table t(2000, 3, 0.3);
  std::vector<double> y;
  for (std::size_t i = 0; i < 2000; ++i) y.push_back(std::isnan(t.x.view()(i, 0)) ? 5 : 0);
  for (const auto policy : {grow_policy::depthwise, grow_policy::lossguide, grow_policy::symmetric}) {
    boosting_params p = params_for(boosting_objective::squared_error, 1, 1);
    p.policy = policy;
    p.learning_rate = 1;
    p.reg_lambda = 0;
    const auto model = fit<gradient_boosted_trees>(with(t, y), p);
    const auto nodes = model.trees().nodes(0);
    REQUIRE(nodes.size() == 3);
    CHECK(nodes[0].feature() == 0);
    CHECK(nodes[0].goes_left_when_missing());
    CHECK(nodes[0].value == -tests::values::infinity);  // no number is below
    const auto margins = margins_of(model, t.x.view());
    for (std::size_t i = 0; i < 2000; ++i) CHECK(margins[i] == doctest::Approx(y[i]).epsilon(1e-6));
    check_naive(with(t, y), p);
  }
}
