#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "colonnade/boosting/category_bins.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Finds the bins of category codes. What is not a code of the column (NaN, a code that training rows did not
/// have, a negative number or a fraction) has the bin of missing values.
class category_lookup {
 public:
  category_lookup(const category_bins& categories, std::uint8_t missing_bin)
      : missing_(missing_bin), bins_(page_codes, missing_bin) {
    const auto kept = categories.kept();
    for (std::size_t b = 0; b < kept.size(); ++b) at(kept[b]) = static_cast<std::uint8_t>(b);
    for (const std::uint32_t code : categories.rare()) at(code) = static_cast<std::uint8_t>(kept.size());
  }

  template <class T>
  std::uint8_t bin_of(T value) const {
    const T limit = static_cast<T>(pages_.size() * page_codes);
    if (!(value >= 0 && value < limit)) return missing_;
    const auto code = static_cast<std::uint32_t>(value);
    return static_cast<T>(code) == value ? bins_[pages_[code / page_codes] + code % page_codes] : missing_;
  }
  /// `out[i]` = bin of values[i * stride].
  template <class T>
  void find(const T* values, std::ptrdiff_t stride, std::size_t count, std::uint8_t* out) const {
    for (std::size_t i = 0; i < count; ++i) out[i] = bin_of(values[static_cast<std::ptrdiff_t>(i) * stride]);
  }

 private:
  static constexpr std::size_t page_codes = 4096;

  // The place of a code's bin, on a page that is made for it if there is none.
  std::uint8_t& at(std::uint32_t code) {
    const std::size_t page = code / page_codes;
    if (page >= pages_.size()) pages_.resize(page + 1);
    if (pages_[page] == 0) {
      pages_[page] = bins_.size();
      bins_.resize(bins_.size() + page_codes, missing_);
    }
    return bins_[pages_[page] + code % page_codes];
  }

  std::uint8_t missing_;
  std::vector<std::size_t>
      pages_;  // where each page begins; the first one, without codes, serves for all such
  std::vector<std::uint8_t> bins_;
};

}  // namespace colonnade::inline COLONNADE_ABI
