#pragma once

#include <algorithm>
#include <cstddef>
#include <span>

#include "colonnade/kernels/radix_sort.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The sampled values of a column in ascending order, with the zeros, of which only the number is kept, where
/// they belong. Equal values stand in a run. O(log size) to find where a run begins or ends.
template <class T>
class value_runs {
 public:
  /// `keys`: `ordered_bits` of the values that are not 0, ascending.
  value_runs(std::span<const ordered_bits_of<T>> keys, std::size_t zeros)
      : keys_(keys), zeros_(zeros), below_(index(std::ranges::lower_bound(keys, ordered_bits(T{0})))) {}

  std::size_t size() const { return keys_.size() + zeros_; }
  double operator[](std::size_t i) const {
    return is_zero(i) ? 0.0 : static_cast<double>(from_ordered_bits<T>(key(i)));
  }

  /// Where the run of the i-th value begins, and the first position behind it.
  std::size_t run_begin(std::size_t i) const {
    return is_zero(i) ? below_ : position(index(std::ranges::lower_bound(keys_, key(i))));
  }
  std::size_t run_end(std::size_t i) const {
    return is_zero(i) ? below_ + zeros_ : position(index(std::ranges::upper_bound(keys_, key(i)) - 1)) + 1;
  }

 private:
  bool is_zero(std::size_t i) const { return i >= below_ && i < below_ + zeros_; }
  ordered_bits_of<T> key(std::size_t i) const { return keys_[i < below_ ? i : i - zeros_]; }
  std::size_t position(std::size_t k) const { return k < below_ ? k : k + zeros_; }
  template <class Iterator>
  std::size_t index(Iterator at) const {
    return static_cast<std::size_t>(at - keys_.begin());
  }

  std::span<const ordered_bits_of<T>> keys_;
  std::size_t zeros_, below_;  // keys below 0
};

}  // namespace colonnade::inline COLONNADE_ABI
