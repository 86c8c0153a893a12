#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "colonnade/boosting/category_lookup.hpp"
#include "colonnade/boosting/feature_cuts.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/kernels/bin_lookup.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Finds the bins of values of type `T`: the cuts of every column, laid out for `bin_lookup` where a byte
/// holds a bin, or its categories. O(1) a value, O(log bins) in columns with more than 255.
template <class T>
class bin_finder {
 public:
  /// The bin of missing values is the number of the others.
  explicit bin_finder(const feature_cuts& cuts)
      : bin_finder(cuts, [&](std::size_t f) { return static_cast<std::uint16_t>(cuts.bins(f)); }) {}

  /// `missing_bin(f)` is the bin of the missing values of column f.
  template <class MissingBin>
  bin_finder(const feature_cuts& cuts, const MissingBin& missing_bin) {
    std::vector<T> column;
    for (std::size_t f = 0; f < cuts.features(); ++f) {
      column.clear();
      for (const double cut : cuts.cuts(f)) column.push_back(least_not_below(cut));
      const std::uint16_t missing = missing_bin(f);
      if (const category_bins* const categories = cuts.categories(f)) {
        place_.push_back({category_codes, lookups_.size()});
        lookups_.emplace_back(*categories, static_cast<std::uint8_t>(missing));
      } else if (column.size() <= bin_table<T>::most_cuts) {
        place_.push_back({few_cuts, tables_.size()});
        tables_.emplace_back(column, static_cast<std::uint8_t>(missing));
      } else {
        place_.push_back({many_cuts, wide_.size()});
        wide_.push_back({column, missing});
      }
    }
  }

  /// `out[i]` = bin of values[i * stride] in column `feature`.
  void find(std::size_t feature, const T* values, std::ptrdiff_t stride, std::size_t count,
            std::uint8_t* out) const {
    const auto [what, number] = place_[feature];
    if (what == category_codes) return lookups_[number].find(values, stride, count, out);
    simd::run<bin_lookup>(values, stride, count, &tables_[number], out);
  }

  void find(std::size_t feature, const column_view<const T>& values, std::uint8_t* out) const {
    find(feature, values.data(), values.stride(), values.size(), out);
  }

  /// The same for bins that may need more than a byte.
  void find(std::size_t feature, const T* values, std::ptrdiff_t stride, std::size_t count,
            std::uint16_t* out) const {
    const auto [what, number] = place_[feature];
    if (what == many_cuts) {
      for (std::size_t i = 0; i < count; ++i)
        out[i] = wide_[number].bin_of(values[static_cast<std::ptrdiff_t>(i) * stride]);
      return;
    }
    std::uint8_t some[together];
    for (std::size_t first = 0; first < count; first += together) {
      const std::size_t size = std::min(together, count - first);
      find(feature, values + static_cast<std::ptrdiff_t>(first) * stride, stride, size, some);
      std::copy_n(some, size, out + first);
    }
  }

  std::uint16_t bin_of(std::size_t feature, T value) const {
    std::uint16_t bin = 0;
    find(feature, &value, 1, 1, &bin);
    return bin;
  }

 private:
  static constexpr std::size_t together = 256;

  enum kind : std::uint8_t { few_cuts, many_cuts, category_codes };
  struct place {
    kind what;
    std::size_t number;
  };
  struct wide_column {
    std::vector<T> cuts;
    std::uint16_t missing;

    std::uint16_t bin_of(T value) const {
      if (value != value) return missing;
      return static_cast<std::uint16_t>(std::upper_bound(cuts.begin(), cuts.end(), value) - cuts.begin());
    }
  };

  // It parts the values of type T as the cut does.
  static T least_not_below(double cut) {
    const T value = static_cast<T>(cut);
    if (static_cast<double>(value) >= cut) return value;
    return real::nextafter(value, std::numeric_limits<T>::infinity());
  }

  std::vector<place> place_;
  std::vector<bin_table<T>> tables_;
  std::vector<wide_column> wide_;
  std::vector<category_lookup> lookups_;
};

}  // namespace colonnade::inline COLONNADE_ABI
