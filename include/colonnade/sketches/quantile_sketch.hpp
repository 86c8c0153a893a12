#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/random.hpp"
#include "colonnade/kernels/radix_sort.hpp"
#include "colonnade/sketches/order_by.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Quantiles of a stream in a few kilobytes: the sketch of Karnin, Lang and Liberty (2016), mergeable.
///
/// Levels of sorted values; a value on level h stands for 2^h values of the stream. When all levels together
/// are over their capacity, the lowest level over its own is halved: every second value goes up, beginning
/// with the first or the second by a counter-based coin. Capacities shrink downwards from `k` by 2/3.
///
/// As long as nothing was halved (`exact()`), ranks are exact; afterwards they are off by at most
/// `rank_error()` (a share of the values) in 99 % of sketches, for any partition of the stream and any order
/// of merges. Equal partitions give equal bits. Infinities are values; NaN must be left out by the caller.
/// Adding n values: O(n log n) in blocks, about 3k values of memory.
class quantile_sketch {
 public:
  static constexpr std::string_view kind = "quantile_sketch";
  static constexpr std::uint32_t archive_version = 1;
  static constexpr std::size_t block = 4096;

  /// `k` at least 8: capacity of the top level. `seed` of the coins.
  explicit quantile_sketch(std::uint32_t k = 1024, std::uint64_t seed = 0) : k_(k), seed_(seed) {
    if (k < 8 || k > max_k) throw argument_error("k", std::to_string(k), "8 to " + std::to_string(max_k));
  }

  std::uint32_t k() const { return k_; }
  /// Values seen.
  std::uint64_t count() const { return count_; }
  bool exact() const { return coins_ == 0; }
  /// Bound of the error of a rank, as a share of the values, with a probability of 99 %.
  double rank_error() const { return exact() ? 0.0 : 2.3 / static_cast<double>(k_); }
  /// Smallest and largest value, exact; NaN if there is none.
  double minimum() const { return count_ == 0 ? std::numeric_limits<double>::quiet_NaN() : minimum_; }
  double maximum() const { return count_ == 0 ? std::numeric_limits<double>::quiet_NaN() : maximum_; }

  /// Adds values in any order.
  void update(std::span<const double> values) {
    const std::size_t most = std::min(block, values.size());
    std::vector<std::uint64_t> keys(most), scratch(most);
    std::vector<double> sorted;
    for (std::size_t first = 0; first < values.size(); first += block) {
      const auto part = values.subspan(first, std::min(block, values.size() - first));
      for (std::size_t i = 0; i < part.size(); ++i) keys[i] = ordered_bits(part[i]);
      const std::uint64_t* order = radix_sort(keys.data(), scratch.data(), part.size(), 1);
      sorted.resize(part.size());
      for (std::size_t i = 0; i < part.size(); ++i) sorted[i] = from_ordered_bits<double>(order[i]);
      update_sorted(sorted);
    }
  }
  void update(double value) { update_sorted(std::span(&value, 1)); }
  /// Adds values in ascending order.
  void update_sorted(std::span<const double> sorted) {
    if (sorted.empty()) return;
    adopt_range(sorted.front() + 0.0, sorted.back() + 0.0);
    count_ += sorted.size();
    add_to_level(0, sorted);
    compress();
  }

  /// As if the other's values had been added here, within the bound. Sketches of different k do not merge.
  void merge(const quantile_sketch& other) {
    if (other.k_ != k_)
      throw argument_error("other", "k " + std::to_string(other.k_), "k " + std::to_string(k_));
    if (other.count_ == 0) return;
    adopt_range(other.minimum_, other.maximum_);
    count_ += other.count_;
    coins_ += other.coins_;
    for (std::size_t h = 0; h < other.levels_.size(); ++h) add_to_level(h, other.levels_[h]);
    compress();
  }
  quantile_sketch empty_copy() const { return quantile_sketch(k_, seed_); }
  friend bool operator==(const quantile_sketch& a, const quantile_sketch& b) { return same_bytes(a, b); }

  /// A kept value and how many values of the stream are at most as large.
  struct step {
    double value;
    std::uint64_t at_most;
  };
  /// The distribution function as a staircase, ascending, one step for each distinct kept value.
  std::vector<step> distribution() const {
    std::vector<keyed> kept;
    for (std::size_t h = 0; h < levels_.size(); ++h) {
      for (const double value : levels_[h]) kept.emplace_back(ordered_bits(value), std::uint64_t{1} << h);
    }
    sort_keyed(kept);
    std::vector<step> steps;
    std::uint64_t at_most = 0;
    for (std::size_t i = 0; i < kept.size(); ++i) {
      at_most += kept[i].second;
      if (i + 1 < kept.size() && kept[i + 1].first == kept[i].first) continue;
      steps.push_back({from_ordered_bits<double>(kept[i].first), at_most});
    }
    return steps;
  }

  /// The smallest kept value whose share of values at most as large is at least `p` (the inverse of the
  /// distribution function; 0 gives the minimum, 1 the maximum). NaN for an empty sketch.
  double quantile(double p) const { return quantiles(std::span(&p, 1)).front(); }
  std::vector<double> quantiles(std::span<const double> shares) const {
    const auto steps = distribution();
    std::vector<double> result;
    for (const double p : shares) {
      if (!(p >= 0 && p <= 1)) throw argument_error("p", std::to_string(p), "0 to 1");
      result.push_back(p == 0 ? minimum() : p == 1 ? maximum() : inverse(steps, p));
    }
    return result;
  }
  /// Share of values that are at most `value`; NaN for an empty sketch.
  double rank(double value) const {
    if (count_ == 0) return std::numeric_limits<double>::quiet_NaN();
    std::uint64_t at_most = 0;
    for (std::size_t h = 0; h < levels_.size(); ++h) {
      const auto upper = std::upper_bound(levels_[h].begin(), levels_[h].end(), value);
      at_most += static_cast<std::uint64_t>(upper - levels_[h].begin()) << h;
    }
    return static_cast<double>(at_most) / static_cast<double>(count_);
  }
  /// Number of values that are kept.
  std::size_t size() const {
    std::size_t total = 0;
    for (const auto& level : levels_) total += level.size();
    return total;
  }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.k_, self.seed_, self.count_, self.coins_, self.minimum_, self.maximum_, self.levels_);
  }
  void validate() const {
    const auto fail = [](const char* what) {
      throw format_error(std::string("saved quantile_sketch: ") + what);
    };
    if (k_ < 8 || k_ > max_k) fail("k is out of range");
    if (levels_.size() > max_levels) fail("too many levels");
    std::uint64_t total = 0;
    for (std::size_t h = 0; h < levels_.size(); ++h) {
      const auto& level = levels_[h];
      if (!ascending(level)) fail("a level is not ascending");
      if (level.size() > (std::uint64_t{1} << (max_levels + 8)) >> h)
        fail("more values than a stream can have");
      total += std::uint64_t{level.size()} << h;
    }
    if (total != count_) fail("the weights do not add up to the count");
    if (size() > capacity()) fail("more values than the capacity");
    if (levels_.size() > 1 && coins_ == 0) fail("levels without a coin");
    if (count_ == 0) return;
    if (!(minimum_ <= maximum_)) fail("the range is not one");
    for (const auto& level : levels_) {
      if (!level.empty() && !(minimum_ <= level.front() && level.back() <= maximum_))
        fail("a value is out of range");
    }
  }

 private:
  static constexpr std::uint32_t max_k = 1U << 20;
  static constexpr std::size_t max_levels = 48;
  static constexpr std::size_t smallest_level = 8;

  static bool ascending(const std::vector<double>& values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (!(values[i] >= values[i == 0 ? 0 : i - 1])) return false;
    }
    return true;
  }
  static double inverse(const std::vector<step>& steps, double p) {
    if (steps.empty()) return std::numeric_limits<double>::quiet_NaN();
    const double wanted = p * static_cast<double>(steps.back().at_most);
    const auto at = std::partition_point(
        steps.begin(), steps.end(), [&](const step& s) { return static_cast<double>(s.at_most) < wanted; });
    return at == steps.end() ? steps.back().value : at->value;
  }

  std::size_t capacity_of(std::size_t level) const {
    std::uint64_t capacity = k_;
    for (std::size_t below_top = levels_.size() - 1 - level; below_top > 0 && capacity > smallest_level;
         --below_top) {
      capacity = (2 * capacity + 2) / 3;
    }
    return std::max<std::size_t>(smallest_level, static_cast<std::size_t>(capacity));
  }
  std::size_t capacity() const {
    std::size_t total = 0;
    for (std::size_t h = 0; h < levels_.size(); ++h) total += capacity_of(h);
    return total;
  }

  void adopt_range(double low, double high) {
    minimum_ = count_ == 0 ? low : std::min(minimum_, low);
    maximum_ = count_ == 0 ? high : std::max(maximum_, high);
  }

  void add_to_level(std::size_t h, std::span<const double> sorted) {
    if (levels_.size() <= h) levels_.resize(h + 1);
    auto& level = levels_[h];
    const auto middle = static_cast<std::ptrdiff_t>(level.size());
    level.insert(level.end(), sorted.begin(), sorted.end());
    // Adding 0.0 turns -0.0 to 0.0: equal values have equal bits.
    for (auto value = level.begin() + middle; value != level.end(); ++value) *value += 0.0;
    std::vector<double> merged(level.size());
    std::merge(level.begin(), level.begin() + middle, level.begin() + middle, level.end(), merged.begin());
    level.swap(merged);
  }

  void compress() {
    for (std::size_t total = size(); total > capacity();) {
      std::size_t h = 0;
      while (levels_[h].size() <= capacity_of(h)) ++h;
      total -= levels_[h].size() / 2;
      halve(h);
    }
  }

  /// Every second value of level h goes up; of an odd number the largest or the smallest stays.
  void halve(std::size_t h) {
    const std::uint64_t coin = random_stream(seed_).bits(coins_++);
    auto& level = levels_[h];
    const std::size_t first = level.size() % 2 == 1 ? coin >> 1 & 1 : 0;
    const std::size_t pairs = level.size() / 2;
    std::vector<double> raised(pairs);
    for (std::size_t i = 0; i < pairs; ++i) raised[i] = level[first + 2 * i + (coin & 1)];
    if (level.size() % 2 == 1) {
      level.front() = first == 1 ? level.front() : level.back();
      level.resize(1);
    } else {
      level.clear();
    }
    add_to_level(h + 1, raised);
  }

  std::uint32_t k_;
  std::uint64_t seed_;
  std::uint64_t count_ = 0, coins_ = 0;
  double minimum_ = 0, maximum_ = 0;
  std::vector<std::vector<double>> levels_;
};

}  // namespace colonnade::inline COLONNADE_ABI
