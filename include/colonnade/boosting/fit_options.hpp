#pragma once

#include <span>
#include <string>

#include "colonnade/boosting/boosting_extras.hpp"
#include "colonnade/boosting/boosting_progress.hpp"
#include "colonnade/boosting/custom_objective.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What a fit from batches, or of a sparse table, may be given beside its rows and parameters. Evaluation
/// sets are dense tables for the former, sparse ones for the latter.
template <class T, class Table = matrix_view<const T>>
struct fit_options {
  std::span<const evaluation_set<T, Table>> evaluation = {};  ///< in memory; early stopping looks at the last
  boosting_observer observer = {};
  boosting_log* log = nullptr;  ///< receives the scores
  custom_gradients custom = {};
  boosting_extras extras = {};  ///< of all rows
  std::string cache = {};       ///< from batches: a folder for a temporary file of the bins; empty: RAM
};

}  // namespace colonnade::inline COLONNADE_ABI
