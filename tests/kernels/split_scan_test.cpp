#include "colonnade/kernels/split_scan.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "colonnade/core/random.hpp"
#include "colonnade/simd/dispatch.hpp"

using namespace colonnade;

namespace {

split_choice scan(const std::vector<gradient_sum>& cells, const split_rule& rule) {
  gradient_sum total;
  for (const auto& cell : cells) total += cell;
  split_choice best;
  bool improved = false;
  simd::run<split_scan>(cells.data(), cells.size() - 1, total, &rule, &best, &improved);
  CHECK(improved == (best.gain > 0));
  return best;
}

// Every cut and both directions, by the definition.
split_choice best_of_all(const std::vector<gradient_sum>& cells, const split_rule& rule) {
  const std::size_t bins = cells.size() - 1;
  gradient_sum total;
  for (const auto& cell : cells) total += cell;
  split_choice best;
  for (const bool missing_left : {false, true}) {
    if (missing_left && cells[bins].hessian == 0) continue;
    for (std::size_t cut = missing_left ? 0 : 1; cut < bins; ++cut) {
      gradient_sum left = missing_left ? cells[bins] : gradient_sum{};
      for (std::size_t b = 0; b < cut; ++b) left += cells[b];
      const gradient_sum right = total - left;
      const auto hl = static_cast<double>(left.hessian), hr = static_cast<double>(right.hessian);
      if (left.hessian <= 0 || right.hessian <= 0 || hl < rule.min_hessian || hr < rule.min_hessian) continue;
      const double score = leaf_score(static_cast<double>(left.gradient), hl, rule.l2, rule.l1) +
                           leaf_score(static_cast<double>(right.gradient), hr, rule.l2, rule.l1);
      const double gain = score - leaf_score(static_cast<double>(total.gradient),
                                             static_cast<double>(total.hessian), rule.l2, rule.l1);
      if (gain > best.gain * (1 + 1e-11)) best = {gain, left, static_cast<std::uint8_t>(cut), missing_left};
    }
  }
  return best;
}

}  // namespace

TEST_CASE(
    "split_scan: finds the cut that a plain search finds, with and without missing values and penalties") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const random_stream random(seed);
    const std::size_t bins = 1 + random.below(0, 255);
    std::vector<gradient_sum> cells(bins + 1);
    for (std::size_t b = 0; b <= bins; ++b) {
      if (random.uniform(3 * b + 1) < (seed % 3 == 0 ? 0.8 : 0.1)) continue;
      cells[b] = {static_cast<std::int64_t>(random.below(3 * b + 2, 2001)) - 1000,
                  1 + static_cast<std::int64_t>(random.below(3 * b + 3, 500))};
    }
    if (seed % 2 == 0) cells[bins] = {};
    split_rule rule;
    rule.l2 = seed % 5 == 0 ? 0 : 256;
    rule.l1 = seed % 4 == 1 ? 64 : 0;
    rule.min_hessian = seed % 7 == 0 ? 5120 : 2;
    const auto expected = best_of_all(cells, rule);
    for (const auto level : {simd::level::base, simd::level::v3, simd::level::v4}) {
      const simd::scoped_level scope(level);
      const auto all = scan(cells, rule);
      REQUIRE((all.gain == 0) == (expected.gain == 0));
      if (all.gain == 0) continue;
      CHECK(all.gain == doctest::Approx(expected.gain).epsilon(1e-10));
      CHECK(all.below == expected.below);
      CHECK(all.left == expected.left);
      if (cells[bins].hessian != 0) CHECK(all.missing_left == expected.missing_left);
    }
  }
}

TEST_CASE("split_scan: equal cuts go to the lowest bin, missing values to the right") {
  const split_rule rule;
  const std::vector<gradient_sum> cells = {{}, {-5, 5}, {}, {}, {5, 5}, {}, {}};
  const auto split = scan(cells, rule);
  CHECK(split.below == 2);
  CHECK(split.left == gradient_sum{-5, 5});
  const std::vector<gradient_sum> mirrored = {{-5, 5}, {0, 5}, {5, 5}, {0, 0}};
  CHECK(scan(mirrored, rule).below == 1);
}

TEST_CASE("split_scan: an equal score does not replace what was found before") {
  const split_rule rule;
  const std::vector<gradient_sum> cells = {{-5, 5}, {5, 5}, {}};
  const auto first = scan(cells, rule);
  split_choice best = first;
  best.below = 77;
  bool improved = true;
  simd::run<split_scan>(cells.data(), std::size_t{2}, gradient_sum{0, 10}, &rule, &best, &improved);
  CHECK(!improved);
  CHECK(best.below == 77);
  best.gain /= 2;
  simd::run<split_scan>(cells.data(), std::size_t{2}, gradient_sum{0, 10}, &rule, &best, &improved);
  CHECK(improved);
  CHECK(best.below == first.below);
  CHECK(best.gain == first.gain);
}

TEST_CASE("split_scan: sides that change places gain the same, bit for bit") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const random_stream random(seed);
    const auto draw = [&](std::uint64_t i) {
      return gradient_sum{static_cast<std::int64_t>(random.below(2 * i, 2'000'001)) - 1'000'000,
                          1 + static_cast<std::int64_t>(random.below(2 * i + 1, 100'000))};
    };
    const gradient_sum a = draw(0), b = draw(1);
    split_rule rule;
    rule.l2 = static_cast<double>(random.below(9, 3)) / 3;
    rule.l1 = static_cast<double>(random.below(10, 2)) * 100;
    CHECK(scan({a, b, {}}, rule).gain == scan({b, a, {}}, rule).gain);
  }
}
