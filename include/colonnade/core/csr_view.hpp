#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

#include "colonnade/core/error.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A sparse table of others' memory, row after row (compressed sparse rows): row i has the entries begin(i)
/// .. begin(i + 1) - 1, each a column and a value; the columns of a row ascend. What has no entry is 0.
template <class T>
class csr_view {
 public:
  csr_view() = default;
  /// `begin` has rows + 1 numbers, the first one 0; `column` and `value` as many as the last one.
  csr_view(std::size_t rows, std::size_t columns, const std::int64_t* begin, const std::int32_t* column,
           const T* value)
      : rows_(rows), columns_(columns), begin_(begin), column_(column), value_(value) {}

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  std::size_t begin(std::size_t row) const { return static_cast<std::size_t>(begin_[row]); }
  std::size_t column(std::size_t entry) const { return static_cast<std::size_t>(column_[entry]); }
  const T& value(std::size_t entry) const { return value_[entry]; }

  /// Throws argument_error, which names the table `name`, unless it is what it should be. `entries`: how many
  /// columns and values there are. O(entries).
  void check(std::string_view name, std::size_t entries) const {
    const auto refuse = [&](const std::string& found, const char* expected) {
      throw argument_error(name, found, expected);
    };
    if (columns_ > static_cast<std::size_t>(std::numeric_limits<std::int32_t>::max()))
      refuse(std::to_string(columns_) + " columns", "below 2^31 of a sparse table");
    if (begin_[0] != 0 || begin_[rows_] != static_cast<std::int64_t>(entries))
      refuse("row pointers that do not tile the entries", "sparse rows of 0 .. number of entries");
    for (std::size_t i = 0; i < rows_; ++i) {
      if (begin_[i] > begin_[i + 1] || begin_[i + 1] > begin_[rows_])
        refuse("row pointers that fall at row " + std::to_string(i), "ascending ones");
      std::int64_t last = -1;
      for (std::size_t k = begin(i); k < begin(i + 1); ++k) {
        if (column_[k] <= last || static_cast<std::size_t>(column_[k]) >= columns_)
          refuse("column " + std::to_string(column_[k]) + " in row " + std::to_string(i),
                 "ascending columns of the table");
        last = column_[k];
      }
    }
  }

 private:
  std::size_t rows_ = 0, columns_ = 0;
  const std::int64_t* begin_ = nullptr;
  const std::int32_t* column_ = nullptr;
  const T* value_ = nullptr;
};

}  // namespace colonnade::inline COLONNADE_ABI
