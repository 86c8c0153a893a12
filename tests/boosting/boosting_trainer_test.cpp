// Also tests: boosting/growing_node.hpp
#include "colonnade/boosting/boosting_trainer.hpp"

#include <doctest/doctest.h>

#include "colonnade/boosting/gradient_boosted_trees.hpp"
#include "tests/boosting/boosting_data.hpp"
#include "tests/laws.hpp"

using namespace colonnade;
using namespace colonnade::tests;

namespace {

boosting_params sampled_params(boosting_objective objective, row_sampling method) {
  boosting_params p;
  p.objective = objective;
  p.n_estimators = 3;
  p.max_depth = 4;
  p.learning_rate = 1;
  p.sampling_method = method;
  if (method != row_sampling::goss) p.subsample = 0.3;
  return p;
}

// Those whose gradients differ, so that rows may be drawn by them.
constexpr boosting_objective objectives_with_distances[] = {
    boosting_objective::squared_error, boosting_objective::logistic, boosting_objective::softmax,
    boosting_objective::poisson};
constexpr row_sampling sampling_methods[] = {row_sampling::uniform, row_sampling::goss, row_sampling::mvs};

double loss_on(const gradient_boosted_trees& model, const boosting_table& t, const std::vector<double>& y) {
  const boosting_metric metric(model.objective() == boosting_objective::logistic ? "logloss" : "rmse");
  return metric(margins_of(model, t.x.view()), y, {}, 1);
}

}  // namespace

TEST_CASE("boosting_trainer: any number of threads and any instruction set give the same bytes") {
  const boosting_table t(20'000, 7);
  for (const auto objective : objectives_with_distances) {
    const auto y = t.target(objective);
    for (const auto method : sampling_methods) {
      check_same_bits<gradient_boosted_trees>(with(t, y, true), sampled_params(objective, method));
    }
  }
  auto p = sampled_params(boosting_objective::logistic, row_sampling::uniform);
  p.neg_bagging_fraction = 0.5;
  check_same_bits<gradient_boosted_trees>(with(t, t.target(p.objective)), p);
}

TEST_CASE(
    "boosting_trainer: columns of levels and nodes are the same for any threads, in all orders of growth") {
  const boosting_table t(10'000, 20);
  const auto y = t.target(boosting_objective::logistic);
  for (const auto policy : {grow_policy::depthwise, grow_policy::lossguide, grow_policy::symmetric}) {
    boosting_params p = sampled_params(boosting_objective::logistic, row_sampling::uniform);
    p.policy = policy;
    p.max_depth = policy == grow_policy::symmetric ? 5 : 0;
    p.max_leaves = 40;
    p.colsample_bytree = 0.8;
    p.colsample_bylevel = 0.7;
    p.colsample_bynode = 0.5;
    check_same_bits<gradient_boosted_trees>(with(t, y, true), p);
    for (std::uint32_t f = 0; f < 20; ++f) p.feature_weights.push_back(f % 4);
    check_same_bits<gradient_boosted_trees>(with(t, y, true), p);
    const auto weight = fit<gradient_boosted_trees>(with(t, y), p).feature_importances(importance::weight);
    for (std::size_t f = 0; f < 20; f += 4) CHECK(weight[f] == 0);
  }
}

TEST_CASE("boosting_trainer: both orders of growth draw the same columns for a node") {
  const boosting_table t(5000, 12);
  const auto y = t.target(boosting_objective::logistic);
  boosting_params p = sampled_params(boosting_objective::logistic, row_sampling::mvs);
  p.colsample_bylevel = 0.6;
  p.colsample_bynode = 0.6;
  const auto deep = fit<gradient_boosted_trees>(with(t, y), p);
  p.policy = grow_policy::lossguide;
  CHECK(margins_of(fit<gradient_boosted_trees>(with(t, y), p), t.x.view()) == margins_of(deep, t.x.view()));
}

TEST_CASE("boosting_trainer: a level splits by its share of the columns, a node by one if there is no more") {
  const boosting_table t(5000, 12, 0);
  const auto y = t.target(boosting_objective::squared_error);
  boosting_params p = sampled_params(boosting_objective::squared_error, row_sampling::uniform);
  p.subsample = 1;
  p.n_estimators = 10;
  p.colsample_bylevel = 0.1;
  const auto model = fit<gradient_boosted_trees>(with(t, y), p);
  for (std::size_t k = 0; k < model.trees().trees(); ++k) {
    const auto nodes = model.trees().nodes(k);
    std::vector<std::size_t> depth(nodes.size());
    std::vector<std::uint32_t> used(20, 99);
    for (std::size_t i = 0; i < nodes.size(); ++i) {
      if (nodes[i].is_leaf()) continue;
      depth[nodes[i].child] = depth[nodes[i].child + 1] = depth[i] + 1;
      if (used[depth[i]] == 99) used[depth[i]] = nodes[i].feature();
      CHECK(used[depth[i]] == nodes[i].feature());
    }
  }
}

TEST_CASE("boosting_trainer: a forest is the mean of its trees, each on a sample of its own") {
  const boosting_table t(3000, 8);
  for (const auto objective : objectives_with_distances) {
    const auto y = t.target(objective);
    boosting_params p = sampled_params(objective, row_sampling::uniform);
    p.subsample = 0.6;
    p.colsample_bynode = 0.5;
    p.n_estimators = 1;
    p.num_parallel_tree = 5;
    check_same_bits<gradient_boosted_trees>(with(t, y), p);
    const auto forest = fit<gradient_boosted_trees>(with(t, y), p);
    const std::size_t outputs = forest.outputs();
    REQUIRE(forest.trees().trees() == 5 * outputs);
    // The first round draws what a model of one tree draws.
    p.num_parallel_tree = 1;
    const auto single = fit<gradient_boosted_trees>(with(t, y), p);
    for (std::size_t k = 0; k < outputs; ++k) {
      const auto ours = forest.trees().nodes(k), alone = single.trees().nodes(k);
      REQUIRE(ours.size() == alone.size());
      for (std::size_t i = 0; i < ours.size(); ++i) {
        if (ours[i].is_leaf()) {
          CHECK(ours[i].value == doctest::Approx(alone[i].value / 5));
        } else {
          CHECK(ours[i].value == alone[i].value);
        }
      }
      CHECK(forest.trees().cover(k)[0] != forest.trees().cover(k + outputs)[0]);
    }
  }
}

TEST_CASE("boosting_trainer: trees that grow in parallel without a sample are equal, and add up to one") {
  const boosting_table t(2000, 6);
  const auto y = t.target(boosting_objective::softmax);
  boosting_params p = sampled_params(boosting_objective::softmax, row_sampling::uniform);
  p.subsample = 1;
  const auto single = margins_of(fit<gradient_boosted_trees>(with(t, y), p), t.x.view());
  p.num_parallel_tree = 4;
  const auto model = fit<gradient_boosted_trees>(with(t, y), p);
  CHECK(model.trees().trees() == 3 * 4 * 4);
  const auto margins = margins_of(model, t.x.view());
  for (std::size_t i = 0; i < single.size(); ++i)
    CHECK(margins[i] == doctest::Approx(single[i]).epsilon(1e-4));
}

TEST_CASE("boosting_trainer: a random forest learns, and more trees make it better") {
  const boosting_table t(4000, 6), other(4000, 6, 0.05, 99);
  const auto y = t.target(boosting_objective::squared_error),
             y2 = other.target(boosting_objective::squared_error);
  boosting_params p = sampled_params(boosting_objective::squared_error, row_sampling::uniform);
  p.n_estimators = 1;
  p.max_depth = 9;
  p.subsample = 0.6;
  p.colsample_bynode = 0.6;
  const double one = loss_on(fit<gradient_boosted_trees>(with(t, y), p), other, y2);
  p.num_parallel_tree = 50;
  CHECK(loss_on(fit<gradient_boosted_trees>(with(t, y), p), other, y2) < 0.75 * one);
}

TEST_CASE("boosting_trainer: early stopping counts iterations, not trees") {
  const boosting_table t(600, 6), other(600, 6, 0.05, 99);
  const auto y = t.target(boosting_objective::logistic), y2 = other.target(boosting_objective::logistic);
  boosting_params p = sampled_params(boosting_objective::logistic, row_sampling::uniform);
  p.n_estimators = 200;
  p.num_parallel_tree = 3;
  p.early_stopping_rounds = 4;
  const evaluation_set<double> sets[] = {{"other", with(other, y2)}};
  boosting_log log;
  const auto model =
      gradient_boosted_trees::fit(with(t, y), std::span<const evaluation_set<double>>(sets), p, 1, {}, &log);
  REQUIRE(model.best_iteration());
  CHECK(log.histories[0].scores.size() == *model.best_iteration() + 5);
  CHECK(model.trees().trees() == 3 * (*model.best_iteration() + 1));
  CHECK(loss_on(model, other, y2) == doctest::Approx(*model.best_score()).epsilon(1e-12));
}

TEST_CASE("boosting_trainer: shares of 1 give the trees of a model without sampling") {
  const boosting_table t(3000, 6);
  for (const auto objective : objectives_with_distances) {
    const auto y = t.target(objective);
    boosting_params p = sampled_params(objective, row_sampling::uniform);
    p.subsample = 1;
    const auto whole = fit<gradient_boosted_trees>(with(t, y), p);
    p.sampling_method = row_sampling::mvs;
    CHECK(fit<gradient_boosted_trees>(with(t, y), p).trees() == whole.trees());
    p.sampling_method = row_sampling::goss;
    p.top_rate = 0.75;
    p.other_rate = 0.25;
    CHECK(fit<gradient_boosted_trees>(with(t, y), p).trees() == whole.trees());
  }
}

TEST_CASE("boosting_trainer: a third of the rows learns almost as well as all of them") {
  const boosting_table t(8000, 6), other(8000, 6, 0.05, 99);
  for (const auto objective : {boosting_objective::squared_error, boosting_objective::logistic}) {
    const auto y = t.target(objective), y2 = other.target(objective);
    boosting_params p = sampled_params(objective, row_sampling::uniform);
    p.learning_rate = 0.1;
    p.n_estimators = 60;
    p.subsample = 1;
    const double whole = loss_on(fit<gradient_boosted_trees>(with(t, y), p), other, y2);
    for (const auto method : sampling_methods) {
      p.sampling_method = method;
      p.subsample = method == row_sampling::goss ? 1 : 0.3;
      CHECK(loss_on(fit<gradient_boosted_trees>(with(t, y), p), other, y2) < 1.04 * whole);
    }
  }
}

TEST_CASE("boosting_trainer: covers are near those of all rows where gradients are amplified") {
  const boosting_table t(20'000, 6);
  const auto y = t.target(boosting_objective::squared_error);
  for (const auto method : {row_sampling::goss, row_sampling::mvs}) {
    const auto model =
        fit<gradient_boosted_trees>(with(t, y), sampled_params(boosting_objective::squared_error, method));
    for (std::size_t k = 0; k < 3; ++k)
      CHECK(model.trees().cover(k)[0] == doctest::Approx(20'000).epsilon(0.05));
  }
}

TEST_CASE("boosting_trainer: one row, and targets without a difference") {
  for (const auto method : sampling_methods) {
    for (const std::size_t rows : {1u, 2u, 50u}) {
      const std::vector<double> x(rows, 3.0), same(rows, 2.5);
      boosting_params p = sampled_params(boosting_objective::squared_error, method);
      const auto model = fit<gradient_boosted_trees>(
          samples{matrix_view<const double>(x.data(), rows, 1), column_view<const double>(same.data(), rows)},
          p);
      CHECK(margins_of(model, {x.data(), 1, 1})[0] == doctest::Approx(2.5));
    }
  }
}

TEST_CASE("boosting_trainer: parameters of sampling that cannot be used are named") {
  const auto refused = [](auto change) {
    boosting_params p;
    p.objective = boosting_objective::logistic;
    change(p);
    CHECK_THROWS_AS(p.check(), argument_error);
  };
  refused([](auto& p) { p.top_rate = -0.1; });
  refused([](auto& p) { p.top_rate = 1; });
  refused([](auto& p) { p.other_rate = 0; });
  refused([](auto& p) { p.other_rate = 0.9; });
  refused([](auto& p) { p.other_rate = std::nan(""); });
  refused([](auto& p) { p.pos_bagging_fraction = 0; });
  refused([](auto& p) { p.num_parallel_tree = 0; });
  refused([](auto& p) { p.colsample_bylevel = 0; });
  refused([](auto& p) { p.colsample_bynode = 1.1; });
  refused([](auto& p) { p.feature_weights = {1, -1}; });
  refused([](auto& p) { p.feature_weights = {0, 0}; });
  refused([](auto& p) { p.feature_weights = {1, INFINITY}; });
  refused([](auto& p) { p.neg_bagging_fraction = 1.5; });
  refused([](auto& p) {
    p.sampling_method = row_sampling::goss;
    p.subsample = 0.5;
  });
  refused([](auto& p) {
    p.sampling_method = row_sampling::mvs;
    p.neg_bagging_fraction = 0.5;
  });
  refused([](auto& p) {
    p.objective = boosting_objective::squared_error;
    p.neg_bagging_fraction = 0.5;
  });
}

TEST_CASE(
    "boosting_trainer: parallel trees renew their leaves at the margins that their iteration began with") {
  const boosting_table t(2000, 6);
  const auto y = t.target(boosting_objective::absolute_error);
  boosting_params p = sampled_params(boosting_objective::absolute_error, row_sampling::uniform);
  p.subsample = 1;
  p.n_estimators = 1;
  const auto single = margins_of(fit<gradient_boosted_trees>(with(t, y), p), t.x.view());
  p.num_parallel_tree = 4;
  const auto margins = margins_of(fit<gradient_boosted_trees>(with(t, y), p), t.x.view());
  for (std::size_t i = 0; i < single.size(); ++i)
    CHECK(margins[i] == doctest::Approx(single[i]).epsilon(1e-9));
  p.subsample = 0.5;
  check_same_bits<gradient_boosted_trees>(with(t, y), p);
  for (const auto method : {row_sampling::goss, row_sampling::mvs}) {
    p.sampling_method = method;
    p.subsample = 1;
    CHECK_THROWS_AS(p.check(), argument_error);
  }
}

TEST_CASE("boosting_trainer: one weight a column") {
  const boosting_table t(30, 5);
  const auto y = t.target(boosting_objective::squared_error);
  boosting_params p;
  p.feature_weights = {1, 1};
  CHECK_THROWS_AS(fit<gradient_boosted_trees>(with(t, y), p), argument_error);
}

TEST_CASE("boosting_trainer: parameters of sampling are saved with the model") {
  const boosting_table t(300, 5);
  boosting_params p = sampled_params(boosting_objective::logistic, row_sampling::goss);
  p.max_bin = 8;
  p.num_parallel_tree = 2;
  p.colsample_bynode = 0.5;
  p.feature_weights = {1, 2, 0, 1, 3};
  const auto model = fit<gradient_boosted_trees>(with(t, t.target(p.objective)), p);
  check_bytes(model);
  CHECK(from_bytes<gradient_boosted_trees>(to_bytes(model)).parameters() == p);
}

// LAW: boosting-goes-on A fit that goes on from a model on the same rows gives the bytes of one fit of all
// iterations.
TEST_CASE("boosting_trainer: going on from a model is one long fit") {
  const boosting_table t(3000, 7);
  for (const auto objective : objectives_with_distances) {
    const auto y = t.target(objective);
    for (const auto method : sampling_methods) {
      boosting_params p = sampled_params(objective, method);
      p.num_parallel_tree = 2;
      p.learning_rate = 0.5;  // goss sees all rows twice
      p.n_estimators = 7;
      const auto whole = fit<gradient_boosted_trees>(with(t, y, true), p);
      p.n_estimators = 3;
      const auto first = fit<gradient_boosted_trees>(with(t, y, true), p);
      p.n_estimators = 4;
      const auto both = gradient_boosted_trees::fit(with(t, y, true), {}, p, 0, {}, nullptr, {}, &first);
      CHECK(both == whole);
      CHECK(both.iterations() == 7);
    }
  }
}

TEST_CASE("boosting_trainer: a model that does not fit is not gone on from") {
  const boosting_table t(300, 3), other(300, 4);
  boosting_params p = sampled_params(boosting_objective::logistic, row_sampling::uniform);
  const auto y = t.target(p.objective);
  const auto model = fit<gradient_boosted_trees>(with(t, y), p);
  const auto refused = [&](const boosting_table& table, const boosting_params& q) {
    const auto target = table.target(q.objective);
    CHECK_THROWS_AS(gradient_boosted_trees::fit(with(table, target), {}, q, 0, {}, nullptr, {}, &model),
                    argument_error);
  };
  refused(other, p);
  boosting_params q = p;
  q.objective = boosting_objective::squared_error;
  refused(t, q);
  q = p;
  q.num_parallel_tree = 3;
  refused(t, q);
}
