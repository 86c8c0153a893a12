#pragma once

#include <cstddef>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include "colonnade/core/config.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A parameter or a shape that cannot be used. One line: what, found, expected. `ValueError` in Python.
struct argument_error : std::invalid_argument {
  using std::invalid_argument::invalid_argument;

  argument_error(std::string_view argument, std::string_view found, std::string_view expected)
      : std::invalid_argument(std::string(argument) + ": found " + std::string(found) + ", expected " +
                              std::string(expected)) {}
};

/// A value in the data that is not allowed. Carries where it was found. `ValueError` in Python.
class data_error : public std::runtime_error {
 public:
  static constexpr std::size_t unknown = static_cast<std::size_t>(-1);

  explicit data_error(const std::string& message, std::size_t row = unknown, std::string column = {})
      : std::runtime_error(located(message, row, column)), row_(row), column_(std::move(column)) {}

  /// Row of the value, or `unknown`.
  std::size_t row() const { return row_; }
  /// Name (or number) of the column, or empty.
  const std::string& column() const { return column_; }

 private:
  static std::string located(std::string message, std::size_t row, const std::string& column) {
    if (!column.empty()) message += ", column " + column;
    if (row != unknown) message += ", row " + std::to_string(row);
    return message;
  }

  std::size_t row_;
  std::string column_;
};

/// Bytes that are not a saved object, or a damaged or newer one. `ValueError` in Python.
struct format_error : std::runtime_error {
  using std::runtime_error::runtime_error;
};

}  // namespace colonnade::inline COLONNADE_ABI
