#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>

#include "colonnade/core/large_array.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/kernels/radix_sort.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The values of a column in ascending order, missing ones counted and left out. Infinities are values.
/// Numbers of other types become doubles (integers beyond 2^53 are rounded). O(rows).
class sorted_sample {
 public:
  sorted_sample() = default;

  template <class T>
  static sorted_sample of(column_view<T> column, int threads = 1) {
    sorted_sample sample;
    large_array<std::uint64_t> keys(column.size()), scratch(column.size());
    sample.size_ = collect(column, keys.data());
    sample.missing_ = column.size() - sample.size_;
    const std::uint64_t* sorted = radix_sort(keys.data(), scratch.data(), sample.size_, threads);
    sample.values_ = large_array<double>(sample.size_ + 1);
    for (std::size_t i = 0; i < sample.size_; ++i) sample.values_[i] = from_ordered_bits<double>(sorted[i]);
    sample.values_[sample.size_] = std::numeric_limits<double>::infinity();
    return sample;
  }

  /// Followed in memory by +infinity, as `rank_pass` wants it.
  std::span<const double> values() const { return {values_.data(), size_}; }
  std::size_t size() const { return size_; }
  std::uint64_t missing() const { return missing_; }

  /// How many values are at most `value`.
  std::size_t at_most(double value) const {
    const auto all = values();
    return static_cast<std::size_t>(std::upper_bound(all.begin(), all.end(), value) - all.begin());
  }
  /// How many values are less than `value`.
  std::size_t below(double value) const {
    const auto all = values();
    return static_cast<std::size_t>(std::lower_bound(all.begin(), all.end(), value) - all.begin());
  }

 private:
  template <class T>
  static std::size_t collect(column_view<T> column, std::uint64_t* keys) {
    std::size_t count = 0;
    for (std::size_t i = 0; i < column.size(); ++i) {
      const double value = static_cast<double>(column[i]);
      // Written always, counted only if it is there: no branch to mispredict.
      keys[count] = ordered_bits(value);
      count += (column.validity().all_valid() || column.validity()[i]) && value == value ? 1 : 0;
    }
    return count;
  }

  large_array<double> values_ = [] {
    large_array<double> end(1);
    end[0] = std::numeric_limits<double>::infinity();
    return end;
  }();
  std::size_t size_ = 0;
  std::uint64_t missing_ = 0;
};

}  // namespace colonnade::inline COLONNADE_ABI
