#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "colonnade/core/config.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Where the cuts of a column of numbers lie: bins of about equal weight, or of equal width.
enum class binning_method : std::uint8_t { quantile, uniform };

/// Cuts that are given for a column, finite and ascending, in place of learned ones.
struct column_cuts {
  std::uint32_t column = 0;
  std::vector<double> cuts;

  friend bool operator==(const column_cuts&, const column_cuts&) = default;

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.column, self.cuts);
  }
};

/// How columns of numbers are binned.
struct binning_rule {
  binning_method method = binning_method::quantile;
  std::span<const column_cuts> given = {};  ///< by ascending columns
};

}  // namespace colonnade::inline COLONNADE_ABI
