#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>

#include "colonnade/kernels/row_partition.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A node of a tree whose children stand side by side, after it. A split sends x left when x < value, and NaN
/// left when `missing_left`; one by categories sends the bins of a set left, whose number is `value`. A leaf
/// is its own child and has its value in `value`.
struct tree_node {
  static constexpr std::uint32_t missing_left = 0x8000'0000, leaf = 0x4000'0000, categorical = 0x2000'0000,
                                 feature_mask = 0x1fff'ffff;

  double value = 0;
  std::uint32_t child = 0;  ///< the left one, within the tree; the right one is next to it
  std::uint32_t bits = leaf;

  COLONNADE_KERNEL bool is_leaf() const { return (bits & leaf) != 0; }
  COLONNADE_KERNEL bool is_categorical() const { return (bits & categorical) != 0; }
  COLONNADE_KERNEL std::uint32_t feature() const { return bits & feature_mask; }
  COLONNADE_KERNEL bool goes_left_when_missing() const { return (bits & missing_left) != 0; }
  friend bool operator==(const tree_node&, const tree_node&) = default;
};

/// Splits by thresholds alone.
struct threshold_splits {
  COLONNADE_KERNEL bool goes_right(const tree_node& node, double value) const {
    const bool missing_right = !node.goes_left_when_missing();
    return bool(
        static_cast<int>(!node.is_leaf()) &
        (static_cast<int>(value >= node.value) | (static_cast<int>(value != value) & int{missing_right})));
  }
};

/// Splits of which some are by categories: their columns hold the numbers of bins.
struct mixed_splits {
  const bin_set* sets;

  COLONNADE_KERNEL bool goes_right(const tree_node& node, double value) const {
    if (!node.is_categorical()) return threshold_splits().goes_right(node, value);
    return !sets[static_cast<std::uint32_t>(node.value)].has(static_cast<std::uint8_t>(value));
  }
};

/// Leaf of each row: `out[i]` is the index of the node that row i ends at. `depth` is that of the deepest
/// leaf.
struct tree_walk {
  template <class Isa, class T, class Splits = threshold_splits>
  COLONNADE_KERNEL void operator()(Isa, const tree_node* tree, std::size_t depth, const T* x,
                                   std::ptrdiff_t row_stride, std::ptrdiff_t column_stride, std::size_t rows,
                                   std::uint32_t* out, Splits splits = {}) const {
    std::size_t i = 0;
    for (; i + group <= rows; i += group) {
      walk<group>(tree, depth, x + static_cast<std::ptrdiff_t>(i) * row_stride, row_stride, column_stride,
                  out + i, splits);
    }
    for (; i < rows; ++i) {
      walk<1>(tree, depth, x + static_cast<std::ptrdiff_t>(i) * row_stride, row_stride, column_stride,
              out + i, splits);
    }
  }

 private:
  // Rows that go down together hide each other's latency; one that has arrived stays at its leaf.
  static constexpr std::size_t group = 8;

  template <std::size_t N, class T, class Splits>
  COLONNADE_KERNEL static void walk(const tree_node* tree, std::size_t depth, const T* x,
                                    std::ptrdiff_t row_stride, std::ptrdiff_t column_stride,
                                    std::uint32_t* out, const Splits& splits) {
    std::uint32_t at[N] = {};
    for (std::size_t level = 0; level < depth; ++level) {
      for (std::size_t j = 0; j < N; ++j) {
        const tree_node& node = tree[at[j]];
        const auto column = static_cast<std::ptrdiff_t>(node.feature());
        const double value =
            static_cast<double>(x[static_cast<std::ptrdiff_t>(j) * row_stride + column * column_stride]);
        at[j] = node.child + static_cast<std::uint32_t>(splits.goes_right(node, value));
      }
    }
    for (std::size_t j = 0; j < N; ++j) out[j] = at[j];
  }
};

/// A row as `forest_walk` reads it, two numbers a column: for splits that send missing values right, where
/// NaN is infinity, and for those that send them left, where NaN is itself and above no threshold.
template <class T>
void prepare_row(const T* x, std::ptrdiff_t column_stride, std::size_t columns, double* row) {
  for (std::size_t f = 0; f < columns; ++f) {
    const auto value = static_cast<double>(x[static_cast<std::ptrdiff_t>(f) * column_stride]);
    row[2 * f] = value == value ? value : std::numeric_limits<double>::infinity();
    row[2 * f + 1] = value;
  }
}

/// Values of the leaves of one row that `prepare_row` has made, a tree each. `sets`: of the splits by
/// categories, if there are any.
struct forest_walk {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const tree_node* nodes, const std::uint32_t* begin, std::size_t trees,
                                   const double* row, const bin_set* sets, double* out) const {
    sets == nullptr ? walk_all<false>(nodes, begin, trees, {row, sets}, out)
                    : walk_all<true>(nodes, begin, trees, {row, sets}, out);
  }

 private:
  // The trees of a group are independent chains of loads, their places in registers.
  using group = std::make_index_sequence<8>;

  struct reading {
    const double* row;
    const bin_set* sets;
  };

  template <bool Mixed>
  COLONNADE_KERNEL static void walk_all(const tree_node* nodes, const std::uint32_t* begin, std::size_t trees,
                                        const reading& x, double* out) {
    std::size_t t = 0;
    for (; t + group::size() <= trees; t += group::size()) walk<Mixed>(group(), nodes, begin + t, x, out + t);
    for (; t < trees; ++t) walk<Mixed>(std::index_sequence<0>(), nodes, begin + t, x, out + t);
  }

  template <bool Mixed, std::size_t... Tree>
  COLONNADE_KERNEL static void walk(std::index_sequence<Tree...>, const tree_node* nodes,
                                    const std::uint32_t* begin, const reading& x, double* out) {
    const tree_node* at[] = {nodes + begin[Tree]...};
    while ((static_cast<int>(descend<Mixed>(nodes + begin[Tree], x, at[Tree])) | ...) != 0) continue;
    ((out[Tree] = at[Tree]->value), ...);
  }

  /// One level, unless the row has arrived.
  template <bool Mixed>
  COLONNADE_KERNEL static bool descend(const tree_node* tree, const reading& x, const tree_node*& at) {
    // The number of a column and which of its two numbers is read are side by side then.
    constexpr std::uint32_t categorical = std::rotl(tree_node::categorical, 1);
    static_assert(std::rotl(tree_node::missing_left, 1) == 1);
    const std::uint32_t place = std::rotl(at->bits, 1);
    if ((place & std::rotl(tree_node::leaf, 1)) != 0) return false;
    bool right;
    if (Mixed && (place & categorical) != 0) {
      right = !x.sets[static_cast<std::uint32_t>(at->value)].has(
          static_cast<std::uint8_t>(x.row[place ^ categorical]));
    } else {
      right = x.row[place] >= at->value;
    }
    at = tree + at->child + static_cast<std::size_t>(right);
    return true;
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
