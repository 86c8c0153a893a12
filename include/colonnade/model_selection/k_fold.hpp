#pragma once

#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/core/random.hpp"
#include "colonnade/model_selection/row_split.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// How cross-validation cuts rows into folds.
struct fold_params {
  std::size_t n_splits = 5;
  bool shuffle = false;
  std::uint64_t random_state = 0;  ///< used with `shuffle` only
};

namespace detail {
inline void check_folds(const fold_params& params, std::size_t rows) {
  if (params.n_splits < 2) {
    throw argument_error("n_splits", std::to_string(params.n_splits), "at least 2");
  }
  if (params.n_splits > rows) {
    throw argument_error("Cannot have number of splits n_splits=" + std::to_string(params.n_splits) +
                         " greater than the number of samples: n_samples=" + std::to_string(rows) + ".");
  }
}
}  // namespace detail

/// The fold (0 .. n_splits - 1) of each row: blocks whose sizes differ by one at most, the larger ones first,
/// of the rows in their order or shuffled. The order of a shuffle depends on `random_state` and the number of
/// rows only. O(rows).
///
///     const auto folds = k_fold(1000, {.n_splits = 5, .shuffle = true, .random_state = 7});
///     const row_split first = rows_of_fold(folds, 0);
inline std::vector<std::int32_t> k_fold(std::size_t rows, const fold_params& params = {}) {
  detail::check_folds(params, rows);
  std::vector<std::int64_t> order(rows);
  std::iota(order.begin(), order.end(), std::int64_t{0});
  if (params.shuffle) shuffle(std::span(order), random_stream(params.random_state));
  std::vector<std::int32_t> fold(rows);
  const std::size_t size = rows / params.n_splits, larger = rows % params.n_splits;
  std::size_t at = 0;
  for (std::size_t k = 0; k < params.n_splits; ++k) {
    for (std::size_t n = size + (k < larger ? 1 : 0); n > 0; --n) {
      fold[static_cast<std::size_t>(order[at++])] = static_cast<std::int32_t>(k);
    }
  }
  return fold;
}

}  // namespace colonnade::inline COLONNADE_ABI
