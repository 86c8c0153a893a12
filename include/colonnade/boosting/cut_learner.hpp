#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <span>
#include <vector>

#include "colonnade/boosting/value_runs.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/kernels/radix_sort.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The distinct values of a column as long as they are at most `most`, ascending.
class few_values {
 public:
  explicit few_values(std::size_t most) : most_(most) {}

  /// NaN is no value. O(log most) for a value that is known.
  void add(double value) {
    if (real::isnan(value) || too_many_) return;
    const auto at = std::lower_bound(values_.begin(), values_.end(), value);
    if (at != values_.end() && *at == value) return;
    too_many_ = values_.size() == most_;
    if (!too_many_) values_.insert(at, value);
  }
  /// Adds those of other rows.
  void merge(const few_values& other) {
    for (const double value : other.values_) add(value);
    too_many_ = too_many_ || other.too_many_;
  }
  /// Whether there were more; the values are then some of them.
  bool too_many() const { return too_many_; }
  std::span<const double> values() const { return values_; }

 private:
  std::size_t most_;
  bool too_many_ = false;
  std::vector<double> values_;
};

/// Learns the cuts of neighbouring columns from the sampled rows of a table: what `feature_cuts` promises,
/// whether the rows come from one table or from batches.
template <class T>
class cut_learner {
 public:
  /// At most `bins` bins for each column but those that are `left_out`; of about `sample` rows.
  cut_learner(std::size_t bins, std::span<const char> left_out, std::size_t sample, bool weighted)
      : bins_(bins),
        left_out_(left_out.begin(), left_out.end()),
        zeros_(left_out.size()),
        keys_(left_out.size()) {
    if (weighted) weights_.resize(left_out.size());
    for (std::size_t f = 0; f < keys_.size(); ++f) keys_[f].reserve(left_out[f] != 0 ? 0 : sample);
  }

  std::size_t columns() const { return keys_.size(); }

  /// Takes row `row` of these columns into the sample. One of weight 0 does not count.
  void add(matrix_view<const T> x, std::size_t row, double weight) {
    if (!(weight > 0)) return;
    for (std::size_t f = 0; f < columns(); ++f) {
      if (left_out_[f] == 0) add(f, x(row, f), weight);
    }
  }
  /// The same value by value: those of a column come in the order of their rows.
  void add(std::size_t f, T value, double weight) {
    if (value == 0) return add_zeros(f, weight);
    if (real::isnan(value)) return;
    keys_[f].push_back(ordered_bits(value));
    if (!weights_.empty()) weights_[f].push_back(weight);
  }
  /// Zeros of this weight together.
  void add_zeros(std::size_t f, double weight) { zeros_[f] += weight; }

  /// Cuts of a column. One of few values in the sample may have rarer ones elsewhere, which `add_all(all)`
  /// adds to a `few_values`; when all are still few, each has its bin.
  template <class AddAll>
  std::vector<double> cuts(std::size_t f, const AddAll& add_all) {
    if (left_out_[f] != 0) return {};
    distinct_.clear();
    if (weights_.empty()) {
      const value_runs<T> sorted = sort(keys_[f], zeros_[f]);
      if (!count_distinct(sorted)) return choose(sorted, bins_);
    } else {
      weigh_distinct(keys_[f], weights_[f]);
      if (zeros_[f] > 0) insert_zero(zeros_[f]);
    }
    if (distinct_.size() <= bins_) {
      few_values all(bins_);
      for (const weighted_value& known : distinct_) all.add(known.value);
      add_all(all);
      if (!all.too_many()) distinct_ = with_rare(distinct_, all.values());
    }
    return choose(distinct_, weight_of_sample(f), bins_);
  }

 private:
  using key = ordered_bits_of<T>;
  struct weighted_value {
    double value, weight;
  };

  value_runs<T> sort(std::vector<key>& keys, double zeros) {
    scratch_.resize(keys.size());
    const key* sorted = radix_sort(keys.data(), scratch_.data(), keys.size(), 1);
    return {{sorted, keys.size()}, static_cast<std::size_t>(zeros)};
  }

  // False, and not all of them, if they are more than one for each bin.
  bool count_distinct(const value_runs<T>& sorted) {
    for (std::size_t i = 0; i < sorted.size();) {
      if (distinct_.size() == bins_) return false;
      const std::size_t end = sorted.run_end(i);
      distinct_.push_back({sorted[i], static_cast<double>(end - i)});
      i = end;
    }
    return true;
  }

  void weigh_distinct(std::vector<key>& keys, const std::vector<double>& weights) {
    const auto order = radix_argsort(keys, 1);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const double value = static_cast<double>(from_ordered_bits<T>(keys[i]));
      if (distinct_.empty() || distinct_.back().value != value) distinct_.push_back({value, 0});
      distinct_.back().weight += weights[order[i]];
    }
  }

  void insert_zero(double weight) {
    const auto at = std::lower_bound(distinct_.begin(), distinct_.end(), 0.0,
                                     [](const weighted_value& a, double value) { return a.value < value; });
    distinct_.insert(at, {0, weight});
  }

  // The values of the sample with those of all rows, which weigh nothing.
  static std::vector<weighted_value> with_rare(const std::vector<weighted_value>& sampled,
                                               std::span<const double> all) {
    std::vector<weighted_value> both;
    auto known = sampled.begin();
    for (const double value : all) {
      const bool is_known = known != sampled.end() && known->value == value;
      both.push_back(is_known ? *known++ : weighted_value{value, 0});
    }
    return both;
  }

  double weight_of_sample(std::size_t f) const {
    if (weights_.empty()) return static_cast<double>(keys_[f].size()) + zeros_[f];
    double all = 0;
    for (const weighted_value& value : distinct_) all += value.weight;
    return all;
  }

  // `left`: the weight of all of them.
  static std::vector<double> choose(const std::vector<weighted_value>& distinct, double left,
                                    std::size_t bins) {
    std::vector<double> cuts;
    double here = 0;
    std::size_t bins_left = bins;
    double share = left / static_cast<double>(bins_left);
    for (std::size_t i = 0; i + 1 < distinct.size() && bins_left > 1; ++i) {
      here += distinct[i].weight;
      const bool enough =
          distinct.size() <= bins || here >= share || here + distinct[i + 1].weight / 2 > share;
      const bool before_heavy = here > 0 && distinct[i + 1].weight >= share;
      if (!enough && !before_heavy) continue;
      const double cut = between(distinct[i].value, distinct[i + 1].value);
      if (!real::isfinite(cut)) continue;
      cuts.push_back(cut);
      left -= here;
      here = 0;
      share = left / static_cast<double>(--bins_left);
    }
    return cuts;
  }

  // The same for more values than bins, all of weight 1: a bin ends with the value that its share ends in, or
  // before it, and no other value has to be looked at.
  static std::vector<double> choose(const value_runs<T>& sorted, std::size_t bins) {
    std::vector<double> cuts;
    std::size_t first = 0;
    for (std::size_t bins_left = bins; bins_left > 1; --bins_left) {
      const double share = static_cast<double>(sorted.size() - first) / static_cast<double>(bins_left);
      const std::size_t last = first + static_cast<std::size_t>(std::ceil(share)) - 1;
      const std::size_t begin = sorted.run_begin(last), end = sorted.run_end(last);
      const double before = static_cast<double>(begin - first), weight = static_cast<double>(end - begin);
      const bool leave_out = begin > first && (before + weight / 2 > share || weight >= share);
      const std::size_t next = leave_out ? begin : end;
      if (next == sorted.size()) break;
      const double cut = between(sorted[next - 1], sorted[next]);
      if (!real::isfinite(cut)) break;
      cuts.push_back(cut);
      first = next;
    }
    return cuts;
  }

  // A finite number above a and not above b, halfway where that is possible.
  static double between(double a, double b) {
    constexpr double largest = std::numeric_limits<double>::max();
    if (real::isinf(a)) return -largest;
    if (real::isinf(b)) return a < largest ? largest : b;
    const double middle = a / 2 + b / 2;
    return middle > a && middle <= b ? middle : b;
  }

  std::size_t bins_;
  std::vector<char> left_out_;
  std::vector<double> zeros_;                 // their weight: sparse tables have many
  std::vector<std::vector<key>> keys_;        // of the other values
  std::vector<std::vector<double>> weights_;  // as many, or none
  std::vector<key> scratch_;
  std::vector<weighted_value> distinct_;  // of the column whose cuts are chosen
};

}  // namespace colonnade::inline COLONNADE_ABI
