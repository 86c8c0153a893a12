// Also tests: boosting/boosting_input.hpp
#include "colonnade/boosting/leaf_refitter.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "colonnade/boosting/gradient_boosted_trees.hpp"
#include "tests/boosting/boosting_data.hpp"
#include "tests/laws.hpp"
#include "tests/naive/gradient_boosted_trees.hpp"
#include "tests/simd_levels.hpp"

using namespace colonnade;
using namespace colonnade::tests;

namespace {

std::vector<naive_boosting::tree> naive_trees(const gradient_boosted_trees& model) {
  std::vector<naive_boosting::tree> trees;
  for (std::size_t k = 0; k < model.trees().trees(); ++k) {
    auto& tree = trees.emplace_back();
    for (const tree_node& node : model.trees().nodes(k)) {
      const int child = static_cast<int>(node.child);
      tree.push_back({node.value, node.is_leaf() ? 0 : node.feature(), node.is_leaf(),
                      !node.is_leaf() && node.goes_left_when_missing(), child, child + 1});
    }
  }
  return trees;
}

void check_refit_against_naive(const gradient_boosted_trees& model, const boosting_table& t,
                               double decay_rate, bool weighted) {
  const auto y = t.target(model.objective());
  const auto refitted = model.refit(with(t, y, weighted), decay_rate);
  boosting_params p = model.parameters();
  p.n_estimators = 0;
  const std::vector<double> base(model.base_margins().begin(), model.base_margins().end());
  const auto weight = weighted ? t.weight : std::vector<double>();
  naive_boosting naive(t.x.view(), y, weight, model.cuts(), p, model.outputs(), base);
  naive.refit(naive_trees(model), decay_rate);
  for (std::size_t k = 0; k < model.trees().trees(); ++k) {
    const auto nodes = refitted.trees().nodes(k), old = model.trees().nodes(k);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      CHECK(nodes[i].bits == old[i].bits);
      CHECK(nodes[i].child == old[i].child);
      if (!nodes[i].is_leaf()) CHECK(nodes[i].value == old[i].value);
      if (nodes[i].is_leaf()) CHECK(std::abs(nodes[i].value - naive.trees()[k][i].value) < 2e-4);
    }
  }
}

}  // namespace

TEST_CASE("leaf_refitter: leaves are those of plain sums on the other rows") {
  const boosting_table t(500, 6), other(200, 6, 0.15, 7);
  for (const auto objective : all_objectives) {
    for (const std::uint32_t parallel : {1u, 3u}) {
      boosting_params p = params_for(objective, 3, 4);
      p.num_parallel_tree = parallel;
      if (parallel > 1) p.subsample = 0.6;
      const auto model = fit<gradient_boosted_trees>(with(t, t.target(objective)), p);
      for (const double decay_rate : {0.0, 0.4, 0.9}) {
        INFO("objective " << static_cast<int>(objective) << ", parallel " << parallel << ", " << decay_rate);
        check_refit_against_naive(model, other, decay_rate, false);
        check_refit_against_naive(model, other, decay_rate, true);
      }
    }
  }
}

// LAW: refit-of-the-same-rows Leaves that are wholly replaced on the rows of the fit, without samples, are
// those of the fit.
TEST_CASE("leaf_refitter: the rows of the fit give the bytes of the fit") {
  const boosting_table t(3000, 7);
  for (const auto objective : all_objectives) {
    for (const auto policy : {grow_policy::depthwise, grow_policy::lossguide, grow_policy::symmetric}) {
      const auto y = t.target(objective);
      boosting_params p = params_for(objective, 3, 4);
      p.policy = policy;
      const auto model = fit<gradient_boosted_trees>(with(t, y, true), p);
      CHECK(model.refit(with(t, y, true), 0) == model);
      CHECK(model.refit(with(t, y, true), 1) == model);
      CHECK(!(model.refit(with(t, y), 0.5) == model));
    }
  }
}

TEST_CASE("leaf_refitter: any number of threads and any instruction set give the same bytes") {
  const boosting_table t(2000, 6), other(15'000, 6, 0.1, 3);
  for (const auto objective : all_objectives) {
    const auto y = other.target(objective);
    const auto model = fit<gradient_boosted_trees>(with(t, t.target(objective)), params_for(objective, 3, 4));
    const auto expected = model.refit(with(other, y, true), 0.3, 1);
    for (const auto level : tests::simd_levels()) {
      const simd::scoped_level scope(level);
      for (const int threads : {1, 2, 3, 7})
        CHECK(model.refit(with(other, y, true), 0.3, threads) == expected);
    }
  }
}

TEST_CASE("leaf_refitter: a leaf without rows keeps its value, and so does one of rows without weight") {
  const std::vector<double> x = {1, 2, 3, 4}, y = {1, 1, 5, 5}, low = {1, 1.5}, new_y = {9, 9};
  boosting_params p;
  p.n_estimators = 1;
  p.reg_lambda = 0;
  p.learning_rate = 1;
  p.max_depth = 1;
  const auto model = fit<gradient_boosted_trees>(
      samples{matrix_view<const double>(x.data(), 4, 1), column_view<const double>(y.data(), 4)}, p);
  const auto leaf = [](const gradient_boosted_trees& m, std::size_t i) {
    return m.trees().nodes(0)[i].value;
  };
  CHECK(leaf(model, 1) == -2);
  CHECK(leaf(model, 2) == 2);
  const samples one_side{matrix_view<const double>(low.data(), 2, 1),
                         column_view<const double>(new_y.data(), 2)};
  const auto refitted = model.refit(one_side, 0.25);
  CHECK(leaf(refitted, 1) == doctest::Approx(0.25 * -2 + 0.75 * 6));
  CHECK(leaf(refitted, 2) == 2);
  CHECK(leaf(model, 1) == -2);
  const std::vector<double> weight = {0, 0, 1, 1};
  const samples half{matrix_view<const double>(x.data(), 4, 1), column_view<const double>(y.data(), 4),
                     column_view<const double>(weight.data(), 4)};
  CHECK(model.refit(half, 0.5) == model);
}

TEST_CASE("leaf_refitter: base margins stand for the base, and scores of old leaves are forgotten") {
  const boosting_table t(600, 6);
  boosting_params p = params_for(boosting_objective::logistic, 3, 4);
  p.early_stopping_rounds = 2;
  const auto y = t.target(p.objective);
  const evaluation_set<double> set{"train", with(t, y)};
  const auto model = gradient_boosted_trees::fit(with(t, y), std::span(&set, 1), p);
  REQUIRE(model.best_iteration());
  CHECK(!model.refit(with(t, y)).best_iteration());
  const std::vector<double> base(600, model.base_margins()[0]), far(600, 3.0);
  const matrix_view<const double> same(base.data(), 600, 1), other(far.data(), 600, 1);
  CHECK(model.refit(with(t, y), 0.5, 1, {}, same) == model.refit(with(t, y), 0.5));
  CHECK(!(model.refit(with(t, y), 0.5, 1, {}, other) == model.refit(with(t, y), 0.5)));
}

TEST_CASE("leaf_refitter: classes that are missing in the new rows, and what cannot be used") {
  const boosting_table t(500, 6);
  const auto y = t.target(boosting_objective::softmax);
  const auto model = fit<gradient_boosted_trees>(with(t, y), params_for(boosting_objective::softmax, 3, 4));
  std::vector<double> two(500);
  for (std::size_t i = 0; i < 500; ++i) two[i] = i % 2 == 0 ? 0 : 1;
  CHECK(model.refit(with(t, two), 0.5).outputs() == model.outputs());
  two[3] = 4;
  CHECK_THROWS_AS(model.refit(with(t, two)), argument_error);
  for (const double rate : {-0.1, 1.1, std::nan("")}) {
    CHECK_THROWS_WITH_AS(model.refit(with(t, y), rate), doctest::Contains("decay_rate: found"),
                         argument_error);
  }
  const boosting_table narrow(500, 5);
  CHECK_THROWS_AS(model.refit(with(narrow, y)), argument_error);
  const auto compute = [](const custom_rows&, std::span<double>, std::span<double>) {};
  CHECK_THROWS_AS(model.refit(with(t, y), 0.5, 1, compute), argument_error);
}
