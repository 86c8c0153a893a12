// Also tests: boosting/boosting_worker.hpp, boosting/boosting_plan.hpp, boosting/boosting_proposal.hpp
// Also tests: boosting/boosting_sums.hpp, boosting/tree_growth.hpp, boosting/tree_nodes.hpp
// Also tests: boosting/binned_margins.hpp, boosting/selected_rows.hpp
#include "colonnade/boosting/boosting_session.hpp"

#include <doctest/doctest.h>

#include <array>
#include <deque>

#include "colonnade/boosting/boosting_worker.hpp"
#include "tests/boosting/boosting_data.hpp"
#include "tests/boosting/category_data.hpp"
#include "tests/boosting/naive_comparison.hpp"
#include "tests/boosting/sparse_data.hpp"
#include "tests/laws.hpp"
#include "tests/simd_levels.hpp"

using namespace colonnade;
using namespace colonnade::tests;

namespace {

using shared_rows = samples<matrix_view<const double>>;

/// Where each of so many workers begins: one has few rows, and one none.
std::vector<std::size_t> uneven(std::size_t rows, std::size_t workers) {
  if (workers == 1) return {0, rows};
  if (workers == 2) return {0, 3, rows};
  if (workers == 3) return {0, rows / 2, rows / 2, rows};
  return {0, 1, rows / 9, rows / 4, rows / 4, rows / 2, rows - 2, rows};
}

boosting_plan plan_for(const shared_rows& all, boosting_params p) {
  const std::uint32_t iterations = p.n_estimators;
  p.n_estimators = 0;
  return {fit<gradient_boosted_trees>(all, p), iterations, all.rows()};
}

/// What goes from one machine to another.
template <class T>
T sent(const T& object) {
  return from_bytes<T>(to_bytes(object));
}

gradient_boosted_trees trained(const boosting_plan& plan, const shared_rows& all,
                               const std::vector<std::size_t>& begin, int threads = 1) {
  std::deque<boosting_worker> workers;
  for (std::size_t k = 0; k + 1 < begin.size(); ++k)
    workers.emplace_back(sent(plan), all.slice(begin[k], begin[k + 1] - begin[k]), begin[k], threads);
  boosting_session session(plan, threads);
  while (!session.done()) {
    const boosting_proposal proposal = sent(session.propose());
    boosting_sums sums = sent(workers.back().accumulate(proposal));
    for (std::size_t k = 0; k + 1 < workers.size(); ++k) sums.merge(sent(workers[k].accumulate(proposal)));
    session.apply(sent(sums));
  }
  return session.model();
}

constexpr boosting_objective objectives_of_sessions[] = {
    boosting_objective::squared_error, boosting_objective::logistic, boosting_objective::softmax,
    boosting_objective::poisson};
constexpr grow_policy policies[] = {grow_policy::depthwise, grow_policy::lossguide, grow_policy::symmetric};

}  // namespace

// LAW: session-is-a-fit A session whose workers have any parts of the rows gives the bytes of a fit of all
// rows.
TEST_CASE("boosting_session: any workers train the model of a fit") {
  const boosting_table t(700, 7);
  for (const auto objective : objectives_of_sessions) {
    const auto y = t.target(objective);
    for (const auto policy : policies) {
      for (const bool weighted : {false, true}) {
        boosting_params p = params_for(objective, 4, 5);
        p.policy = policy;
        p.max_leaves = policy == grow_policy::lossguide ? 11 : 0;
        p.colsample_bytree = weighted ? 0.8 : 1;
        p.colsample_bynode = weighted ? 0.7 : 1;
        p.subsample = weighted ? 1 : 0.6;
        p.num_parallel_tree = weighted ? 1 : 2;
        const shared_rows all = with(t, y, weighted);
        const auto whole = fit<gradient_boosted_trees>(all, p, 1);
        const boosting_plan plan = plan_for(all, p);
        for (const std::size_t workers : weighted ? std::array{1u, 3u} : std::array{2u, 7u}) {
          INFO("objective " << static_cast<int>(objective) << ", policy " << static_cast<int>(policy)
                            << ", workers " << workers);
          CHECK(trained(plan, all, uneven(700, workers), workers == 3 ? 2 : 1) == whole);
        }
      }
    }
  }
}

TEST_CASE("boosting_session: any number of threads and any instruction set give the same bytes") {
  const boosting_table t(20000, 6);
  const boosting_params p = params_for(boosting_objective::logistic, 3, 5);
  const auto y = t.target(p.objective);
  const shared_rows all = with(t, y, true);
  const auto whole = fit<gradient_boosted_trees>(all, p);
  const boosting_plan plan = plan_for(all, p);
  for (const auto level : tests::simd_levels()) {
    const simd::scoped_level scope(level);
    for (const int threads : {1, 2, 3, 7}) CHECK(trained(plan, all, uneven(20000, 3), threads) == whole);
  }
}

TEST_CASE("boosting_session: the trees are those of a trainer with plain sums") {
  const boosting_table t(300, 6, 0.1);
  for (const auto objective : objectives_of_sessions) {
    boosting_params p = params_for(objective, 3, 4);
    p.max_bin = 20;
    const auto y = t.target(objective);
    const shared_rows all = with(t, y, true);
    check_naive(trained(plan_for(all, p), all, uneven(300, 3)), all, p);
  }
}

TEST_CASE("boosting_session: categories, classes drawn apart, and a model to go on from") {
  const coded_table codes(900);
  boosting_params p = category_params();
  p.n_estimators = 5;
  for (const auto policy : policies) {
    p.policy = policy;
    p.max_depth = 4;
    CHECK(trained(plan_for(codes.data(), p), codes.data(), uneven(900, 7)) ==
          fit<gradient_boosted_trees>(codes.data(), p));
  }

  const boosting_table t(600, 6);
  const auto y = t.target(boosting_objective::logistic);
  p = params_for(boosting_objective::logistic, 6, 4);
  p.pos_bagging_fraction = 0.5;
  p.subsample = 0.9;
  p.scale_pos_weight = 3;
  const shared_rows all = with(t, y);
  const auto whole = fit<gradient_boosted_trees>(all, p);
  CHECK(trained(plan_for(all, p), all, uneven(600, 3)) == whole);
  p.n_estimators = 2;
  const boosting_plan rest{fit<gradient_boosted_trees>(all, p), 4, 600};
  CHECK(trained(rest, all, uneven(600, 7)) == whole);
}

TEST_CASE("boosting_session: columns of many bins, and columns that are lists for some workers only") {
  boosting_table t(4000, 6);
  for (std::size_t i = 0; i < 4000; ++i) {
    if (i < 2500 && i % 9 != 0) t.x(i, 5) = 0;
  }
  boosting_params p = params_for(boosting_objective::logistic, 3, 4);
  p.max_bin = 2000;
  const auto y = t.target(p.objective);
  const shared_rows all = with(t, y);
  for (const auto policy : policies) {
    p.policy = policy;
    CHECK(trained(plan_for(all, p), all, {0, 2000, 2001, 4000}, 2) == fit<gradient_boosted_trees>(all, p));
  }
}

TEST_CASE("boosting_session: workers without weight, tables of one row, and samples of no row") {
  const boosting_table t(60, 5);
  const auto y = t.target(boosting_objective::squared_error);
  boosting_params p = params_for(boosting_objective::squared_error, 5, 3);
  std::vector<double> weight(60, 0);
  for (std::size_t i = 30; i < 60; ++i) weight[i] = 2;
  shared_rows all = with(t, y);
  all.weight = {weight.data(), weight.size()};
  CHECK(trained(plan_for(all, p), all, {0, 10, 30, 60}) == fit<gradient_boosted_trees>(all, p));
  const shared_rows one = with(t, y).slice(0, 1);
  CHECK(trained(plan_for(one, p), one, {0, 0, 1, 1}) == fit<gradient_boosted_trees>(one, p));
  p.subsample = 0.01;
  p.n_estimators = 30;
  p.min_child_weight = 0;
  const shared_rows few = with(t, y).slice(0, 20);
  CHECK(trained(plan_for(few, p), few, {0, 7, 20}) == fit<gradient_boosted_trees>(few, p));
}

TEST_CASE("boosting_session: a worker with sparse rows does what one with the dense ones does") {
  const sparse_table t(400, 6, 0.1);
  std::vector<double> y;
  for (std::size_t i = 0; i < 400; ++i) y.push_back(t.dense.view().row(i)[0] > 0 ? 1 : 0);
  const shared_rows all = {t.dense.view(), {y.data(), y.size()}, {}};
  const boosting_params p = params_for(boosting_objective::logistic, 4, 4);
  const boosting_plan plan = plan_for(all, p);
  boosting_worker sparse(plan, samples<csr_view<double>>{t.view(), all.target, {}}, 0, 2);
  boosting_session session(plan);
  while (!session.done()) session.apply(sparse.accumulate(session.propose()));
  CHECK(session.model() == fit<gradient_boosted_trees>(all, p));
}

TEST_CASE("boosting_session: the model so far has the iterations that are complete") {
  const boosting_table t(300, 5);
  boosting_params p = params_for(boosting_objective::softmax, 5, 3);
  const auto y = t.target(p.objective);
  const shared_rows all = with(t, y);
  const boosting_plan plan = plan_for(all, p);
  boosting_worker worker(plan, all, 0, 1);
  CHECK(worker.rows() == 300);
  boosting_session session(plan);
  while (session.iteration() < 3) session.apply(worker.accumulate(session.propose()));
  p.n_estimators = 3;
  CHECK(session.model() == fit<gradient_boosted_trees>(all, p));
  const boosting_plan nothing{fit<gradient_boosted_trees>(all, p), 0, 300};
  CHECK(boosting_session(nothing).done());
  CHECK(boosting_session(nothing).model() == nothing.model);
}

TEST_CASE("boosting_session: sums that lack a worker, come twice or come late change nothing") {
  const boosting_table t(500, 5);
  boosting_params p = params_for(boosting_objective::logistic, 3, 4);
  const auto y = t.target(p.objective);
  const shared_rows all = with(t, y);
  const boosting_plan plan = plan_for(all, p);
  boosting_worker a(plan, all.slice(0, 200), 0, 1), b(plan, all.slice(200, 300), 200, 1);
  boosting_session session(plan);
  boosting_sums last;
  while (!session.done()) {
    const auto proposal = session.propose();
    const auto part = a.accumulate(proposal);
    auto sums = b.accumulate(proposal);
    CHECK_THROWS_AS(session.apply(sums), argument_error);
    CHECK_THROWS_AS(a.accumulate(proposal), argument_error);
    if (proposal.step > 0) CHECK_THROWS_AS(session.apply(last), argument_error);
    if (proposal.step > 0) CHECK_THROWS_AS(sums.merge(last), argument_error);
    last = part;
    sums.merge(part);
    auto twice = sums;
    twice.merge(part);
    CHECK_THROWS_AS(session.apply(twice), argument_error);
    CHECK(session.propose() == proposal);
    session.apply(sums);
  }
  CHECK_THROWS_WITH_AS(session.apply(last), "sums: found more of them, expected none, as the session is done",
                       argument_error);
  CHECK(session.model() == fit<gradient_boosted_trees>(all, p));
}

TEST_CASE("boosting_session: what a session does not have is refused, and so are rows out of place") {
  const boosting_table t(50, 5);
  const auto message = [&](boosting_params p, std::uint64_t first_row = 0, std::uint64_t rows = 50,
                           std::size_t columns = 5) -> std::string {
    const auto y = t.target(p.objective);
    const shared_rows all = with(t, y);
    const boosting_plan good = plan_for(all, params_for(boosting_objective::squared_error, 1));
    p.n_estimators = 0;
    const std::uint32_t stop = std::exchange(p.early_stopping_rounds, 0);
    const evaluation_set<double> sets[] = {{"", all}};
    p.early_stopping_rounds = stop;
    try {
      const boosting_plan plan{gradient_boosted_trees::fit(all, std::span(sets), p), 3, rows};
      boosting_session session(plan);
      const boosting_worker worker(plan, shared_rows{all.x.columns_slice(0, columns), all.target}, first_row);
    } catch (const argument_error& error) {
      return error.what();
    }
    return "";
  };
  boosting_params p;
  CHECK(message(p) == "");
  CHECK(message(p, 1) == "first_row: found 1 for 50 rows, expected rows among the 50 of the plan");
  CHECK(message(p, 0, 0) == "rows: found 0, expected 1 to 2^32 - 1");
  CHECK(message(p, 0, 50, 4) == "X: found 4 columns, expected 5");
  p.sampling_method = row_sampling::goss;
  CHECK(message(p) == "sampling_method: found goss, mvs or weighted, expected uniform in a session");
  p = params_for(boosting_objective::quantile);
  CHECK(message(p) ==
        "objective: found one that sets leaves from their rows, expected another one in a session");
  p = {};
  p.early_stopping_rounds = 2;
  CHECK(message(p) == "early_stopping_rounds: found 2, expected 0 in a session");
}
