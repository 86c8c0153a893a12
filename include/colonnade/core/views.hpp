#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include "colonnade/core/config.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A matrix that somebody else owns: pointer, shape and two strides, counted in elements (they may be zero or
/// negative). `T` is `const double`, `const float`, or without `const` for output. The values are aligned as
/// C++ wants a `T` to be, not to vectors. Never copies, never owns.
template <class T>
class matrix_view {
 public:
  using value_type = std::remove_const_t<T>;

  matrix_view() = default;
  /// Rows one after the other in memory.
  matrix_view(T* data, std::size_t rows, std::size_t columns)
      : matrix_view(data, rows, columns, static_cast<std::ptrdiff_t>(columns), 1) {}
  matrix_view(T* data, std::size_t rows, std::size_t columns, std::ptrdiff_t row_stride,
              std::ptrdiff_t column_stride)
      : data_(data), rows_(rows), columns_(columns), row_stride_(row_stride), column_stride_(column_stride) {}
  /// A writable view is also a readable one.
  template <class U>
    requires std::is_same_v<const U, T>
  matrix_view(const matrix_view<U>& other)
      : matrix_view(other.data(), other.rows(), other.columns(), other.row_stride(), other.column_stride()) {}

  T* data() const { return data_; }
  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  std::ptrdiff_t row_stride() const { return row_stride_; }
  std::ptrdiff_t column_stride() const { return column_stride_; }

  T* row(std::size_t i) const { return data_ + static_cast<std::ptrdiff_t>(i) * row_stride_; }
  T* column(std::size_t j) const { return data_ + static_cast<std::ptrdiff_t>(j) * column_stride_; }
  T& operator()(std::size_t i, std::size_t j) const {
    return column(j)[static_cast<std::ptrdiff_t>(i) * row_stride_];
  }

  /// Rows `first` to `first + count`.
  matrix_view slice(std::size_t first, std::size_t count) const {
    return {empty() ? data_ : row(first), count, columns_, row_stride_, column_stride_};
  }
  /// Columns `first` to `first + count`.
  matrix_view columns_slice(std::size_t first, std::size_t count) const {
    return {empty() ? data_ : column(first), rows_, count, row_stride_, column_stride_};
  }

  bool empty() const { return rows_ == 0 || columns_ == 0; }
  bool rows_contiguous() const { return column_stride_ == 1 || columns_ <= 1; }
  bool columns_contiguous() const { return row_stride_ == 1 || rows_ <= 1; }

 private:
  T* data_ = nullptr;
  std::size_t rows_ = 0, columns_ = 0;
  std::ptrdiff_t row_stride_ = 0, column_stride_ = 0;
};

/// Validity bits of a column, as Arrow has them: bit `offset + i`, least significant first, 0 is missing.
/// No bits: nothing is missing.
class validity_view {
 public:
  validity_view() = default;
  validity_view(const std::uint8_t* bits, std::size_t offset) : bits_(bits), offset_(offset) {}

  bool all_valid() const { return bits_ == nullptr; }
  bool operator[](std::size_t i) const {
    return bits_ == nullptr || (bits_[(offset_ + i) / 8] >> ((offset_ + i) % 8) & 1) != 0;
  }
  validity_view slice(std::size_t first) const { return {bits_, offset_ + first}; }

 private:
  const std::uint8_t* bits_ = nullptr;
  std::size_t offset_ = 0;
};

/// A column of numbers that somebody else owns: pointer, size, stride in elements, validity bits.
/// Missing is NaN or a zero validity bit, nothing else.
template <class T>
class column_view {
 public:
  using value_type = std::remove_const_t<T>;

  column_view() = default;
  column_view(T* data, std::size_t size, std::ptrdiff_t stride = 1, validity_view validity = {})
      : data_(data), size_(size), stride_(stride), validity_(validity) {}
  template <class U>
    requires std::is_same_v<const U, T>
  column_view(const column_view<U>& other)
      : column_view(other.data(), other.size(), other.stride(), other.validity()) {}

  T* data() const { return data_; }
  std::size_t size() const { return size_; }
  std::size_t rows() const { return size_; }
  std::ptrdiff_t stride() const { return stride_; }
  validity_view validity() const { return validity_; }
  T& operator[](std::size_t i) const { return data_[static_cast<std::ptrdiff_t>(i) * stride_]; }

  bool is_missing(std::size_t i) const {
    if (!validity_[i]) return true;
    if constexpr (std::is_floating_point_v<value_type>) return (*this)[i] != (*this)[i];
    return false;
  }
  column_view slice(std::size_t first, std::size_t count) const {
    return {size_ == 0 ? data_ : data_ + static_cast<std::ptrdiff_t>(first) * stride_, count, stride_,
            validity_.slice(first)};
  }

 private:
  T* data_ = nullptr;
  std::size_t size_ = 0;
  std::ptrdiff_t stride_ = 1;
  validity_view validity_;
};

}  // namespace colonnade::inline COLONNADE_ABI
