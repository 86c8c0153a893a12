#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "colonnade/boosting/category_lookup.hpp"
#include "colonnade/boosting/feature_cuts.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/kernels/bin_lookup.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Finds the bins of values of type `T`: the cuts of every column, laid out for `bin_lookup`, or its
/// categories.
template <class T>
class bin_finder {
 public:
  /// `missing_bin(f)` is the bin of the missing values of column f.
  template <class MissingBin>
  bin_finder(const feature_cuts& cuts, const MissingBin& missing_bin) {
    std::vector<T> column;
    for (std::size_t f = 0; f < cuts.features(); ++f) {
      column.clear();
      for (const double cut : cuts.cuts(f)) column.push_back(least_not_below(cut));
      tables_.emplace_back(column, missing_bin(f));
      const category_bins* const categories = cuts.categories(f);
      if (categories == nullptr) continue;
      if (lookup_of_.empty()) lookup_of_.resize(cuts.features());
      lookups_.emplace_back(*categories, missing_bin(f));
      lookup_of_[f] = lookups_.size();
    }
  }

  /// `out[i]` = bin of values[i * stride] in column `feature`.
  void find(std::size_t feature, const T* values, std::ptrdiff_t stride, std::size_t count,
            std::uint8_t* out) const {
    if (!lookup_of_.empty() && lookup_of_[feature] != 0)
      return lookups_[lookup_of_[feature] - 1].find(values, stride, count, out);
    simd::run<bin_lookup>(values, stride, count, &tables_[feature], out);
  }

 private:
  // It parts the values of type T as the cut does.
  static T least_not_below(double cut) {
    const T value = static_cast<T>(cut);
    if (static_cast<double>(value) >= cut) return value;
    return real::nextafter(value, std::numeric_limits<T>::infinity());
  }

  std::vector<bin_table<T>> tables_;
  std::vector<category_lookup> lookups_;
  std::vector<std::size_t> lookup_of_;  // 1 + the place of a column's; 0 for numbers
};

}  // namespace colonnade::inline COLONNADE_ABI
