#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/core/table.hpp"
#include "colonnade/core/visit.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What a column holds, as far as a model cares: numbers (of any width, truth values, categories of numbers)
/// or text.
enum class value_kind : std::uint8_t { numbers, text };

inline value_kind value_kind_of(const any_column_view& column) {
  if (std::holds_alternative<string_column_view>(column)) return value_kind::text;
  const auto* dictionary = std::get_if<dictionary_column_view>(&column);
  const bool text = dictionary != nullptr && std::holds_alternative<string_column_view>(dictionary->values());
  return text ? value_kind::text : value_kind::numbers;
}
inline bool all_missing(const any_column_view& column) {
  return visit_held(
      [](const auto& c) {
        for (std::size_t i = 0; i < c.rows(); ++i) {
          if (!c.is_missing(i)) return false;
        }
        return true;
      },
      column);
}

/// Columns of a table in the order that a model wants, found by `input_schema::bind`. Refers to the table.
class bound_columns {
 public:
  std::span<const any_column_view> columns() const { return columns_; }
  std::size_t rows() const { return rows_; }

 private:
  friend class input_schema;

  any_column_view missing(value_kind kind) {
    static constexpr double none = std::numeric_limits<double>::quiet_NaN();
    if (kind == value_kind::numbers) return column_view<const double>(&none, rows_, 0);
    zeros_.assign(rows_ + 1, 0);  // offsets of empty strings and, as bytes, no validity bit
    return string_column_view(zeros_.data(), "", rows_,
                              validity_view(reinterpret_cast<const std::uint8_t*>(zeros_.data()), 0));
  }

  std::vector<any_column_view> columns_;
  std::vector<std::int64_t> zeros_;
  std::size_t rows_ = 0;
};

/// The columns that a fitted model reads: positions and names at fitting, kinds. `bind` finds them in another
/// table: by name where both have names (any order, further columns are ignored), else by position.
class input_schema {
 public:
  struct column {
    std::uint32_t position = 0;  ///< in the table it was fitted on
    value_kind kind = value_kind::numbers;

    template <class Archive, class Self>
    static void archive(Archive& ar, Self& self) {
      ar(self.position, self.kind);
    }
  };

  input_schema() = default;
  /// The columns of `table` at the given positions (all of them for the second form).
  input_schema(const table_view& table, std::span<const std::uint32_t> positions)
      : features_in_(table.columns()), names_(table.names().begin(), table.names().end()) {
    for (const std::uint32_t j : positions) append(table, j);
  }
  explicit input_schema(const table_view& table)
      : features_in_(table.columns()), names_(table.names().begin(), table.names().end()) {
    for (std::size_t j = 0; j < table.columns(); ++j) append(table, static_cast<std::uint32_t>(j));
  }

  /// A schema of some of the columns that are read, as if a table had held just these.
  input_schema part(std::span<const std::uint32_t> places) const {
    input_schema made;
    made.features_in_ = places.size();
    for (const std::uint32_t k : places) {
      made.columns_.push_back({static_cast<std::uint32_t>(made.columns_.size()), columns_.at(k).kind});
      if (named()) made.names_.push_back(name(k));
    }
    return made;
  }

  /// What is read.
  const std::vector<column>& columns() const { return columns_; }
  std::size_t size() const { return columns_.size(); }
  /// Columns of the table it was fitted on, read or not.
  std::size_t features_in() const { return static_cast<std::size_t>(features_in_); }
  /// Names of those; empty where they had none.
  const std::vector<std::string>& names() const { return names_; }
  bool named() const { return !names_.empty(); }
  /// Memory of the names of the columns that are read.
  std::size_t name_bytes() const {
    std::size_t size = 0;
    for (std::size_t k = 0; k < columns_.size(); ++k) size += sizeof(std::string) + name(k).size();
    return size;
  }
  /// Name of the k-th column that is read.
  std::string name(std::size_t k) const {
    return named() ? names_[columns_[k].position] : "x" + std::to_string(columns_[k].position);
  }

  /// Finds the columns. Throws argument_error that names a column which is absent or of another kind.
  bound_columns bind(const table_view& table) const {
    std::vector<any_column_view> found;
    found.reserve(columns_.size());
    const bool by_name = named() && !table.names().empty();
    if (!by_name && table.columns() != features_in_) {
      throw argument_error("X", std::to_string(table.columns()) + " features", std::to_string(features_in_));
    }
    std::size_t next = 0;  // tables mostly come in the order of fitting
    for (const column& wanted : columns_) {
      const std::size_t at = by_name ? find(table, names_[wanted.position], next) : wanted.position;
      next = at + 1;
      found.push_back(table.column(at));
    }
    return bind(std::move(found), table.rows());
  }
  /// The same for columns that are in order already, one for each of `columns()`.
  bound_columns bind(std::vector<any_column_view> found, std::size_t rows) const {
    bound_columns bound;
    bound.rows_ = rows;
    for (std::size_t k = 0; k < columns_.size(); ++k) {
      if (value_kind_of(found[k]) == columns_[k].kind) continue;
      if (!all_missing(found[k])) fail_kind(k);
      found[k] = bound.missing(columns_[k].kind);
    }
    bound.columns_ = std::move(found);
    return bound;
  }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.features_in_, self.names_, self.columns_);
  }
  void validate() const {
    if (named() && names_.size() != features_in_) throw format_error("saved schema: names do not agree");
    for (const column& c : columns_) {
      if (c.position >= features_in_) throw format_error("saved schema: a column beyond the last");
      if (c.kind != value_kind::numbers && c.kind != value_kind::text) {
        throw format_error("saved schema: unknown kind");
      }
    }
  }

 private:
  void append(const table_view& table, std::uint32_t j) {
    if (j >= table.columns()) {
      throw argument_error("columns", std::to_string(j), "less than " + std::to_string(table.columns()));
    }
    columns_.push_back({j, value_kind_of(table.column(j))});
  }
  static std::size_t find(const table_view& table, const std::string& name, std::size_t next) {
    const auto names = table.names();
    for (std::size_t k = 0; k < names.size(); ++k) {
      const std::size_t j = next + k < names.size() ? next + k : next + k - names.size();
      if (names[j] == name) return j;
    }
    throw argument_error("X", "no column '" + name + "'", "the columns that the model was fitted on");
  }
  [[noreturn]] void fail_kind(std::size_t k) const {
    const bool numbers = columns_[k].kind == value_kind::numbers;
    throw argument_error("column '" + name(k) + "'", numbers ? "text" : "numbers",
                         numbers ? "numbers" : "text");
  }

  std::uint64_t features_in_ = 0;
  std::vector<std::string> names_;
  std::vector<column> columns_;
};

}  // namespace colonnade::inline COLONNADE_ABI
