#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

#include "colonnade/kernels/row_partition.hpp"
#include "colonnade/kernels/split_scan.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// How columns of categories are split; sums and penalties are in steps.
struct category_rule {
  std::size_t max_to_onehot = 4;   ///< columns with so many bins are split one against the rest
  std::size_t max_threshold = 64;  ///< categories that a split names, at most
  double smooth = 10;              ///< added to the Hessians by which categories are ordered; least Hessian
  double l2 = 10;                  ///< added to the penalty of both sides, unless one is against the rest
};

/// What a split gains, from the sums of its left side: with the bits of `split_scan` where `more_l2` is 0,
/// and the same when the sides change places. 0 where a side is too light.
class split_gain {
 public:
  split_gain(const gradient_sum& total, const split_rule& rule, double more_l2)
      : g_(static_cast<double>(total.gradient)),
        h_(static_cast<double>(total.hessian)),
        l1_(rule.l1),
        l2_(rule.l2 + more_l2),
        lightest_(std::max(rule.min_hessian, 1.0)) {
    const double parent = leaf_score(g_, h_, rule.l2, l1_), s = h_ + 2 * l2_;
    scale_ = l1_ > 0 ? 1 : 1 / s;
    offset_ = l1_ > 0 ? -parent : g_ * g_ / s - parent;
  }

  double operator()(const gradient_sum& left) const {
    const double hl = static_cast<double>(left.hessian), hr = h_ - hl, dl = hl + l2_, dr = hr + l2_;
    if (!(std::min(hl, hr) >= lightest_)) return 0;
    double gl = static_cast<double>(left.gradient), gr = g_ - gl, over;
    if (l1_ > 0) {
      gl = soft_threshold(gl, l1_);
      gr = soft_threshold(gr, l1_);
      over = gl * gl * dr + gr * gr * dl;
    } else {
      const double cross = gl * dr - gr * dl;
      over = cross * cross;
    }
    return scale_ * (over / (dl * dr)) + offset_;
  }

 private:
  double g_, h_, l1_, l2_, lightest_, scale_, offset_;
};

/// Finds the best set of categories to send left from one node (Fisher 1958): with few bins each category
/// against the rest; otherwise categories in the order of g / (h + smooth), of which the first or the last
/// ones, up to half of them, go left. Those lighter than `smooth` (and than a sixteenth of the node) have no
/// place of their own: they go where missing values go, as do those that the node or the fit has not seen,
/// and that side is tried both ways, and alone against all others; where nothing goes there, it is the
/// heavier side. Ties: the missing to the right, the lowest bin, the fewest categories. O(bins log bins).
class category_split_finder {
 public:
  /// `cells[0 .. bins)` are the sums of the categories, `cells[bins]` of missing values.
  category_split_finder(const gradient_sum* cells, std::size_t bins, const gradient_sum& total)
      : cells_(cells), bins_(bins), total_(total) {}

  /// Replaces `best` and `left_bins` by the best split if that gains more; whether it does.
  bool improve(const split_rule& rule, const category_rule& how, split_choice& best, bin_set& left_bins) {
    const bool one_hot = bins_ <= how.max_to_onehot;
    const split_gain gain(total_, rule, one_hot ? 0 : how.l2);
    const double before = best.gain;
    choose(one_hot ? 0 : std::min(how.smooth, static_cast<double>(total_.hessian) / 16));
    if (!one_hot) sort(how.smooth);
    for (const bool missing_left : {false, true}) {
      if (missing_left && rest_.hessian == 0) break;
      if (missing_left) offer(gain, {}, 0, 0, true, best);
      one_hot ? try_each(gain, missing_left, best) : try_ends(gain, how.max_threshold, missing_left, best);
    }
    if (!(best.gain > before)) return false;
    if (rest_.hessian == 0) best.missing_left = 2 * best.left.hessian >= total_.hessian;
    left_bins = best.missing_left ? rest_bins_ : bin_set();
    for (std::size_t k = first_; k < last_; ++k) left_bins.add(order_[k].bin);
    return true;
  }

 private:
  struct category {
    double key;
    std::uint8_t bin;
  };

  // Parts the categories with a place of their own from the rest.
  void choose(double least) {
    for (std::size_t b = 0; b <= bins_; ++b) {
      const auto bin = static_cast<std::uint8_t>(b);
      const std::int64_t weight = cells_[b].hessian;
      if (b < bins_ && weight != 0 && static_cast<double>(weight) >= least) {
        order_[count_++].bin = bin;
      } else {
        rest_ += cells_[b];
        rest_bins_.add(bin);
      }
    }
  }

  void sort(double smooth) {
    for (std::size_t k = 0; k < count_; ++k) {
      const gradient_sum& sum = cells_[order_[k].bin];
      order_[k].key = static_cast<double>(sum.gradient) / (static_cast<double>(sum.hessian) + smooth);
    }
    std::sort(order_, order_ + count_, [](const category& a, const category& b) {
      return a.key != b.key ? a.key < b.key : a.bin < b.bin;
    });
  }

  void try_each(const split_gain& gain, bool missing_left, split_choice& best) {
    for (std::size_t k = 0; k < count_; ++k) offer(gain, cells_[order_[k].bin], k, k + 1, missing_left, best);
  }

  // The first categories, then the last ones; some of all.
  void try_ends(const split_gain& gain, std::size_t most, bool missing_left, split_choice& best) {
    if (count_ == 0) return;
    const std::size_t end = std::min({most, (count_ + 1) / 2, count_ - 1});
    gradient_sum first, last;
    for (std::size_t k = 0; k < end; ++k) {
      first += cells_[order_[k].bin];
      offer(gain, first, 0, k + 1, missing_left, best);
    }
    for (std::size_t k = 0; k < end; ++k) {
      last += cells_[order_[count_ - 1 - k].bin];
      offer(gain, last, count_ - 1 - k, count_, missing_left, best);
    }
  }

  // The split that sends categories first .. last - 1 of the order left, whose sum is `left`.
  void offer(const split_gain& gain, gradient_sum left, std::size_t first, std::size_t last,
             bool missing_left, split_choice& best) {
    if (missing_left) left += rest_;
    const double found = gain(left);
    if (!(found > best.gain)) return;
    best = {found, left, 0, missing_left};
    first_ = first;
    last_ = last;
  }

  const gradient_sum* cells_;
  std::size_t bins_, count_ = 0, first_ = 0, last_ = 0;
  gradient_sum total_, rest_;
  bin_set rest_bins_;  // of categories without a place of their own, and of missing values
  category order_[255];
};

}  // namespace colonnade::inline COLONNADE_ABI
