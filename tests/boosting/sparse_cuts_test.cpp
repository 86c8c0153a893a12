#include "colonnade/boosting/sparse_cuts.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "colonnade/boosting/boosting_cv.hpp"
#include "colonnade/boosting/gradient_boosted_trees.hpp"
#include "tests/boosting/boosting_data.hpp"
#include "tests/boosting/sparse_data.hpp"
#include "tests/laws.hpp"

using namespace colonnade;
using namespace colonnade::tests;

namespace {

/// Targets that depend on a sparse table.
std::vector<double> sparse_targets(const sparse_table& t) {
  std::vector<double> y;
  for (std::size_t i = 0; i < t.view().rows(); ++i) {
    const double* const x = t.dense.view().row(i);
    const double score = (std::isnan(x[1]) ? 1 : x[1] / 500) + x[0] - (x[2] > 100 ? 2 : 0);
    y.push_back(score > 0 ? 1 : 0);
  }
  return y;
}

template <class Model, class Table>
std::vector<double> margins_by(const Model& model, const Table& x, int threads) {
  std::vector<double> out(x.rows() * model.outputs());
  model.predict_margin(x, matrix_view<double>(out.data(), x.rows(), model.outputs()), threads);
  return out;
}

}  // namespace

TEST_CASE("sparse_cuts: the cuts of the dense table, with and without weights, also beyond the sample") {
  for (const std::size_t rows : {std::size_t{1}, std::size_t{900}, std::size_t{230'001}}) {
    const sparse_table t(rows, 4, 0.05);
    std::vector<double> weight;
    for (std::size_t i = 0; i < rows; ++i)
      weight.push_back(i % 5 == 0 ? 0 : 0.1 * static_cast<double>(i % 7));
    if (rows == 1) weight = {1};
    const sparse_columns<double> columns(t.view());
    for (const bool weighted : {false, true}) {
      const column_view<const double> w(weight.data(), weighted ? rows : 0);
      boosting_params p;
      for (const std::uint32_t max_bin : {4u, 256u, 3000u}) {
        p.max_bin = max_bin;
        p.binning = binning_method::quantile;
        CHECK(sparse_cuts<double>::learn(columns, w, p, 3) == cuts_for(t.dense.view(), w, p, 1));
        p.binning = binning_method::uniform;
        p.cut_points = {{1, {0.5, 7}}};
        CHECK(sparse_cuts<double>::learn(columns, w, p, 1) == cuts_for(t.dense.view(), w, p, 1));
        p.cut_points.clear();
      }
    }
  }
}

// LAW: sparse-is-dense A fit of a sparse table, and what it predicts, have the bytes of a fit of the dense
// table.
TEST_CASE("gradient_boosted_trees: a sparse table gives the model of the dense one") {
  for (const double share : {0.03, 0.4}) {
    const sparse_table t(2500, 30, share);
    const auto y = sparse_targets(t);
    const column_view<const double> target(y.data(), y.size());
    const samples<matrix_view<const double>> dense{t.dense.view(), target, {}};
    const samples<csr_view<double>> sparse{t.view(), target, {}};
    for (const auto policy : {grow_policy::depthwise, grow_policy::lossguide, grow_policy::symmetric}) {
      for (const int threads : {1, 3}) {
        boosting_params p = params_for(boosting_objective::logistic, 6, 5);
        p.policy = policy;
        p.subsample = threads == 1 ? 1 : 0.6;
        p.colsample_bytree = threads == 1 ? 1 : 0.7;
        const auto model = gradient_boosted_trees::fit(dense, p, 1);
        const auto same = gradient_boosted_trees::fit(sparse, p, threads);
        CHECK(same == model);
        CHECK(margins_by(same, t.view(), threads) == margins_by(model, t.dense.view(), 1));
        std::vector<double> probability(5000), dense_probability(5000);
        model.predict_proba(t.view(), matrix_view<double>(probability.data(), 2500, 2), threads);
        model.predict_proba(t.dense.view(), matrix_view<double>(dense_probability.data(), 2500, 2));
        CHECK(probability == dense_probability);
        std::vector<std::uint32_t> leaf(2500 * 6), dense_leaf(leaf.size());
        model.apply(t.view(), matrix_view<std::uint32_t>(leaf.data(), 2500, 6), threads);
        model.apply(t.dense.view(), matrix_view<std::uint32_t>(dense_leaf.data(), 2500, 6));
        CHECK(leaf == dense_leaf);
      }
    }
  }
}

TEST_CASE("gradient_boosted_trees: evaluation, going on and refitting of sparse tables as of dense ones") {
  const sparse_table t(1500, 30, 0.03), other(700, 30, 0.03);
  const auto y = sparse_targets(t), other_y = sparse_targets(other);
  const samples<matrix_view<const double>> dense{t.dense.view(), {y.data(), y.size()}, {}};
  const samples<csr_view<double>> sparse{t.view(), {y.data(), y.size()}, {}};
  boosting_params p = params_for(boosting_objective::logistic, 8, 4);
  p.early_stopping_rounds = 2;
  const evaluation_set<double> dense_sets[] = {{"other", {other.dense.view(), {other_y.data(), 700}, {}}}};
  const evaluation_set<double, csr_view<double>> sparse_sets[] = {
      {"other", {other.view(), {other_y.data(), 700}, {}}}};
  boosting_log dense_log, sparse_log;
  const auto model = gradient_boosted_trees::fit(dense, std::span(dense_sets), p, 1, {}, &dense_log);
  fit_options<double, csr_view<double>> how;
  how.evaluation = sparse_sets;
  how.log = &sparse_log;
  const auto same = gradient_boosted_trees::fit(sparse, p, 2, how);
  CHECK(same == model);
  CHECK(sparse_log.histories[0].scores == dense_log.histories[0].scores);

  p.early_stopping_rounds = 0;
  const auto longer = gradient_boosted_trees::fit(dense, {}, p, 1, {}, nullptr, {}, &model);
  CHECK(gradient_boosted_trees::fit(sparse, p, 2, {}, &same) == longer);
  CHECK(model.refit(sparse, 0.3, 2) == model.refit(dense, 0.3, 1));
}

TEST_CASE("boosting_cv: scores of sparse tables are those of dense ones") {
  const sparse_table t(900, 30, 0.03);
  const auto y = sparse_targets(t);
  const samples<matrix_view<const double>> dense{t.dense.view(), {y.data(), y.size()}, {}};
  const samples<csr_view<double>> sparse{t.view(), {y.data(), y.size()}, {}};
  std::vector<boosting_fold> folds(3);
  for (std::uint32_t i = 0; i < 900; ++i) {
    for (std::size_t k = 0; k < 3; ++k) (i % 3 == k ? folds[k].test : folds[k].train).push_back(i);
  }
  const boosting_params p = params_for(boosting_objective::logistic, 5, 4);
  const auto expected = boosting_cv::evaluate(dense, folds, p, 1),
             found = boosting_cv::evaluate(sparse, folds, p, 2);
  CHECK(found.train_mean == expected.train_mean);
  CHECK(found.test_mean == expected.test_mean);
  CHECK(found.test_std == expected.test_std);
}

TEST_CASE("gradient_boosted_trees: columns of categories in sparse tables") {
  sparse_table t(1200, 5, 0.3);
  t.make_codes(2, 9);
  const auto y = sparse_targets(t);
  boosting_params p = params_for(boosting_objective::logistic, 6, 4);
  p.categorical_features = {2};
  const samples<matrix_view<const double>> dense{std::as_const(t).dense.view(), {y.data(), y.size()}, {}};
  const samples<csr_view<double>> sparse{t.view(), {y.data(), y.size()}, {}};
  CHECK(gradient_boosted_trees::fit(sparse, p) == gradient_boosted_trees::fit(dense, p));
  p.categorical_features = {1};
  CHECK_THROWS_AS(gradient_boosted_trees::fit(sparse, p), data_error);
}
