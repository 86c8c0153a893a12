#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <variant>

#include "colonnade/core/real.hpp"
#include "colonnade/core/table.hpp"
#include "colonnade/core/visit.hpp"
#include "colonnade/kernels/hash_table.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What the values of a column of categories are.
enum class category_type : std::uint8_t { none, booleans, integers, numbers, strings };

/// Code of a value that is not among the categories.
inline constexpr std::int32_t unknown_code = -1;
/// Code of a missing value, where missing is not a category of its own.
inline constexpr std::int32_t missing_code = -2;

/// Distinct values in hash tables: booleans and integers share one kind of table.
using category_table =
    std::variant<hash_table<std::int64_t>, hash_table<double>, hash_table<std::string_view>>;

namespace detail {

enum class row_state : std::uint8_t { key, missing, unknown };

/// Reads the rows of a column as keys of a table: `state(i)` says whether row i has one, `key(i)` is it.
template <class Key, class Value>
struct number_reader {
  column_view<const Value> column;

  // Whether every row without a validity bit of zero has a key.
  static constexpr bool total =
      std::is_same_v<Value, bool> || (std::is_same_v<Key, Value> && std::is_integral_v<Value>);

  row_state state(std::size_t i) const {
    if (column.is_missing(i)) return row_state::missing;
    if constexpr (std::is_same_v<Key, std::int64_t> && std::is_floating_point_v<Value>) {
      const auto wide = static_cast<double>(column[i]);
      return wide >= -0x1p63 && wide < 0x1p63 && real::trunc(wide) == wide ? row_state::key
                                                                           : row_state::unknown;
    }
    if constexpr (std::is_same_v<Key, double> && std::is_same_v<Value, std::int64_t>) {
      const Value value = column[i];
      const auto wide = static_cast<double>(value);
      return wide < 0x1p63 && static_cast<std::int64_t>(wide) == value ? row_state::key : row_state::unknown;
    }
    return row_state::key;
  }
  Key key(std::size_t i) const { return static_cast<Key>(column[i]); }
  bool all_valid() const { return column.validity().all_valid(); }
};

template <class TextOf>
struct text_reader {
  TextOf text_of;
  validity_view validity;

  static constexpr bool total = true;

  row_state state(std::size_t i) const { return validity[i] ? row_state::key : row_state::missing; }
  std::string_view key(std::size_t i) const { return text_of(i); }
  bool all_valid() const { return validity.all_valid(); }
};

/// Calls `act(reader)` with a reader of the column's rows as keys.
template <class Key, class Act>
void with_reader(const string_column_view& column, const Act& act) {
  column.visit(
      [&]<class TextOf>(const TextOf& text_of) { act(text_reader<TextOf>{text_of, column.validity()}); });
}
template <class Key, class Value, class Act>
void with_reader(const column_view<const Value>& column, const Act& act) {
  act(number_reader<Key, Value>{column});
}

/// Whether a table of such keys can hold values of such a column: strings and numbers never meet.
template <class Key, class Column>
constexpr bool can_hold = std::is_same_v<Key, std::string_view> == std::is_same_v<Column, string_column_view>;

/// `out[i]` = `number(key of row first + i)`, where `number_rows(count, key_of, out)` numbers rows that have
/// keys; rows that have none get `missing_code` or `unknown_code`.
template <class Reader, class NumberRows>
void number_column(const Reader& reader, std::size_t first, std::size_t count, std::int32_t* out,
                   const NumberRows& number_rows) {
  if constexpr (Reader::total) {
    if (reader.all_valid()) {
      number_rows(count, [&](std::size_t i) { return reader.key(first + i); }, out);
      return;
    }
  }
  constexpr std::size_t chunk_rows = 512;
  std::array<std::uint32_t, chunk_rows> rows;
  std::array<std::int32_t, chunk_rows> numbers;
  for (std::size_t at = 0; at < count; at += chunk_rows) {
    const std::size_t size = std::min(chunk_rows, count - at);
    std::size_t keys = 0;
    for (std::size_t i = 0; i < size; ++i) {
      const row_state state = reader.state(first + at + i);
      out[at + i] = state == row_state::missing ? missing_code : unknown_code;
      rows[keys] = static_cast<std::uint32_t>(i);
      keys += state == row_state::key;
    }
    number_rows(keys, [&](std::size_t k) { return reader.key(first + at + rows[k]); }, numbers.data());
    for (std::size_t k = 0; k < keys; ++k) out[at + rows[k]] = numbers[k];
  }
}

/// `number_column` of a column as keys of type `Key`, or of one whose values cannot be such keys.
template <class Key, class Column, class NumberRows>
void number_as(const Column& column, std::size_t first, std::size_t count, std::int32_t* out,
               const NumberRows& number_rows) {
  if constexpr (can_hold<Key, Column>) {
    with_reader<Key>(column,
                     [&](const auto& reader) { number_column(reader, first, count, out, number_rows); });
  } else {
    for (std::size_t i = 0; i < count; ++i)
      out[i] = column.is_missing(first + i) ? missing_code : unknown_code;
  }
}

template <class Key, class Column>
void insert_column(hash_table<Key>& table, const Column& column, std::size_t first, std::size_t count,
                   std::int32_t* out) {
  number_as<Key>(column, first, count, out, [&](std::size_t n, const auto& key_of, std::int32_t* to) {
    table.insert_rows(n, key_of, to);
  });
}

template <class Key, class Column>
void find_column(const hash_table<Key>& table, const Column& column, std::size_t first, std::size_t count,
                 std::int32_t* out) {
  number_as<Key>(column, first, count, out, [&](std::size_t n, const auto& key_of, std::int32_t* to) {
    table.find_rows(n, key_of, to);
  });
}

template <class Value>
constexpr category_type type_of_values() {
  if constexpr (std::is_same_v<Value, bool>) return category_type::booleans;
  if constexpr (std::is_same_v<Value, std::int64_t>) return category_type::integers;
  if constexpr (std::is_floating_point_v<Value>) return category_type::numbers;
  return category_type::strings;
}

/// Codes of a dictionary column turned by a table `code -> number`; missing rows get `missing`.
inline void map_codes(const dictionary_column_view& column, std::span<const std::int32_t> number_of,
                      std::size_t first, std::size_t count, std::int32_t* out,
                      std::int32_t missing = missing_code) {
  column.visit([&](const auto& code_of) {
    if (column.validity().all_valid()) {
      for (std::size_t i = 0; i < count; ++i) {
        const std::int64_t code = code_of(first + i);
        out[i] = code < 0 ? missing : number_of[static_cast<std::size_t>(code)];
      }
      return;
    }
    for (std::size_t i = 0; i < count; ++i) {
      const std::int64_t code = column.validity()[first + i] ? code_of(first + i) : -1;
      out[i] = code < 0 ? missing : number_of[static_cast<std::size_t>(code)];
    }
  });
}

}  // namespace detail

/// What the values of a column are; of a dictionary column, those of its dictionary.
inline category_type type_of(const any_column_view& column) {
  return visit_held(
      []<class Column>(const Column& c) {
        if constexpr (std::is_same_v<Column, dictionary_column_view>) {
          if (c.cardinality() == 0) return category_type::none;
          return visit_held(
              []<class Values>(const Values&) {
                if constexpr (std::is_same_v<Values, string_column_view>) {
                  return category_type::strings;
                } else {
                  return detail::type_of_values<typename Values::value_type>();
                }
              },
              c.values());
        } else if constexpr (std::is_same_v<Column, string_column_view>) {
          return category_type::strings;
        } else {
          return detail::type_of_values<typename Column::value_type>();
        }
      },
      column);
}

}  // namespace colonnade::inline COLONNADE_ABI
