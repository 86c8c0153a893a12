#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/model_selection/k_fold.hpp"

namespace colonnade::inline COLONNADE_ABI {

namespace detail {

/// Rows of each class, in their order; classes are numbers from 0.
inline std::vector<std::vector<std::int64_t>> rows_by_class(column_view<const std::int32_t> classes) {
  std::vector<std::vector<std::int64_t>> rows;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (classes[i] < 0) throw data_error("class numbers start at 0, found " + std::to_string(classes[i]), i);
    const auto c = static_cast<std::size_t>(classes[i]);
    if (c >= rows.size()) rows.resize(c + 1);
    rows[c].push_back(static_cast<std::int64_t>(i));
  }
  std::erase_if(rows, [](const auto& of_class) { return of_class.empty(); });
  return rows;
}

}  // namespace detail

/// The fold of each row such that every fold has its share of every class: counts of a class in two folds
/// differ by one at most. Classes are dealt in turn (in the order in which they first occur), so that folds
/// differ by one row at most, too. Without `shuffle` a class fills the folds in the order of its rows. Throws
/// argument_error if no class has `n_splits` rows. O(rows).
inline std::vector<std::int32_t> stratified_k_fold(column_view<const std::int32_t> classes,
                                                   const fold_params& params = {}) {
  detail::check_folds(params, classes.size());
  auto rows = detail::rows_by_class(classes);
  std::sort(rows.begin(), rows.end());  // by the first row of each
  if (std::all_of(rows.begin(), rows.end(), [&](const auto& r) { return r.size() < params.n_splits; })) {
    throw argument_error("n_splits=" + std::to_string(params.n_splits) +
                         " cannot be greater than the number of members in each class.");
  }
  std::vector<std::int32_t> fold(classes.size());
  std::size_t dealt = 0;
  for (std::size_t c = 0; c < rows.size(); ++c) {
    // Deal number j goes to fold j mod n_splits; the rows then get these folds in ascending order.
    std::vector<std::int32_t> folds;
    for (std::size_t j = 0; j < rows[c].size(); ++j) {
      folds.push_back(static_cast<std::int32_t>((dealt + j) % params.n_splits));
    }
    dealt += rows[c].size();
    std::sort(folds.begin(), folds.end());
    if (params.shuffle) shuffle(std::span(folds), random_stream(params.random_state, c + 1));
    for (std::size_t j = 0; j < folds.size(); ++j) fold[static_cast<std::size_t>(rows[c][j])] = folds[j];
  }
  return fold;
}

}  // namespace colonnade::inline COLONNADE_ABI
