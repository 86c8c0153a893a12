#include "colonnade/metrics/roc_curve.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "colonnade/core/random.hpp"
#include "tests/naive/ranking.hpp"

namespace {

using namespace colonnade;

threshold_counts counts_of(const std::vector<double>& score, const std::vector<std::uint8_t>& positive,
                           const std::vector<double>& weight = {}) {
  return count_at_thresholds({score.data(), score.size()}, {positive.data(), positive.size()},
                             {weight.data(), weight.size()});
}

}  // namespace

TEST_CASE("roc_curve: from (0, 0) at infinity to (1, 1)") {
  const auto c = roc_curve(counts_of({0.1, 0.4, 0.35, 0.8}, {0, 0, 1, 1}));
  CHECK(c.false_positive_rate == std::vector<double>{0, 0, 0.5, 0.5, 1});
  CHECK(c.true_positive_rate == std::vector<double>{0, 0.5, 0.5, 1, 1});
  CHECK(std::isinf(c.thresholds[0]));
}

TEST_CASE("roc_curve: points on a straight line are dropped and the area stays") {
  const std::vector<double> score = {9, 8, 7, 6, 5, 4};
  const std::vector<std::uint8_t> positive = {1, 1, 1, 0, 0, 0};
  const auto kept = roc_curve(counts_of(score, positive), false),
             dropped = roc_curve(counts_of(score, positive));
  CHECK(kept.thresholds.size() == 7);
  CHECK(dropped.thresholds.size() == 4);
  CHECK(partial_roc_auc(dropped) == partial_roc_auc(kept));
}

TEST_CASE("roc_curve: the weighted area is the share of weighted pairs in order") {
  const random_stream random(1);
  std::vector<double> score, weight;
  std::vector<std::uint8_t> positive;
  for (std::size_t i = 0; i < 200; ++i) {
    score.push_back(static_cast<double>(random.below(3 * i, 30)));
    weight.push_back(random.uniform(3 * i + 1));
    positive.push_back(static_cast<std::uint8_t>(random.below(3 * i + 2, 2)));
  }
  const double area = partial_roc_auc(roc_curve(counts_of(score, positive, weight)));
  CHECK(area == doctest::Approx(naive::weighted_auc(score, positive, weight)).epsilon(1e-12));
}

TEST_CASE("roc_curve: the partial area is standardized") {
  const auto perfect = roc_curve(counts_of({1, 2, 3, 4}, {0, 0, 1, 1}));
  CHECK(partial_roc_auc(perfect, 0.3) == doctest::Approx(1));
  const auto chance = roc_curve(counts_of({1, 1, 1, 1}, {0, 0, 1, 1}));
  CHECK(partial_roc_auc(chance, 0.3) == doctest::Approx(0.5));
  CHECK_THROWS_AS(partial_roc_auc(chance, 0), argument_error);
  CHECK_THROWS_AS(partial_roc_auc(chance, 1.5), argument_error);
}

TEST_CASE("roc_curve: the rate of an empty class is NaN") {
  const auto c = roc_curve(counts_of({1, 2}, {1, 1}));
  CHECK(std::isnan(c.false_positive_rate.back()));
  CHECK(c.true_positive_rate.back() == 1);
  CHECK(std::isnan(partial_roc_auc(c)));
  CHECK(std::isnan(partial_roc_auc(c, 0.5)));
}
