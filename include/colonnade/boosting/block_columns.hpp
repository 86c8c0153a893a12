#pragma once

#include <algorithm>
#include <cstddef>

#include "colonnade/core/views.hpp"
#include "colonnade/kernels/row_transpose.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The columns of a block of at most `most_rows` rows, for who reads one after the other: rows that are
/// contiguous are turned, some columns at a time.
template <class T>
class block_columns {
 public:
  static constexpr std::size_t most_rows = 256;

  explicit block_columns(matrix_view<const T> x)
      : x_(x), turned_(x.column_stride() == 1 && x.columns() > 1 && x.rows() >= least_rows) {}
  block_columns(const block_columns&) = delete;
  block_columns& operator=(const block_columns&) = delete;

  /// Valid until the next one is asked for. Quick when they are asked for in ascending order.
  column_view<const T> operator[](std::size_t column) {
    if (!turned_) return {&x_(0, column), x_.rows(), x_.row_stride()};
    if (column < first_ || column >= first_ + count_) turn(column);
    return {strip_ + (column - first_) * most_rows, x_.rows()};
  }

 private:
  static constexpr std::size_t together = 16, least_rows = 16;

  void turn(std::size_t column) {
    count_ = std::min(together, x_.columns());
    first_ = std::min(column, x_.columns() - count_);
    simd::run<row_transpose>(&x_(0, first_), x_.row_stride(), x_.rows(), count_, static_cast<T*>(strip_),
                             std::size_t{most_rows});
  }

  matrix_view<const T> x_;
  bool turned_;
  std::size_t first_ = 0, count_ = 0;
  alignas(64) T strip_[together * most_rows];
};

}  // namespace colonnade::inline COLONNADE_ABI
