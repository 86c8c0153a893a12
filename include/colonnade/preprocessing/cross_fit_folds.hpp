#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/kernels/numpy_random.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The fold of every row that `sklearn.model_selection.KFold(folds, shuffle, random_state=seed)` tests it in;
/// without a seed the rows are not shuffled. O(rows).
inline std::vector<std::int32_t> cross_fit_folds(std::size_t rows, std::size_t folds,
                                                 std::optional<std::uint32_t> seed) {
  if (folds < 2 || folds > rows) {
    throw argument_error("Cannot have number of splits n_splits=" + std::to_string(folds) +
                         " greater than the number of samples: n_samples=" + std::to_string(rows) +
                         ", or below 2.");
  }
  std::vector<std::int32_t> fold_of(rows);
  std::vector<std::uint32_t> order(rows);
  std::iota(order.begin(), order.end(), 0U);
  if (seed) numpy_random(*seed).shuffle(std::span(order));
  std::size_t at = 0;
  for (std::size_t f = 0; f < folds; ++f) {
    const std::size_t size = rows / folds + (f < rows % folds ? 1 : 0);
    for (const std::size_t end = at + size; at < end; ++at) fold_of[order[at]] = static_cast<std::int32_t>(f);
  }
  return fold_of;
}

/// The same of `StratifiedKFold` for up to 255 folds: every fold has the classes (numbers below `classes`) in
/// the proportions of the whole.
inline std::vector<std::int32_t> stratified_cross_fit_folds(std::span<const double> y, std::size_t classes,
                                                            std::size_t folds,
                                                            std::optional<std::uint32_t> seed) {
  std::vector<std::size_t> count(classes);
  std::vector<std::size_t> order;  // classes by their first row, as scikit-learn numbers them
  for (const double value : y) {
    const auto c = static_cast<std::size_t>(value);
    if (count[c]++ == 0) order.push_back(c);
  }
  const std::size_t most = count.empty() ? 0 : *std::max_element(count.begin(), count.end());
  if (folds < 2 || folds > most || folds > 255) {
    throw argument_error("n_splits=" + std::to_string(folds) +
                         " cannot be greater than the number of members in each class.");
  }
  std::optional<numpy_random> random;
  if (seed) random.emplace(*seed);
  std::vector<std::vector<std::uint8_t>> of_class(classes);
  std::size_t first = 0;
  for (const std::size_t c : order) {
    auto& own = of_class[c];
    // Rows sorted by class are dealt to the folds in turn: fold f gets positions f, f + folds, ...
    for (std::size_t f = 0; f < folds; ++f) {
      const auto dealt = [&](std::size_t end) { return end > f ? (end - f - 1) / folds + 1 : 0; };
      own.insert(own.end(), dealt(first + count[c]) - dealt(first), static_cast<std::uint8_t>(f));
    }
    if (random) random->shuffle(std::span(own));
    first += count[c];
  }
  std::vector<std::size_t> next(classes);
  std::vector<std::int32_t> fold_of;
  fold_of.reserve(y.size());
  for (const double value : y) {
    const auto c = static_cast<std::size_t>(value);
    fold_of.push_back(of_class[c][next[c]++]);
  }
  return fold_of;
}

}  // namespace colonnade::inline COLONNADE_ABI
