#pragma once

#include <cstdint>
#include <vector>

#include "colonnade/kernels/row_partition.hpp"
#include "colonnade/kernels/tree_walk.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A node of a tree over bins.
struct binned_node {
  static constexpr std::uint32_t none = 0xffff'ffff;

  std::uint32_t child = 0, feature = 0;
  bin_test test;
  bool leaf = true;
  std::uint32_t set = none;  ///< number of the set that goes left, where the split is by categories
};

/// A tree as it was grown, over values and over bins, with the gain and the sum of Hessians of each node, and
/// the sets of its splits by categories.
struct grown_tree {
  std::vector<tree_node> nodes;
  std::vector<binned_node> binned;
  std::vector<double> gain, cover;
  std::vector<bin_set> sets;
};

}  // namespace colonnade::inline COLONNADE_ABI
