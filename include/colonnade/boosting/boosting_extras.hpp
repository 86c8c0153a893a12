#pragma once

#include "colonnade/core/views.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What a fit may be given about its rows beside targets and weights.
struct boosting_extras {
  /// Rows x outputs: margins that the rows begin with instead of the base score. The model does not hold
  /// them; rows are predicted with theirs.
  matrix_view<const double> base_margin = {};
};

}  // namespace colonnade::inline COLONNADE_ABI
