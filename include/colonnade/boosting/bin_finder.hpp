#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "colonnade/boosting/feature_cuts.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/kernels/bin_lookup.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Finds the bins of values of type `T`: the cuts of every column, laid out for `bin_lookup`.
template <class T>
class bin_finder {
 public:
  explicit bin_finder(const feature_cuts& cuts) : slots_(cuts.features()) {
    for (std::size_t f = 0; f < slots_.size(); ++f) {
      auto& slots = slots_[f];
      slots.fill(std::numeric_limits<T>::quiet_NaN());
      std::size_t i = 0;
      for (const double cut : cuts.cuts(f)) slots[i++] = least_not_below(cut);
      for (std::size_t k = 0; k < bin_lookup::per_group; ++k) {
        slots[bin_lookup::groups + k] = slots[bin_lookup::per_group * (k + 1) - 1];
      }
    }
  }

  /// `out[i]` = bin of values[i * stride] in column `feature`, `missing` for NaN.
  void find(std::size_t feature, const T* values, std::ptrdiff_t stride, std::size_t count,
            std::uint8_t missing, std::uint8_t* out) const {
    simd::run<bin_lookup>(values, stride, count, slots_[feature].data(), missing, out);
  }

 private:
  // It parts the values of type T as the cut does.
  static T least_not_below(double cut) {
    const T value = static_cast<T>(cut);
    if (static_cast<double>(value) >= cut) return value;
    return real::nextafter(value, std::numeric_limits<T>::infinity());
  }

  std::vector<std::array<T, bin_lookup::cut_slots>> slots_;
};

}  // namespace colonnade::inline COLONNADE_ABI
