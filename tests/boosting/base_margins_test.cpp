#include "colonnade/boosting/base_margins.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "colonnade/boosting/gradient_boosted_trees.hpp"
#include "tests/boosting/boosting_data.hpp"
#include "tests/laws.hpp"

using namespace colonnade;
using namespace colonnade::tests;

namespace {

gradient_boosted_trees fit_from(const samples<matrix_view<const double>>& data, const boosting_params& p,
                                matrix_view<const double> base_margin, int threads = 0) {
  return gradient_boosted_trees::fit(data, std::span<const evaluation_set<double>>{}, p, threads, {}, nullptr,
                                     {}, nullptr, {.base_margin = base_margin});
}

matrix_view<const double> as_rows(const std::vector<double>& margins, std::size_t rows) {
  return {margins.data(), rows, margins.size() / rows};
}

}  // namespace

// LAW: base-margins-go-on A fit on top of the margins of a model grows the trees that going on from it grows,
// and predicts with those margins what the longer model predicts.
TEST_CASE("base_margins: a fit on the margins of a model goes on from it") {
  const boosting_table t(3000, 7), other(2000, 7, 0.1, 5);
  for (const auto objective : all_objectives) {
    const auto y = t.target(objective), y2 = other.target(objective);
    const auto first = fit<gradient_boosted_trees>(with(t, y, true), params_for(objective, 3, 4));
    const auto p = params_for(objective, 4, 4);
    const auto before = margins_of(first, t.x.view()), before2 = margins_of(first, other.x.view());
    evaluation_set<double> set{"other", with(other, y2)};
    boosting_log resumed, added;
    const auto longer =
        gradient_boosted_trees::fit(with(t, y, true), std::span(&set, 1), p, 1, {}, &resumed, {}, &first);
    set.base_margin = as_rows(before2, 2000);
    const auto top = gradient_boosted_trees::fit(with(t, y, true), std::span(&set, 1), p, 1, {}, &added, {},
                                                 nullptr, {.base_margin = as_rows(before, 3000)});
    CHECK(added.histories[0].scores == resumed.histories[0].scores);
    const std::size_t skipped = first.trees().trees();
    REQUIRE(top.trees().trees() + skipped == longer.trees().trees());
    for (std::size_t k = 0; k < top.trees().trees(); ++k) {
      const auto ours = top.trees().nodes(k), theirs = longer.trees().nodes(k + skipped);
      REQUIRE(ours.size() == theirs.size());
      for (std::size_t i = 0; i < ours.size(); ++i) {
        CHECK(ours[i].value == theirs[i].value);
        CHECK(ours[i].bits == theirs[i].bits);
      }
    }
    const auto expected = margins_of(longer, other.x.view());
    for (const std::size_t rows : {1u, 7u, 300u, 2000u}) {  // walked alone, in blocks, by ranks
      std::vector<double> found(rows * top.outputs());
      top.predict_margin(other.x.view().slice(0, rows),
                         matrix_view<double>(found.data(), rows, top.outputs()), 3,
                         as_rows(before2, 2000).slice(0, rows));
      CHECK(std::equal(found.begin(), found.end(), expected.begin()));
    }
  }
}

TEST_CASE("base_margins: the base score of every row is no base margin, whatever its strides") {
  const boosting_table t(1500, 6);
  for (const auto objective : all_objectives) {
    const auto y = t.target(objective);
    const auto p = params_for(objective, 3, 4);
    const auto model = fit<gradient_boosted_trees>(with(t, y), p);
    const std::vector<double> base(model.base_margins().begin(), model.base_margins().end());
    CHECK(fit_from(with(t, y), p, {base.data(), 1500, base.size(), 0, 1}) == model);
    std::vector<double> columns;
    for (const double b : base) columns.insert(columns.end(), 1500, b);
    for (const int threads : {1, 2, 3, 7})
      CHECK(fit_from(with(t, y), p, {columns.data(), 1500, base.size(), 1, 1500}, threads) == model);
  }
}

TEST_CASE("base_margins: classes and probabilities are those of the margins") {
  const boosting_table t(400, 6);
  const auto y = t.target(boosting_objective::softmax);
  const auto model = fit<gradient_boosted_trees>(with(t, y), params_for(boosting_objective::softmax, 3, 4));
  std::vector<double> base(400 * 4, 0.0), p(400 * 4), label(400);
  for (std::size_t i = 0; i < 400; ++i) base[4 * i + i % 4] = 50;
  model.predict(t.x.view(), std::span(label), 1, as_rows(base, 400));
  model.predict_proba(t.x.view(), matrix_view<double>(p.data(), 400, 4), 1, as_rows(base, 400));
  for (std::size_t i = 0; i < 400; ++i) {
    CHECK(label[i] == static_cast<double>(i % 4));
    CHECK(p[4 * i + i % 4] > 0.999);
  }
}

TEST_CASE("base_margins: a model and margins: the margins stand for its base, its trees are added") {
  const boosting_table t(500, 5);
  const auto y = t.target(boosting_objective::squared_error);
  const auto p = params_for(boosting_objective::squared_error, 2, 4);
  const std::vector<double> base(500, 7.5);
  const auto first = fit_from(with(t, y), p, as_rows(base, 500));
  const auto both = gradient_boosted_trees::fit(with(t, y), {}, p, 0, {}, nullptr, {}, &first,
                                                {.base_margin = as_rows(base, 500)});
  auto q = p;
  q.n_estimators = 4;
  CHECK(both == fit_from(with(t, y), q, as_rows(base, 500)));
}

TEST_CASE("base_margins: another shape and what is no number are named") {
  const boosting_table t(300, 6);
  const auto y = t.target(boosting_objective::softmax);
  const auto p = params_for(boosting_objective::softmax, 1, 4);
  std::vector<double> base(300 * 4);
  const auto model = fit_from(with(t, y), p, as_rows(base, 300));
  CHECK_THROWS_WITH_AS(fit_from(with(t, y), p, {base.data(), 300, 1}),
                       doctest::Contains("base_margin: found 300 x 1, expected 300 x 4"), argument_error);
  CHECK_THROWS_AS(fit_from(with(t, y), p, {base.data(), 299, 4}), argument_error);
  std::vector<double> out(300);
  CHECK_THROWS_AS(model.predict(t.x.view(), std::span(out), 1, {base.data(), 300, 3}), argument_error);
  for (const double bad : {std::nan(""), HUGE_VAL, -HUGE_VAL, 2e60}) {
    base[4 * 7 + 2] = bad;
    CHECK_THROWS_WITH_AS(fit_from(with(t, y), p, as_rows(base, 300)), doctest::Contains("base_margin: found"),
                         data_error);
    CHECK_THROWS_AS(model.predict(t.x.view(), std::span(out), 1, as_rows(base, 300)), data_error);
    const evaluation_set<double> set{"other", with(t, y), as_rows(base, 300)};
    CHECK_THROWS_AS(gradient_boosted_trees::fit(with(t, y), std::span(&set, 1), p), data_error);
  }
}

TEST_CASE("base_margins: one row, and margins beyond all targets") {
  const std::vector<double> x = {1}, y = {2.5}, far = {1e60};
  const samples data{matrix_view<const double>(x.data(), 1, 1), column_view<const double>(y.data(), 1)};
  boosting_params p;
  p.learning_rate = 1;
  p.reg_lambda = 0;
  p.n_estimators = 1;
  const auto model = fit_from(data, p, as_rows(far, 1));
  double out = 0;
  model.predict_margin(matrix_view<const double>(x.data(), 1, 1), matrix_view<double>(&out, 1, 1), 1,
                       as_rows(far, 1));
  CHECK(std::abs(out) < 1e52);
}
