#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "colonnade/boosting/category_bins.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Finds the bins of category codes. What is not a code of the column (NaN, a code that training rows did not
/// have, a negative number or a fraction) has the bin of missing values. Nine bytes a code, whatever the
/// codes are, since a loaded model has one; O(1) for codes that lie evenly, O(log codes) at worst.
class category_lookup {
 public:
  category_lookup(const category_bins& categories, std::uint8_t missing_bin) : missing_(missing_bin) {
    const auto kept = categories.kept(), rare = categories.rare();
    codes_.resize(kept.size() + rare.size());
    std::merge(kept.begin(), kept.end(), rare.begin(), rare.end(), codes_.begin());
    for (const std::uint32_t code : codes_) {
      // Kept codes have their place among the kept as their bin, the others share the next one.
      const auto at = std::lower_bound(kept.begin(), kept.end(), code);
      const bool is_kept = at != kept.end() && *at == code;
      bins_.push_back(
          static_cast<std::uint8_t>(is_kept ? static_cast<std::size_t>(at - kept.begin()) : kept.size()));
    }
    fill_buckets();
  }

  template <class T>
  std::uint8_t bin_of(T value) const {
    if (!(value >= 0 && value < static_cast<T>(limit_))) return missing_;
    const auto code = static_cast<std::uint32_t>(value);
    if (static_cast<T>(code) != value) return missing_;
    const std::size_t bucket = code >> shift_;
    std::size_t first = begin_[bucket];
    const std::size_t last = begin_[bucket + 1];
    if (last - first > few) {
      const auto codes = codes_.begin();
      first = static_cast<std::size_t>(std::lower_bound(codes + static_cast<std::ptrdiff_t>(first),
                                                        codes + static_cast<std::ptrdiff_t>(last), code) -
                                       codes);
    }
    while (first < last && codes_[first] < code) ++first;
    return first < last && codes_[first] == code ? bins_[first] : missing_;
  }
  /// `out[i]` = bin of values[i * stride].
  template <class T>
  void find(const T* values, std::ptrdiff_t stride, std::size_t count, std::uint8_t* out) const {
    for (std::size_t i = 0; i < count; ++i) out[i] = bin_of(values[static_cast<std::ptrdiff_t>(i) * stride]);
  }

 private:
  static constexpr std::size_t few = 8;  // codes of a bucket that are looked at one by one

  // As many buckets as codes, or fewer, by their leading bits.
  void fill_buckets() {
    limit_ = codes_.empty() ? 0 : codes_.back() + 1;
    while ((limit_ >> shift_) > codes_.size()) ++shift_;
    begin_.resize((limit_ >> shift_) + 2);
    for (const std::uint32_t code : codes_) ++begin_[(code >> shift_) + 1];
    for (std::size_t b = 1; b < begin_.size(); ++b) begin_[b] += begin_[b - 1];
  }

  std::uint8_t missing_;
  std::uint32_t limit_ = 0, shift_ = 0;  // the largest code + 1
  std::vector<std::uint32_t> codes_, begin_;
  std::vector<std::uint8_t> bins_;
};

}  // namespace colonnade::inline COLONNADE_ABI
