// Also tests: boosting/binning_rule.hpp
#include "colonnade/boosting/uniform_cuts.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "colonnade/boosting/boosting_cv.hpp"
#include "tests/boosting/category_data.hpp"
#include "tests/laws.hpp"
#include "tests/naive/gradient_boosted_trees.hpp"
#include "tests/values.hpp"

using namespace colonnade;
using namespace colonnade::tests;
using tests::values::infinity;
using tests::values::missing;

namespace {

std::vector<double> uniform(const std::vector<double>& x, std::size_t bins,
                            const std::vector<double>& weight = {}) {
  const auto cuts = feature_cuts::learn(matrix_view<const double>(x.data(), x.size(), 1),
                                        column_view<const double>(weight.data(), weight.size()), bins, 1, {},
                                        {binning_method::uniform, {}});
  return {cuts.cuts(0).begin(), cuts.cuts(0).end()};
}

// Sorted and cut as the definition says.
std::vector<double> naive_uniform(std::vector<double> x, std::size_t bins) {
  std::erase_if(x, [](double value) { return !std::isfinite(value); });
  std::sort(x.begin(), x.end());
  std::vector<double> cuts;
  if (x.empty() || x.front() == x.back()) return cuts;
  for (std::size_t k = 1; k < bins; ++k)
    cuts.push_back(x.front() + static_cast<double>(k) * ((x.back() - x.front()) / static_cast<double>(bins)));
  return cuts;
}

std::vector<double> column_of(const feature_cuts& cuts, std::size_t f) {
  return {cuts.cuts(f).begin(), cuts.cuts(f).end()};
}

}  // namespace

TEST_CASE("uniform_cuts: bins of equal width between the finite extremes, also for few values") {
  CHECK(uniform({0, 8, 1, 1, 1, missing}, 4) == std::vector<double>{2, 4, 6});
  CHECK(uniform({-infinity, 0, infinity, 8}, 4) == std::vector<double>{2, 4, 6});
  CHECK(uniform({0, 1}, 2) == std::vector<double>{0.5});
  CHECK(uniform({0, 1}, 256).size() == 254);
  CHECK(uniform({-1, 1}, 2) == std::vector<double>{0});
}

TEST_CASE("uniform_cuts: no cut without two finite values of rows with weight") {
  CHECK(uniform({}, 4).empty());
  CHECK(uniform({missing, missing}, 4).empty());
  CHECK(uniform({3, 3, 3}, 4).empty());
  CHECK(uniform({0.0, -0.0}, 4).empty());
  CHECK(uniform({-infinity, 3, infinity}, 4).empty());
  CHECK(uniform({1, 2, 3, 4}, 2, {0, 1, 1, 0}) == std::vector<double>{2.5});
  CHECK(uniform({1, 2, 3, 4}, 2, {0, 0, 1, 0}).empty());
}

TEST_CASE("uniform_cuts: neighbouring numbers and the largest ones are told apart by finite cuts") {
  const double one_more = std::nextafter(1.0, 2.0), largest = std::numeric_limits<double>::max(),
               tiny = std::numeric_limits<double>::denorm_min();
  CHECK(uniform({1, one_more}, 256) == std::vector<double>{one_more});
  CHECK(uniform({0, tiny}, 256) == std::vector<double>{tiny});
  CHECK(uniform({-tiny, 0.0}, 4) == uniform({-0.0, -tiny}, 4));
  const auto cuts = uniform({-largest, largest}, 4);
  REQUIRE(cuts.size() == 3);
  CHECK(cuts[0] == doctest::Approx(-largest / 2));
  CHECK(cuts[1] == 0);
}

TEST_CASE("uniform_cuts: as the definition says, on random columns, for both types and layouts") {
  const auto run = [&]<class T>(T) {
    for (const auto order : {matrix<T>::layout::rows, matrix<T>::layout::columns}) {
      auto x = random_matrix<T>(500, 11, order);
      x(3, 2) = static_cast<T>(infinity);
      for (const std::size_t bins : {2u, 7u, 255u}) {
        const auto learnt = uniform_cuts::learn(std::as_const(x).view(), {}, 2);
        for (std::size_t f = 0; f < 11; ++f) {
          std::vector<double> values;
          for (std::size_t i = 0; i < 500; ++i) values.push_back(static_cast<double>(x(i, f)));
          CHECK(learnt.cuts(f, bins) == naive_uniform(values, bins));
        }
      }
    }
  };
  run(float{});
  run(double{});
}

// LAW: uniform-cuts-partition Cuts of equal width are the same for any partition of the rows, merged in any
// order, and any number of threads.
TEST_CASE("uniform_cuts: any partition of the rows merges to the same ranges") {
  const boosting_table t(200'000, 5, 0.2);
  const auto x = std::as_const(t).x.view();
  const column_view<const double> weight(t.weight.data(), t.weight.size());
  const auto whole = uniform_cuts::learn(x, weight, 1);
  for (const int threads : {2, 3, 7}) CHECK(uniform_cuts::learn(x, weight, threads) == whole);
  for (const auto& cuts : partitions(x.rows())) {
    uniform_cuts forward(5), backward(5);
    std::vector<uniform_cuts> parts;
    std::size_t first = 0;
    for (std::size_t k = 0; k <= cuts.size(); ++k) {
      const std::size_t count = (k == cuts.size() ? x.rows() : cuts[k]) - first;
      parts.emplace_back(5).update(x.slice(first, count), weight.slice(first, count));
      first += count;
    }
    for (const auto& part : parts) forward.merge(part);
    for (auto part = parts.rbegin(); part != parts.rend(); ++part) backward.merge(*part);
    CHECK(forward == whole);
    CHECK(backward == whole);
  }
}

TEST_CASE("uniform_cuts: a fit bins by them, and given cuts replace what would be learned") {
  const boosting_table t(3000, 6, 0.1);
  const auto y = t.target(boosting_objective::squared_error);
  boosting_params p = params_for(boosting_objective::squared_error, 4, 3);
  p.max_bin = 10;
  p.binning = binning_method::uniform;
  p.cut_points = {{1, {}}, {4, {-1, 0.25, 1.5}}};
  const auto model = fit<gradient_boosted_trees>(with(t, y), p);
  CHECK(column_of(model.cuts(), 0) == uniform_cuts::learn(std::as_const(t).x.view(), {}, 1).cuts(0, 10));
  CHECK(column_of(model.cuts(), 1).empty());
  CHECK(column_of(model.cuts(), 4) == p.cut_points[1].cuts);
  p.binning = binning_method::quantile;
  const auto quantiles = fit<gradient_boosted_trees>(with(t, y), p);
  CHECK(column_of(quantiles.cuts(), 0) ==
        column_of(feature_cuts::learn(std::as_const(t).x.view(), {}, 10, 1), 0));
  CHECK(column_of(quantiles.cuts(), 4) == p.cut_points[1].cuts);
  CHECK(from_bytes<gradient_boosted_trees>(to_bytes(quantiles)).parameters() == p);
  check_bytes(quantiles);
}

TEST_CASE("uniform_cuts: bins by either rule give the same bytes for any threads and instruction set") {
  const boosting_table t(30000, 6, 0.1);
  const auto y = t.target(boosting_objective::logistic);
  boosting_params p = params_for(boosting_objective::logistic, 2, 4);
  p.binning = binning_method::uniform;
  check_same_bits<gradient_boosted_trees>(with(t, y, true), p);
  p.cut_points = {{0, {-1, 0, 1}}};
  check_same_bits<gradient_boosted_trees>(with(t, y, true), p);
}

TEST_CASE("uniform_cuts: folds are fits with the same cuts") {
  const boosting_table t(600, 5);
  const auto y = t.target(boosting_objective::squared_error);
  boosting_fold fold;
  for (std::uint32_t i = 0; i < 600; ++i) (i < 400 ? fold.train : fold.test).push_back(i);
  boosting_params p = params_for(boosting_objective::squared_error, 3, 3);
  p.max_bin = 8;
  p.binning = binning_method::uniform;
  p.cut_points = {{4, {-0.5, 0.5}}};
  const auto scores = boosting_cv::evaluate(with(t, y), std::span(&fold, 1), p);
  // The cuts of all rows, given to a fit of some.
  boosting_params all_given = p;
  all_given.cut_points.clear();
  const auto cuts = fit<gradient_boosted_trees>(with(t, y), p).cuts();
  for (std::uint32_t f = 0; f < 5; ++f) all_given.cut_points.push_back({f, column_of(cuts, f)});
  const auto data = with(t, y);
  const samples<matrix_view<const double>> train{data.x.slice(0, 400), data.target.slice(0, 400), {}};
  const evaluation_set<double> sets[] = {{"test", {data.x.slice(400, 200), data.target.slice(400, 200), {}}}};
  boosting_log log;
  static_cast<void>(gradient_boosted_trees::fit(train, std::span<const evaluation_set<double>>(sets),
                                                all_given, 1, {}, &log));
  CHECK(scores.test_mean == log.histories[0].scores);
}

TEST_CASE("uniform_cuts: cut points that cannot be used are named") {
  const coded_table t(50);
  const auto refuses = [&](const boosting_params& p, const std::string& text) {
    CHECK_THROWS_WITH_AS(static_cast<void>(fit<gradient_boosted_trees>(t.data(), p)), text.c_str(),
                         argument_error);
  };
  boosting_params p;
  p.cut_points = {{7, {1}}};
  refuses(p, "cut_points: found column 7, expected column numbers below 7");
  p.cut_points = {{1, {1}}, {1, {2}}};
  refuses(p, "cut_points: found column 1, expected ascending columns, each once");
  for (const auto& bad : std::vector<std::vector<double>>{{1, 1}, {2, 1}, {missing}, {1, infinity}}) {
    p.cut_points = {{3, bad}};
    refuses(p, "cut_points: found column 3 with other ones, expected finite numbers that ascend");
  }
  std::vector<double> many(feature_cuts::max_cuts + 1);
  for (std::size_t i = 0; i < many.size(); ++i) many[i] = static_cast<double>(i);
  p.cut_points = {{3, many}};
  refuses(p, "cut_points: found " + std::to_string(many.size()) + " of column 3, expected at most " +
                 std::to_string(feature_cuts::max_cuts));
  many.pop_back();
  p.cut_points = {{3, many}};
  p.max_bin = 4;
  CHECK(fit<gradient_boosted_trees>(t.data(), p).cuts().cuts(3).size() == feature_cuts::max_cuts);
  p.cut_points = {{1, {1}}};
  p.categorical_features = {1};
  refuses(p, "cut_points: found column 1 of categories, expected columns of numbers");
}
