#pragma once

#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/core/visit.hpp"
#include "colonnade/preprocessing/category_keys.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// How missing values stand in a list of categories: not at all, as a number that is not one, or as a null.
enum class missing_mark : std::uint8_t { none, nan, null };

/// The categories of one column in their order, missing (if it is one) last, and the way from a value to its
/// place. Values compare as values: 1, 1.0 and true are one category; -0 is 0.
class category_list {
 public:
  category_list() = default;
  explicit category_list(std::span<const std::string> values, missing_mark mark = missing_mark::none)
      : type_(category_type::strings), missing_(mark), table_(hash_table<std::string_view>()) {
    for (const std::string& value : values) add<std::string_view>(value);
  }
  explicit category_list(std::span<const std::int64_t> values, missing_mark mark = missing_mark::none,
                         category_type type = category_type::integers)
      : type_(type), missing_(mark) {
    for (const std::int64_t value : values) add<std::int64_t>(value);
  }
  explicit category_list(std::span<const double> values, missing_mark mark = missing_mark::none)
      : type_(category_type::numbers), missing_(mark), table_(hash_table<double>()) {
    for (const double value : values) add<double>(value);
  }
  /// Takes over a table whose numbers are the places.
  category_list(category_type type, category_table table, missing_mark mark)
      : type_(type), missing_(mark), table_(std::move(table)) {}

  category_type type() const { return type_; }
  missing_mark missing() const { return missing_; }
  /// Number of categories, missing among them.
  std::size_t size() const { return values() + (missing_ != missing_mark::none ? 1 : 0); }
  /// Number of categories without missing.
  std::size_t values() const {
    return visit_held([](const auto& t) { return t.size(); }, table_);
  }
  /// Code of a missing value: the last place, or `unknown_code` if missing is no category.
  std::int32_t code_of_missing() const {
    return missing_ != missing_mark::none ? static_cast<std::int32_t>(values()) : unknown_code;
  }
  const category_table& table() const { return table_; }

  /// Calls `act(value)` for every category but missing, in order, with std::int64_t, double or
  /// std::string_view.
  template <class Act>
  void for_each(const Act& act) const {
    visit_held(
        [&](const auto& t) {
          for (std::uint32_t i = 0; i < t.size(); ++i) act(t[i]);
        },
        table_);
  }
  /// A category as text: as Python writes numbers, strings as they are, missing as "nan" or "None".
  std::string text(std::size_t place) const {
    if (place >= values()) return missing_ == missing_mark::null ? "None" : "nan";
    return visit_held([&](const auto& t) { return text_of(t[static_cast<std::uint32_t>(place)], type_); },
                      table_);
  }
  /// The same with quotes around strings, for messages.
  std::string quoted(std::size_t place) const {
    return type_ == category_type::strings && place < values() ? "'" + text(place) + "'" : text(place);
  }

  /// `out[i]` = place of row `first + i`, or `unknown_code`. Missing values have a place if missing is a
  /// category.
  void find(const any_column_view& column, std::size_t first, std::size_t count, std::int32_t* out) const {
    visit_held([&](const auto& c) { find_in(c, first, count, out); }, column);
    if (may_miss(column)) place_missing(out, count);
  }
  /// Place of each value of a dictionary, for `detail::map_codes`.
  std::vector<std::int32_t> places_of(const dictionary_values& dictionary) const {
    return visit_held(
        [&](const auto& v) {
          std::vector<std::int32_t> places(v.size());
          find_in(v, 0, v.size(), places.data());
          place_missing(places.data(), places.size());
          return places;
        },
        dictionary);
  }
  void place_missing(std::int32_t* codes, std::size_t count) const {
    const std::int32_t place = code_of_missing();
    for (std::size_t i = 0; i < count; ++i) codes[i] = codes[i] == missing_code ? place : codes[i];
  }

  friend bool operator==(const category_list& a, const category_list& b) { return same_bytes(a, b); }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.type_, self.missing_);
    if constexpr (std::is_same_v<Archive, reader>) {
      self.read(ar);
    } else {
      self.write(ar);
    }
  }

  static std::string text_of(std::string_view value, category_type) { return std::string(value); }
  static std::string text_of(std::int64_t value, category_type type) {
    if (type == category_type::booleans) return value != 0 ? "True" : "False";
    return std::to_string(value);
  }
  static std::string text_of(double value, category_type) {
    const double size = std::abs(value);
    const bool plain = size == 0 || (size >= 1e-4 && size < 1e16);
    std::array<char, 32> text;
    const auto format = plain ? std::chars_format::fixed : std::chars_format::scientific;
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value, format).ptr;
    std::string result(text.data(), end);
    if (plain && result.find('.') == std::string::npos) result += ".0";
    return result;
  }

 private:
  static bool may_miss(const any_column_view& column) {
    const bool real = std::holds_alternative<column_view<const double>>(column) ||
                      std::holds_alternative<column_view<const float>>(column);
    return real || !visit_held([](const auto& c) { return c.validity().all_valid(); }, column);
  }

  template <class Key>
  void add(Key value) {
    auto& table = std::get<hash_table<Key>>(table_);
    const std::size_t place = table.size();
    if (table.insert(value) != place) {
      throw argument_error("categories", "'" + text_of(value, type_) + "' twice", "distinct values");
    }
    if constexpr (std::is_floating_point_v<Key>) {
      if (real::isnan(value))
        throw argument_error("categories", "NaN among the values", "missing as the last category");
    }
  }

  void find_in(const dictionary_column_view& column, std::size_t first, std::size_t count,
               std::int32_t* out) const {
    detail::map_codes(column, places_of(column.values()), first, count, out, code_of_missing());
  }
  template <class Column>
  void find_in(const Column& column, std::size_t first, std::size_t count, std::int32_t* out) const {
    visit_held([&](const auto& t) { detail::find_column(t, column, first, count, out); }, table_);
  }

  void write(writer& ar) const {
    std::vector<std::int64_t> integers;
    std::vector<double> numbers;
    std::vector<std::uint64_t> ends;
    std::string bytes;
    for_each([&]<class Value>(const Value& value) {
      if constexpr (std::is_same_v<Value, std::int64_t>) integers.push_back(value);
      if constexpr (std::is_same_v<Value, double>) numbers.push_back(value);
      if constexpr (std::is_same_v<Value, std::string_view>) {
        bytes += value;
        ends.push_back(bytes.size());
      }
    });
    if (type_ == category_type::strings) return ar(bytes, ends);
    if (type_ == category_type::numbers) return ar(numbers);
    ar(integers);
  }

  void read(reader& ar) {
    if (type_ > category_type::strings || missing_ > missing_mark::null) wrong("an unknown type");
    if (type_ == category_type::strings) return read_strings(ar);
    if (type_ == category_type::numbers) return fill<double>(ar);
    fill<std::int64_t>(ar);
  }
  template <class Key>
  void fill(reader& ar) {
    std::vector<Key> values;
    ar(values);
    hash_table<Key> table;
    for (const Key value : values) {
      if (value != value) wrong("a category that is not a number");
      table.insert(value);
    }
    if (table.size() != values.size()) wrong("a category twice");
    table_ = std::move(table);
  }
  void read_strings(reader& ar) {
    std::string bytes;
    std::vector<std::uint64_t> ends;
    ar(bytes, ends);
    hash_table<std::string_view> table;
    std::uint64_t start = 0;
    for (const std::uint64_t end : ends) {
      if (end < start || end > bytes.size()) wrong("lengths that do not fit");
      table.insert(std::string_view(bytes).substr(start, end - start));
      start = end;
    }
    if (start != bytes.size()) wrong("bytes after the last category");
    if (table.size() != ends.size()) wrong("a category twice");
    table_ = std::move(table);
  }
  [[noreturn]] static void wrong(const char* what) {
    throw format_error(std::string("saved categories: found ") + what);
  }

  category_type type_ = category_type::none;
  missing_mark missing_ = missing_mark::none;
  category_table table_;
};

}  // namespace colonnade::inline COLONNADE_ABI
