#include "colonnade/boosting/category_split_finder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <optional>
#include <vector>

#include "colonnade/core/random.hpp"
#include "colonnade/kernels/cut_scale.hpp"
#include "colonnade/kernels/split_scan.hpp"
#include "colonnade/simd/dispatch.hpp"

using namespace colonnade;

namespace {

using cell_list = std::vector<gradient_sum>;

gradient_sum sum_of(const cell_list& cells) {
  gradient_sum all;
  for (const gradient_sum& cell : cells) all += cell;
  return all;
}

/// Sums of `bins` categories and of missing values; some categories are absent.
cell_list random_cells(std::size_t bins, bool missing, std::uint64_t seed) {
  const random_stream random(seed);
  cell_list cells(bins + 1);
  for (std::size_t b = 0; b <= bins; ++b) {
    const auto hessian = static_cast<std::int64_t>(random.below(2 * b, 12));
    if (hessian == 0 || (b == bins && !missing)) continue;
    cells[b] = {static_cast<std::int64_t>(random.below(2 * b + 1, 2000)) - 1000, hessian};
  }
  return cells;
}

double gain_of(const cell_list& cells, const std::vector<bool>& left, const split_rule& rule,
               double more_l2) {
  double gl = 0, hl = 0, gr = 0, hr = 0;
  for (std::size_t b = 0; b < cells.size(); ++b) {
    (left[b] ? gl : gr) += static_cast<double>(cells[b].gradient);
    (left[b] ? hl : hr) += static_cast<double>(cells[b].hessian);
  }
  if (std::min(hl, hr) < std::max(rule.min_hessian, 1.0)) return 0;
  const auto score = [&](double g, double h, double l2) {
    const double t = std::max(std::abs(g) - rule.l1, 0.0);
    return t * t / (h + l2);
  };
  return score(gl, hl, rule.l2 + more_l2) + score(gr, hr, rule.l2 + more_l2) -
         score(gl + gr, hl + hr, rule.l2);
}

struct answer {
  split_choice choice;
  bin_set set;
  bool improved;
};

answer find(const cell_list& cells, const split_rule& rule, const category_rule& how) {
  answer a;
  const category_split_finder::node node[] = {{cells.data(), sum_of(cells)}};
  a.improved = category_split_finder(node, cells.size() - 1).improve(rule, how, a.choice, a.set);
  return a;
}

std::vector<bool> bins_in(const bin_set& set, std::size_t count) {
  std::vector<bool> bins;
  for (std::size_t b = 0; b < count; ++b) bins.push_back(set.has(static_cast<std::uint8_t>(b)));
  return bins;
}

/// Whether a category has a place of its own.
bool heavy(const cell_list& cells, std::size_t b, double smooth) {
  const auto weight = static_cast<double>(cells[b].hessian);
  return b + 1 < cells.size() && weight > 0 &&
         weight >= std::min(smooth, static_cast<double>(sum_of(cells).hessian) / 16);
}

/// The split is what it says: its sums and its gain are those of its set.
void check_honest(const cell_list& cells, const answer& a, const split_rule& rule, double more_l2,
                  double smooth = 0) {
  if (!a.improved) return;
  const auto left = bins_in(a.set, cells.size());
  gradient_sum sum;
  for (std::size_t b = 0; b < cells.size(); ++b) {
    if (left[b]) sum += cells[b];
    if (!heavy(cells, b, smooth)) CHECK(left[b] == a.choice.missing_left);
  }
  CHECK(sum == a.choice.left);
  CHECK(left.back() == a.choice.missing_left);
  CHECK(a.choice.gain == doctest::Approx(gain_of(cells, left, rule, more_l2)).epsilon(1e-9));
}

}  // namespace

TEST_CASE("category_split_finder: with no smoothing the best of all subsets") {
  for (std::uint64_t seed = 0; seed < 400; ++seed) {
    const std::size_t bins = 1 + seed % 8;
    const bool missing = seed % 3 == 0;
    const cell_list cells = random_cells(bins, missing, seed);
    const split_rule rule = {0, 0, 0};
    const auto a = find(cells, rule, {0, 64, 0, 0});
    check_honest(cells, a, rule, 0);
    double best = 0;
    for (std::size_t subset = 0; subset < std::size_t{1} << (bins + 1); ++subset) {
      std::vector<bool> left;
      for (std::size_t b = 0; b <= bins; ++b) left.push_back((subset >> b & 1) != 0);
      best = std::max(best, gain_of(cells, left, rule, 0));
    }
    // A group of missing values is not sorted in, so it is tried on both sides.
    CHECK(a.choice.gain == doctest::Approx(best).epsilon(1e-9));
  }
}

TEST_CASE("category_split_finder: what the order allows, with penalties, weights and a limit") {
  for (std::uint64_t seed = 0; seed < 300; ++seed) {
    const std::size_t bins = 5 + seed % 40;
    const cell_list cells = random_cells(bins, seed % 2 == 0, seed);
    const split_rule rule = {1.5, seed % 3 == 0 ? 100.0 : 0.0, seed % 5 == 0 ? 20.0 : 0.0};
    const category_rule how = {4, seed % 4 == 0 ? 3u : 64u, 10, 4};
    const auto a = find(cells, rule, how);
    check_honest(cells, a, rule, how.l2, how.smooth);
    std::vector<std::size_t> order;
    for (std::size_t b = 0; b < bins; ++b) {
      if (heavy(cells, b, how.smooth)) order.push_back(b);
    }
    const auto key = [&](std::size_t b) {
      return static_cast<double>(cells[b].gradient) / (static_cast<double>(cells[b].hessian) + how.smooth);
    };
    std::sort(order.begin(), order.end(),
              [&](auto x, auto y) { return key(x) != key(y) ? key(x) < key(y) : x < y; });
    double best = 0;
    const std::size_t n = order.size();
    for (std::size_t first = 0; first <= n; ++first) {
      for (std::size_t last = first; last <= n; ++last) {
        if ((first != 0 && last != n) || last - first > std::min(how.max_threshold, (n + 1) / 2)) continue;
        for (const bool missing_left : {false, true}) {
          std::vector<bool> left(bins + 1);
          for (std::size_t b = 0; b <= bins; ++b) left[b] = missing_left && !heavy(cells, b, how.smooth);
          for (std::size_t k = first; k < last; ++k) left[order[k]] = true;
          best = std::max(best, gain_of(cells, left, rule, how.l2));
        }
      }
    }
    CHECK(a.choice.gain == doctest::Approx(best).epsilon(1e-9));
    CHECK(a.improved == (best > 0));
  }
}

TEST_CASE("category_split_finder: few categories are split one against the rest") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::size_t bins = 1 + seed % 4;
    const cell_list cells = random_cells(bins, seed % 2 == 0, seed);
    const split_rule rule = {1, 0, 0};
    const auto a = find(cells, rule, {4, 64, 10, 10});
    check_honest(cells, a, rule, 0);
    double best = 0;
    for (std::size_t one = 0; one <= bins; ++one) {
      for (const bool missing_left : {false, true}) {
        std::vector<bool> left(bins + 1);
        left[one] = true;
        if (missing_left) left[bins] = true;
        best = std::max(best, gain_of(cells, left, rule, 0));
      }
    }
    CHECK(a.choice.gain == doctest::Approx(best).epsilon(1e-9));
  }
}

TEST_CASE("category_split_finder: the nodes of a level share the set whose gains add up to most") {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    const std::size_t bins = 2 + seed % 5, count = 1 + seed % 4;
    std::vector<cell_list> cells;
    std::vector<category_split_finder::node> nodes;
    for (std::size_t n = 0; n < count; ++n) cells.push_back(random_cells(bins, seed % 2 == 0, 7 * seed + n));
    cells.emplace_back(bins + 1);  // a node without rows
    for (const cell_list& some : cells) nodes.push_back({some.data(), sum_of(some)});
    const split_rule rule = {1, 0, seed % 3 == 0 ? 9.0 : 0.0};
    split_choice choice;
    bin_set set;
    const bool improved = category_split_finder(nodes, bins).improve(rule, {10, 64, 10, 10}, choice, set);
    const auto total = [&](const std::vector<bool>& left) {
      double gain = 0;
      for (const cell_list& some : cells) gain += gain_of(some, left, rule, 0);
      return gain;
    };
    double best = 0;
    for (std::size_t one = 0; one <= bins; ++one) {
      for (const bool missing_left : {false, true}) {
        // Categories without weight in the level go with the missing ones.
        std::vector<bool> left(bins + 1);
        for (std::size_t b = 0; b <= bins; ++b) {
          std::int64_t weight = 0;
          for (const cell_list& some : cells) weight += some[b].hessian;
          left[b] = b == one || (missing_left && (b == bins || weight == 0));
        }
        best = std::max(best, total(left));
      }
    }
    CHECK(improved == (best > 0));
    CHECK(choice.gain == doctest::Approx(best).epsilon(1e-9));
    if (improved) CHECK(total(bins_in(set, bins + 1)) == doctest::Approx(best).epsilon(1e-9));
  }
}

TEST_CASE("category_split_finder: gains have the bits of those of numbers") {
  for (const double l1 : {0.0, 150.0}) {
    for (std::uint64_t seed = 0; seed < 100; ++seed) {
      // Two categories are two bins of numbers.
      const cell_list cells = random_cells(2, seed % 2 == 0, seed);
      const split_rule rule = {0.7, l1, 2};
      const auto a = find(cells, rule, {4, 64, 10, 10});
      split_choice numbers;
      bool improved = false;
      const cut_scale scale(split_gain(sum_of(cells), rule), 0);
      simd::run<split_scan>(cells.data(), std::size_t{2}, &scale, &numbers, &improved);
      CHECK(a.improved == improved);
      CHECK(a.choice.gain == numbers.gain);
    }
  }
}

TEST_CASE("category_split_finder: nothing to split, or nothing better") {
  const split_rule rule = {1, 0, 1};
  CHECK(!find(cell_list(1), rule, {}).improved);
  CHECK(!find(cell_list(9), rule, {}).improved);
  CHECK(!find({{50, 5}, {}, {}, {}, {}, {}, {}}, rule, {}).improved);
  CHECK(!find({{50, 5}, {}}, rule, {}).improved);
  // One category and missing values.
  const auto alone = find({{50, 5}, {}, {}, {}, {}, {-50, 5}}, rule, {});
  CHECK(alone.improved);
  CHECK(alone.set.has(5) != alone.set.has(0));
  CHECK(alone.set.has(1) == alone.set.has(5));
  // A split that is as good as the best so far does not replace it.
  const cell_list cells = random_cells(20, true, 1);
  answer a = find(cells, rule, {});
  REQUIRE(a.improved);
  const category_split_finder::node node[] = {{cells.data(), sum_of(cells)}};
  CHECK(!category_split_finder(node, 20).improve(rule, {}, a.choice, a.set));
}

TEST_CASE("category_split_finder: 255 bins, and equal categories go by their number") {
  cell_list cells(256);
  for (std::size_t b = 0; b < 255; ++b) cells[b] = {b < 100 ? -30 : 20, 3};
  const auto a = find(cells, {1, 0, 1}, {4, 128, 0, 0});
  REQUIRE(a.improved);
  for (std::size_t b = 0; b < 255; ++b) CHECK(a.set.has(static_cast<std::uint8_t>(b)) == (b < 100));
  CHECK(!a.set.has(255));  // no missing values: where the heavier side is
}
