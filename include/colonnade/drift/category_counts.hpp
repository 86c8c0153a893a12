#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "colonnade/core/interrupt.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/core/table.hpp"
#include "colonnade/core/visit.hpp"
#include "colonnade/kernels/hash_table.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// How often each distinct value of a column occurs, by its text, ascending; missing values apart. Numbers
/// are written as shortly as they read back (1.0 is "1"), flags as "false" and "true"; so the column may be
/// strings in one table and codes in another. O(rows) expected.
class category_counts {
 public:
  using item = std::pair<std::string, std::uint64_t>;

  category_counts() = default;
  category_counts(std::vector<item> items, std::uint64_t missing)
      : items_(std::move(items)), missing_(missing) {}

  static category_counts of(const any_column_view& column, int threads = 1) {
    const std::size_t rows = rows_of(column), turns = block_count(rows, turn_rows);
    std::vector<category_counts> parts(turns);
    for_blocks(turns, useful_threads(threads, 15.0 * static_cast<double>(rows)), [&](std::size_t turn) {
      const std::size_t first = turn * turn_rows, count = std::min(turn_rows, rows - first);
      visit_held([&](const auto& c) { parts[turn] = tally(c.slice(first, count)); }, column);
    });
    category_counts all;
    for (std::size_t step = 1; step < turns; step *= 2) {
      for (std::size_t t = 0; t + step < turns; t += 2 * step) parts[t].merge(parts[t + step]);
    }
    return turns == 0 ? all : std::move(parts[0]);
  }

  const std::vector<item>& items() const { return items_; }
  std::uint64_t missing() const { return missing_; }
  /// Values that are not missing.
  std::uint64_t total() const {
    std::uint64_t sum = 0;
    for (const item& i : items_) sum += i.second;
    return sum;
  }

  void merge(const category_counts& other) {
    std::vector<item> merged;
    merged.reserve(items_.size() + other.items_.size());
    auto mine = items_.begin();
    for (const item& theirs : other.items_) {
      for (; mine != items_.end() && mine->first < theirs.first; ++mine) merged.push_back(std::move(*mine));
      if (mine != items_.end() && mine->first == theirs.first) {
        merged.emplace_back(std::move(mine->first), mine->second + theirs.second);
        ++mine;
      } else {
        merged.push_back(theirs);
      }
    }
    for (; mine != items_.end(); ++mine) merged.push_back(std::move(*mine));
    items_ = std::move(merged);
    missing_ += other.missing_;
  }

  static std::string text_of(std::string_view text) { return std::string(text); }
  static std::string text_of(bool flag) { return flag ? "true" : "false"; }
  template <class Number>
    requires std::is_arithmetic_v<Number>
  static std::string text_of(Number number) {
    char buffer[32];
    return {buffer, std::to_chars(buffer, buffer + sizeof buffer, number).ptr};
  }

 private:
  static constexpr std::size_t turn_rows = std::size_t{1} << 16;
  static constexpr std::size_t chunk_rows = 4096;

  template <class Column>
  static category_counts tally(const Column& column) {
    if constexpr (std::is_same_v<Column, string_column_view>) {
      return tally_keys<std::string_view>(column, [&](std::size_t i) { return column[i]; });
    } else if constexpr (std::is_same_v<Column, dictionary_column_view>) {
      return tally_keys<std::int64_t>(column, [&](std::size_t i) { return column[i]; });
    } else if constexpr (std::is_floating_point_v<typename Column::value_type>) {
      return tally_keys<double>(column, [&](std::size_t i) { return static_cast<double>(column[i]); });
    } else {
      return tally_keys<std::int64_t>(column,
                                      [&](std::size_t i) { return static_cast<std::int64_t>(column[i]); });
    }
  }

  template <class Key, class Column, class KeyOf>
  static category_counts tally_keys(const Column& column, const KeyOf& key_of) {
    hash_table<Key> seen;
    std::vector<std::uint64_t> counts;
    std::vector<Key> keys;
    std::vector<std::uint32_t> ids(chunk_rows);
    category_counts result;
    for (std::size_t first = 0; first < column.size(); first += chunk_rows) {
      check_interrupt();
      keys.clear();
      for (std::size_t i = first; i < std::min(column.size(), first + chunk_rows); ++i) {
        if (column.is_missing(i)) {
          ++result.missing_;
        } else {
          keys.push_back(key_of(i));
        }
      }
      seen.insert_rows(keys.size(), [&](std::size_t i) { return keys[i]; }, ids.data());
      counts.resize(seen.size());
      for (std::size_t i = 0; i < keys.size(); ++i) ++counts[ids[i]];
    }
    for (std::uint32_t id = 0; id < seen.size(); ++id)
      result.items_.emplace_back(label(column, seen[id]), counts[id]);
    result.sort();
    return result;
  }

  template <class Column, class Key>
  static std::string label(const Column& column, Key key) {
    if constexpr (std::is_same_v<Column, dictionary_column_view>) {
      const auto at = static_cast<std::size_t>(key);
      return visit_held([&](const auto& values) { return text_of(values[at]); }, column.values());
    } else if constexpr (std::is_same_v<Column, string_column_view>) {
      return text_of(key);
    } else if constexpr (std::is_same_v<typename Column::value_type, bool>) {
      return text_of(key != 0);
    } else {
      return text_of(key);
    }
  }

  /// By text; a dictionary may hold one text twice.
  void sort() {
    std::sort(items_.begin(), items_.end());
    std::size_t last = 0;
    for (std::size_t i = 1; i < items_.size(); ++i) {
      if (items_[i].first == items_[last].first) {
        items_[last].second += items_[i].second;
      } else if (++last != i) {
        items_[last] = std::move(items_[i]);
      }
    }
    if (!items_.empty()) items_.resize(last + 1);
  }

  std::vector<item> items_;
  std::uint64_t missing_ = 0;
};

}  // namespace colonnade::inline COLONNADE_ABI
