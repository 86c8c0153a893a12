#include "colonnade/metrics/roc_auc.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "colonnade/core/random.hpp"
#include "tests/naive/ranking.hpp"

namespace {

using namespace colonnade;

struct scored {
  std::vector<double> score;
  std::vector<std::uint8_t> positive;

  scored(std::size_t rows, double levels) {
    const random_stream random(5);
    for (std::size_t i = 0; i < rows; ++i) {
      positive.push_back(i < 4 ? i % 2 : random.uniform(2 * i) < 0.3 ? 1 : 0);
      const double u = random.uniform(2 * i + 1) + (positive.back() != 0 ? 0.2 : 0.0);
      score.push_back(levels == 0 ? u - 0.5 : std::floor(u * levels));
    }
  }
  ranked_scores ranked(int threads = 0) const {
    return ranked_scores(column_view<const double>(score.data(), score.size()),
                         {positive.data(), positive.size()}, threads);
  }
};

}  // namespace

TEST_CASE("roc_auc: the area is the share of pairs that are in order, ties counting half") {
  for (std::size_t rows : {4, 30, 500}) {
    for (double levels : {0.0, 1.0, 4.0, 50.0}) {
      const scored x(rows, levels);
      const std::vector<double> ones(rows, 1.0);
      CHECK(roc_auc(x.ranked()) ==
            doctest::Approx(naive::weighted_auc(x.score, x.positive, ones)).epsilon(1e-14));
    }
  }
}

TEST_CASE("roc_auc: perfect, reversed and constant scores") {
  const std::vector<double> score = {1, 2, 3, 4}, same = {7, 7, 7, 7};
  const std::vector<std::uint8_t> up = {0, 0, 1, 1}, down = {1, 1, 0, 0}, one = {1, 1, 1, 1};
  const column_view<const double> view(score.data(), 4);
  CHECK(roc_auc(view, {up.data(), 4}) == 1);
  CHECK(roc_auc(view, {down.data(), 4}) == 0);
  CHECK(roc_auc(column_view<const double>(same.data(), 4), {up.data(), 4}) == 0.5);
  CHECK(std::isnan(roc_auc(view, {one.data(), 4})));
  CHECK(std::isnan(roc_auc(column_view<const double>(), {})));
}

// LAW: auc-same-bits The area under the ROC curve and its interval have the same bits for any number of
// threads.
TEST_CASE("roc_auc: equal bits for any number of threads") {
  const scored x(300'001, 0);
  const auc_interval expected = roc_auc_interval(x.ranked(1));
  for (int threads : {2, 3, 7}) {
    const auc_interval other = roc_auc_interval(x.ranked(threads));
    CHECK(other.auc == expected.auc);
    CHECK(other.standard_error == expected.standard_error);
    CHECK(other.low == expected.low);
  }
}

TEST_CASE("roc_auc_interval: the error is DeLong's") {
  for (std::size_t rows : {10, 200, 601}) {
    for (double levels : {0.0, 3.0, 40.0}) {
      const scored x(rows, levels);
      const auc_interval ours = roc_auc_interval(x.ranked(), 0.95);
      const naive::auc_and_error expected = naive::delong(x.score, x.positive);
      CHECK(ours.auc == doctest::Approx(expected.auc).epsilon(1e-13));
      CHECK(ours.standard_error == doctest::Approx(expected.standard_error).epsilon(1e-10));
      CHECK(ours.low ==
            doctest::Approx(std::max(0.0, expected.auc - 1.959963984540054 * expected.standard_error)));
      CHECK(ours.high ==
            doctest::Approx(std::min(1.0, expected.auc + 1.959963984540054 * expected.standard_error)));
    }
  }
}

TEST_CASE("roc_auc_interval: a confidence outside (0, 1) is refused, one class is not defined") {
  const scored x(10, 0);
  CHECK_THROWS_AS(roc_auc_interval(x.ranked(), 1.0), argument_error);
  CHECK_THROWS_AS(roc_auc_interval(x.ranked(), std::nan("")), argument_error);
  const std::vector<double> score = {1, 2};
  const std::vector<std::uint8_t> none = {0, 0};
  const ranked_scores one_class(column_view<const double>(score.data(), 2), {none.data(), 2});
  CHECK(std::isnan(roc_auc_interval(one_class).auc));
}
