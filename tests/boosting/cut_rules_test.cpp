#include "colonnade/boosting/cut_rules.hpp"

#include <doctest/doctest.h>

#include "colonnade/boosting/batched_table.hpp"
#include "colonnade/boosting/sparse_cuts.hpp"
#include "tests/boosting/sparse_data.hpp"

using namespace colonnade;
using namespace colonnade::tests;

namespace {

using lists_of_cuts = std::vector<std::vector<double>>;

}  // namespace

TEST_CASE("cut_rules: categories have no cuts, given ones are taken, and the table is asked for the others") {
  const std::vector<double> x = {0, 0, 0, 0, 8, 4, 2, 9};  // two rows
  const auto ranges = [&] { return uniform_cuts::learn(matrix_view<const double>(x.data(), 2, 4), {}, 1); };
  const auto quantiles = [](lists_of_cuts& cuts) { cuts[3] = {5}; };
  const auto unasked_ranges = []() -> uniform_cuts { throw argument_error("ranges", "a call", "none"); };
  const auto unasked = [](lists_of_cuts&) { throw argument_error("quantiles", "a call", "none"); };
  const std::vector<std::uint32_t> categorical = {0};
  const std::vector<column_cuts> given = {{1, {-1, 7}}, {2, {}}};
  const cut_rules uniform(4, 3, categorical, {binning_method::uniform, given});
  CHECK(uniform.cuts(ranges, unasked) == lists_of_cuts{{}, {-1, 7}, {}, {3, 6}});
  const cut_rules quantile(4, 3, categorical, {binning_method::quantile, given});
  CHECK(quantile.cuts(unasked_ranges, quantiles) == lists_of_cuts{{}, {-1, 7}, {}, {5}});
  const auto left_out = quantile.left_out();
  CHECK(std::vector<char>(left_out.begin(), left_out.end()) == std::vector<char>{1, 1, 1, 0});
  CHECK(cut_rules(0, 3, {}, {}).cuts(unasked_ranges, [](lists_of_cuts&) {}).empty());
}

TEST_CASE("cut_rules: a table, its batches and a sparse table get the same cuts by all rules together") {
  sparse_table t(700, 20, 0.3);
  t.make_codes(4, 9);
  const std::vector<double> y(700, 1);
  const auto x = std::as_const(t).dense.view();
  const samples<matrix_view<const double>> all{x, {y.data(), 700}, {}};
  const auto source = [&](const batch_visitor<double>& visit) {
    for (std::size_t first = 0; first < 700; first += 100) visit(all.slice(first, 100));
  };
  boosting_params p;
  p.max_bin = 12;
  p.categorical_features = {4};
  p.cut_points = {{1, {0.5, 7}}, {17, {}}};
  for (const auto method : {binning_method::quantile, binning_method::uniform}) {
    p.binning = method;
    const feature_cuts cuts = cuts_for(x, {}, p, 2);
    CHECK(cuts.categories(4)->bins() == 9);
    CHECK(cuts.bins(1) == 3);
    CHECK(cuts.bins(2) > 9);
    CHECK(cuts.bins(17) == 1);
    CHECK(batched_table<double>(source, p, 2).learn_cuts() == cuts);
    CHECK(sparse_cuts<double>::learn(sparse_columns<double>(t.view()), {}, p, 2) == cuts);
  }
}
