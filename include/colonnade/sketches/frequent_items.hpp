#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/sketches/order_by.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The most frequent values of a stream with their counts: the summary of Misra and Gries (1982) with the
/// merge of Agarwal et al. (2012). `Key` is std::string, double or std::int64_t.
///
/// At most `capacity` values are kept. As long as the stream has no more distinct values, counts are exact
/// and the state does not depend on partition or order. Otherwise a count is too small by at most `error()`,
/// which is at most total / (capacity + 1); every value that is more frequent than that is kept.
template <class Key>
class frequent_items {
 public:
  static constexpr std::string_view kind = std::is_same_v<Key, std::string> ? "frequent_strings"
                                           : std::is_floating_point_v<Key>  ? "frequent_numbers"
                                                                            : "frequent_integers";
  static constexpr std::uint32_t archive_version = 1;
  /// What batches are given as: a value and how often it stands in the batch.
  using view = std::conditional_t<std::is_same_v<Key, std::string>, std::string_view, Key>;
  using item = std::pair<Key, std::uint64_t>;

  explicit frequent_items(std::uint32_t capacity = 1024) : capacity_(capacity) {
    if (capacity < 1 || capacity > max_capacity) {
      throw argument_error("capacity", std::to_string(capacity), "1 to " + std::to_string(max_capacity));
    }
  }

  std::uint32_t capacity() const { return capacity_; }
  /// Values seen, with repeats.
  std::uint64_t total() const { return total_; }
  /// By how much a count may be too small; 0: all values are here, with exact counts.
  std::uint64_t error() const { return error_; }
  bool exact() const { return error_ == 0; }
  /// Values with their counts, ascending by value.
  const std::vector<item>& items() const { return items_; }
  /// The `n` most frequent, most frequent first; equal counts in the order of the values.
  std::vector<item> top(std::size_t n) const {
    auto order = order_by(items_.size(), [this](std::size_t i) { return ~items_[i].second; });
    if (order.size() > n) order.resize(n);
    std::vector<item> sorted;
    for (const std::size_t i : order) sorted.push_back(items_[i]);
    return sorted;
  }
  /// Kept count of a value, 0 if it is not kept.
  std::uint64_t count(const view& value) const {
    const auto at = std::lower_bound(items_.begin(), items_.end(), value,
                                     [](const item& a, const view& b) { return a.first < b; });
    return at == items_.end() || at->first != value ? 0 : at->second;
  }

  /// Adds values with their numbers of occurrences, ascending and distinct by value.
  void update_sorted(std::span<const std::pair<view, std::uint64_t>> batch) {
    if (batch.empty()) return;
    add(batch);
    prune();
  }
  void merge(const frequent_items& other) {
    if (other.capacity_ != capacity_) {
      throw argument_error("other", "capacity " + std::to_string(other.capacity_), std::to_string(capacity_));
    }
    add(std::span<const item>(other.items_));
    // What the other has dropped counts in its total but in none of its items.
    total_ += other.dropped();
    error_ += other.error_;
    prune();
  }
  frequent_items empty_copy() const { return frequent_items(capacity_); }
  friend bool operator==(const frequent_items& a, const frequent_items& b) { return same_bytes(a, b); }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.capacity_, self.total_, self.error_, self.items_);
  }
  void validate() const {
    const auto fail = [](const char* what) {
      throw format_error(std::string("saved frequent_items: ") + what);
    };
    if (capacity_ < 1 || capacity_ > max_capacity) fail("the capacity is out of range");
    if (items_.size() > capacity_) fail("more items than the capacity");
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i < items_.size(); ++i) {
      if (items_[i].second < 1 || items_[i].second > total_ - sum) fail("a count is out of range");
      sum += items_[i].second;
      if (i > 0 && !(items_[i - 1].first < items_[i].first)) fail("the values are not ascending");
      if (items_[i].first != items_[i].first) fail("a value is missing");
    }
    if (error_ > total_ - sum || (error_ == 0 && sum != total_))
      fail("the counts do not add up to the total");
  }

 private:
  static constexpr std::uint32_t max_capacity = 1U << 24;

  std::uint64_t dropped() const {
    std::uint64_t kept = 0;
    for (const item& i : items_) kept += i.second;
    return total_ - kept;
  }

  template <class Entry>
  void add(std::span<const Entry> batch) {
    std::vector<item> merged;
    merged.reserve(items_.size() + batch.size());
    auto mine = items_.begin();
    for (const auto& [value, count] : batch) {
      total_ += count;
      for (; mine != items_.end() && mine->first < value; ++mine) merged.push_back(std::move(*mine));
      if (mine != items_.end() && mine->first == value) {
        merged.emplace_back(std::move(mine->first), mine->second + count);
        ++mine;
      } else {
        merged.emplace_back(Key(value), count);
      }
    }
    std::move(mine, items_.end(), std::back_inserter(merged));
    items_ = std::move(merged);
  }

  /// Takes the count of the (capacity + 1)-th most frequent from all, so that at most `capacity` are left.
  void prune() {
    if (items_.size() <= capacity_) return;
    std::vector<std::uint64_t> counts;
    counts.reserve(items_.size());
    for (const item& i : items_) counts.push_back(i.second);
    const auto cut = counts.end() - static_cast<std::ptrdiff_t>(capacity_ + std::size_t{1});
    std::nth_element(counts.begin(), cut, counts.end());
    const std::uint64_t less = *cut;
    error_ += less;
    std::erase_if(items_, [&](const item& i) { return i.second <= less; });
    for (item& i : items_) i.second -= less;
  }

  std::uint32_t capacity_;
  std::uint64_t total_ = 0, error_ = 0;
  std::vector<item> items_;
};

}  // namespace colonnade::inline COLONNADE_ABI
