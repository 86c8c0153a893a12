// Also tests: kernels/cut_scale.hpp, kernels/split_gain.hpp
#include "colonnade/kernels/split_scan.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "colonnade/core/random.hpp"
#include "colonnade/kernels/cut_scale.hpp"
#include "colonnade/kernels/node_histogram.hpp"
#include "colonnade/kernels/split_gain.hpp"
#include "colonnade/simd/dispatch.hpp"
#include "tests/simd_levels.hpp"

using namespace colonnade;

namespace {

using cell_list = std::vector<gradient_sum>;
constexpr int shift = 31;

gradient_sum sum_of(const cell_list& cells) {
  gradient_sum all;
  for (const auto& cell : cells) all += cell;
  return all;
}

std::vector<std::int64_t> pack_cells(const cell_list& cells) {
  std::vector<std::int64_t> packed;
  for (const auto& cell : cells) packed.push_back(cell.gradient * (std::int64_t{1} << shift) + cell.hessian);
  return packed;
}

bool same(const split_choice& a, const split_choice& b) {
  return a.gain == b.gain && a.left == b.left && a.below == b.below && a.missing_left == b.missing_left;
}

// The scan of wide and of packed sums, which must agree.
split_choice scan(const cell_list& cells, const split_rule& rule, const split_choice& before = {}) {
  const split_gain gain(sum_of(cells), rule);
  split_choice best = before;
  bool improved = false;
  const cut_scale wide(gain, 0), narrow(gain, shift);
  const std::size_t bins = cells.size() - 1;
  auto sums = cells;
  simd::run<histogram_accumulate>(sums.data(), bins);
  simd::run<split_scan>(std::as_const(sums).data(), bins, &wide, &best, &improved);
  CHECK(improved == (best.gain > before.gain));
  auto packed = pack_cells(cells);
  simd::run<histogram_accumulate>(packed.data(), bins);
  split_choice again = before;
  simd::run<split_scan>(std::as_const(packed).data(), bins, &narrow, &again, &improved);
  CHECK(improved == (best.gain > before.gain));
  CHECK(same(best, again));
  return best;
}

// Every cut and both directions, measured by `gain_of(left)`.
template <class Gain>
split_choice best_of_all(const cell_list& cells, const Gain& gain_of) {
  const std::size_t bins = cells.size() - 1;
  split_choice best;
  for (const bool missing_left : {false, true}) {
    if (missing_left && cells[bins].hessian == 0) continue;
    for (std::size_t cut = missing_left ? 0 : 1; cut < bins; ++cut) {
      gradient_sum left = missing_left ? cells[bins] : gradient_sum{};
      for (std::size_t b = 0; b < cut; ++b) left += cells[b];
      const double gain = gain_of(left);
      if (gain > best.gain) best = {gain, left, static_cast<std::uint16_t>(cut), missing_left};
    }
  }
  if (cells[bins].hessian == 0 && best.gain > 0)
    best.missing_left = 2 * best.left.hessian >= sum_of(cells).hessian;
  return best;
}

// By the definition.
double plain_gain(const gradient_sum& left, const gradient_sum& total, const split_rule& rule) {
  const gradient_sum right = total - left;
  const auto score = [&](const gradient_sum& sum) {
    return leaf_score(static_cast<double>(sum.gradient), static_cast<double>(sum.hessian), rule.l2, rule.l1);
  };
  const auto light = static_cast<double>(std::min(left.hessian, right.hessian));
  return light < rule.lightest() ? 0 : score(left) + score(right) - score(total);
}

// Some bins are empty, in some columns most; gradients lie around `offset`.
cell_list random_cells(std::size_t bins, std::uint64_t seed, std::int64_t offset, std::int64_t times) {
  const random_stream random(seed);
  cell_list cells(bins + 1);
  for (std::size_t b = 0; b <= bins; ++b) {
    if (random.uniform(3 * b + 1) < (seed % 3 == 0 ? 0.8 : 0.1)) continue;
    cells[b] = {(static_cast<std::int64_t>(random.below(3 * b + 2, 2001)) - 1000 + offset) * times,
                (1 + static_cast<std::int64_t>(random.below(3 * b + 3, 500))) * times};
  }
  if (seed % 2 == 0) cells[bins] = {};
  return cells;
}

}  // namespace

TEST_CASE(
    "split_scan: finds the cut that a plain search finds, with and without missing values and penalties") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const std::int64_t times = seed % 11 < 5 ? 1 : 4000, offset = times == 1 && seed % 3 == 1 ? 20000 : 0;
    const cell_list cells = random_cells(1 + random_stream(seed).below(0, 600), seed, offset, times);
    const gradient_sum total = sum_of(cells);
    split_rule rule;
    rule.l2 = seed % 5 == 0 ? 0 : 256;
    rule.l1 = seed % 4 == 1 ? 64 : 0;
    rule.min_hessian = seed % 7 == 0 ? 5120 : 2;
    const split_gain gain(total, rule);
    const auto expected = best_of_all(cells, gain);
    for (const auto level : tests::simd_levels()) {
      const simd::scoped_level scope(level);
      const auto found = scan(cells, rule);
      CHECK(same(found, expected));
      CHECK(found.gain == doctest::Approx(plain_gain(found.left, total, rule)).epsilon(1e-9));
    }
    const auto plain =
        best_of_all(cells, [&](const gradient_sum& left) { return plain_gain(left, total, rule); });
    CHECK(expected.gain == doctest::Approx(plain.gain).epsilon(1e-9));
  }
}

TEST_CASE("split_scan: sides at the least weight, and where float cannot tell what is light") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const random_stream random(seed);
    cell_list cells(61);
    for (std::size_t b = 0; b < 60; ++b)
      cells[b] = {static_cast<std::int64_t>(random.below(2 * b, 2'000'001)) - 1'000'000,
                  b == 0 || b == 59 ? 30'000'000 : static_cast<std::int64_t>(random.below(2 * b + 1, 3))};
    split_rule rule;
    // The ends are just heavy enough, or a step too light.
    rule.min_hessian = 30'000'000 + static_cast<double>(seed % 4);
    const split_gain gain(sum_of(cells), rule);
    CHECK(same(scan(cells, rule), best_of_all(cells, gain)));
  }
}

TEST_CASE("split_scan: gradients that those of missing values cancel") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const random_stream random(seed);
    constexpr std::int64_t large = 1'000'000'000;
    // Only together do the first bin and the missing values weigh enough, so no split parts them.
    cell_list cells = {{large, 300}};
    for (std::size_t b = 0; b < 60; ++b)
      cells.push_back({static_cast<std::int64_t>(random.below(b, 41)) - 20, 10});
    cells.push_back({static_cast<std::int64_t>(random.below(60, 1001)) - 500, 1100});
    cells.push_back({static_cast<std::int64_t>(random.below(61, 21)) - large, 600});
    split_rule rule;
    rule.min_hessian = 910;
    rule.l1 = seed % 4 == 1 ? 5 : 0;
    CHECK(same(scan(cells, rule), best_of_all(cells, split_gain(sum_of(cells), rule))));
  }
}

TEST_CASE("split_scan: equal cuts go to the lowest bin, missing values to the right") {
  const split_rule rule;
  const cell_list cells = {{}, {-5, 5}, {}, {}, {5, 5}, {}, {}};
  const auto split = scan(cells, rule);
  CHECK(split.below == 2);
  CHECK(split.left == gradient_sum{-5, 5});
  const cell_list mirrored = {{-5, 5}, {0, 5}, {5, 5}, {0, 0}};
  CHECK(scan(mirrored, rule).below == 1);
}

TEST_CASE("split_scan: an equal score does not replace what was found before") {
  const split_rule rule;
  const cell_list cells = {{-5, 5}, {5, 5}, {}};
  const auto first = scan(cells, rule);
  split_choice before = first;
  before.below = 77;
  CHECK(scan(cells, rule, before).below == 77);
  before.gain /= 2;
  CHECK(same(scan(cells, rule, before), first));
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
