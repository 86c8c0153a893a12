#include "colonnade/boosting/boosting_session.hpp"
#include "colonnade/boosting/boosting_worker.hpp"
#include "tests/boosting/boosting_data.hpp"
#include "tests/boosting/category_data.hpp"
#include "tests/kinds.hpp"

namespace colonnade::tests::boosting_session_kinds {
namespace {

constexpr std::size_t session_rows = 60, most_steps = 20;

samples<matrix_view<const double>> session_data() {
  static const boosting_table t(session_rows, 3);
  static const auto y = t.target(boosting_objective::softmax);
  return with(t, y);
}

boosting_plan session_plan() {
  static const boosting_plan plan = [] {
    boosting_params p = params_for(boosting_objective::softmax, 0, 3);
    p.max_bin = 5;
    return boosting_plan{fit<gradient_boosted_trees>(session_data(), p, 1), 2, session_rows};
  }();
  return plan;
}

/// A session and its only worker after so many steps.
struct session_pair {
  boosting_session session;
  boosting_worker worker;

  explicit session_pair(std::size_t steps)
      : session(session_plan(), 1), worker(session_plan(), session_data(), 0, 1) {
    for (std::size_t k = 0; k < steps && !session.done(); ++k)
      session.apply(worker.accumulate(session.propose()));
  }
};

boosting_proposal proposal_after(std::size_t steps) { return session_pair(steps).session.propose(); }
boosting_sums sums_after(std::size_t steps) {
  session_pair pair(steps);
  return pair.worker.accumulate(pair.session.propose());
}

/// The number of steps before a second iteration begins.
std::size_t steps_of_an_iteration() {
  session_pair pair(0);
  std::size_t steps = 0;
  for (; pair.session.iteration() == 0; ++steps)
    pair.session.apply(pair.worker.accumulate(pair.session.propose()));
  return steps;
}

// Of any width; a session with a few trees and some rows.
void use_plan(const boosting_plan& plan) {
  if (plan.model.features() > 64) return;
  const boosting_table t(20, plan.model.features());
  const std::vector<double> y(20, 1);
  boosting_plan small = plan;
  small.rows = 20;
  small.iterations = std::min<std::uint32_t>(plan.iterations, 2);
  boosting_session session(small, 1);
  boosting_worker worker(small, with(t, y), 0, 1);
  for (int k = 0; k < 8 && !session.done(); ++k) session.apply(worker.accumulate(session.propose()));
  static_cast<void>(session.model());
}

// By a worker whose turn it is.
void use_proposal(const boosting_proposal& proposal) {
  session_pair pair(std::min<std::size_t>(proposal.step, most_steps));
  static_cast<void>(pair.worker.accumulate(proposal));
}

void use_sums(const boosting_sums& sums) {
  session_pair pair(std::min<std::size_t>(sums.step, most_steps));
  pair.session.apply(sums);
  boosting_sums both = sums;
  both.merge(sums);
  static_cast<void>(pair.session.model());
}

const register_kind<boosting_plan> plan{&session_plan, &use_plan};
const register_kind<boosting_proposal> root{[] { return proposal_after(1); }, &use_proposal};
const register_kind<boosting_proposal> splits{[] { return proposal_after(2); }, &use_proposal};
const register_kind<boosting_proposal> trees{[] { return proposal_after(steps_of_an_iteration()); },
                                             &use_proposal};
const register_kind<boosting_sums> bounds{[] { return sums_after(0); }, &use_sums};
const register_kind<boosting_sums> cells{[] { return sums_after(2); }, &use_sums};

}  // namespace
}  // namespace colonnade::tests::boosting_session_kinds
