// Also tests: boosting/binned_matrix.hpp
#include "colonnade/boosting/feature_cuts.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "colonnade/boosting/binned_matrix.hpp"
#include "tests/laws.hpp"
#include "tests/simd_levels.hpp"
#include "tests/values.hpp"

using namespace colonnade;
using namespace colonnade::tests;

namespace {

std::vector<double> cuts_of(const std::vector<double>& x, std::size_t max_bin,
                            const std::vector<double>& weight = {}) {
  const auto cuts = feature_cuts::learn(matrix_view<const double>(x.data(), x.size(), 1),
                                        column_view<const double>(weight.data(), weight.size()), max_bin, 1);
  return {cuts.cuts(0).begin(), cuts.cuts(0).end()};
}

using tests::values::infinity;
using tests::values::missing;

}  // namespace

TEST_CASE("feature_cuts: few values have a bin each, cut halfway") {
  CHECK(cuts_of({3, 1, 2, 2, 1, missing, 3}, 256) == std::vector<double>{1.5, 2.5});
  CHECK(cuts_of({0.0, -0.0, 0.0}, 256).empty());
  CHECK(cuts_of({missing, missing}, 256).empty());
  CHECK(cuts_of({}, 256).empty());
  CHECK(cuts_of({5, 5, 5}, 256).empty());
}

TEST_CASE("feature_cuts: neighbouring numbers and infinities are told apart by finite cuts") {
  const double one_more = std::nextafter(1.0, 2.0), largest = std::numeric_limits<double>::max();
  CHECK(cuts_of({1, one_more}, 256) == std::vector<double>{one_more});
  CHECK(cuts_of({-infinity, 1, infinity}, 256) == std::vector<double>{-largest, largest});
  CHECK(cuts_of({-largest, largest}, 256) == std::vector<double>{0});
  CHECK(cuts_of({-infinity, infinity}, 256).size() == 1);
}

TEST_CASE("feature_cuts: many values fall into bins of about equal weight") {
  const random_stream random(3);
  std::vector<double> x(10000), weight(10000);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = i % 4 == 0 ? 0.5 : random.uniform(i);
    weight[i] = x[i] < 0.5 ? 3 : 1;
  }
  for (const bool weighted : {false, true}) {
    const auto cuts = cuts_of(x, 16, weighted ? weight : std::vector<double>{});
    CHECK(cuts.size() <= 15);
    CHECK(cuts.size() >= 13);
    std::vector<double> held(cuts.size() + 1);
    double total = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
      const auto b = std::upper_bound(cuts.begin(), cuts.end(), x[i]) - cuts.begin();
      held[static_cast<std::size_t>(b)] += weighted ? weight[i] : 1;
      total += weighted ? weight[i] : 1;
    }
    std::sort(held.begin(), held.end());
    CHECK(held[held.size() - 2] < 1.7 * total / 16);
  }
}

TEST_CASE("feature_cuts: weights of 1, which every value is looked at for, change nothing") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const random_stream random(seed);
    std::uint64_t draw = 0;
    const auto next = [&] { return random.uniform(draw++); };
    const double scale = std::exp(8 * next()), heavy = std::round(6 * next() - 3), often = next();
    std::vector<double> x(static_cast<std::size_t>(1200 * next()));
    for (double& value : x) {
      value = scale * (next() - 0.5);
      if (seed % 2 == 0) value = std::round(value);
      if (next() < often - 0.3) value = heavy;
      if (next() < 0.02) value = std::vector{missing, infinity, -infinity, -0.0, 1.7e308}[draw % 5];
    }
    const auto most = static_cast<std::size_t>(2 + 300 * next());
    CHECK(cuts_of(x, most) == cuts_of(x, most, std::vector<double>(x.size(), 1.0)));
  }
}

TEST_CASE("feature_cuts: rows of weight zero do not count") {
  CHECK(cuts_of({1, 2, 3, 4}, 256, {1, 0, 0, 2}) == std::vector<double>{2.5});
}

TEST_CASE("feature_cuts: a rare value outside the sample has its own bin") {
  std::vector<double> x(700'000, 1.0);
  for (std::size_t i = 0; i < x.size(); i += 2) x[i] = 2;
  x[1] = 7;
  CHECK(cuts_of(x, 256) == std::vector<double>{1.5, 4.5});
}

TEST_CASE("feature_cuts: any number of threads gives the same cuts, and damaged bytes are refused") {
  const auto x = random_matrix<double>(5000, 20, matrix<double>::layout::rows);
  const auto cuts = feature_cuts::learn(x.view(), {}, 64, 1);
  for (const int threads : {2, 3, 7}) CHECK(feature_cuts::learn(x.view(), {}, 64, threads) == cuts);
  writer out;
  out(cuts);
  const auto bytes = out.take();
  feature_cuts again;
  reader in(bytes);
  in(again);
  CHECK(again == cuts);
  const auto refused = [](std::vector<std::uint32_t> begin, std::vector<double> values) {
    writer w;
    w(begin, values);
    const auto saved = w.take();
    reader r(saved);
    feature_cuts loaded;
    CHECK_THROWS_AS(r(loaded), format_error);
  };
  refused({}, {});
  refused({0, 2}, {1});
  refused({0, 2, 1, 3}, {1, 2, 3});
  refused({0, 2}, {2, 1});
  refused({0, 1}, {missing});
  refused({0, 1}, {infinity});
  refused({1, 1}, {1});
}

TEST_CASE("binned_matrix: every value lies between the cuts of its bin, for both types and all layouts") {
  const auto run = [&]<class T>(T) {
    for (const auto order : {matrix<T>::layout::rows, matrix<T>::layout::columns}) {
      auto x = random_matrix<T>(1003, 9, order);
      x(0, 0) = static_cast<T>(infinity);
      x(1, 0) = static_cast<T>(-infinity);
      x(2, 2) = static_cast<T>(-0.0);
      const auto cuts = feature_cuts::learn(std::as_const(x).view(), {}, 32, 1);
      for (const auto level : tests::simd_levels()) {
        const simd::scoped_level scope(level);
        const binned_matrix bins(std::as_const(x).view(), cuts, binned_matrix::layout::rows_and_columns, 2);
        for (std::size_t f = 0; f < 9; ++f) {
          for (std::size_t i = 0; i < 1003; ++i) {
            const double value = static_cast<double>(x(i, f));
            const auto at =
                std::upper_bound(cuts.cuts(f).begin(), cuts.cuts(f).end(), value) - cuts.cuts(f).begin();
            const std::size_t expected =
                std::isnan(value) ? bins.missing_bin(f) : static_cast<std::size_t>(at);
            REQUIRE(bins.bin(i, f) == expected);
            REQUIRE(bins.bin(i, f) == expected);
          }
        }
      }
    }
  };
  run(float{});
  run(double{});
}

TEST_CASE("binned_matrix: floats are binned by cuts that no float can hold") {
  const feature_cuts cuts = feature_cuts::learn(
      matrix_view<const double>(std::vector<double>{1.0, std::nextafter(1.0, 2.0), 3}.data(), 3, 1), {}, 256,
      1);
  const std::vector<float> x = {1.0f, std::nextafter(1.0f, 2.0f), std::nextafter(1.0f, 0.0f)};
  const binned_matrix bins(matrix_view<const float>(x.data(), 3, 1), cuts,
                           binned_matrix::layout::rows_and_columns, 1);
  CHECK(bins.row(0)[0] == 0);
  CHECK(bins.row(1)[0] == 1);
  CHECK(bins.row(2)[0] == 0);
}
