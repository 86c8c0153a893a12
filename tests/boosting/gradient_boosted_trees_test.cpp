// Also tests: boosting/boosting_params.hpp, boosting/boosting_trainer.hpp
// Also tests: boosting/boosting_progress.hpp, boosting/split_finder.hpp
// Also tests: boosting/objective_function.hpp, boosting/objectives.hpp, boosting/weighted_targets.hpp
// Also tests: boosting/squared_error_objective.hpp, boosting/logistic_objective.hpp
// Also tests: boosting/softmax_objective.hpp, boosting/poisson_objective.hpp, boosting/grown_tree.hpp
// Also tests: boosting/quantile_objective.hpp, boosting/leaf_rule.hpp, boosting/custom_objective.hpp
#include "colonnade/boosting/gradient_boosted_trees.hpp"

#include <doctest/doctest.h>

#include <chrono>

#include "tests/boosting/boosting_data.hpp"
#include "tests/boosting/naive_comparison.hpp"
#include "tests/laws.hpp"
#include "tests/simd_levels.hpp"

using namespace colonnade;
using namespace colonnade::tests;

namespace {

boosting_params small(boosting_objective objective) {
  boosting_params p = params_for(objective);
  p.n_estimators = 4;
  p.max_depth = 3;
  return p;
}

double loss_of(const gradient_boosted_trees& model, const boosting_table& t, const std::vector<double>& y) {
  const auto margins = margins_of(model, t.x.view());
  const boosting_metric metric(model.objective() == boosting_objective::logistic ? "logloss" : "rmse");
  return metric(margins, y, {}, 1);
}

gradient_boosted_trees fit_simple(const std::vector<double>& x, const std::vector<double>& y,
                                  const boosting_params& p) {
  return fit<gradient_boosted_trees>(
      samples{matrix_view<const double>(x.data(), y.size(), y.empty() ? 1 : x.size() / y.size()),
              column_view<const double>(y.data(), y.size())},
      p);
}

void check_against_naive(const boosting_table& t, const boosting_params& p, bool weighted) {
  const auto y = t.target(p.objective);
  check_naive(with(t, y, weighted), p);
}

}  // namespace

TEST_CASE("gradient_boosted_trees: the trees are those of a trainer with plain sums") {
  const boosting_table t(400, 6, 0.1);
  for (const auto objective : all_objectives) {
    for (const bool weighted : {false, true}) {
      INFO("objective " << static_cast<int>(objective) << ", weighted " << weighted);
      boosting_params p = small(objective);
      p.max_bin = 20;
      check_against_naive(t, p, weighted);
      p.reg_lambda = 0.3;
      p.reg_alpha = 0.7;
      p.gamma = 0.5;
      p.min_child_weight = 3;
      check_against_naive(t, p, weighted);
      p.policy = grow_policy::symmetric;
      check_against_naive(t, p, weighted);
    }
  }
}

TEST_CASE(
    "gradient_boosted_trees: with a bin for every value, and columns that are lists, as plain sums have it") {
  boosting_table t(1200, 6, 0.1);
  for (std::size_t i = 0; i < 1200; ++i) {
    if (i % 9 != 0) t.x(i, 5) = 0;  // nearly all in one bin
  }
  for (const auto objective : {boosting_objective::squared_error, boosting_objective::logistic}) {
    boosting_params p = small(objective);
    p.max_bin = 65'535;
    check_against_naive(t, p, false);
    p.policy = grow_policy::symmetric;
    check_against_naive(t, p, false);
  }
}

// LAW: boosting-same-bits A boosted model has equal bytes for threads 1, 2, 3, 7 and instruction sets base,
// v3, v4.
TEST_CASE("gradient_boosted_trees: any number of threads and any instruction set give the same bytes") {
  const boosting_table t(30000, 7);
  for (const auto objective : all_objectives) {
    const auto y = t.target(objective);
    for (const auto policy : {grow_policy::depthwise, grow_policy::lossguide, grow_policy::symmetric}) {
      boosting_params p = small(objective);
      p.policy = policy;
      p.max_depth = policy == grow_policy::symmetric ? 4 : 0;
      p.max_leaves = 14;
      p.n_estimators = 2;
      p.subsample = policy == grow_policy::depthwise ? 0.7 : 1;
      p.colsample_bytree = 0.8;
      check_same_bits<gradient_boosted_trees>(with(t, y, true), p);
    }
  }
}

TEST_CASE(
    "gradient_boosted_trees: leaves that gain the same are split in the same order by any number of threads") {
  std::vector<double> x, y;
  for (int i = 0; i < 64000; ++i) {
    const int block = i % 32, mirrored = std::min(block, 31 - block);
    x.push_back(block);
    y.push_back((mirrored * 7) % 16);
  }
  boosting_params p;
  p.policy = grow_policy::lossguide;
  p.max_depth = 0;
  p.n_estimators = 3;
  for (const std::uint32_t leaves : {4u, 7u, 12u, 20u}) {
    p.max_leaves = leaves;
    check_same_bits<gradient_boosted_trees>(samples{matrix_view<const double>(x.data(), x.size(), 1),
                                                    column_view<const double>(y.data(), y.size())},
                                            p);
  }
}

TEST_CASE("gradient_boosted_trees: predictions have the same bits for any threads and one row at a time") {
  const boosting_table t(3000, 6, 0.2);
  for (const auto objective : all_objectives) {
    const auto y = t.target(objective);
    const auto model = fit<gradient_boosted_trees>(with(t, y), small(objective));
    const auto expected = margins_of(model, t.x.view());
    for (const int threads : {2, 3, 7}) CHECK(margins_of(model, t.x.view(), threads) == expected);
    for (std::size_t i = 0; i < 50; ++i) {
      const auto one = margins_of(model, std::as_const(t).x.view().slice(i, 1));
      for (std::size_t k = 0; k < one.size(); ++k) CHECK(one[k] == expected[i * one.size() + k]);
    }
  }
}

TEST_CASE(
    "gradient_boosted_trees: floats and doubles of the same values, in any layout, give the same model") {
  boosting_table t(2000, 6);
  matrix<float> floats(2000, 6), columns(2000, 6, matrix<float>::layout::columns);
  for (std::size_t i = 0; i < 2000; ++i) {
    for (std::size_t f = 0; f < 6; ++f) {
      floats(i, f) = columns(i, f) = static_cast<float>(t.x(i, f));
      t.x(i, f) = static_cast<double>(floats(i, f));
    }
  }
  const auto y = t.target(boosting_objective::logistic);
  const column_view<const double> target(y.data(), y.size());
  const auto p = small(boosting_objective::logistic);
  const auto model = fit<gradient_boosted_trees>(with(t, y), p);
  CHECK(fit<gradient_boosted_trees>(samples{std::as_const(floats).view(), target}, p) == model);
  CHECK(fit<gradient_boosted_trees>(samples{std::as_const(columns).view(), target}, p) == model);
  std::vector<double> out(2000);
  model.predict_margin(std::as_const(columns).view(), matrix_view<double>(out.data(), 2000, 1));
  CHECK(out == margins_of(model, t.x.view()));
}

// LAW: boosting-walks The walk over values and the walk over bins end at the same leaf, also for NaN,
// infinities, -0.0 and values on a threshold.
TEST_CASE("gradient_boosted_trees: rows on thresholds go the way they went in training") {
  boosting_table t(3000, 6, 0.1);
  for (std::size_t i = 0; i < 3000; i += 50) {
    t.x(i, 0) = std::numeric_limits<double>::infinity();
    t.x(i + 1, 0) = -std::numeric_limits<double>::infinity();
    t.x(i + 2, 4) = -0.0;
    t.x(i + 3, 4) = 0.0;
    t.x(i + 4, 4) = std::numeric_limits<double>::max();
  }
  const auto y = t.target(boosting_objective::squared_error);
  boosting_params p = small(boosting_objective::squared_error);
  p.max_depth = 8;
  const auto model = fit<gradient_boosted_trees>(with(t, y), p);
  std::vector<double> probes = {std::nan(""), INFINITY, -INFINITY, 0.0, -0.0};
  for (std::size_t f = 0; f < 6; ++f)
    probes.insert(probes.end(), model.cuts().cuts(f).begin(), model.cuts().cuts(f).end());
  matrix<double> x(probes.size(), 6);
  for (std::size_t i = 0; i < probes.size(); ++i) {
    for (std::size_t f = 0; f < 6; ++f) x(i, f) = probes[(i + 7 * f) % probes.size()];
  }
  const binned_matrix bins(std::as_const(x).view(), model.cuts(), binned_matrix::layout::rows_and_columns, 1);
  std::vector<std::uint32_t> leaf(probes.size() * p.n_estimators);
  model.apply(std::as_const(x).view(),
              matrix_view<std::uint32_t>(leaf.data(), probes.size(), p.n_estimators));
  for (std::size_t k = 0; k < p.n_estimators; ++k) {
    const auto nodes = model.trees().nodes(k);
    for (std::size_t i = 0; i < probes.size(); ++i) {
      std::uint32_t at = 0;
      while (!nodes[at].is_leaf()) {
        const auto f = nodes[at].feature();
        const std::uint16_t bin = bins.bin(i, f);
        const auto cuts = model.cuts().cuts(f);
        const auto below = nodes[at].value == -INFINITY
                               ? 0
                               : std::find(cuts.begin(), cuts.end(), nodes[at].value) - cuts.begin() + 1;
        const bool left = bin == bins.missing_bin(f) ? nodes[at].goes_left_when_missing() : bin < below;
        at = nodes[at].child + (left ? 0 : 1);
      }
      CHECK(leaf[i * p.n_estimators + k] == at);
    }
  }
}

TEST_CASE("gradient_boosted_trees: the margins of training are the predictions") {
  const boosting_table t(5000, 6, 0.1);
  for (const auto objective : all_objectives) {
    for (const double subsample : {1.0, 0.5}) {
      const auto y = t.target(objective);
      boosting_params p = small(objective);
      p.subsample = subsample;
      const boosting_loss loss(p, with(t, y).target, {}, 5000);
      const auto cuts = feature_cuts::learn(std::as_const(t).x.view(), {}, 256, 1);
      const binned_matrix bins(std::as_const(t).x.view(), cuts, binned_matrix::layout::rows_and_columns, 1);
      boosting_trainer trainer(bins, cuts, loss, p, loss.base_margins(), 1);
      while (trainer.iteration() < 4) trainer.step();
      const auto margins = margins_of(fit<gradient_boosted_trees>(with(t, y), p), t.x.view());
      const std::size_t outputs = loss.outputs();
      for (std::size_t i = 0; i < margins.size(); ++i) {
        CHECK(margins[i] == trainer.margins()[i % outputs * 5000 + i / outputs]);
      }
    }
  }
}

TEST_CASE("gradient_boosted_trees: zero weight is no row, weight two is a row twice") {
  boosting_table t(600, 5);
  const auto y = t.target(boosting_objective::logistic);
  std::vector<double> weight, y2;
  std::vector<std::size_t> row;
  for (std::size_t i = 0; i < 600; ++i) {
    const std::size_t times = i % 3;
    weight.push_back(static_cast<double>(times));
    row.insert(row.end(), times, i);
    y2.insert(y2.end(), times, y[i]);
  }
  boosting_table twice(row.size(), 5);
  for (std::size_t i = 0; i < row.size(); ++i) {
    for (std::size_t f = 0; f < 5; ++f) twice.x(i, f) = t.x(row[i], f);
  }
  auto weighted = with(t, y);
  weighted.weight = column_view<const double>(weight.data(), weight.size());
  const boosting_params p = small(boosting_objective::logistic);
  const auto a = fit<gradient_boosted_trees>(weighted, p),
             b = fit<gradient_boosted_trees>(with(twice, y2), p);
  const auto left = margins_of(a, t.x.view()), right = margins_of(b, t.x.view());
  for (std::size_t i = 0; i < left.size(); ++i) CHECK(left[i] == doctest::Approx(right[i]).epsilon(2e-3));
}

TEST_CASE("gradient_boosted_trees: one target of a million does not blur the others") {
  const boosting_table t(20000, 6, 0);
  auto y = t.target(boosting_objective::squared_error);
  boosting_params p = small(boosting_objective::squared_error);
  p.n_estimators = 60;
  p.max_depth = 6;
  y[17] = 1e6;
  auto model = fit<gradient_boosted_trees>(with(t, y), p);
  std::vector<double> error;
  const auto margins = margins_of(model, t.x.view());
  for (std::size_t i = 0; i < y.size(); ++i) error.push_back(std::abs(margins[i] - y[i]));
  std::nth_element(error.begin(), error.begin() + 10000, error.end());
  CHECK(error[10000] < 0.3);
}

TEST_CASE("gradient_boosted_trees: missing values follow the side that gains more") {
  const double nan = std::nan("");
  std::vector<double> x, y;
  for (int i = 0; i < 30; ++i) {
    x.insert(x.end(), {0.0, 1.0, nan});
    y.insert(y.end(), {0.0, 5.0, 5.0});
  }
  boosting_params p;
  p.learning_rate = 1;
  p.reg_lambda = 0;
  auto model = fit_simple(x, y, p);
  const std::vector<double> probe = {0, 1, nan};
  CHECK(margins_of(model, {probe.data(), 3, 1})[2] == doctest::Approx(5).epsilon(1e-6));
  for (std::size_t i = 2; i < y.size(); i += 3) y[i] = -7;
  model = fit_simple(x, y, p);
  const auto m = margins_of(model, {probe.data(), 3, 1});
  CHECK(m[0] == doctest::Approx(0).epsilon(1e-6));
  CHECK(m[2] == doctest::Approx(-7).epsilon(1e-6));
  // Missing or not is all there is to know.
  for (double& value : x) value = std::isnan(value) ? nan : 2;
  model = fit_simple(x, y, p);
  CHECK(margins_of(model, {probe.data(), 3, 1})[2] == doctest::Approx(-7).epsilon(1e-6));
  CHECK(margins_of(model, {probe.data(), 3, 1})[0] == doctest::Approx(2.5).epsilon(1e-6));
}

TEST_CASE("gradient_boosted_trees: tables with nothing to learn give the base score") {
  boosting_params p;
  CHECK(margins_of(fit_simple({1}, {4}, p), {std::vector<double>{9}.data(), 1, 1})[0] == doctest::Approx(4));
  const auto constant = fit_simple({1, 2, 3, 4}, {2.5, 2.5, 2.5, 2.5}, p);
  CHECK(margins_of(constant, {std::vector<double>{9}.data(), 1, 1})[0] == doctest::Approx(2.5));
  p.objective = boosting_objective::logistic;
  const auto one_class = fit_simple({1, 2, 3, 4}, {1, 1, 1, 1}, p);
  CHECK(margins_of(one_class, {std::vector<double>{9}.data(), 1, 1})[0] > 10);
  p.objective = boosting_objective::softmax;
  p.n_estimators = 3;
  const auto single = fit_simple({1, 2, 3, 4}, {0, 0, 0, 0}, p);
  CHECK(single.classes() == 1);
  CHECK(single.trees().trees() == 3);
  const double nan = std::nan("");
  CHECK(fit_simple({nan, nan, nan}, {0, 1, 2}, p).features() == 1);
}

TEST_CASE("gradient_boosted_trees: what cannot be learnt from is refused with one line") {
  boosting_params p;
  CHECK_THROWS_AS(fit_simple({}, {}, p), argument_error);
  CHECK_THROWS_AS(fit_simple({1, 2}, {1, std::nan("")}, p), data_error);
  CHECK_THROWS_AS(fit_simple({1, 2}, {1, INFINITY}, p), data_error);
  p.objective = boosting_objective::logistic;
  CHECK_THROWS_AS(fit_simple({1, 2}, {1, 2}, p), data_error);
  p.objective = boosting_objective::softmax;
  CHECK_THROWS_AS(fit_simple({1, 2}, {0, 1.5}, p), data_error);
  CHECK_THROWS_AS(fit_simple({1, 2}, {0, -1}, p), data_error);
  p.num_class = 2;
  CHECK_THROWS_AS(fit_simple({1, 2}, {0, 2}, p), argument_error);
  p = {};
  p.objective = boosting_objective::poisson;
  CHECK_THROWS_AS(fit_simple({1, 2}, {1, -0.5}, p), data_error);
  CHECK_THROWS_AS(fit_simple({1, 2}, {1, INFINITY}, p), data_error);
  CHECK_THROWS_AS(fit_simple({1, 2}, {0, 0}, p), argument_error);
  p.objective = boosting_objective::quantile;
  CHECK_THROWS_AS(fit_simple({1, 2}, {1, 2}, p), argument_error);
  p.objective = boosting_objective::absolute_error;
  CHECK_THROWS_AS(fit_simple({1, 2}, {1, INFINITY}, p), data_error);
  p = {};
  const boosting_table t(10, 5);
  auto y = t.target(boosting_objective::squared_error);
  auto data = with(t, y, true);
  std::vector<double> bad(10, -1.0), zero(10, 0.0);
  data.weight = {bad.data(), 10};
  CHECK_THROWS_AS(fit<gradient_boosted_trees>(data, p), data_error);
  data.weight = {zero.data(), 10};
  CHECK_THROWS_AS(fit<gradient_boosted_trees>(data, p), argument_error);
  data.weight = {bad.data(), 9};
  CHECK_THROWS_AS(fit<gradient_boosted_trees>(data, p), argument_error);
  data = with(t, y);
  data.x = data.x.columns_slice(0, 0);
  CHECK_THROWS_AS(fit<gradient_boosted_trees>(data, p), argument_error);
  p.early_stopping_rounds = 3;
  CHECK_THROWS_AS(fit<gradient_boosted_trees>(with(t, y), p), argument_error);
  const auto model = fit<gradient_boosted_trees>(with(t, y));
  CHECK_THROWS_AS(margins_of(model, t.x.view().columns_slice(0, 2)), argument_error);
}

TEST_CASE("boosting_params: values that cannot be used are named") {
  const auto refused = [](auto change) {
    boosting_params p;
    change(p);
    CHECK_THROWS_AS(p.check(), argument_error);
  };
  refused([](auto& p) { p.learning_rate = 0; });
  refused([](auto& p) { p.learning_rate = std::nan(""); });
  refused([](auto& p) { p.max_bin = 1; });
  refused([](auto& p) { p.max_bin = 65'536; });
  refused([](auto& p) { p.min_child_weight = -1; });
  refused([](auto& p) { p.reg_lambda = -1; });
  refused([](auto& p) { p.reg_alpha = INFINITY; });
  refused([](auto& p) { p.gamma = -0.1; });
  refused([](auto& p) { p.subsample = 0; });
  refused([](auto& p) { p.colsample_bytree = 1.5; });
  refused([](auto& p) { p.scale_pos_weight = 0; });
  refused([](auto& p) { p.eval_metric = "logloss"; });
  refused([](auto& p) { p.max_delta_step = 0.5; });
  refused([](auto& p) { p.quantile_alpha = 0.5; });
  refused([](auto& p) { p.objective = boosting_objective::quantile; });
  for (const double alpha : {0.0, 1.0, std::nan("")}) {
    refused([&](auto& p) {
      p.objective = boosting_objective::quantile;
      p.quantile_alpha = alpha;
    });
  }
  refused([](auto& p) {
    p.objective = boosting_objective::poisson;
    p.max_delta_step = -1;
  });
  refused([](auto& p) {
    p.objective = boosting_objective::poisson;
    p.base_score = 0;
  });
  refused([](auto& p) {
    p.objective = boosting_objective::logistic;
    p.base_score = 1;
  });
}

TEST_CASE("gradient_boosted_trees: counts are predicted as exp(margin), and no leaf leaps") {
  const boosting_table t(4000, 6);
  const auto y = t.target(boosting_objective::poisson);
  boosting_params p = small(boosting_objective::poisson);
  p.n_estimators = 60;
  const auto model = fit<gradient_boosted_trees>(with(t, y), p);
  const auto margins = margins_of(model, t.x.view());
  std::vector<double> mean(4000);
  model.predict(t.x.view(), std::span(mean));
  double deviance = 0, sum = 0, total = 0;
  for (std::size_t i = 0; i < 4000; ++i) {
    CHECK(mean[i] == elementary::exp(margins[i]));
    deviance += 2 * (mean[i] - y[i] + (y[i] > 0 ? y[i] * std::log(y[i] / mean[i]) : 0)) / 4000;
    sum += mean[i];
    total += y[i];
  }
  CHECK(deviance < 0.4);
  CHECK(sum == doctest::Approx(total).epsilon(0.01));
  CHECK(model.base_margins()[0] == doctest::Approx(std::log(total / 4000)));
  for (std::size_t k = 0; k < model.trees().trees(); ++k) {
    for (const auto& node : model.trees().nodes(k)) {
      if (node.is_leaf()) CHECK(std::abs(node.value) <= 0.7 * p.learning_rate);
    }
  }
}

TEST_CASE("gradient_boosted_trees: margins of counts that run away stay numbers") {
  boosting_params p;
  p.objective = boosting_objective::poisson;
  p.learning_rate = 1e6;
  p.max_delta_step = 0;
  p.reg_lambda = 0;
  const auto model = fit_simple({1, 2, 3, 4}, {0, 0, 1, 1e60}, p);
  for (std::size_t k = 0; k < model.trees().trees(); ++k) {
    for (const auto& node : model.trees().nodes(k)) CHECK(std::isfinite(node.value));
  }
}

TEST_CASE(
    "gradient_boosted_trees: any objective learns from one row, a constant, nothing but gaps and rows without weight") {
  const double nan = std::nan("");
  for (const auto objective : all_objectives) {
    INFO("objective " << static_cast<int>(objective));
    const boosting_params p = small(objective);
    const auto finite = [](const gradient_boosted_trees& model, const std::vector<double>& x) {
      for (const double m : margins_of(model, {x.data(), x.size(), 1})) CHECK(std::isfinite(m));
    };
    finite(fit_simple({1}, {1}, p), {1, nan});
    finite(fit_simple({1, 2, 3, 4}, {1, 1, 1, 1}, p), {1, 2, nan});
    finite(fit_simple({nan, nan, nan, nan}, {1, 0, 1, 0}, p), {1, nan});
    finite(fit_simple({-INFINITY, 0, INFINITY, nan}, {1, 0, 1, 0}, p), {-INFINITY, INFINITY, nan});

    boosting_params free = p;  // leaves may be without weight
    free.min_child_weight = 0;
    free.reg_lambda = 0;
    std::vector<double> x, y, w;
    for (int i = 0; i < 60; ++i) {
      x.push_back(i);
      y.push_back(i % 3 == 0 ? 1 : 0);
      w.push_back(i < 20 || i > 40 ? 0 : 1 + i % 2);
    }
    const samples rows{matrix_view<const double>(x.data(), 60, 1), column_view<const double>(y.data(), 60),
                       column_view<const double>(w.data(), 60)};
    const auto model = fit<gradient_boosted_trees>(rows, free);
    finite(model, x);
    for (std::size_t i = 0; i < 60; ++i) y[i] = w[i] > 0 ? y[i] : 1;
    CHECK(fit<gradient_boosted_trees>(rows, free) == model);  // their targets do not count
  }
}

TEST_CASE("gradient_boosted_trees: a leaf of a quantile is the quantile of its rows") {
  const std::vector<double> x = {0, 0, 0, 0, 0, 1, 1, 1, 1, 1}, y = {1, 2, 3, 4, 90, 11, 12, 13, 14, -90};
  boosting_params p;
  p.learning_rate = 1;
  p.n_estimators = 1;
  const std::vector<double> probe = {0, 1};
  const auto at = [&](double alpha) {
    p.objective = boosting_objective::quantile;
    p.quantile_alpha = alpha;
    return margins_of(fit_simple(x, y, p), {probe.data(), 2, 1});
  };
  CHECK(at(0.5) == std::vector<double>{3, 12});
  CHECK(at(0.25) == std::vector<double>{2, 11});
  CHECK(at(0.4) == std::vector<double>{2.5, 11.5});
  p.objective = boosting_objective::absolute_error;
  p.quantile_alpha.reset();
  CHECK(margins_of(fit_simple(x, y, p), {probe.data(), 2, 1}) == std::vector<double>{3, 12});
  CHECK(fit_simple(x, y, p).base_margins()[0] == 7.5);
}

TEST_CASE("gradient_boosted_trees: as many rows are below a quantile as it says") {
  const boosting_table t(6000, 6);
  for (const double alpha : {0.05, 0.5, 0.9}) {
    boosting_params p = small(boosting_objective::quantile);
    p.quantile_alpha = alpha;
    p.n_estimators = 40;
    const auto y = t.target(p.objective);
    const auto margins = margins_of(fit<gradient_boosted_trees>(with(t, y), p), t.x.view());
    double below = 0;
    for (std::size_t i = 0; i < y.size(); ++i) below += y[i] <= margins[i] ? 1 : 0;
    CHECK(below / 6000 == doctest::Approx(alpha).epsilon(0.03));
  }
}

TEST_CASE("gradient_boosted_trees: a custom objective that is a known one gives its trees") {
  const boosting_table t(3000, 6);
  const auto logistic = [](const custom_rows& rows, std::span<double> g, std::span<double> h) {
    for (std::size_t i = 0; i < g.size(); ++i) {
      const double p = elementary::sigmoid(rows.margins[i]), w = rows.weight.empty() ? 1 : rows.weight[i];
      g[i] = (p - rows.target[i]) * w;
      h[i] = p * (1 - p) * w;
    }
  };
  const auto softmax = [](const custom_rows& rows, std::span<double> g, std::span<double> h) {
    const std::size_t n = rows.target.size();
    for (std::size_t i = 0; i < n; ++i) {
      double sum = 0;
      for (std::size_t k = 0; k < 4; ++k) sum += std::exp(rows.margins[k * n + i]);
      for (std::size_t k = 0; k < 4; ++k) {
        const double p = std::exp(rows.margins[k * n + i]) / sum;
        g[k * n + i] = p - (rows.target[i] == static_cast<double>(k) ? 1 : 0);
        h[k * n + i] = p * (1 - p);
      }
    }
  };
  const auto compare = [&](boosting_objective known, std::uint32_t classes, const custom_gradients& custom,
                           bool weighted) {
    const auto y = t.target(known);
    boosting_params p = small(known);
    p.base_score = 0.5;
    const auto expected = fit<gradient_boosted_trees>(with(t, y, weighted), p);
    p.objective = boosting_objective::custom;
    p.num_class = classes;
    p.base_score.reset();
    const evaluation_set<double> sets[] = {{"train", with(t, y)}};
    const auto model = gradient_boosted_trees::fit(
        with(t, y, weighted), std::span<const evaluation_set<double>>(sets), p, 1, {}, nullptr, custom);
    const auto a = margins_of(model, t.x.view()), b = margins_of(expected, t.x.view());
    // The base score of softmax is 0.5 for all classes, here it is 0: that changes no probability.
    const double base = expected.base_margins()[0];
    for (std::size_t i = 0; i < a.size(); ++i) CHECK(a[i] == doctest::Approx(b[i] - base).epsilon(1e-3));
    CHECK(model.classes() == classes);
    std::vector<double> label(3000), other(3000), table(3000 * classes);
    model.predict(t.x.view(), std::span(label));
    expected.predict(t.x.view(), std::span(other));
    CHECK(label == other);
    CHECK_THROWS_AS(model.predict_proba(t.x.view(), matrix_view<double>(table.data(), 3000, classes)),
                    argument_error);
    check_bytes(model);
  };
  compare(boosting_objective::logistic, 2, logistic, true);
  compare(boosting_objective::softmax, 4, softmax, false);
}

TEST_CASE(
    "gradient_boosted_trees: a custom objective of numbers predicts margins, in the same bits by any threads") {
  const boosting_table t(20000, 6);
  boosting_params p = small(boosting_objective::custom);
  const auto y = t.target(p.objective);
  // log cosh
  const auto compute = [](const custom_rows& rows, std::span<double> g, std::span<double> h) {
    for (std::size_t i = 0; i < g.size(); ++i) {
      const double e = elementary::exp(2 * (rows.margins[i] - rows.target[i])), slope = 1 - 2 / (e + 1);
      g[i] = slope * rows.weight[i];
      h[i] = (1 - slope * slope) * rows.weight[i];
    }
  };
  const auto fit_on = [&](int threads) {
    return gradient_boosted_trees::fit(with(t, y, true), std::span<const evaluation_set<double>>{}, p,
                                       threads, {}, nullptr, compute);
  };
  const auto model = fit_on(1);
  CHECK(model.classes() == 0);
  CHECK(model.objective() == boosting_objective::custom);
  std::vector<double> out(20000);
  model.predict(t.x.view(), std::span(out));
  CHECK(out == margins_of(model, t.x.view()));
  for (const auto level : tests::simd_levels()) {
    const simd::scoped_level scope(level);
    for (const int threads : {1, 2, 3, 7}) CHECK(fit_on(threads) == model);
  }
}

TEST_CASE(
    "gradient_boosted_trees: what a custom objective may not say is named, what it throws comes through") {
  boosting_params p;
  p.objective = boosting_objective::custom;
  const std::vector<double> x = {1, 2, 3}, y = {1, 2, 3};
  const samples data{matrix_view<const double>(x.data(), 3, 1), column_view<const double>(y.data(), 3)};
  const auto fit_with = [&](const custom_gradients& compute) {
    return gradient_boosted_trees::fit(data, std::span<const evaluation_set<double>>{}, p, 1, {}, nullptr,
                                       compute);
  };
  const auto says = [&](double g, double h) {
    const auto compute = [&](const custom_rows&, std::span<double> gradient, std::span<double> hessian) {
      gradient[1] = g;
      hessian[1] = h;
    };
    static_cast<void>(fit_with(compute));
  };
  says(0, 0);
  says(-1e90, 1e90);
  CHECK_THROWS_WITH_AS(says(std::nan(""), 1), doctest::Contains("as a gradient"), data_error);
  CHECK_THROWS_AS(says(INFINITY, 1), data_error);
  CHECK_THROWS_AS(says(-1e91, 1), data_error);
  CHECK_THROWS_WITH_AS(says(1, -0.5), doctest::Contains("as a Hessian"), data_error);
  CHECK_THROWS_AS(says(1, std::nan("")), data_error);
  CHECK_THROWS_AS(says(1, INFINITY), data_error);
  struct mine {};
  const auto fails = [](const custom_rows&, std::span<double>, std::span<double>) { throw mine(); };
  CHECK_THROWS_AS(fit_with(fails), mine);
  CHECK_THROWS_AS(fit_with({}), argument_error);
  p.num_class = 3;
  CHECK_THROWS_AS(says(1, 1), data_error);  // y holds a 3
  p = {};
  CHECK_THROWS_AS(says(1, 1), argument_error);
}

TEST_CASE("gradient_boosted_trees: nodes of a level of a symmetric tree share their split") {
  const boosting_table t(3000, 5, 0.1);
  boosting_params p = small(boosting_objective::logistic);
  p.policy = grow_policy::symmetric;
  p.max_depth = 5;
  const auto y = t.target(p.objective);
  const auto splits_of = [&] {
    const auto model = fit<gradient_boosted_trees>(with(t, y, false), p);
    for (std::size_t k = 0; k < model.trees().trees(); ++k) {
      const auto nodes = model.trees().nodes(k);
      std::vector<std::uint32_t> level = {0}, next;
      for (; !nodes[level[0]].is_leaf(); level.swap(next)) {
        next.clear();
        for (const std::uint32_t i : level) {
          CHECK(nodes[i].bits == nodes[level[0]].bits);
          CHECK(nodes[i].value == nodes[level[0]].value);
          next.insert(next.end(), {nodes[i].child, nodes[i].child + 1});
        }
      }
      CHECK(2 * level.size() - 1 == nodes.size());
    }
    return model.trees().nodes(0).size();
  };
  CHECK(splits_of() == 63);
  p.max_leaves = 9;
  CHECK(splits_of() == 15);
  p.gamma = 1e9;
  CHECK(splits_of() == 1);
  p.max_depth = 0;
  CHECK_THROWS_AS(p.check(), argument_error);
}

TEST_CASE("gradient_boosted_trees: leaves and depth stay within their limits in both orders of growth") {
  const boosting_table t(4000, 6);
  const auto y = t.target(boosting_objective::squared_error);
  for (const auto policy : {grow_policy::depthwise, grow_policy::lossguide}) {
    boosting_params p = small(boosting_objective::squared_error);
    p.policy = policy;
    p.max_leaves = 9;
    p.max_depth = 0;
    const auto model = fit<gradient_boosted_trees>(with(t, y), p);
    for (std::size_t k = 0; k < model.trees().trees(); ++k) CHECK(model.trees().nodes(k).size() == 17);
    p.max_leaves = 0;
    p.max_depth = 2;
    const auto flat = fit<gradient_boosted_trees>(with(t, y), p);
    for (std::size_t k = 0; k < flat.trees().trees(); ++k) CHECK(flat.trees().depth(k) == 2);
    p.max_depth = 0;
    p.n_estimators = 1;
    p.min_child_weight = 100;
    const auto full = fit<gradient_boosted_trees>(with(t, y), p);
    for (const double cover : full.trees().cover(0)) CHECK(cover >= 100);
    CHECK(full.trees().nodes(0).size() > 20);
  }
}

TEST_CASE(
    "gradient_boosted_trees: with the same limits of depth both orders of growth find the same splits") {
  const boosting_table t(3000, 6);
  const auto y = t.target(boosting_objective::logistic);
  boosting_params p = small(boosting_objective::logistic);
  const auto deep = fit<gradient_boosted_trees>(with(t, y), p);
  p.policy = grow_policy::lossguide;
  const auto best = fit<gradient_boosted_trees>(with(t, y), p);
  CHECK(margins_of(deep, t.x.view()) == margins_of(best, t.x.view()));
}

TEST_CASE("gradient_boosted_trees: sampling depends on the seed only") {
  const boosting_table t(3000, 8);
  const auto y = t.target(boosting_objective::logistic);
  boosting_params p = small(boosting_objective::logistic);
  p.n_estimators = 20;
  p.subsample = 0.5;
  p.colsample_bytree = 0.5;
  const auto one = fit<gradient_boosted_trees>(with(t, y), p);
  CHECK(fit<gradient_boosted_trees>(with(t, y), p) == one);
  p.random_state = 1;
  CHECK(!(fit<gradient_boosted_trees>(with(t, y), p) == one));
  CHECK(loss_of(one, t, y) < 0.35);
  for (std::size_t k = 0; k < 20; ++k) {
    CHECK(one.trees().cover(k)[0] < 0.25 * 3000 * 0.56);
    std::vector<int> used(8);
    for (const auto& node : one.trees().nodes(k)) used[node.feature()] |= node.is_leaf() ? 0 : 1;
    CHECK(std::count(used.begin(), used.end(), 1) <= 4);
  }
}

TEST_CASE("gradient_boosted_trees: early stopping keeps the best iteration and the log has all of them") {
  const boosting_table t(600, 6), other(600, 6, 0.05, 99);
  const auto y = t.target(boosting_objective::logistic), y2 = other.target(boosting_objective::logistic);
  boosting_params p = small(boosting_objective::logistic);
  p.n_estimators = 500;
  p.early_stopping_rounds = 5;
  p.max_depth = 6;
  const evaluation_set<double> sets[] = {{"train", with(t, y)}, {"other", with(other, y2)}};
  boosting_log log;
  std::size_t calls = 0;
  const auto count = [&](const boosting_progress& now) {
    CHECK(now.iteration == calls);
    ++calls;
    return false;
  };
  const auto model = gradient_boosted_trees::fit(with(t, y), std::span<const evaluation_set<double>>(sets), p,
                                                 1, count, &log);
  REQUIRE(log.histories.size() == 2);
  const auto& scores = log.histories[1].scores;
  CHECK(log.histories[1].metric == "logloss");
  REQUIRE(model.best_iteration());
  CHECK(scores.size() == *model.best_iteration() + 6);
  CHECK(calls == scores.size());
  CHECK(*model.best_score() == *std::min_element(scores.begin(), scores.end()));
  CHECK(model.trees().trees() == *model.best_iteration() + 1);
  CHECK(loss_of(model, other, y2) == doctest::Approx(*model.best_score()).epsilon(1e-12));
  CHECK(log.histories[0].scores.back() < log.histories[0].scores.front());
}

TEST_CASE("gradient_boosted_trees: an observer ends the fit and an interrupt leaves nothing behind") {
  const boosting_table t(3000, 6);
  const auto y = t.target(boosting_objective::squared_error);
  boosting_params p;
  p.n_estimators = 1'000'000;
  const auto stop = [](const boosting_progress& now) { return now.iteration == 6; };
  const auto model =
      gradient_boosted_trees::fit(with(t, y), std::span<const evaluation_set<double>>{}, p, 1, stop);
  CHECK(model.trees().trees() == 7);
  const auto begin = std::chrono::steady_clock::now();
  const auto poll = [&] { return std::chrono::steady_clock::now() - begin > std::chrono::milliseconds(30); };
  for (const int threads : {1, 2}) {
    const interrupt_scope scope(poll);
    CHECK_THROWS_AS(fit<gradient_boosted_trees>(with(t, y), p, threads), interrupted);
  }
  CHECK(std::chrono::steady_clock::now() - begin < std::chrono::seconds(1));
}

TEST_CASE("gradient_boosted_trees: importances count the splits and their gains") {
  const boosting_table t(3000, 6);
  const auto y = t.target(boosting_objective::logistic);
  const auto model = fit<gradient_boosted_trees>(with(t, y), small(boosting_objective::logistic));
  const auto gain = model.feature_importances(importance::gain),
             total = model.feature_importances(importance::total_gain),
             weight = model.feature_importances(importance::weight),
             cover = model.feature_importances(importance::cover);
  double splits = 0;
  for (std::size_t f = 0; f < 6; ++f) {
    splits += weight[f];
    CHECK(total[f] == doctest::Approx(gain[f] * weight[f]));
    CHECK((weight[f] > 0) == (cover[f] > 0));
  }
  CHECK(weight[2] == 0);
  CHECK(weight[3] == 0);
  CHECK(total[0] > total[5]);
  std::size_t nodes = 0;
  for (std::size_t k = 0; k < model.trees().trees(); ++k) nodes += model.trees().nodes(k).size() / 2;
  CHECK(splits == static_cast<double>(nodes));
}

TEST_CASE("gradient_boosted_trees: probabilities sum to one and agree with the predicted class") {
  const boosting_table t(500, 6);
  for (const auto objective : {boosting_objective::logistic, boosting_objective::softmax}) {
    const auto y = t.target(objective);
    const auto model = fit<gradient_boosted_trees>(with(t, y), small(objective));
    const std::size_t classes = model.classes();
    std::vector<double> p(500 * classes), label(500);
    model.predict_proba(t.x.view(), matrix_view<double>(p.data(), 500, classes));
    model.predict(t.x.view(), std::span(label));
    for (std::size_t i = 0; i < 500; ++i) {
      double sum = 0;
      for (std::size_t k = 0; k < classes; ++k) sum += p[i * classes + k];
      CHECK(sum == doctest::Approx(1));
      for (std::size_t k = 0; k < classes; ++k)
        CHECK(p[i * classes + static_cast<std::size_t>(label[i])] >= p[i * classes + k]);
    }
  }
  const auto y = t.target(boosting_objective::squared_error);
  std::vector<double> p(1000);
  CHECK_THROWS_AS(fit<gradient_boosted_trees>(with(t, y))
                      .predict_proba(t.x.view(), matrix_view<double>(p.data(), 500, 2)),
                  argument_error);
}

TEST_CASE("gradient_boosted_trees: damaged bytes are refused or are another valid model") {
  const boosting_table t(300, 6);
  for (const auto objective : all_objectives) {
    const auto y = t.target(objective);
    boosting_params p = small(objective);
    p.n_estimators = 2;
    p.max_bin = 8;
    auto model = fit<gradient_boosted_trees>(with(t, y), p);
    check_bytes(model);
    model.set_feature_names({"a", "b", "c", "d", "e", "\xc3\xa4"});
    check_bytes(model);
    CHECK_THROWS_AS(model.set_feature_names({"a"}), argument_error);
  }
}
