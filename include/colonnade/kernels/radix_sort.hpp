#pragma once

#include <algorithm>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "colonnade/core/parallel.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Unsigned integer of the width of a floating-point type.
template <std::floating_point T>
using ordered_bits_of = std::conditional_t<sizeof(T) == 4, std::uint32_t, std::uint64_t>;

/// A key whose unsigned order is the order of the numbers: -infinity first, infinity last, -0 equal to 0. A
/// NaN lies beyond the infinity of its sign.
template <std::floating_point T>
constexpr ordered_bits_of<T> ordered_bits(T x) {
  using bits_type = ordered_bits_of<T>;
  constexpr bits_type sign = bits_type{1} << (8 * sizeof(T) - 1);
  const auto bits = std::bit_cast<bits_type>(x + T{0});
  return bits ^ ((bits & sign) != 0 ? static_cast<bits_type>(~bits_type{0}) : sign);
}

/// The number that has this key.
template <std::floating_point T>
constexpr T from_ordered_bits(ordered_bits_of<T> key) {
  using bits_type = ordered_bits_of<T>;
  constexpr bits_type sign = bits_type{1} << (8 * sizeof(T) - 1);
  return std::bit_cast<T>(key ^ ((key & sign) != 0 ? sign : static_cast<bits_type>(~bits_type{0})));
}

/// Stands for the payload of keys that have none.
struct no_payload {};

/// Where sorted keys and their payloads lie: in the given arrays or in the scratch arrays.
template <class Key, class Payload>
struct sorted_arrays {
  Key* keys;
  Payload* payload;
};

namespace detail {

template <class Key, class Payload>
class radix_sorter {
 public:
  radix_sorter(sorted_arrays<Key, Payload> from, sorted_arrays<Key, Payload> to, std::size_t size,
               int threads)
      : from_(from),
        to_(to),
        size_(size),
        blocks_(size < few_for_threads ? 1
                                       : static_cast<std::size_t>(useful_threads(
                                             threads, static_cast<double>(size) * nanoseconds_per_key))) {
    // Wider digits are fewer passes, but the ends of 2,048 buckets no longer fit in the first cache (measured
    // on a million keys: 3.1 ms a pass of 10 bits, 5.0 of 11).
    width_ = size < (std::size_t{1} << 14) ? 8 : 10;
    passes_ = size < (std::size_t{1} << 22) ? 3 : 4;
  }

  sorted_arrays<Key, Payload> run() {
    if (size_ <= few) {
      insertion_sort(0, size_);
      return from_;
    }
    const auto [least, greatest] = range();
    least_ = least;
    const int bits = static_cast<int>(std::bit_width(static_cast<Key>(greatest - least)));
    const int first = std::max(0, bits - passes_ * width_);
    for (int shift = first; shift < bits; shift += width_) pass(shift);
    if (first > 0) finish(first);
    return from_;
  }

 private:
  static constexpr bool has_payload = !std::is_empty_v<Payload>;
  static constexpr double nanoseconds_per_key = 12;
  static constexpr std::size_t few = 32, few_for_threads = std::size_t{1} << 16;
  // Three digits of the range nearly always separate the keys; neighbours that they do not are sorted
  // afterwards.
  static constexpr int most_passes = 3;

  std::size_t begin(std::size_t block) const { return block * size_ / blocks_; }

  std::pair<Key, Key> range() const {
    std::vector<std::pair<Key, Key>> found(blocks_);
    for_blocks(blocks_, static_cast<int>(blocks_), [&](std::size_t block) {
      Key least = from_.keys[begin(block)], greatest = least;
      for (std::size_t i = begin(block); i < begin(block + 1); ++i) {
        least = std::min(least, from_.keys[i]);
        greatest = std::max(greatest, from_.keys[i]);
      }
      found[block] = {least, greatest};
    });
    for (const auto& other : found) {
      found[0] = {std::min(found[0].first, other.first), std::max(found[0].second, other.second)};
    }
    return found[0];
  }

  void pass(int shift) {
    const std::size_t digits = std::size_t{1} << width_;
    counts_.assign(blocks_ * digits, 0);
    for_blocks(blocks_, static_cast<int>(blocks_), [&](std::size_t block) {
      count(begin(block), begin(block + 1), shift, counts_.data() + block * digits);
    });
    std::size_t start = 0, most = 0;
    for (std::size_t d = 0; d < digits; ++d) {
      const std::size_t before = start;
      for (std::size_t block = 0; block < blocks_; ++block) {
        start += std::exchange(counts_[block * digits + d], start);
      }
      most = std::max(most, start - before);
    }
    if (most == size_) return;
    for_blocks(blocks_, static_cast<int>(blocks_), [&](std::size_t block) {
      scatter(begin(block), begin(block + 1), shift, counts_.data() + block * digits);
    });
    std::swap(from_, to_);
  }

  // The members are copied to local constants: a store through `to` could change them, for all that the
  // compiler knows.
  void count(std::size_t first, std::size_t last, int shift, std::size_t* __restrict counts) const {
    const Key* keys = from_.keys;
    const Key least = least_, mask = static_cast<Key>((1u << width_) - 1);
    for (std::size_t i = first; i < last; ++i) ++counts[static_cast<Key>(keys[i] - least) >> shift & mask];
  }

  void scatter(std::size_t first, std::size_t last, int shift, std::size_t* __restrict next) const {
    const auto from = from_, to = to_;
    Key* __restrict keys = to.keys;
    Payload* __restrict payload = to.payload;
    const Key least = least_, mask = static_cast<Key>((1u << width_) - 1);
    for (std::size_t i = first; i < last; ++i) {
      const Key key = from.keys[i];
      const std::size_t at = next[static_cast<Key>(key - least) >> shift & mask]++;
      keys[at] = key;
      if constexpr (has_payload) payload[at] = from.payload[i];
    }
  }

  /// Sorts the runs of keys that are equal from bit `shift` up.
  void finish(int shift) {
    const Key* keys = from_.keys;
    for (std::size_t i = 1; i < size_; ++i) {
      if (((keys[i] - least_) >> shift) != ((keys[i - 1] - least_) >> shift)) continue;
      const std::size_t first = i - 1;
      const Key top = static_cast<Key>((keys[first] - least_) >> shift);
      while (i < size_ && static_cast<Key>((keys[i] - least_) >> shift) == top) ++i;
      sort_run(first, i);
    }
  }

  void sort_run(std::size_t first, std::size_t last) const {
    if (last - first <= few) return insertion_sort(first, last);
    const auto from = part(from_, first), to = part(to_, first);
    const auto sorted = radix_sorter(from, to, last - first, 1).run();
    if (sorted.keys == from.keys) return;
    std::copy_n(sorted.keys, last - first, from.keys);
    if constexpr (has_payload) std::copy_n(sorted.payload, last - first, from.payload);
  }

  static sorted_arrays<Key, Payload> part(sorted_arrays<Key, Payload> all, std::size_t first) {
    if constexpr (has_payload) return {all.keys + first, all.payload + first};
    return {all.keys + first, all.payload};
  }

  void insertion_sort(std::size_t first, std::size_t last) const {
    for (std::size_t i = first + 1; i < last; ++i) {
      const Key key = from_.keys[i];
      std::size_t at = i;
      if constexpr (has_payload) {
        const Payload payload = from_.payload[i];
        for (; at > first && from_.keys[at - 1] > key; --at) {
          from_.keys[at] = from_.keys[at - 1];
          from_.payload[at] = from_.payload[at - 1];
        }
        from_.payload[at] = payload;
      } else {
        for (; at > first && from_.keys[at - 1] > key; --at) from_.keys[at] = from_.keys[at - 1];
      }
      from_.keys[at] = key;
    }
  }

  sorted_arrays<Key, Payload> from_, to_;
  std::size_t size_, blocks_;
  int width_;
  // The highest digits of the range nearly always separate the keys; runs that they do not are sorted
  // afterwards.
  int passes_;
  Key least_ = 0;
  std::vector<std::size_t> counts_;
};

}  // namespace detail

/// Sorts `size` unsigned keys in ascending order together with their payloads, stably, on up to `threads`
/// threads (0: the default). `scratch` holds as many; the result lies in one of the two, and the answer says
/// in which. Digits from the lowest up, over the range of the keys only: O(size) time. Sort numbers by
/// `ordered_bits`.
template <std::unsigned_integral Key, class Payload>
sorted_arrays<Key, Payload> radix_sort(sorted_arrays<Key, Payload> keys, sorted_arrays<Key, Payload> scratch,
                                       std::size_t size, int threads = 0) {
  return detail::radix_sorter<Key, Payload>(keys, scratch, size, threads).run();
}

/// Keys without payload.
template <std::unsigned_integral Key>
Key* radix_sort(Key* keys, Key* scratch, std::size_t size, int threads = 0) {
  no_payload none;
  const sorted_arrays<Key, no_payload> from{keys, &none}, to{scratch, &none};
  return radix_sort(from, to, size, threads).keys;
}

/// Row numbers in ascending order of `keys`, equal keys in the order of the rows. `keys` is sorted, too.
template <std::unsigned_integral Key>
std::vector<std::uint32_t> radix_argsort(std::vector<Key>& keys, int threads = 0) {
  const std::size_t size = keys.size();
  std::vector<Key> other(size);
  std::vector<std::uint32_t> order(size), other_order(size);
  for (std::size_t i = 0; i < size; ++i) order[i] = static_cast<std::uint32_t>(i);
  const sorted_arrays<Key, std::uint32_t> from{keys.data(), order.data()},
      to{other.data(), other_order.data()};
  if (radix_sort(from, to, size, threads).keys == keys.data()) return order;
  keys.swap(other);
  return other_order;
}

}  // namespace colonnade::inline COLONNADE_ABI
