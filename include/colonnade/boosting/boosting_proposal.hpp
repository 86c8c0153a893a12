#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "colonnade/boosting/grown_tree.hpp"
#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/kernels/row_partition.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What the workers of a `boosting_session` are to do next.
struct boosting_proposal {
  static constexpr std::string_view kind = "boosting_proposal";
  static constexpr std::uint32_t archive_version = 1;

  enum class stage : std::uint8_t {
    bounds,  ///< tell bounds of gradients and weights, at the beginning of an iteration
    root,    ///< begin a tree, and sum up its root
    splits,  ///< split nodes, and sum up some of their children
    end      ///< nothing more is wanted
  };

  /// Which bins of a column go left: those below `below`, or those of a set; missing ones if `missing_left`.
  struct test {
    std::uint32_t feature = 0;
    std::uint16_t below = 0;
    bool missing_left = false, by_set = false;
    bin_set set;

    friend bool operator==(const test&, const test&) = default;
    template <class Archive, class Self>
    static void archive(Archive& ar, Self& self) {
      ar(self.feature, self.below, self.missing_left, self.by_set, self.set);
    }
  };
  /// Splits `node` into `left` and the node after it; whether their histograms are wanted.
  struct split {
    std::uint32_t node = 0, left = 0;
    test how;
    bool sum_left = false, sum_right = false;

    friend bool operator==(const split&, const split&) = default;
    template <class Archive, class Self>
    static void archive(Archive& ar, Self& self) {
      ar(self.node, self.left, self.how, self.sum_left, self.sum_right);
    }
  };
  /// A node of a finished tree: a leaf's child is itself.
  struct tree_node {
    std::uint32_t child = 0;
    double leaf = 0;
    test how;

    friend bool operator==(const tree_node&, const tree_node&) = default;
    template <class Archive, class Self>
    static void archive(Archive& ar, Self& self) {
      ar(self.child, self.leaf, self.how);
    }
  };
  struct tree {
    std::uint32_t output = 0;
    std::vector<tree_node> nodes;

    friend bool operator==(const tree&, const tree&) = default;
    template <class Archive, class Self>
    static void archive(Archive& ar, Self& self) {
      ar(self.output, self.nodes);
    }
  };
  /// A tree to begin: all its rows have bounds and weights like these.
  struct beginning {
    std::uint64_t round = 0;  ///< of samples of rows
    std::uint32_t output = 0;
    bool fresh = false;  ///< the first tree of an iteration: gradients are computed
    bool constant_hessian = false;
    double gradient = 0, hessian = 0;       ///< bounds of all rows
    std::optional<std::uint64_t> only_row;  ///< the sample, where no row was drawn
    std::vector<std::uint32_t> columns;

    friend bool operator==(const beginning&, const beginning&) = default;
    template <class Archive, class Self>
    static void archive(Archive& ar, Self& self) {
      ar(self.round, self.output, self.fresh, self.constant_hessian, self.gradient, self.hessian,
         self.only_row, self.columns);
    }
  };

  static constexpr double largest_leaf = 1e100;  ///< no sum of them leaves the doubles

  std::uint64_t step = 0;  ///< 0, 1, ...: a worker does each once
  stage what = stage::bounds;
  std::vector<tree> trees;  ///< trees that move the margins before all else
  beginning root;
  std::vector<split> splits;

  friend bool operator==(const boosting_proposal& a, const boosting_proposal& b) { return same_bytes(a, b); }
  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.step, self.what, self.trees, self.root, self.splits);
  }
  void validate() const {
    const auto fail = [](const char* what_is_wrong) {
      throw format_error(std::string("saved boosting_proposal: ") + what_is_wrong);
    };
    if (what > stage::end) fail("an unknown stage");
    if (!(root.gradient >= 0) || !(root.hessian >= 0) || !real::isfinite(root.gradient) ||
        !real::isfinite(root.hessian))
      fail("a bound is no number >= 0");
    for (std::size_t k = 1; k < root.columns.size(); ++k) {
      if (root.columns[k - 1] >= root.columns[k]) fail("columns do not ascend");
    }
    for (const tree& t : trees) {
      if (t.nodes.empty()) fail("a tree without nodes");
      for (std::size_t i = 0; i < t.nodes.size(); ++i) {
        const tree_node& n = t.nodes[i];
        if (n.child < i || (n.child > i && n.child >= t.nodes.size() - 1)) fail("a child does not follow");
        if (!(n.leaf >= -largest_leaf && n.leaf <= largest_leaf)) fail("a leaf is too large");
      }
    }
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
