// Also tests: kernels/level_scan.hpp
#include "colonnade/boosting/level_split_finder.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "colonnade/boosting/binned_matrix.hpp"
#include "colonnade/core/random.hpp"
#include "tests/simd_levels.hpp"

using namespace colonnade;

namespace {

constexpr std::size_t level_columns = 3, level_bins = 7;

binned_matrix some_bins() {
  std::vector<double> x;
  for (std::size_t i = 0; i < level_bins; ++i) x.insert(x.end(), level_columns, static_cast<double>(i));
  const matrix_view<const double> view(x.data(), level_bins, level_columns);
  return binned_matrix(view, feature_cuts::learn(view, {}, 256, 1), binned_matrix::layout::rows_and_columns,
                       1);
}

struct level {
  std::vector<gradient_histogram> histograms;
  std::vector<level_split_finder::level_node> nodes;

  level(const binned_matrix& table, std::size_t count, bool missing, std::uint64_t seed) {
    const random_stream random(seed);
    for (std::size_t n = 0; n < count; ++n) {
      histograms.emplace_back(table.cells());
      gradient_sum sum;
      for (std::size_t f = 0; f < level_columns; ++f) {
        gradient_sum here;
        for (std::size_t b = 0; b <= level_bins; ++b) {
          gradient_sum& cell = histograms.back().cells()[table.offsets()[f] + b];
          const std::uint64_t at = (n * level_columns + f) * 16 + b;
          const bool counts = b < level_bins || missing;
          // The node's sums are those of column 0; the last bin makes up for what other columns lack.
          cell = {static_cast<std::int64_t>(random.below(at, 200)) - 100,
                  static_cast<std::int64_t>(random.substream(1).below(at, 9))};
          if (!counts) cell = {};
          here += cell;
        }
        if (f == 0) sum = here;
        gradient_sum& last = histograms.back().cells()[table.offsets()[f] + level_bins - 1];
        last += sum - here;
        if (last.hessian < 0) last.hessian = 0;
      }
      nodes.push_back({nullptr, sum});
    }
    for (std::size_t n = 0; n < count; ++n) nodes[n].histogram = &histograms[n];
  }
};

double score(double g, double h, const split_rule& rule) {
  const double reduced = std::max(std::abs(g) - rule.l1, 0.0);
  return reduced * reduced / (h + rule.l2);
}

double gain_of(const level& l, const binned_matrix& table, const split_rule& rule, std::uint32_t feature,
               std::size_t below, bool missing_left) {
  double gain = 0;
  for (const auto& node : l.nodes) {
    const gradient_sum* cells = node.histogram->cells() + table.offsets()[feature];
    gradient_sum left = missing_left ? cells[level_bins] : gradient_sum{};
    for (std::size_t b = 0; b < below; ++b) left += cells[b];
    const gradient_sum right = node.sum - left;
    const double lightest = std::max(rule.min_hessian, 1.0), hl = static_cast<double>(left.hessian),
                 hr = static_cast<double>(right.hessian);
    if (hl < lightest || hr < lightest) continue;
    gain += score(static_cast<double>(left.gradient), hl, rule) +
            score(static_cast<double>(right.gradient), hr, rule) -
            score(static_cast<double>(node.sum.gradient), static_cast<double>(node.sum.hessian), rule);
  }
  return gain;
}

}  // namespace

TEST_CASE("level_split_finder: the split whose gains add up to most, at every instruction set") {
  const binned_matrix table = some_bins();
  const std::vector<std::uint32_t> features = {0, 1, 2};
  const level_split_finder finder(table);
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const bool missing = seed % 2 == 0;
    const level l(table, 1 + seed % 5, missing, seed);
    split_rule rule;
    rule.l1 = seed % 3 == 0 ? 20 : 0;
    rule.min_hessian = seed % 4 == 0 ? 12 : 0;
    double best = 0;
    for (const std::uint32_t f : features) {
      for (std::size_t b = 0; b < level_bins; ++b) {
        best = std::max(best, gain_of(l, table, rule, f, b, true));
        if (b > 0) best = std::max(best, gain_of(l, table, rule, f, b, false));
      }
    }
    const auto first = finder.find(l.nodes, features, rule, {}, 1);
    CHECK(first.gain == doctest::Approx(best));
    CHECK(gain_of(l, table, rule, first.feature, first.below, first.missing_left) ==
          doctest::Approx(first.gain));
    for (const auto level : tests::simd_levels()) {
      const simd::scoped_level scope(level);
      const auto again = finder.find(l.nodes, features, rule, {}, 3);
      CHECK(again.gain == first.gain);
      CHECK(again.feature == first.feature);
      CHECK(again.below == first.below);
      CHECK(again.missing_left == first.missing_left);
    }
  }
}

TEST_CASE("level_split_finder: a node that a split leaves empty does not veto it") {
  const binned_matrix table = some_bins();
  level l(table, 1, false, 1);
  const std::vector<std::uint32_t> features = {0, 1, 2};
  const level_split_finder finder(table);
  const auto alone = finder.find(l.nodes, features, split_rule{}, {}, 1);
  REQUIRE(alone.gain > 0);
  const gradient_histogram nothing(table.cells());
  l.nodes.push_back({&nothing, gradient_sum{}});
  CHECK(finder.find(l.nodes, features, split_rule{}, {}, 1).gain == alone.gain);
  CHECK(finder.find({}, features, split_rule{}, {}, 1).gain == 0);
}
