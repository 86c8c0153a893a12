#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>

#include "colonnade/boosting/column_sampler.hpp"
#include "colonnade/boosting/histogram_builder.hpp"
#include "colonnade/boosting/split_finder.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A node of the tree that grows now: its rows, the sums of their gradients, its best split.
struct growing_node {
  static constexpr std::uint32_t none = std::numeric_limits<std::uint32_t>::max();

  std::size_t first = 0, last = 0;
  gradient_sum sum;
  std::uint32_t depth = 0;
  std::uint32_t left = none;        ///< first of its children, once it has been expanded
  std::uint32_t tree_index = none;  ///< place in the tree; none while its parent's split is not part of it
  node_split split;
  std::unique_ptr<gradient_histogram> histogram;
  column_sampler::node columns;  ///< drawn when its split is to be looked for

  std::size_t size() const { return last - first; }
};

}  // namespace colonnade::inline COLONNADE_ABI
