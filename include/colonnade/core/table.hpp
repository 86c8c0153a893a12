#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>

#include "colonnade/core/error.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/core/visit.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A column of UTF-8 strings that somebody else owns, in any of four memory layouts: Arrow with 32- or 64-bit
/// offsets, Arrow string views, or an array of `std::string_view`.
class string_column_view {
 public:
  string_column_view() = default;
  /// An array of `std::string_view`, one a row.
  explicit string_column_view(std::span<const std::string_view> values, validity_view validity = {})
      : layout_(layout::pointers), data_(values.data()), size_(values.size()), validity_(validity) {}
  /// Arrow `utf8`: string i is bytes `offsets[i]` to `offsets[i + 1]`.
  string_column_view(const std::int32_t* offsets, const char* bytes, std::size_t size,
                     validity_view validity = {})
      : layout_(layout::offsets32), data_(offsets), bytes_(bytes), size_(size), validity_(validity) {}
  /// Arrow `large_utf8`.
  string_column_view(const std::int64_t* offsets, const char* bytes, std::size_t size,
                     validity_view validity = {})
      : layout_(layout::offsets64), data_(offsets), bytes_(bytes), size_(size), validity_(validity) {}
  /// Arrow `utf8_view`: 16 bytes a string (length; up to 12 bytes inline, else prefix, buffer number,
  /// offset).
  static string_column_view arrow_views(const void* views, const void* const* buffers, std::size_t size,
                                        validity_view validity = {}) {
    string_column_view column;
    column.layout_ = layout::views;
    column.data_ = views;
    column.buffers_ = buffers;
    column.size_ = size;
    column.validity_ = validity;
    return column;
  }

  std::size_t size() const { return size_; }
  std::size_t rows() const { return size_; }
  validity_view validity() const { return validity_; }
  bool is_missing(std::size_t i) const { return !validity_[i]; }

  std::string_view operator[](std::size_t i) const {
    switch (layout_) {
      case layout::pointers:
        return static_cast<const std::string_view*>(data_)[first_ + i];
      case layout::offsets32:
        return between(static_cast<const std::int32_t*>(data_) + first_ + i);
      case layout::offsets64:
        return between(static_cast<const std::int64_t*>(data_) + first_ + i);
      case layout::views:
        return arrow_view(static_cast<const char*>(data_) + 16 * (first_ + i));
    }
    return {};
  }

  /// Calls `act(text_of)` with a function of the row that knows the layout, for loops over many rows.
  template <class Act>
  decltype(auto) visit(const Act& act) const {
    switch (layout_) {
      case layout::offsets32:
        return act([this, at = static_cast<const std::int32_t*>(data_) + first_](std::size_t i) {
          return between(at + i);
        });
      case layout::offsets64:
        return act([this, at = static_cast<const std::int64_t*>(data_) + first_](std::size_t i) {
          return between(at + i);
        });
      case layout::views:
        return act([this, at = static_cast<const char*>(data_) + 16 * first_](std::size_t i) {
          return arrow_view(at + 16 * i);
        });
      default:
        return act(
            [at = static_cast<const std::string_view*>(data_) + first_](std::size_t i) { return at[i]; });
    }
  }

  string_column_view slice(std::size_t first, std::size_t count) const {
    string_column_view column = *this;
    column.first_ += first;
    column.size_ = count;
    column.validity_ = validity_.slice(first);
    return column;
  }

 private:
  enum class layout : std::uint8_t { pointers, offsets32, offsets64, views };

  template <class Offset>
  std::string_view between(const Offset* at) const {
    return {bytes_ + at[0], static_cast<std::size_t>(at[1] - at[0])};
  }
  std::string_view arrow_view(const char* at) const {
    std::array<std::int32_t, 4> word;
    std::memcpy(word.data(), at, sizeof word);
    const auto length = static_cast<std::size_t>(word[0]);
    if (length <= 12) return {at + 4, length};
    return {static_cast<const char*>(buffers_[word[2]]) + word[3], length};
  }

  layout layout_ = layout::pointers;
  const void* data_ = nullptr;
  const char* bytes_ = nullptr;
  const void* const* buffers_ = nullptr;
  std::size_t first_ = 0, size_ = 0;
  validity_view validity_;
};

/// The distinct values that the codes of a dictionary column point into.
using dictionary_values =
    std::variant<string_column_view, column_view<const double>, column_view<const std::int64_t>>;

/// A dictionary-encoded column (pandas Categorical, polars Enum, Arrow dictionary): a code a row and the
/// values that the codes name. A negative code or a zero validity bit is missing. Codes are checked by
/// whoever makes the view.
class dictionary_column_view {
 public:
  dictionary_column_view() = default;
  template <class Code>
  dictionary_column_view(const Code* codes, std::size_t size, dictionary_values values,
                         validity_view validity = {})
      : codes_(codes), code_bytes_(sizeof(Code)), size_(size), validity_(validity), values_(values) {
    static_assert(std::is_signed_v<Code>, "unsigned codes are widened by whoever makes the view");
  }

  std::size_t size() const { return size_; }
  std::size_t rows() const { return size_; }
  validity_view validity() const { return validity_; }
  const dictionary_values& values() const { return values_; }
  /// Number of distinct values.
  std::size_t cardinality() const {
    return visit_held([](const auto& v) { return v.size(); }, values_);
  }
  std::size_t code_bytes() const { return code_bytes_; }
  const void* codes() const { return codes_; }

  /// Code of row i, or -1 for missing.
  std::int64_t operator[](std::size_t i) const {
    if (!validity_[i]) return -1;
    const std::int64_t code = raw(first_ + i);
    return code < 0 ? -1 : code;
  }
  bool is_missing(std::size_t i) const { return (*this)[i] < 0; }

  /// Calls `act(code_of)` with a function of the row that knows the width of the codes, for loops over many
  /// rows. Looks at no validity bit.
  template <class Act>
  decltype(auto) visit(const Act& act) const {
    const auto codes = [this]<class Code>(Code) {
      return [at = static_cast<const Code*>(codes_) + first_](std::size_t i) {
        return static_cast<std::int64_t>(at[i]);
      };
    };
    switch (code_bytes_) {
      case 1:
        return act(codes(std::int8_t{}));
      case 2:
        return act(codes(std::int16_t{}));
      case 4:
        return act(codes(std::int32_t{}));
      default:
        return act(codes(std::int64_t{}));
    }
  }

  dictionary_column_view slice(std::size_t first, std::size_t count) const {
    dictionary_column_view column = *this;
    column.first_ += first;
    column.size_ = count;
    column.validity_ = validity_.slice(first);
    return column;
  }

 private:
  std::int64_t raw(std::size_t i) const {
    switch (code_bytes_) {
      case 1:
        return static_cast<const std::int8_t*>(codes_)[i];
      case 2:
        return static_cast<const std::int16_t*>(codes_)[i];
      case 4:
        return static_cast<const std::int32_t*>(codes_)[i];
      default:
        return static_cast<const std::int64_t*>(codes_)[i];
    }
  }

  const void* codes_ = nullptr;
  std::size_t code_bytes_ = 4, first_ = 0, size_ = 0;
  validity_view validity_;
  dictionary_values values_;
};

/// One column of a table. Other widths of numbers are converted where the table is made.
using any_column_view =
    std::variant<column_view<const double>, column_view<const float>, column_view<const std::int64_t>,
                 column_view<const bool>, string_column_view, dictionary_column_view>;

inline std::size_t rows_of(const any_column_view& column) {
  return visit_held([](const auto& c) { return c.rows(); }, column);
}

/// Columns of equal length with their names, owned by somebody else.
class table_view {
 public:
  table_view() = default;
  /// `names` may be empty (columns are then named x0, x1, ...); every column has `rows` rows.
  table_view(std::span<const any_column_view> columns, std::span<const std::string> names, std::size_t rows)
      : columns_(columns), names_(names), rows_(rows) {
    if (!names.empty() && names.size() != columns.size()) {
      throw argument_error("names", std::to_string(names.size()),
                           std::to_string(columns.size()) + ", one a column");
    }
    for (std::size_t j = 0; j < columns.size(); ++j) {
      if (rows_of(columns[j]) == rows) continue;
      throw argument_error("column " + name(j), std::to_string(rows_of(columns[j])) + " rows",
                           std::to_string(rows));
    }
  }

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_.size(); }
  std::string name(std::size_t j) const { return names_.empty() ? "x" + std::to_string(j) : names_[j]; }
  std::span<const std::string> names() const { return names_; }
  /// Position of the column with that name, or `columns()`.
  std::size_t find(std::string_view wanted) const {
    for (std::size_t j = 0; j < columns(); ++j) {
      if (names_.empty() ? name(j) == wanted : names_[j] == wanted) return j;
    }
    return columns();
  }
  any_column_view column(std::size_t j) const {
    if (first_ == 0 && rows_of(columns_[j]) == rows_) return columns_[j];
    return visit_held([&](const auto& c) -> any_column_view { return c.slice(first_, rows_); }, columns_[j]);
  }
  /// The same columns by position only.
  table_view without_names() const {
    table_view table = *this;
    table.names_ = {};
    return table;
  }
  table_view slice(std::size_t first, std::size_t count) const {
    table_view table = *this;
    table.first_ += first;
    table.rows_ = count;
    return table;
  }

 private:
  std::span<const any_column_view> columns_;
  std::span<const std::string> names_;
  std::size_t first_ = 0, rows_ = 0;
};

}  // namespace colonnade::inline COLONNADE_ABI
