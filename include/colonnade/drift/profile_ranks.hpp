#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/core/real.hpp"
#include "colonnade/drift/category_counts.hpp"
#include "colonnade/drift/column_profile.hpp"
#include "colonnade/drift/quantile_bins.hpp"
#include "colonnade/drift/rank_tests.hpp"
#include "colonnade/sketches/quantile_sketch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Rank statistics of two quantile sketches (neither empty), from their staircases. O(kept values).
class profile_ranks {
 public:
  profile_ranks(const quantile_sketch& reference, const quantile_sketch& current)
      : reference_(reference),
        current_(current),
        r_(reference.distribution()),
        c_(current.distribution()),
        n_(static_cast<double>(reference.count())),
        m_(static_cast<double>(current.count())) {}

  /// Largest |F - G| of the sketches. The p-value is that of the statistic less the rank errors of both, so
  /// that the noise of a sketch is never taken for drift.
  test_result kolmogorov_smirnov() const {
    double largest = 0;
    each([&](double f, double g, double, double) { largest = std::max(largest, std::abs(f - g)); });
    const double error = reference_.rank_error() + current_.rank_error();
    const double certain = std::max(0.0, largest - error) * n_ * m_;
    const auto gap = static_cast<std::uint64_t>(error == 0 ? real::nearbyint(certain) : real::floor(certain));
    return {largest, kolmogorov::p_value(reference_.count(), current_.count(), gap)};
  }
  /// Integral of |F - G|; infinite where the shares at an infinity differ.
  double wasserstein() const {
    double area = 0;
    each([&](double f, double g, double from, double to) {
      if (f != g && to > from) area += std::abs(f - g) * (to - from);
    });
    return area;
  }

  struct binned {
    std::vector<double> edges;
    std::vector<std::uint64_t> reference, current;
  };
  /// Counts over quantile bins of the reference.
  binned bins(std::size_t count) const {
    const auto quantile = [&](double p) { return reference_.quantile(p); };
    const auto share = [&](double v) {
      const auto at = first_above(r_, v);
      if (at == r_.begin() || (at - 1)->value != v) return 0.0;
      const std::uint64_t below = at - 1 == r_.begin() ? 0 : (at - 2)->at_most;
      return static_cast<double>((at - 1)->at_most - below) / n_;
    };
    const auto cut = quantile_bins::of_quantiles(count, quantile, share);
    return {cut.edges(), cut.counts([&](double edge) { return at_most(r_, edge); }, reference_.count()),
            cut.counts([&](double edge) { return at_most(c_, edge); }, current_.count())};
  }

 private:
  using steps = std::vector<quantile_sketch::step>;

  static steps::const_iterator first_above(const steps& s, double value) {
    return std::partition_point(s.begin(), s.end(), [&](const auto& step) { return step.value <= value; });
  }
  static std::uint64_t at_most(const steps& s, double value) {
    const auto at = first_above(s, value);
    return at == s.begin() ? 0 : (at - 1)->at_most;
  }

  /// act(F, G, from, to) for every interval between neighbouring kept values; the last one has no length.
  template <class Act>
  void each(const Act& act) const {
    std::size_t i = 0, j = 0;
    double f = 0, g = 0;
    while (i < r_.size() || j < c_.size()) {
      const bool take_r = j == c_.size() || (i < r_.size() && r_[i].value <= c_[j].value);
      const bool take_c = i == r_.size() || (j < c_.size() && c_[j].value <= r_[i].value);
      const double from = take_r ? r_[i].value : c_[j].value;
      if (take_r) f = static_cast<double>(r_[i++].at_most) / n_;
      if (take_c) g = static_cast<double>(c_[j++].at_most) / m_;
      double to = from;
      if (i < r_.size()) to = r_[i].value;
      if (j < c_.size() && (i == r_.size() || c_[j].value < to)) to = c_[j].value;
      act(f, g, from, to);
    }
  }

  const quantile_sketch& reference_;
  const quantile_sketch& current_;
  steps r_, c_;
  double n_, m_;
};

/// Counts of the categories of two profiles. Where one of them kept only its most frequent, the categories
/// that both kept are compared, all others are one, and the shares of the current one are moved towards those
/// of the reference by the errors of the counts: what could be the error of a sketch is not taken for drift.
inline std::pair<category_counts, category_counts> comparable_counts(const column_profile& reference,
                                                                     const column_profile& current) {
  const auto& r = reference.categories();
  const auto& c = current.categories();
  if (r.exact() && c.exact()) {
    return {category_counts(r.items(), reference.missing()), category_counts(c.items(), current.missing())};
  }
  const double n = static_cast<double>(r.total()), m = static_cast<double>(c.total());
  const double error = static_cast<double>(r.error()) / n + static_cast<double>(c.error()) / m;
  std::vector<category_counts::item> left, right;
  double p_rest = 1, q_rest = 1;
  for (const auto& [text, count] : r.items()) {
    const std::uint64_t other = c.count(text);
    if (other == 0) continue;
    const double p = static_cast<double>(count) / n, q = static_cast<double>(other) / m;
    const double moved = std::clamp(p, q - error, q + error);
    left.emplace_back(text, count);
    right.emplace_back(text, static_cast<std::uint64_t>(real::nearbyint(moved * m)));
    p_rest -= p;
    q_rest -= q;
  }
  const double rest_error = error * static_cast<double>(left.size() + 1);
  const double moved = std::max(0.0, std::clamp(p_rest, q_rest - rest_error, q_rest + rest_error));
  category_counts all_left(std::move(left), reference.missing()),
      all_right(std::move(right), current.missing());
  all_left.merge(
      category_counts({{"(all others)", static_cast<std::uint64_t>(std::max(0.0, p_rest) * n + 0.5)}}, 0));
  all_right.merge(category_counts({{"(all others)", static_cast<std::uint64_t>(moved * m + 0.5)}}, 0));
  return {std::move(all_left), std::move(all_right)};
}

/// "3.5 to 7", "up to 2", "above 9", or "4" for a bin of one value.
inline std::string bin_label(const std::vector<double>& edges, std::size_t k) {
  const auto text = [](double value) {
    char buffer[40];
    return std::string(
        buffer, std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, 4).ptr);
  };
  if (edges.empty()) return "all";
  if (k == 0) return "up to " + text(edges[0]);
  if (k == edges.size()) return "above " + text(edges.back());
  const double low = edges[k - 1], high = edges[k];
  if (low == real::nextafter(high, -std::numeric_limits<double>::infinity())) return text(high);
  return text(low) + " to " + text(high);
}

}  // namespace colonnade::inline COLONNADE_ABI
