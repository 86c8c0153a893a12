#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "colonnade/core/config.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A key and what belongs to it. All small sorts of this and the upper layers are of this type, so that
/// programs that include them instantiate one sort, not a dozen. Numbers become keys by `ordered_bits`,
/// descending counts by `~`.
using keyed = std::pair<std::uint64_t, std::uint64_t>;

inline void sort_keyed(std::vector<keyed>& items) { std::sort(items.begin(), items.end()); }

/// Positions 0 to `count` - 1 in ascending order of `key_of(position)`, equal keys in order of position.
template <class KeyOf>
std::vector<std::size_t> order_by(std::size_t count, const KeyOf& key_of) {
  std::vector<keyed> items;
  items.reserve(count);
  for (std::size_t i = 0; i < count; ++i) items.emplace_back(key_of(i), i);
  sort_keyed(items);
  std::vector<std::size_t> order;
  order.reserve(count);
  for (const keyed& item : items) order.push_back(static_cast<std::size_t>(item.second));
  return order;
}

}  // namespace colonnade::inline COLONNADE_ABI
