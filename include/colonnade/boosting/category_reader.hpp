#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "colonnade/boosting/category_lookup.hpp"
#include "colonnade/boosting/feature_cuts.hpp"
#include "colonnade/core/views.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Reads rows as walks through splits by categories want them: columns of categories hold the numbers of
/// their bins, found once a row instead of once a split. Made once for a model.
class category_reader {
 public:
  /// Leaves all rows as they are.
  category_reader() = default;
  explicit category_reader(const feature_cuts& cuts) {
    for (const std::uint32_t f : cuts.categorical())
      columns_.push_back({f, category_lookup(*cuts.categories(f), static_cast<std::uint8_t>(cuts.bins(f)))});
  }

  bool empty() const { return columns_.empty(); }
  /// The bins of a column of categories; null for a column of numbers.
  const category_lookup* lookup(std::size_t column) const {
    for (const column_lookup& one : columns_) {
      if (one.column == column) return &one.lookup;
    }
    return nullptr;
  }

  /// The rows, in `copy` if they are not the same.
  template <class T>
  matrix_view<const T> read(matrix_view<const T> x, std::vector<T>& copy) const {
    if (empty()) return x;
    const std::size_t width = x.columns();
    copy.resize(x.rows() * width);
    for (std::size_t i = 0; i < x.rows(); ++i) {
      T* const to = copy.data() + i * width;
      for (std::size_t f = 0; f < width; ++f) to[f] = x(i, f);
      for (const auto& [column, lookup] : columns_) to[column] = static_cast<T>(lookup.bin_of(x(i, column)));
    }
    return {copy.data(), x.rows(), width};
  }

 private:
  struct column_lookup {
    std::size_t column;
    category_lookup lookup;
  };

  std::vector<column_lookup> columns_;
};

}  // namespace colonnade::inline COLONNADE_ABI
