#include "colonnade/boosting/weighted_draw.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "colonnade/boosting/gradient_boosted_trees.hpp"
#include "tests/boosting/boosting_data.hpp"
#include "tests/laws.hpp"

using namespace colonnade;
using namespace colonnade::tests;

namespace {

// The rate by bisection.
double naive_rate(const std::vector<double>& weight, double share) {
  double rows = 0;
  for (const double w : weight) rows += w > 0 ? 1 : 0;
  double low = 0, high = 1e18;
  for (int i = 0; i < 300; ++i) {
    const double middle = (low + high) / 2;
    double sum = 0;
    for (const double w : weight) sum += std::min(1.0, middle * w);
    (sum < share * rows ? low : high) = middle;
  }
  return low;
}

boosting_params weighted_params(boosting_objective objective) {
  boosting_params p = params_for(objective);
  p.n_estimators = 4;
  p.max_depth = 4;
  p.subsample = 0.4;
  p.sampling_method = row_sampling::weighted;
  return p;
}

}  // namespace

TEST_CASE("weighted_draw: probabilities are those of bisection, and sum to the share of the rows") {
  const random_stream random(4);
  for (const double share : {0.001, 0.1, 0.5, 0.9, 0.999}) {
    for (const std::size_t rows : {1u, 2u, 7u, 1000u}) {
      for (const double power : {0.0, 1.0, 5.0}) {
        std::vector<double> weight;
        for (std::size_t i = 0; i < rows; ++i)
          weight.push_back(i > 0 && i % 6 == 0 ? 0 : std::pow(0.01 + random.uniform(i), power));
        const weighted_draw draw(weight, share);
        const double rate = naive_rate(weight, share);
        for (const double w : weight) {
          CHECK(draw.probability(w) == doctest::Approx(std::min(1.0, rate * w)).epsilon(1e-6));
          CHECK(draw.weight_when_drawn(w) ==
                doctest::Approx(w > 0 ? std::max(1.0, rate * w) : 0).epsilon(1e-6));
        }
      }
    }
  }
}

TEST_CASE(
    "weighted_draw: equal weights, weights that leave no room, and weights that differ by all there is") {
  const weighted_draw equal(std::vector<double>{3, 3, 3, 3, 0}, 0.3);
  CHECK(equal.probability(3) == doctest::Approx(0.3));
  CHECK(equal.weight_when_drawn(3) == 1);
  CHECK(equal.probability(0) == 0);
  CHECK(equal.weight_when_drawn(0) == 0);
  const weighted_draw alone(std::vector<double>{5}, 0.25);
  CHECK(alone.probability(5) == 0.25);
  const weighted_draw far(std::vector<double>{5e-324, 1e30, 1e-300, 1e30}, 0.7);
  CHECK(far.probability(1e30) == 1);
  for (const double w : {5e-324, 1e-300, 1e30}) {
    CHECK(far.probability(w) >= 0);
    CHECK(far.probability(w) <= 1);
    CHECK(far.weight_when_drawn(w) >= 1);
    CHECK(far.weight_when_drawn(w) <= 1e30);
  }
}

TEST_CASE("weighted_draw: any number of threads and any instruction set give the same bytes") {
  const boosting_table t(10'000, 6);
  for (const auto objective : all_objectives)
    check_same_bits<gradient_boosted_trees>(with(t, t.target(objective), true), weighted_params(objective));
}

TEST_CASE("weighted_draw: equal weights are a uniform sample without weights") {
  boosting_table t(3000, 6);
  for (const auto objective : all_objectives) {
    const auto y = t.target(objective);
    const boosting_params p = weighted_params(objective);
    boosting_params q = p;
    q.sampling_method = row_sampling::uniform;
    const auto expected = fit<gradient_boosted_trees>(with(t, y), q);
    CHECK(fit<gradient_boosted_trees>(with(t, y), p).trees() == expected.trees());
    t.weight.assign(3000, 0.5);
    CHECK(fit<gradient_boosted_trees>(with(t, y, true), p).trees() == expected.trees());
  }
}

TEST_CASE("weighted_draw: all rows are a weighted fit, and rows without weight are none") {
  boosting_table t(2000, 6);
  const auto y = t.target(boosting_objective::logistic);
  boosting_params p = weighted_params(boosting_objective::logistic);
  p.subsample = 1;
  boosting_params q = p;
  q.sampling_method = row_sampling::uniform;
  CHECK(fit<gradient_boosted_trees>(with(t, y, true), p).trees() ==
        fit<gradient_boosted_trees>(with(t, y, true), q).trees());
  for (std::size_t i = 0; i < 2000; i += 2) t.weight[i] = 0;
  p.subsample = 0.5;
  auto other = y;
  for (std::size_t i = 0; i < 2000; i += 2) other[i] = 1 - y[i];
  CHECK(fit<gradient_boosted_trees>(with(t, other, true), p) ==
        fit<gradient_boosted_trees>(with(t, y, true), p));
  // Drawn rows count as one: 0.5 x 1000 rows with a Hessian of at most 1/4.
  const auto model = fit<gradient_boosted_trees>(with(t, y, true), p);
  CHECK(model.trees().cover(0)[0] > 0.5 * 0.85 * 0.25 * 1000 * 0.5);
  CHECK(model.trees().cover(0)[0] < 0.5 * 1.15 * 0.25 * 1000);
}

TEST_CASE("weighted_draw: leaves are near those of all rows with their weights") {
  boosting_table t(40'000, 2, 0);
  for (std::size_t i = 0; i < t.weight.size(); ++i) t.weight[i] = i % 100 == 0 ? 40 : t.weight[i];
  const auto y = t.target(boosting_objective::squared_error);
  boosting_params p = weighted_params(boosting_objective::squared_error);
  p.n_estimators = 1;
  p.max_depth = 3;
  p.learning_rate = 1;
  const auto drawn = margins_of(fit<gradient_boosted_trees>(with(t, y, true), p), t.x.view());
  p.subsample = 1;
  const auto all = margins_of(fit<gradient_boosted_trees>(with(t, y, true), p), t.x.view());
  double difference = 0, variance = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    difference += (drawn[i] - all[i]) * (drawn[i] - all[i]);
    variance += (all[i] - 1) * (all[i] - 1);
  }
  CHECK(difference < 0.01 * variance);
}

TEST_CASE("weighted_draw: a fit, its checkpoints and its scores know of the weights") {
  const boosting_table t(1500, 6);
  const auto y = t.target(boosting_objective::squared_error);
  const boosting_params p = weighted_params(boosting_objective::squared_error);
  const evaluation_set<double> set{"train", with(t, y, true)};
  boosting_log log;
  const auto model = gradient_boosted_trees::fit(with(t, y, true), std::span(&set, 1), p, 1, {}, &log);
  const boosting_metric metric("rmse");
  CHECK(log.histories[0].scores.back() ==
        doctest::Approx(metric(margins_of(model, t.x.view()), y, t.weight, 1)).epsilon(1e-12));
  const auto uniform = fit<gradient_boosted_trees>(with(t, y, true));
  CHECK(model.base_margins()[0] == uniform.base_margins()[0]);
  check_bytes(model);
  boosting_params half = p;
  half.n_estimators = 2;
  const auto first = fit<gradient_boosted_trees>(with(t, y, true), half);
  CHECK(gradient_boosted_trees::fit(with(t, y, true), {}, half, 0, {}, nullptr, {}, &first) == model);
  CHECK(model.refit(with(t, y, true), 1) == model);
}

TEST_CASE("weighted_draw: groups of a fit are those of its sample") {
  const boosting_table t(2000, 6);
  const auto y = t.target(boosting_objective::softmax);
  boosting_params p = weighted_params(boosting_objective::softmax);
  p.sampling_method = row_sampling::uniform;
  std::vector<std::uint64_t> sizes(2000, 1);
  const auto fit_with = [&](int threads = 0) {
    return gradient_boosted_trees::fit(with(t, y), std::span<const evaluation_set<double>>{}, p, threads, {},
                                       nullptr, {}, nullptr, {.group = sizes});
  };
  CHECK(fit_with() == fit<gradient_boosted_trees>(with(t, y), p));
  sizes.assign(250, 8);
  const auto model = fit_with(1);
  for (const int threads : {2, 3, 7}) CHECK(fit_with(threads) == model);
  CHECK(!(model == fit<gradient_boosted_trees>(with(t, y), p)));
  sizes.back() = 9;
  CHECK_THROWS_AS(fit_with(), argument_error);
}
