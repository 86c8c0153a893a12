#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "colonnade/boosting/category_lookup.hpp"
#include "colonnade/boosting/feature_cuts.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Reads rows as walks through splits by categories want them: columns of categories hold the numbers of
/// their bins, found once a row instead of once a split.
template <class T>
class category_reader {
 public:
  /// Leaves all rows as they are.
  category_reader() = default;
  explicit category_reader(const feature_cuts& cuts) {
    for (const std::uint32_t f : cuts.categorical()) {
      columns_.push_back(f);
      lookups_.emplace_back(*cuts.categories(f), static_cast<std::uint8_t>(cuts.bins(f)));
    }
  }

  /// The rows, in `copy` if they are not the same.
  matrix_view<const T> read(matrix_view<const T> x, std::vector<T>& copy) const {
    if (columns_.empty()) return x;
    const std::size_t width = x.columns();
    copy.resize(x.rows() * width);
    for (std::size_t i = 0; i < x.rows(); ++i) {
      T* const to = copy.data() + i * width;
      for (std::size_t f = 0; f < width; ++f) to[f] = x(i, f);
      for (std::size_t k = 0; k < columns_.size(); ++k)
        to[columns_[k]] = static_cast<T>(lookups_[k].bin_of(x(i, columns_[k])));
    }
    return {copy.data(), x.rows(), width};
  }

 private:
  std::vector<std::size_t> columns_;
  std::vector<category_lookup> lookups_;
};

}  // namespace colonnade::inline COLONNADE_ABI
