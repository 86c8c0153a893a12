#include "colonnade/metrics/precision_recall_curve.hpp"

#include <doctest/doctest.h>

#include <vector>

namespace {

using namespace colonnade;

threshold_counts unweighted_counts(const std::vector<double>& score,
                                   const std::vector<std::uint8_t>& positive) {
  return count_at_thresholds({score.data(), score.size()}, {positive.data(), positive.size()});
}

}  // namespace

TEST_CASE("precision_recall_curve: thresholds ascend and the last point has none") {
  const auto c = precision_recall_curve(unweighted_counts({0.1, 0.4, 0.35, 0.8}, {0, 0, 1, 1}));
  CHECK(c.thresholds == std::vector<double>{0.1, 0.35, 0.4, 0.8});
  CHECK(c.recall == std::vector<double>{1, 1, 0.5, 0.5, 0});
  CHECK(c.precision[1] == doctest::Approx(2.0 / 3));
  CHECK(c.precision.back() == 1);
}

TEST_CASE("precision_recall_curve: average precision is the step integral") {
  CHECK(average_precision(unweighted_counts({0.1, 0.4, 0.35, 0.8}, {0, 0, 1, 1})) ==
        doctest::Approx(0.8333333333));
  CHECK(average_precision(unweighted_counts({1, 2, 3, 4}, {0, 0, 1, 1})) == 1);
}

TEST_CASE("precision_recall_curve: without positive rows recall is 1") {
  const auto c = precision_recall_curve(unweighted_counts({1, 2}, {0, 0}));
  CHECK(c.recall == std::vector<double>{1, 1, 0});
  CHECK(c.precision == std::vector<double>{0, 0, 1});
}

TEST_CASE("precision_recall_curve: points of unchanged recall are dropped") {
  const std::vector<double> score = {6, 5, 4, 3, 2, 1};
  const std::vector<std::uint8_t> positive = {1, 0, 0, 0, 1, 0};
  CHECK(precision_recall_curve(unweighted_counts(score, positive)).thresholds.size() == 6);
  CHECK(precision_recall_curve(unweighted_counts(score, positive), true).thresholds ==
        std::vector<double>{1, 2, 3, 6});
}
