#include "colonnade/metrics/class_margins.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>

namespace {

using namespace colonnade;

class_margins margins(std::vector<double> correct, std::vector<double> predicted,
                      std::vector<double> actual) {
  class_margins m;
  m.correct = std::move(correct);
  m.predicted = std::move(predicted);
  m.actual = std::move(actual);
  return m;
}

}  // namespace

TEST_CASE("class_margins: precision, recall and F are ratios of the margins") {
  const class_scores s = margins({3, 1}, {4, 2}, {5, 1}).scores(2);
  CHECK(s.precision[0] == 0.75);
  CHECK(s.recall[0] == 0.6);
  CHECK(s.f[0] == doctest::Approx(5 * 0.75 * 0.6 / (4 * 0.75 + 0.6)));
  CHECK(s.precision[1] == 0.5);
  CHECK(s.recall[1] == 1);
  CHECK_FALSE(s.precision_undefined);
  const auto m = margins({3}, {4}, {5});
  CHECK(m.scores(0).f == m.scores(0).precision);
  CHECK(m.scores(std::numeric_limits<double>::infinity()).f == m.scores().recall);
}

TEST_CASE("class_margins: a denominator of 0 gives the value asked for and says so") {
  const class_scores s = margins({0, 0}, {0, 2}, {1, 0}).scores(1, 1);
  CHECK(s.precision[0] == 1);
  CHECK(s.recall[1] == 1);
  CHECK(s.precision_undefined);
  CHECK(s.recall_undefined);
  CHECK_FALSE(s.f_undefined);
}

TEST_CASE("class_margins: micro averaging pools the classes") {
  const auto all = margins({3, 1}, {4, 2}, {5, 1}).pooled();
  CHECK(all.correct[0] == 4);
  CHECK(all.predicted[0] == 6);
  CHECK(margins({3, 1}, {4, 2}, {5, 1}).accuracy() == doctest::Approx(4.0 / 6));
}

TEST_CASE("class_margins: balanced accuracy leaves out classes without rows") {
  const auto m = margins({3, 1, 0}, {4, 2, 1}, {4, 2, 0});
  CHECK(m.balanced_accuracy() == 0.625);
  CHECK(m.balanced_accuracy(true) == 0.25);
}

TEST_CASE("class_margins: Matthews' correlation of two classes is the phi coefficient") {
  const double tp = 6, tn = 3, fp = 1, fn = 2;
  const auto m = margins({tn, tp}, {tn + fn, tp + fp}, {tn + fp, tp + fn});
  const double phi = (tp * tn - fp * fn) / std::sqrt((tp + fp) * (tp + fn) * (tn + fp) * (tn + fn));
  CHECK(m.matthews_correlation() == doctest::Approx(phi));
  CHECK(margins({4, 0}, {4, 0}, {4, 0}).matthews_correlation() == 0);
}

TEST_CASE("class_margins: averages leave out NaN, and weights that are all 0") {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  CHECK(average_of({1, nan, 2}) == 1.5);
  CHECK(average_of({1, nan, 2}, {3, 9, 1}) == 1.25);
  CHECK(average_of({1, 2}, {0, 0}) == 1.5);
  CHECK(std::isnan(average_of({nan})));
  CHECK(std::isnan(average_of({})));
}
