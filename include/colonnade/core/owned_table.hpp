#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/core/table.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Packs one byte a row (0: missing) into validity bits. Empty when nothing is missing.
inline std::vector<std::uint8_t> pack_validity(const std::vector<std::uint8_t>& valid) {
  std::vector<std::uint8_t> bits((valid.size() + 7) / 8);
  bool all = true;
  for (std::size_t i = 0; i < valid.size(); ++i) {
    if (valid[i] != 0) {
      bits[i / 8] = static_cast<std::uint8_t>(bits[i / 8] | 1U << (i % 8));
    } else {
      all = false;
    }
  }
  return all ? std::vector<std::uint8_t>() : bits;
}

/// A table that owns its columns, or keeps their owners alive: what readers of files and of foreign memory
/// make.
///
///     colonnade::table t;
///     t.add("tenure", std::vector<double>{1, 2});
///     t.add("plan", std::vector<std::string>{"basic", "plus"});
///     auto p = churn.predict_proba(t.view());
class table {
 public:
  /// A column of numbers; `valid` (one byte a row, 0: missing) may be empty. NaN is missing as well.
  template <class T>
    requires std::is_same_v<T, double> || std::is_same_v<T, float> || std::is_same_v<T, std::int64_t>
  void add(std::string name, std::vector<T> values, const std::vector<std::uint8_t>& valid = {}) {
    const auto data = keep(std::move(values));
    add_view(std::move(name), column_view<const T>(data->data(), data->size(), 1, keep_validity(valid)));
  }
  /// A column of flags, one byte each.
  void add_flags(std::string name, const std::vector<std::uint8_t>& values,
                 const std::vector<std::uint8_t>& valid = {}) {
    const std::shared_ptr<bool[]> data(new bool[values.size() + 1]);
    bool* to = data.get();
    for (std::size_t i = 0; i < values.size(); ++i) to[i] = values[i] != 0;
    owners_.push_back(data);
    add_view(std::move(name), column_view<const bool>(data.get(), values.size(), 1, keep_validity(valid)));
  }
  /// A column of UTF-8 strings.
  void add(std::string name, std::vector<std::string> values, const std::vector<std::uint8_t>& valid = {}) {
    const auto data = keep(std::move(values));
    add_strings(std::move(name), std::vector<std::string_view>(data->begin(), data->end()), valid);
  }
  /// A column of strings whose bytes `keep_alive` (or somebody who outlives the table) owns.
  void add_strings(std::string name, std::vector<std::string_view> values,
                   const std::vector<std::uint8_t>& valid = {}) {
    const auto data = keep(std::move(values));
    add_view(std::move(name),
             string_column_view(std::span<const std::string_view>(*data), keep_validity(valid)));
  }
  /// A column of codes into `categories`; negative codes are missing. Throws argument_error for a code beyond
  /// them.
  void add_codes(std::string name, std::vector<std::int32_t> codes, std::vector<std::string> categories) {
    for (const auto code : codes) {
      if (code < static_cast<std::int64_t>(categories.size())) continue;
      throw argument_error("column " + name, "code " + std::to_string(code),
                           "codes below " + std::to_string(categories.size()) + ", the number of categories");
    }
    const auto owned = keep(std::move(categories));
    const auto values = keep(std::vector<std::string_view>(owned->begin(), owned->end()));
    const auto data = keep(std::move(codes));
    add_view(std::move(name),
             dictionary_column_view(data->data(), data->size(),
                                    string_column_view(std::span<const std::string_view>(*values))));
  }
  /// A column that somebody else owns.
  void add_view(std::string name, any_column_view column) {
    if (columns_.empty()) rows_ = rows_of(column);
    columns_.push_back(std::move(column));
    names_.push_back(std::move(name));
  }
  /// Keeps an owner of foreign memory alive as long as the table.
  void keep_alive(std::shared_ptr<const void> owner) { owners_.push_back(std::move(owner)); }
  /// Keeps values alive and gives a pointer to them.
  template <class T>
  std::shared_ptr<const std::vector<T>> keep(std::vector<T> values) {
    auto owner = std::make_shared<const std::vector<T>>(std::move(values));
    owners_.push_back(owner);
    return owner;
  }
  validity_view keep_validity(const std::vector<std::uint8_t>& valid) {
    auto bits = pack_validity(valid);
    return bits.empty() ? validity_view() : validity_view(keep(std::move(bits))->data(), 0);
  }

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_.size(); }
  /// Throws argument_error when the columns are not of one length.
  table_view view() const { return {columns_, names_, rows_}; }

 private:
  std::size_t rows_ = 0;
  std::vector<any_column_view> columns_;
  std::vector<std::string> names_;
  std::vector<std::shared_ptr<const void>> owners_;
};

}  // namespace colonnade::inline COLONNADE_ABI
