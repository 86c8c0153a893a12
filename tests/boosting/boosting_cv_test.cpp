// Also tests: boosting/binned_matrix.hpp
#include "colonnade/boosting/boosting_cv.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "colonnade/boosting/gradient_boosted_trees.hpp"
#include "tests/boosting/boosting_data.hpp"
#include "tests/laws.hpp"

using namespace colonnade;
using namespace colonnade::tests;

namespace {

// Every third row is left out, then those next to them, ...; the last fold learns from a few rows only.
std::vector<boosting_fold> thirds(std::size_t rows) {
  std::vector<boosting_fold> folds(4);
  for (std::uint32_t i = 0; i < rows; ++i) {
    for (std::uint32_t k = 0; k < 3; ++k) (i % 3 == k ? folds[k].test : folds[k].train).push_back(i);
    if (i % 10 == 0) folds[3].train.push_back(i);
    if (i % 10 == 4) folds[3].test.push_back(i);
  }
  return folds;
}

struct gathered {
  matrix<double> x;
  std::vector<double> y, weight, margins;

  gathered(const boosting_table& t, const std::vector<double>& target, const std::vector<std::uint32_t>& rows,
           const std::vector<double>& all_margins)
      : x(rows.size(), t.x.view().columns()) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t f = 0; f < t.x.view().columns(); ++f) x(i, f) = t.x.view()(rows[i], f);
      y.push_back(target[rows[i]]);
      weight.push_back(t.weight[rows[i]]);
      if (!all_margins.empty()) margins.push_back(all_margins[rows[i]]);
    }
  }
  column_view<const double> target() const { return {y.data(), y.size()}; }
  column_view<const double> weights() const { return {weight.data(), weight.size()}; }
};

// Scores of a fold by a fit on its rows alone, with the given cuts: train and test.
std::pair<std::vector<double>, std::vector<double>> scores_alone(const boosting_table& t,
                                                                 const std::vector<double>& y,
                                                                 const boosting_fold& fold,
                                                                 const boosting_params& p,
                                                                 const std::vector<double>& margins) {
  const auto cuts =
      feature_cuts::learn<const double>(t.x.view(), {t.weight.data(), t.weight.size()}, p.max_bin, 1);
  const gathered train(t, y, fold.train, margins), test(t, y, fold.test, margins);
  const matrix_view<const double> x = train.x.view(), x2 = test.x.view();
  const binned_matrix bins(x, cuts, binned_matrix::layout::rows_and_columns, 1),
      bins2(x2, cuts, binned_matrix::layout::rows_and_columns, 1);
  const boosting_loss loss(p, train.target(), train.weights(), train.y.size());
  boosting_params q = p;
  q.scale_pos_weight = 1;
  const boosting_loss scored(q, train.target(), train.weights(), train.y.size()),
      scored2(q, test.target(), test.weights(), test.y.size());
  boosting_trainer trainer(bins, cuts, loss, p, loss.base_margins(), 1);
  if (!margins.empty()) trainer.resume({}, train.margins);
  trainer.watch("train", bins, scored, train.margins);
  trainer.watch("test", bins2, scored2, test.margins);
  trainer.run({});
  return {trainer.histories()[0].scores, trainer.histories()[1].scores};
}

boosting_params cv_params(boosting_objective objective) {
  boosting_params p = params_for(objective);
  p.n_estimators = 5;
  p.max_depth = 4;
  p.max_bin = 32;
  if (objective == boosting_objective::softmax) p.num_class = 4;
  return p;
}

bool same_numbers(const std::vector<double>& a, const std::vector<double>& b) {
  return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(double)) == 0;
}

void check_folds(const boosting_table& t, const boosting_params& p, const std::vector<double>& margins = {}) {
  const auto y = t.target(p.objective);
  const auto folds = thirds(y.size());
  const matrix_view<const double> base(margins.data(), margins.size(), margins.empty() ? 0 : 1);
  for (std::size_t k = 0; k < folds.size(); ++k) {
    const auto alone = boosting_cv::evaluate(with(t, y, true), std::span(&folds[k], 1), p, 1, {}, {}, base);
    const auto [train, test] = scores_alone(t, y, folds[k], p, margins);
    CHECK(same_numbers(alone.train_mean, train));
    CHECK(same_numbers(alone.test_mean, test));
    CHECK(alone.test_std == std::vector<double>(p.n_estimators));
  }
  const auto all = boosting_cv::evaluate(with(t, y, true), folds, p, 1, {}, {}, base);
  for (std::size_t i = 0; i < p.n_estimators; ++i) {
    double sum = 0, squares = 0;
    for (const auto& fold : folds) {
      const double score = scores_alone(t, y, fold, p, margins).second[i];
      sum += score;
      squares += score * score;
    }
    CHECK(all.test_mean[i] == doctest::Approx(sum / 4).epsilon(1e-12));
    CHECK(all.test_std[i] ==
          doctest::Approx(std::sqrt(std::max(0.0, squares / 4 - sum * sum / 16))).epsilon(1e-5));
  }
  for (const int threads : {2, 3, 7}) {
    const auto again = boosting_cv::evaluate(with(t, y, true), folds, p, threads, {}, {}, base);
    CHECK(same_numbers(again.train_mean, all.train_mean));
    CHECK(same_numbers(again.test_mean, all.test_mean));
    CHECK(same_numbers(again.test_std, all.test_std));
  }
}

}  // namespace

// LAW: cv-folds-are-fits A fold of a cross-validation has the scores of a fit on its rows alone with the cuts
// of all rows, to the last bit.
TEST_CASE("boosting_cv: a fold is the fit of its rows") {
  const boosting_table t(900, 6);
  for (const auto objective : all_objectives) {
    INFO("objective " << static_cast<int>(objective));
    boosting_params p = cv_params(objective);
    check_folds(t, p);
    p.subsample = 0.7;
    p.colsample_bynode = 0.6;
    p.num_parallel_tree = 2;
    check_folds(t, p);
  }
}

TEST_CASE("boosting_cv: samples by gradient, weights of classes and base margins are those of a fit") {
  const boosting_table t(900, 6);
  boosting_params p = cv_params(boosting_objective::logistic);
  p.scale_pos_weight = 3;
  check_folds(t, p);
  p.sampling_method = row_sampling::goss;
  p.learning_rate = 0.7;
  check_folds(t, p);
  p.sampling_method = row_sampling::mvs;
  p.subsample = 0.5;
  p.eval_metric = "auc";
  check_folds(t, p, t.score);
}

TEST_CASE("boosting_cv: early stopping looks at the mean and ends with the best iteration") {
  const boosting_table t(600, 6);
  const auto y = t.target(boosting_objective::logistic);
  const auto folds = thirds(600);
  boosting_params p = cv_params(boosting_objective::logistic);
  p.n_estimators = 200;
  p.max_depth = 6;
  const auto whole = boosting_cv::evaluate(with(t, y), folds, p);
  CHECK(whole.metric == "logloss");
  CHECK(whole.test_mean.size() == 200);
  const auto best =
      std::min_element(whole.test_mean.begin(), whole.test_mean.end()) - whole.test_mean.begin();
  CHECK(whole.best_iteration == best);
  p.early_stopping_rounds = 7;
  std::size_t calls = 0;
  const auto count = [&](const boosting_progress& now) {
    CHECK(now.iteration == calls++);
    CHECK(now.histories.size() == 2);
    CHECK(now.histories[1].scores.size() == calls);
    return false;
  };
  const auto stopped = boosting_cv::evaluate(with(t, y), folds, p, 0, count);
  CHECK(calls == stopped.best_iteration + 8);
  CHECK(stopped.test_mean.size() == stopped.best_iteration + 1);
  CHECK(stopped.train_std.size() == stopped.best_iteration + 1);
  CHECK(std::equal(stopped.test_mean.begin(), stopped.test_mean.end(), whole.test_mean.begin()));
  const auto third = [](const boosting_progress& now) { return now.iteration == 2; };
  CHECK(boosting_cv::evaluate(with(t, y), folds, p, 0, third).train_mean.size() <= 3);
  p.early_stopping_rounds = 0;
  CHECK(boosting_cv::evaluate(with(t, y), folds, p, 0, third).test_mean.size() == 3);
  p.n_estimators = 0;
  CHECK(boosting_cv::evaluate(with(t, y), folds, p).test_mean.empty());
}

TEST_CASE("boosting_cv: classes that a fold lacks, custom gradients, and folds that cannot be used") {
  const boosting_table t(300, 6);
  auto y = t.target(boosting_objective::softmax);
  const boosting_params p = cv_params(boosting_objective::softmax);
  y[5] = 3;
  std::vector<boosting_fold> folds = {{{0, 1, 2, 3, 4}, {5, 6, 7}}, {{5, 6, 7, 7}, {0}}};
  CHECK(boosting_cv::evaluate(with(t, y), folds, p).test_mean.size() == 5);
  const auto refused = [&](std::vector<boosting_fold> bad, const char* message) {
    CHECK_THROWS_WITH_AS(boosting_cv::evaluate(with(t, y), bad, p), doctest::Contains(message),
                         argument_error);
  };
  refused({}, "cv: found no fold");
  refused({{{}, {1}}}, "cv: found a fold without rows");
  refused({{{1}, {}}}, "cv: found a fold without rows");
  refused({{{1}, {300}}}, "cv: found row 300, expected below 300");
  boosting_params q = cv_params(boosting_objective::squared_error);
  q.base_score = 0.0;
  const auto expected = boosting_cv::evaluate(with(t, t.score), folds, q);
  q.objective = boosting_objective::custom;
  CHECK_THROWS_AS(boosting_cv::evaluate(with(t, t.score), folds, q), argument_error);
  const auto compute = [](const custom_rows& rows, std::span<double> g, std::span<double> h) {
    for (std::size_t i = 0; i < rows.target.size(); ++i) {
      g[i] = rows.margins[i] - rows.target[i];
      h[i] = 1;
    }
  };
  const auto found = boosting_cv::evaluate(with(t, t.score), folds, q, 0, {}, compute);
  for (std::size_t i = 0; i < 5; ++i)
    CHECK(found.test_mean[i] == doctest::Approx(expected.test_mean[i]).epsilon(1e-6));
}

TEST_CASE("boosting_cv: rows of a group are drawn together in every fold, as in a fit of the fold") {
  const boosting_table t(600, 6);
  const auto y = t.target(boosting_objective::squared_error);
  boosting_params p = cv_params(boosting_objective::squared_error);
  p.subsample = 0.5;
  // Groups of 1 to 5 rows; the fold tests on the groups 40 to 79, so its rows stay in their groups.
  std::vector<std::uint64_t> sizes, train_sizes;
  boosting_fold fold;
  for (std::uint32_t row = 0; row < 600;) {
    const auto size = std::min<std::uint32_t>(1 + static_cast<std::uint32_t>(sizes.size() % 5), 600 - row);
    const bool tested = sizes.size() >= 40 && sizes.size() < 80;
    for (std::uint32_t k = 0; k < size; ++k) (tested ? fold.test : fold.train).push_back(row++);
    sizes.push_back(size);
    if (!tested) train_sizes.push_back(size);
  }
  const auto evaluate = [&](const boosting_params& q, std::span<const std::uint64_t> group) {
    return boosting_cv::evaluate(with(t, y), std::span(&fold, 1), q, 2, {}, {}, {}, group).test_mean;
  };
  const auto grouped = evaluate(p, sizes);
  CHECK(grouped != evaluate(p, {}));
  // A fit of the fold's rows, with the cuts of all.
  const auto cuts = feature_cuts::learn(std::as_const(t).x.view(), {}, p.max_bin, 1);
  for (std::uint32_t f = 0; f < 6; ++f)
    p.cut_points.push_back({f, {cuts.cuts(f).begin(), cuts.cuts(f).end()}});
  boosting_table train(fold.train.size(), 6), test(fold.test.size(), 6);
  std::vector<double> train_y, test_y;
  const auto gather = [&](const std::vector<std::uint32_t>& rows, boosting_table& to,
                          std::vector<double>& to_y) {
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::size_t f = 0; f < 6; ++f) to.x(i, f) = t.x.view()(rows[i], f);
      to_y.push_back(y[rows[i]]);
    }
  };
  gather(fold.train, train, train_y);
  gather(fold.test, test, test_y);
  const evaluation_set<double> sets[] = {{"test", with(test, test_y)}};
  boosting_log log;
  static_cast<void>(gradient_boosted_trees::fit(with(train, train_y),
                                                std::span<const evaluation_set<double>>(sets), p, 2, {}, &log,
                                                {}, nullptr, {.group = train_sizes}));
  CHECK(grouped == log.histories[0].scores);
  sizes.back() += 1;
  CHECK_THROWS_WITH_AS(static_cast<void>(evaluate(p, sizes)), doctest::Contains("group: found a group of"),
                       argument_error);
  p.sampling_method = row_sampling::mvs;
  sizes.back() -= 1;
  CHECK_THROWS_WITH_AS(static_cast<void>(evaluate(p, sizes)), doctest::Contains("group: found rows that"),
                       argument_error);
}

TEST_CASE("binned_matrix: gathered rows are the bins of those rows") {
  const boosting_table t(700, 19, 0.2);
  const matrix_view<const double> x = t.x.view();
  const auto cuts = feature_cuts::learn<const double>(x, {}, 20, 1);
  const binned_matrix bins(x, cuts, binned_matrix::layout::rows_and_columns, 1);
  for (const std::size_t count : {1u, 255u, 256u, 600u}) {
    std::vector<std::uint32_t> rows;
    for (std::size_t i = 0; i < count; ++i) rows.push_back(static_cast<std::uint32_t>(i * 37 % 700));
    const auto some = bins.gather(rows, binned_matrix::layout::rows_and_columns, 2);
    REQUIRE(some.rows() == count);
    CHECK(some.cells() == bins.cells());
    for (std::size_t i = 0; i < count; ++i) {
      CHECK(std::memcmp(some.row(i), bins.row(rows[i]), bins.stride()) == 0);
      for (std::size_t f = 0; f < 19; ++f) CHECK(some.bin(i, f) == bins.bin(rows[i], f));
    }
  }
}
