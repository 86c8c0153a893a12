#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <type_traits>
#include <vector>

#include "colonnade/core/csr_view.hpp"
#include "colonnade/core/large_array.hpp"
#include "colonnade/core/views.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A sparse table column after column: the rows that have an entry there, ascending, and their values.
/// O(entries) to make.
template <class T>
class sparse_columns {
 public:
  explicit sparse_columns(const csr_view<T>& x)
      : table_rows_(x.rows()), begin_(x.columns() + 1), rows_(x.begin(x.rows())), values_(x.begin(x.rows())) {
    const std::size_t entries = x.begin(x.rows());
    for (std::size_t k = 0; k < entries; ++k) ++begin_[x.column(k)];
    std::size_t sum = 0;
    for (std::size_t& begin : begin_) begin = sum += begin;
    // From the last row to the first: every begin_ walks from the end of its column to its beginning.
    for (std::size_t i = x.rows(); i-- > 0;) {
      for (std::size_t k = x.begin(i); k < x.begin(i + 1); ++k) {
        const std::size_t place = --begin_[x.column(k)];
        rows_[place] = static_cast<std::uint32_t>(i);
        values_[place] = x.value(k);
      }
    }
  }

  std::size_t rows() const { return table_rows_; }
  std::size_t columns() const { return begin_.size() - 1; }
  std::size_t entries() const { return begin_.back(); }
  std::span<const std::uint32_t> rows(std::size_t f) const { return of(rows_, f); }
  std::span<const T> values(std::size_t f) const { return of(values_, f); }

 private:
  template <class Item>
  std::span<const Item> of(const large_array<Item>& all, std::size_t f) const {
    return {all.data() + begin_[f], begin_[f + 1] - begin_[f]};
  }

  std::size_t table_rows_;
  std::vector<std::size_t> begin_;
  large_array<std::uint32_t> rows_;
  large_array<T> values_;
};

/// A table as its columns are read.
template <class T>
matrix_view<const std::remove_const_t<T>> by_columns(matrix_view<T> x) {
  return x;
}
template <class T>
sparse_columns<T> by_columns(const csr_view<T>& x) {
  return sparse_columns<T>(x);
}

}  // namespace colonnade::inline COLONNADE_ABI
