#pragma once

#include <span>
#include <string>

#include "colonnade/boosting/boosting_extras.hpp"
#include "colonnade/boosting/boosting_progress.hpp"
#include "colonnade/boosting/custom_objective.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What a fit from batches may be given beside its rows and parameters.
template <class T>
struct batch_fit {
  std::span<const evaluation_set<T>> evaluation = {};  ///< in memory; early stopping looks at the last
  boosting_observer observer = {};
  boosting_log* log = nullptr;  ///< receives the scores
  custom_gradients custom = {};
  boosting_extras extras = {};  ///< of all rows
  std::string cache = {};       ///< a folder in which the bins are kept in a temporary file; empty: in RAM
};

}  // namespace colonnade::inline COLONNADE_ABI
