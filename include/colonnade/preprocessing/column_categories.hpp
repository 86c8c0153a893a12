#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/visit.hpp"
#include "colonnade/preprocessing/category_list.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The distinct values of one column with the number of rows of each, learnt batch by batch. Exact and
/// mergeable: equal for any order and grouping of the rows. Integers and booleans become numbers when a batch
/// brings numbers; strings do not mix with either.
class column_categories {
 public:
  category_type type() const { return type_; }
  /// Number of distinct values, missing not among them.
  std::size_t size() const { return counts_.size(); }
  /// Rows of each value, by its number (in the order of first sight).
  const std::vector<std::uint64_t>& counts() const { return counts_; }
  std::uint64_t missing() const { return missing_nan_ + missing_null_; }
  /// NaN if any missing value was one, else null.
  missing_mark mark() const {
    if (missing_nan_ > 0) return missing_mark::nan;
    return missing_null_ > 0 ? missing_mark::null : missing_mark::none;
  }

  /// Learns rows `first` to `first + count`; writes the number of each row's value (`missing_code` for
  /// missing) to `ids` unless that is null.
  void update(const any_column_view& column, std::size_t first, std::size_t count,
              std::int32_t* ids = nullptr, missing_mark mark = missing_mark::nan) {
    if (type_of(column) != type_ && has_value(column, first, count)) promote(type_of(column));
    if (const auto* dictionary = std::get_if<dictionary_column_view>(&column)) {
      return update_dictionary(*dictionary, first, count, ids, mark);
    }
    std::vector<std::int32_t> own(ids == nullptr ? std::min(count, chunk_rows) : 0);
    for (std::size_t at = 0; at < count; at += chunk_rows) {
      const std::size_t rows = std::min(chunk_rows, count - at);
      std::int32_t* out = ids == nullptr ? own.data() : ids + at;
      visit_held([&](const auto& c) { insert(c, first + at, rows, out); }, column);
      tally(out, rows, mark);
    }
    refuse_infinity();
  }

  /// Learns a dictionary whose code i stands in `rows[i]` rows, and `missing` rows without a value. Returns
  /// the number of each code (`unknown_code` for one in no row).
  std::vector<std::int32_t> update_counts(const dictionary_values& dictionary,
                                          std::span<const std::uint64_t> rows, std::uint64_t missing,
                                          missing_mark mark) {
    std::vector<std::int32_t> numbers(rows.size(), unknown_code);
    std::uint64_t valueless = missing;
    const any_column_view values = visit_held([](const auto& v) -> any_column_view { return v; }, dictionary);
    for (std::size_t code = 0; code < rows.size(); ++code) {
      if (rows[code] == 0) continue;
      visit_held([&](const auto& v) { insert(v, code, 1, &numbers[code]); }, values);
      counts_.resize(table_size());
      if (numbers[code] >= 0) {
        counts_[static_cast<std::size_t>(numbers[code])] += rows[code];
      } else {
        valueless += rows[code];
      }
    }
    (mark == missing_mark::null ? missing_null_ : missing_nan_) += valueless;
    refuse_infinity();
    return numbers;
  }

  /// Adds what `other` has seen. Returns this one's number of each number of the other.
  std::vector<std::int32_t> merge(const column_categories& other) {
    promote(other.type_);
    missing_nan_ += other.missing_nan_;
    missing_null_ += other.missing_null_;
    std::vector<std::int32_t> numbers(other.size());
    visit_held([&](const auto& from) { insert_keys(from, numbers); }, other.table_);
    counts_.resize(table_size());
    for (std::size_t i = 0; i < numbers.size(); ++i)
      counts_[static_cast<std::size_t>(numbers[i])] += other.counts_[i];
    return numbers;
  }

  /// The categories in ascending order (numbers by value, strings by code point), missing last.
  struct ordered {
    category_list categories;
    std::vector<std::uint64_t> counts;   ///< rows of each category, missing among them
    std::vector<std::int32_t> place_of;  ///< place of each number
  };
  ordered sorted() const {
    const auto order = order_of_values();
    ordered result;
    result.place_of.resize(size());
    for (std::size_t place = 0; place < order.size(); ++place) {
      result.place_of[order[place]] = static_cast<std::int32_t>(place);
      result.counts.push_back(counts_[order[place]]);
    }
    if (mark() != missing_mark::none) result.counts.push_back(missing());
    result.categories = category_list(type_, rearranged(order), mark());
    return result;
  }

  /// Sets the type of values before any is seen, and makes room for those of the other.
  void promote(category_type wanted) {
    if (wanted == category_type::none || wanted == type_) return;
    if (type_ == category_type::none) {
      type_ = wanted;
      if (type_ == category_type::numbers) table_ = hash_table<double>();
      if (type_ == category_type::strings) table_ = hash_table<std::string_view>();
      return;
    }
    if (type_ == category_type::strings || wanted == category_type::strings) {
      throw data_error("the categories are strings and numbers, expected uniformly strings or numbers");
    }
    if (wanted == category_type::numbers) to_numbers();
    type_ = std::max(type_, wanted);
  }

  friend bool operator==(const column_categories& a, const column_categories& b) { return same_bytes(a, b); }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    if constexpr (std::is_same_v<Archive, writer>) {
      // In order of value, so that equal contents have equal bytes.
      const ordered canonical = self.sorted();
      std::vector<std::uint64_t> counts(canonical.counts.begin(),
                                        canonical.counts.begin() + static_cast<std::ptrdiff_t>(self.size()));
      ar(category_list(self.type_, canonical.categories.table(), missing_mark::none), counts,
         self.missing_nan_, self.missing_null_);
    } else {
      category_list categories;
      ar(categories, self.counts_, self.missing_nan_, self.missing_null_);
      self.type_ = categories.type();
      self.table_ = categories.table();
    }
  }
  void validate() const {
    if (table_size() != counts_.size())
      throw format_error("saved categories: a count a category is expected");
  }

 private:
  static constexpr std::size_t chunk_rows = 4096;

  std::size_t table_size() const {
    return visit_held([](const auto& t) { return t.size(); }, table_);
  }

  template <class Column>
  void insert(const Column& column, std::size_t first, std::size_t count, std::int32_t* ids) {
    if constexpr (!std::is_same_v<Column, dictionary_column_view>) {
      visit_held([&](auto& t) { detail::insert_column(t, column, first, count, ids); }, table_);
      for (std::size_t i = 0; i < count; ++i) {
        if (ids[i] == unknown_code) refuse_large(first + i);
      }
    }
  }
  /// A column without a value says nothing about the type: one of nothing but NaN may stand among strings.
  static bool has_value(const any_column_view& column, std::size_t first, std::size_t count) {
    return visit_held(
        [&](const auto& c) {
          for (std::size_t i = first; i < first + count; ++i) {
            if (!c.is_missing(i)) return true;
          }
          return false;
        },
        column);
  }

  [[noreturn]] static void refuse_large(std::size_t row) {
    throw data_error("an integer beyond 2^53 stands in a column of floating-point numbers", row);
  }

  template <class Key>
  void insert_keys(const hash_table<Key>& from, std::vector<std::int32_t>& numbers) {
    for (std::uint32_t i = 0; i < from.size(); ++i) {
      numbers[i] = visit_held([&](auto& to) { return insert_key(to, from[i]); }, table_);
    }
  }
  template <class To, class From>
  static std::int32_t insert_key(hash_table<To>& to, From key) {
    if constexpr (std::is_same_v<To, From>) {
      return static_cast<std::int32_t>(to.insert(key));
    } else if constexpr (std::is_same_v<To, double> && std::is_same_v<From, std::int64_t>) {
      const auto wide = static_cast<double>(key);
      if (!(wide < 0x1p63) || static_cast<std::int64_t>(wide) != key) refuse_large(data_error::unknown);
      return static_cast<std::int32_t>(to.insert(wide));
    } else {
      return unknown_code;  // promote() has refused or prepared all other pairs
    }
  }

  void to_numbers() {
    hash_table<double> numbers;
    const auto& integers = std::get<hash_table<std::int64_t>>(table_);
    for (std::uint32_t i = 0; i < integers.size(); ++i) insert_key(numbers, integers[i]);
    table_ = std::move(numbers);
  }

  void update_dictionary(const dictionary_column_view& column, std::size_t first, std::size_t count,
                         std::int32_t* ids, missing_mark mark) {
    std::vector<std::uint64_t> rows(column.cardinality());
    const std::uint64_t missing = count_codes(column, first, count, rows);
    const auto numbers = update_counts(column.values(), rows, missing, mark);
    if (ids != nullptr) detail::map_codes(column, numbers, first, count, ids);
  }

 public:
  /// Adds to `rows` the number of rows of each code; returns that of the missing ones.
  static std::uint64_t count_codes(const dictionary_column_view& column, std::size_t first, std::size_t count,
                                   std::vector<std::uint64_t>& rows) {
    std::uint64_t missing = 0;
    column.visit([&](const auto& code_of) {
      const bool all_valid = column.validity().all_valid();
      for (std::size_t i = first; i < first + count; ++i) {
        const std::int64_t code = all_valid || column.validity()[i] ? code_of(i) : -1;
        if (code < 0) {
          ++missing;
        } else {
          ++rows[static_cast<std::size_t>(code)];
        }
      }
    });
    return missing;
  }

 private:
  void tally(const std::int32_t* ids, std::size_t count, missing_mark mark) {
    counts_.resize(table_size());
    std::uint64_t missing = 0;
    for (std::size_t i = 0; i < count; ++i) {
      if (ids[i] >= 0) {
        ++counts_[static_cast<std::size_t>(ids[i])];
      } else {
        ++missing;
      }
    }
    (mark == missing_mark::null ? missing_null_ : missing_nan_) += missing;
  }

  void refuse_infinity() const {
    const auto* numbers = std::get_if<hash_table<double>>(&table_);
    if (numbers == nullptr) return;
    const double infinity = std::numeric_limits<double>::infinity();
    if (numbers->find(infinity) == numbers->absent && numbers->find(-infinity) == numbers->absent) return;
    throw data_error("Input X contains infinity, expected finite numbers");
  }

  std::vector<std::uint32_t> order_of_values() const {
    std::vector<std::uint32_t> order(size());
    std::iota(order.begin(), order.end(), 0U);
    visit_held(
        [&](const auto& t) {
          std::sort(order.begin(), order.end(),
                    [&](std::uint32_t a, std::uint32_t b) { return t[a] < t[b]; });
        },
        table_);
    return order;
  }
  category_table rearranged(const std::vector<std::uint32_t>& order) const {
    return visit_held(
        [&]<class Table>(const Table& t) -> category_table {
          Table result;
          result.reserve(order.size());
          for (const std::uint32_t id : order) result.insert(t[id]);
          return result;
        },
        table_);
  }

  category_type type_ = category_type::none;
  category_table table_;
  std::vector<std::uint64_t> counts_;
  std::uint64_t missing_nan_ = 0, missing_null_ = 0;
};

}  // namespace colonnade::inline COLONNADE_ABI
