#pragma once

#include <vector>

#include "colonnade/kernels/tree_walk.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A tree as it was grown, over values and over bins, with the gain and the sum of Hessians of each node, and
/// the sets of its splits by categories.
struct grown_tree {
  std::vector<tree_node> nodes;
  std::vector<binned_node> binned;
  std::vector<double> gain, cover;
  std::vector<bin_set> sets;
};

}  // namespace colonnade::inline COLONNADE_ABI
