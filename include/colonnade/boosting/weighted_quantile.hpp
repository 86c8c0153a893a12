#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

#include "colonnade/core/real.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A value and its weight in whole steps.
struct weighted_value {
  double value;
  std::int64_t weight;
};

/// The `alpha`-quantile, for alpha in (0, 1): the least value up to which the weights reach alpha times their
/// sum, or halfway to the next value where they meet it exactly (so that 1/2 gives the usual median). None
/// without weight. Weights count as that many equal values; their sum must be below 2^62. Reorders `items`,
/// but their order does not matter. O(items).
inline std::optional<double> weighted_quantile(std::span<weighted_value> items, double alpha) {
  std::int64_t total = 0;
  for (const weighted_value& item : items) total += item.weight;
  if (total == 0) return std::nullopt;
  const double share = alpha * static_cast<double>(total);
  const auto wanted = std::clamp<std::int64_t>(real::llrint(real::ceil(share)), 1, total);

  // The items up to `first` weigh less than is wanted, those up to the end of `rest` at least that.
  std::span<weighted_value> rest = items;
  std::int64_t before = 0;
  while (rest.size() > 1) {
    const std::size_t half = rest.size() / 2;
    std::nth_element(rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(half), rest.end(),
                     [](const weighted_value& a, const weighted_value& b) { return a.value < b.value; });
    std::int64_t weight = before;
    for (const weighted_value& item : rest.first(half)) weight += item.weight;
    if (weight >= wanted) {
      rest = rest.first(half);
    } else {
      before = weight;
      rest = rest.subspan(half);
    }
  }
  const double found = rest.front().value + 0.0;  // one zero, not two
  if (static_cast<double>(wanted) != share) return found;

  std::int64_t reached = 0;
  std::optional<double> next;
  for (const weighted_value& item : items) {
    if (item.value <= found) {
      reached += item.weight;
    } else if (item.weight > 0 && (!next || item.value < *next)) {
      next = item.value;
    }
  }
  return reached == wanted && next ? (found + *next) / 2 : found;
}

}  // namespace colonnade::inline COLONNADE_ABI
