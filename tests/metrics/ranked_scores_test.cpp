#include "colonnade/metrics/ranked_scores.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <map>
#include <utility>
#include <vector>

#include "colonnade/core/random.hpp"

namespace {

using namespace colonnade;
using groups = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

groups groups_of(const ranked_scores& ranked) {
  groups found;
  ranked.for_groups([&](std::uint64_t p, std::uint64_t n) { found.emplace_back(p, n); });
  return found;
}

template <class T>
void check_groups(const std::vector<T>& score, const std::vector<std::uint8_t>& positive) {
  std::map<T, std::pair<std::uint64_t, std::uint64_t>> naive;
  for (std::size_t i = 0; i < score.size(); ++i) {
    ++(positive[i] != 0 ? naive[score[i]].first : naive[score[i]].second);
  }
  groups expected;
  for (const auto& entry : naive) expected.push_back(entry.second);
  for (const int threads : {1, 3}) {
    const column_view<const T> view(score.data(), score.size());
    CHECK(groups_of(ranked_scores(view, {positive.data(), positive.size()}, threads)) == expected);
  }
}

}  // namespace

TEST_CASE("ranked_scores: groups of equal scores ascend, for probabilities, both signs and ties") {
  const random_stream random(1);
  for (std::size_t size : {1, 2, 50, 3000, 80'000}) {
    std::vector<double> unit(size), both(size), ties(size), extreme(size);
    std::vector<float> narrow(size);
    std::vector<std::uint8_t> positive(size);
    for (std::size_t i = 0; i < size; ++i) {
      const double u = random.uniform(2 * i);
      unit[i] = u;
      both[i] = (u - 0.5) * 20;
      ties[i] = static_cast<double>(static_cast<int>(u * 5)) - 2;
      extreme[i] = u < 0.5 ? -1e308 : i % 3 == 0 ? 0.0 : i % 3 == 1 ? -0.0 : 1e308;
      narrow[i] = static_cast<float>(u);
      positive[i] = random.uniform(2 * i + 1) < 0.3 ? 1 : 0;
    }
    check_groups(unit, positive);
    check_groups(both, positive);
    check_groups(ties, positive);
    check_groups(extreme, positive);
    check_groups(narrow, positive);
  }
}

TEST_CASE("ranked_scores: strided scores and no rows") {
  const std::vector<double> score = {3, 9, 1, 9, 2, 9};
  const std::vector<std::uint8_t> positive = {1, 0, 1};
  const ranked_scores ranked(column_view<const double>(score.data(), 3, 2), {positive.data(), 3});
  CHECK(groups_of(ranked) == groups{{0, 1}, {1, 0}, {1, 0}});
  CHECK(ranked.positives() == 2);
  CHECK(ranked.negatives() == 1);
  CHECK(groups_of(ranked_scores(column_view<const double>(), {})).empty());
}

TEST_CASE("ranked_scores: a score that is not finite is refused with its row") {
  for (const double bad :
       {std::numeric_limits<double>::quiet_NaN(), -std::numeric_limits<double>::infinity()}) {
    const std::vector<double> score = {1, 2, bad};
    const std::vector<std::uint8_t> positive = {0, 1, 0};
    try {
      ranked_scores(column_view<const double>(score.data(), 3), {positive.data(), 3});
      FAIL("not refused");
    } catch (const data_error& e) {
      CHECK(e.row() == 2);
    }
  }
  const std::vector<double> score = {1, 2};
  const std::vector<std::uint8_t> positive = {0};
  CHECK_THROWS_AS(ranked_scores(column_view<const double>(score.data(), 2), {positive.data(), 1}),
                  argument_error);
}
