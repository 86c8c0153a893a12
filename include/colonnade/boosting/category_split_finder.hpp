#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>

#include "colonnade/kernels/row_partition.hpp"
#include "colonnade/kernels/split_gain.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// How columns of categories are split; sums and penalties are in steps.
struct category_rule {
  std::size_t max_to_onehot = 4;   ///< columns with so many bins are split one against the rest
  std::size_t max_threshold = 64;  ///< categories that a split names, at most
  double smooth = 10;              ///< added to the Hessians by which categories are ordered; least Hessian
  double l2 = 10;                  ///< added to the penalty of both sides, unless one is against the rest

  bool one_hot(std::size_t bins) const { return bins <= max_to_onehot; }
  double more_l2(std::size_t bins) const { return one_hot(bins) ? 0 : l2; }
};

/// Finds the best set of categories to send left from one node, or from all nodes of a level that share their
/// split (Fisher 1958): with few bins each category against the rest; otherwise categories in the order of
/// g / (h + smooth), of which the first or the last ones, up to half of them, go left. Those lighter than
/// `smooth` (and than a sixteenth of the node) have no place of their own: they go where missing values go,
/// as do those that the node or the fit has not seen, and that side is tried both ways, and alone against all
/// others; where nothing goes there, it is the heavier side. Ties: the missing to the right, the lowest bin,
/// the fewest categories.
///
/// The categories of a level are ordered, and light or not, by their sums over its nodes, whose gains add up;
/// a node that a split would leave too light on a side adds nothing. O(bins log bins + nodes x bins).
class category_split_finder {
 public:
  static constexpr std::size_t most_bins = 256;  ///< with that of missing values

  /// Sums of a node: those of the categories in `cells[0 .. bins)`, of missing values in `cells[bins]`.
  struct node {
    const gradient_sum* cells;
    gradient_sum total;
  };

  category_split_finder(std::span<const node> nodes, std::size_t bins) : nodes_(nodes), bins_(bins) {
    for (const node& one : nodes) total_ += one.total;
  }

  /// Replaces `best` and `left_bins` by the best split if that gains more; whether it does. `best.left` are
  /// then the sums over all nodes.
  bool improve(const split_rule& rule, const category_rule& how, split_choice& best, bin_set& left_bins) {
    const double before = best.gain;
    one_hot_ = how.one_hot(bins_);
    choose(how.smooth, one_hot_ ? 0 : std::min(how.smooth, static_cast<double>(total_.hessian) / 16));
    if (!one_hot_) sort();
    ends_ = one_hot_ || count_ == 0 ? count_ : std::min({how.max_threshold, (count_ + 1) / 2, count_ - 1});
    for (const bool missing_left : {false, true}) {
      if (missing_left && rest_.hessian == 0) break;
      try_runs(rule, how.more_l2(bins_), missing_left, best);
    }
    if (!(best.gain > before)) return false;
    if (best.missing_left) best.left = rest_;
    for (std::size_t k = chosen_.first; k < chosen_.last; ++k) best.left += sum_of(order_[k].bin);
    if (rest_.hessian == 0) best.missing_left = 2 * best.left.hessian >= total_.hessian;
    left_bins = best.missing_left ? rest_bins_ : bin_set();
    for (std::size_t k = chosen_.first; k < chosen_.last; ++k) left_bins.add(order_[k].bin);
    return true;
  }

 private:
  struct category {
    double key;
    std::uint8_t bin;
  };
  /// Categories of the order that go left.
  struct run {
    std::size_t first = 0, last = 0;
  };

  gradient_sum sum_of(std::size_t bin) const {
    gradient_sum sum;
    for (const node& one : nodes_) sum += one.cells[bin];
    return sum;
  }

  // Parts the categories with a place of their own from the rest.
  void choose(double smooth, double least) {
    for (std::size_t b = 0; b <= bins_; ++b) {
      const auto bin = static_cast<std::uint8_t>(b);
      const gradient_sum sum = sum_of(b);
      const double weight = static_cast<double>(sum.hessian);
      if (b < bins_ && sum.hessian != 0 && weight >= least) {
        order_[count_++] = {static_cast<double>(sum.gradient) / (weight + smooth), bin};
      } else {
        rest_ += sum;
        rest_bins_.add(bin);
        rest_list_[rest_count_++] = bin;
      }
    }
  }

  void sort() {
    std::sort(order_, order_ + count_, [](const category& a, const category& b) {
      return a.key != b.key ? a.key < b.key : a.bin < b.bin;
    });
  }

  // The runs in this order: none, with the missing values; each category alone, or the first ones and then
  // the last ones, some of all.
  run run_of(std::size_t number, bool missing_left) const {
    if (missing_left && number-- == 0) return {};
    if (one_hot_) return {number, number + 1};
    if (number < ends_) return {0, number + 1};
    return {count_ - 1 - (number - ends_), count_};
  }

  void try_runs(const split_rule& rule, double more_l2, bool missing_left, split_choice& best) {
    double gains[most_bins + 2];
    const std::size_t count = (missing_left ? 1 : 0) + (one_hot_ ? 1 : 2) * ends_;
    std::fill_n(gains, count, 0.0);
    for (const node& one : nodes_) {
      gradient_sum rest;
      for (std::size_t k = 0; missing_left && k < rest_count_; ++k) rest += one.cells[rest_list_[k]];
      double* const next = missing_left ? gains + 1 : gains;
      const split_gain gain(one.total, rule, more_l2);
      if (missing_left) gains[0] += gain(rest);
      one_hot_ ? add_each(one.cells, rest, gain, next) : add_ends(one.cells, rest, gain, next);
    }
    for (std::size_t k = 0; k < count; ++k) {
      if (!(gains[k] > best.gain)) continue;
      best = {gains[k], {}, 0, missing_left};
      chosen_ = run_of(k, missing_left);
    }
  }

  void add_each(const gradient_sum* cells, const gradient_sum& rest, const split_gain& gain,
                double* gains) const {
    for (std::size_t k = 0; k < ends_; ++k) {
      gradient_sum left = rest;
      left += cells[order_[k].bin];
      gains[k] += gain(left);
    }
  }

  void add_ends(const gradient_sum* cells, const gradient_sum& rest, const split_gain& gain,
                double* gains) const {
    gradient_sum first = rest, last = rest;
    for (std::size_t k = 0; k < ends_; ++k) {
      first += cells[order_[k].bin];
      last += cells[order_[count_ - 1 - k].bin];
      gains[k] += gain(first);
      gains[ends_ + k] += gain(last);
    }
  }

  std::span<const node> nodes_;
  std::size_t bins_, count_ = 0, ends_ = 0, rest_count_ = 0;
  bool one_hot_ = false;
  run chosen_;
  gradient_sum total_, rest_;
  bin_set rest_bins_;  // of categories without a place of their own, and of missing values
  std::uint8_t rest_list_[most_bins];
  category order_[most_bins];
};

}  // namespace colonnade::inline COLONNADE_ABI
