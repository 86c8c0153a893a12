#include "colonnade/metrics/threshold_counts.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "colonnade/core/random.hpp"

namespace {

using namespace colonnade;

template <class T>
column_view<const T> column(const std::vector<T>& x) {
  return {x.data(), x.size()};
}

}  // namespace

TEST_CASE("threshold_counts: counts at every distinct score, highest first") {
  const std::vector<double> score = {0.1, 0.4, 0.35, 0.8, 0.4};
  const std::vector<std::uint8_t> positive = {0, 0, 1, 1, 1};
  const auto c = count_at_thresholds(column(score), column(positive));
  CHECK(c.thresholds == std::vector<double>{0.8, 0.4, 0.35, 0.1});
  CHECK(c.true_positives == std::vector<double>{1, 2, 3, 3});
  CHECK(c.false_positives == std::vector<double>{0, 1, 1, 2});
  CHECK(c.positives() == 3);
  CHECK(c.negatives() == 2);
}

TEST_CASE("threshold_counts: weighted counts are those of one threshold at a time") {
  const random_stream random(2);
  std::vector<double> score, weight;
  std::vector<std::uint8_t> positive;
  for (std::size_t i = 0; i < 500; ++i) {
    score.push_back(static_cast<double>(random.below(3 * i, 40)) - 20);
    weight.push_back(static_cast<double>(random.below(3 * i + 1, 4)));
    positive.push_back(static_cast<std::uint8_t>(random.below(3 * i + 2, 2)));
  }
  const auto c = count_at_thresholds(column(score), column(positive), column(weight));
  REQUIRE(c.size() == 40);
  for (std::size_t k = 0; k < c.size(); ++k) {
    double hits = 0, alarms = 0;
    for (std::size_t i = 0; i < score.size(); ++i) {
      if (score[i] >= c.thresholds[k]) (positive[i] != 0 ? hits : alarms) += weight[i];
    }
    CHECK(c.true_positives[k] == hits);
    CHECK(c.false_positives[k] == alarms);
  }
}

TEST_CASE("threshold_counts: rows of weight 0 are no thresholds") {
  const std::vector<double> score = {1, 2, 3}, weight = {1, 0, 1};
  const std::vector<std::uint8_t> positive = {0, 1, 1};
  CHECK(count_at_thresholds(column(score), column(positive), column(weight)).thresholds ==
        std::vector<double>{3, 1});
  CHECK(count_at_thresholds(column_view<const double>(), {}).size() == 0);
}

TEST_CASE("threshold_counts: scores that are not finite and unequal lengths are refused") {
  const std::vector<double> bad = {1, std::numeric_limits<double>::infinity()};
  const std::vector<std::uint8_t> positive = {0, 1};
  CHECK_THROWS_AS(count_at_thresholds(column(bad), column(positive)), data_error);
  CHECK_THROWS_AS(count_at_thresholds(column(bad).slice(0, 1), column(positive)), argument_error);
}
