#include "colonnade/boosting/boosting_extras.hpp"

#include <doctest/doctest.h>

#include <optional>

#include "colonnade/boosting/gradient_boosted_trees.hpp"
#include "tests/boosting/boosting_data.hpp"
#include "tests/laws.hpp"

using namespace colonnade;
using namespace colonnade::tests;

namespace {

std::vector<gradient_boosted_trees> kept(const samples<matrix_view<const double>>& data,
                                         const boosting_params& p, std::uint32_t every,
                                         const gradient_boosted_trees* init_model = nullptr,
                                         std::span<const evaluation_set<double>> sets = {}) {
  std::vector<gradient_boosted_trees> models;
  const auto keep = [&](const gradient_boosted_trees& model) { models.push_back(model); };
  models.push_back(gradient_boosted_trees::fit(data, sets, p, 0, {}, nullptr, {}, init_model,
                                               {.checkpoints = {every, keep}}));
  return models;
}

}  // namespace

// LAW: checkpoints-go-on A checkpoint has the bytes of a fit of so many iterations, and a fit that goes on
// from it those of one that was never interrupted.
TEST_CASE("boosting_extras: a fit goes on from a checkpoint as if it had not ended") {
  const boosting_table t(1500, 7);
  for (const auto objective : all_objectives) {
    const auto y = t.target(objective);
    for (const auto method : {row_sampling::uniform, row_sampling::goss, row_sampling::mvs}) {
      if (method != row_sampling::uniform && objective >= boosting_objective::quantile) continue;
      INFO("objective " << static_cast<int>(objective) << ", method " << static_cast<int>(method));
      boosting_params p = params_for(objective, 7, 4);
      p.sampling_method = method;
      p.subsample = method == row_sampling::goss ? 1 : 0.6;
      p.learning_rate = 0.5;  // goss sees all rows twice
      p.colsample_bynode = 0.7;
      p.num_parallel_tree = 2;
      const auto models = kept(with(t, y, true), p, 3);
      REQUIRE(models.size() == 3);
      const auto& whole = models.back();
      CHECK(whole == fit<gradient_boosted_trees>(with(t, y, true), p));
      for (std::size_t k = 0; k < 2; ++k) {
        const auto loaded = from_bytes<gradient_boosted_trees>(to_bytes(models[k]));
        CHECK(loaded.iterations() == 3 * (k + 1));
        p.n_estimators = loaded.iterations();
        CHECK(loaded == fit<gradient_boosted_trees>(with(t, y, true), p));
        p.n_estimators = 7 - loaded.iterations();
        const auto rest = kept(with(t, y, true), p, 2, &loaded);
        CHECK(rest.back() == whole);
        CHECK(rest.size() == (k == 0 ? 3 : 1));
        if (k == 0) CHECK(rest[0].iterations() == 5);
        if (k == 0) CHECK(rest[0].parameters().n_estimators == 5);
      }
    }
  }
}

TEST_CASE("boosting_extras: with early stopping a checkpoint has all iterations so far, and no best one") {
  const boosting_table t(500, 6), other(500, 6, 0.05, 99);
  boosting_params p = params_for(boosting_objective::logistic, 300, 4);
  const auto y = t.target(p.objective), y2 = other.target(p.objective);
  p.early_stopping_rounds = 10;
  p.max_depth = 6;
  const evaluation_set<double> sets[] = {{"other", with(other, y2)}};
  const auto models = kept(with(t, y), p, 5, nullptr, sets);
  const std::uint32_t best = *models.back().best_iteration();
  REQUIRE(models.size() >= 3);
  const auto& last = models[models.size() - 2];
  CHECK(last.iterations() > best + 1);
  CHECK(!last.best_iteration());
  // Its own iterations are the ones among which the best is looked for.
  const auto again = kept(with(t, y), p, 1000, &last, sets);
  CHECK(*again.back().best_iteration() >= last.iterations());
  CHECK(again.back().iterations() == *again.back().best_iteration() + 1);
}

TEST_CASE("boosting_extras: what a checkpoint throws ends the fit, and without one nothing is called") {
  const boosting_table t(100, 5);
  const auto y = t.target(boosting_objective::squared_error);
  const auto p = params_for(boosting_objective::squared_error, 5, 4);
  struct full_disk {};
  std::size_t calls = 0;
  const auto fails = [&](const gradient_boosted_trees&) {
    ++calls;
    throw full_disk();
  };
  const auto fit_with = [&](std::uint32_t every) {
    return gradient_boosted_trees::fit(with(t, y), std::span<const evaluation_set<double>>{}, p, 0, {},
                                       nullptr, {}, nullptr, {.checkpoints = {every, fails}});
  };
  CHECK_THROWS_AS(fit_with(2), full_disk);
  CHECK(calls == 1);
  CHECK(fit_with(6).iterations() == 5);
  CHECK(fit_with(0).iterations() == 5);
  CHECK(calls == 1);
}
