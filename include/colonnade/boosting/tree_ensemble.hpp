#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "colonnade/boosting/category_reader.hpp"
#include "colonnade/boosting/feature_cuts.hpp"
#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/kernels/tree_walk.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// How much a column mattered: mean and total gain of its splits, their number, mean sum of their Hessians.
enum class importance : std::uint8_t { gain, total_gain, weight, cover };

/// Trees in one flat array of nodes, with the gain of every split and the sum of Hessians (cover) of every
/// node. The sum of a row's leaves is its margin; tree t counts for output t modulo `outputs`. The splits by
/// categories have their sets in the order of their nodes, and are asked with a reader of the cuts that they
/// were found with (argument_error without one); where there is no such split it may be left out.
class tree_ensemble {
 public:
  tree_ensemble() = default;

  std::size_t trees() const { return begin_.size() - 1; }
  /// Nodes of a tree; the children of node i are at nodes[i].child and next to it.
  std::span<const tree_node> nodes(std::size_t tree) const { return slice(nodes_, tree); }
  std::span<const double> gain(std::size_t tree) const { return slice(gain_, tree); }
  std::span<const double> cover(std::size_t tree) const { return slice(cover_, tree); }
  std::size_t depth(std::size_t tree) const { return depth_[tree]; }
  /// Bins that splits by categories send left; `tree_node::value` is their number.
  std::span<const bin_set> sets() const { return sets_; }

  /// Appends a tree, whose splits by categories have the numbers of their sets in `sets`.
  void append(std::span<const tree_node> nodes, std::span<const double> gain, std::span<const double> cover,
              std::span<const bin_set> sets = {}) {
    for (tree_node node : nodes) {
      if (node.is_categorical()) {
        sets_.push_back(sets[static_cast<std::size_t>(node.value)]);
        node.value = static_cast<double>(sets_.size() - 1);
      }
      nodes_.push_back(node);
    }
    gain_.insert(gain_.end(), gain.begin(), gain.end());
    cover_.insert(cover_.end(), cover.begin(), cover.end());
    begin_.push_back(static_cast<std::uint32_t>(nodes_.size()));
    depth_.push_back(check_tree(trees() - 1));
  }
  /// Keeps the first `count` trees.
  void truncate(std::size_t count) {
    begin_.resize(count + 1);
    depth_.resize(count);
    nodes_.resize(begin_.back());
    gain_.resize(begin_.back());
    cover_.resize(begin_.back());
    sets_.resize(static_cast<std::size_t>(
        std::count_if(nodes_.begin(), nodes_.end(), [](const tree_node& n) { return n.is_categorical(); })));
  }

  /// Another value for a leaf of a tree; it must be finite.
  void set_leaf(std::size_t tree, std::size_t node, double value) {
    nodes_[begin_[tree] + node].value = value;
  }

  /// margin(i, k) = base(i, k) + the leaves of row i in the trees of output k, in their order. O(rows x trees
  /// x depth).
  template <class T>
  void add_margins(matrix_view<const T> x, matrix_view<const double> base, matrix_view<double> margin,
                   int threads, const category_reader& reader = {}) const {
    check_reader(reader);
    const double work = static_cast<double>(x.rows() * (trees() + 1)) * 12;
    for_blocks(block_count(x.rows(), rows_together), useful_threads(threads, work), [&](std::size_t block) {
      const std::size_t first = block * rows_together, count = std::min(rows_together, x.rows() - first);
      const auto out = margin.slice(first, count);
      for (std::size_t i = 0; i < count; ++i) {
        for (std::size_t k = 0; k < base.columns(); ++k) out(i, k) = base(first + i, k);
      }
      std::vector<T> copy;
      add_block(read(reader, x.slice(first, count), copy), out);
    });
  }

  /// leaf(i, t) = index, within tree t, of the leaf of row i.
  template <class T>
  void apply(matrix_view<const T> x, matrix_view<std::uint32_t> leaf, int threads,
             const category_reader& reader = {}) const {
    check_reader(reader);
    const double work = static_cast<double>(x.rows() * (trees() + 1)) * 12;
    for_blocks(block_count(x.rows(), rows_together), useful_threads(threads, work), [&](std::size_t block) {
      const std::size_t first = block * rows_together, count = std::min(rows_together, x.rows() - first);
      std::uint32_t at[rows_together];
      std::vector<T> copy;
      const auto block_rows = read(reader, x.slice(first, count), copy);
      for (std::size_t t = 0; t < trees(); ++t) {
        walk(block_rows, t, at);
        for (std::size_t i = 0; i < count; ++i) leaf(first + i, t) = at[i];
      }
    });
  }

  /// leaf[i] = index, within a tree, of the leaf of row i.
  template <class T>
  void apply_one(matrix_view<const T> x, std::size_t tree, std::span<std::uint32_t> leaf, int threads,
                 const category_reader& reader = {}) const {
    check_reader(reader);
    const double work = static_cast<double>(x.rows()) * 12;
    for_blocks(block_count(x.rows(), rows_together), useful_threads(threads, work), [&](std::size_t block) {
      const std::size_t first = block * rows_together, count = std::min(rows_together, x.rows() - first);
      std::vector<T> copy;
      walk(read(reader, x.slice(first, count), copy), tree, leaf.data() + first);
    });
  }

  /// One number for each of `columns` columns; 0 for one without splits.
  std::vector<double> importances(std::size_t columns, importance type) const {
    std::vector<double> total(columns), splits(columns);
    for (std::size_t i = 0; i < nodes_.size(); ++i) {
      if (nodes_[i].is_leaf()) continue;
      splits[nodes_[i].feature()] += 1;
      total[nodes_[i].feature()] += type == importance::cover ? cover_[i] : gain_[i];
    }
    if (type == importance::weight) return splits;
    if (type == importance::total_gain) return total;
    for (std::size_t f = 0; f < columns; ++f) total[f] = splits[f] == 0 ? 0 : total[f] / splits[f];
    return total;
  }

  /// Throws argument_error where there are splits by categories and nothing that reads them.
  void check_reader(const category_reader& reader) const {
    if (!sets_.empty() && reader.empty())
      throw argument_error("reader", "none", "one of the cuts of the splits by categories");
  }

  friend bool operator==(const tree_ensemble& a, const tree_ensemble& b) { return same_bytes(a, b); }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    // The fields of the nodes apart: plain arrays are read at the speed of memory.
    if constexpr (requires { ar.remaining(); }) {
      std::vector<double> value;
      std::vector<std::uint32_t> child, bits;
      ar(self.begin_, value, child, bits, self.gain_, self.cover_);
      if (child.size() != value.size() || bits.size() != value.size())
        fail("the fields of the nodes differ in length");
      self.nodes_.resize(value.size());
      for (std::size_t i = 0; i < value.size(); ++i) self.nodes_[i] = {value[i], child[i], bits[i]};
    } else {
      std::vector<double> value(self.nodes_.size());
      std::vector<std::uint32_t> child(value.size()), bits(value.size());
      for (std::size_t i = 0; i < value.size(); ++i) {
        value[i] = self.nodes_[i].value;
        child[i] = self.nodes_[i].child;
        bits[i] = self.nodes_[i].bits;
      }
      ar(self.begin_, value, child, bits, self.gain_, self.cover_);
    }
    if (ar.version() >= 3) ar(self.sets_);
  }

  /// Throws format_error unless every tree is one: children after their parent, one parent each, numbers
  /// finite.
  void validate() {
    if (begin_.empty() || begin_.front() != 0 || begin_.back() != nodes_.size())
      fail("the trees do not tile the nodes");
    if (gain_.size() != nodes_.size() || cover_.size() != nodes_.size())
      fail("not one gain and one cover a node");
    check_sets();
    depth_.clear();
    for (std::size_t t = 0; t < trees(); ++t) {
      if (begin_[t] >= begin_[t + 1] || begin_[t + 1] > nodes_.size())
        fail("the trees do not tile the nodes");
      depth_.push_back(check_tree(t));
    }
  }

  /// Throws format_error if a split looks at a column that there is not in `cuts`, or that has categories
  /// where it wants numbers, or numbers where it wants categories.
  void check_columns(const feature_cuts& cuts) const {
    const auto categorical = cuts.categorical();
    for (const tree_node& node : nodes_) {
      if (node.is_leaf()) continue;
      if (node.feature() >= cuts.features()) fail("a split looks at a column that there is not");
      const bool known =
          !categorical.empty() && std::binary_search(categorical.begin(), categorical.end(), node.feature());
      if (known != node.is_categorical())
        fail("a split takes numbers for categories, or categories for numbers");
    }
  }

 private:
  static constexpr std::size_t rows_together = 256;

  [[noreturn]] static void fail(const char* what) { throw format_error(std::string("saved trees: ") + what); }

  template <class Item>
  std::span<const Item> slice(const std::vector<Item>& all, std::size_t tree) const {
    return std::span(all).subspan(begin_[tree], begin_[tree + 1] - begin_[tree]);
  }

  void check_sets() const {
    std::size_t number = 0;
    for (const tree_node& node : nodes_) {
      if (!node.is_leaf() && node.is_categorical() && node.value != static_cast<double>(number++))
        fail("a split by categories has not the set of its number");
    }
    if (number != sets_.size()) fail("not one set a split by categories");
  }

  // The depth of a tree that obeys all rules.
  std::uint32_t check_tree(std::size_t t) const {
    const auto tree = nodes(t);
    constexpr std::uint32_t unseen = std::numeric_limits<std::uint32_t>::max();
    std::vector<std::uint32_t> depth(tree.size(), unseen);
    depth[0] = 0;
    std::uint32_t deepest = 0;
    for (std::size_t i = 0; i < tree.size(); ++i) {
      const tree_node& node = tree[i];
      if (depth[i] == unseen) fail("a node without a parent");
      if (!real::isfinite(gain(t)[i]) || !real::isfinite(cover(t)[i]))
        fail("a gain or a cover is not finite");
      deepest = std::max(deepest, depth[i]);
      if (node.is_leaf()) {
        if (node.child != i || !real::isfinite(node.value) || node.bits != tree_node::leaf)
          fail("a leaf is not one");
        continue;
      }
      if (node.child <= i || node.child >= tree.size() - 1) fail("a child does not follow its parent");
      if (depth[node.child] != unseen || depth[node.child + 1] != unseen) fail("a node with two parents");
      // -infinity is below all values: only missing ones go left.
      if (real::isnan(node.value) || node.value == std::numeric_limits<double>::infinity())
        fail("a threshold is no number");
      depth[node.child] = depth[node.child + 1] = depth[i] + 1;
    }
    return deepest;
  }

  // Leaves rows as they are where no split needs bins.
  template <class T>
  matrix_view<const T> read(const category_reader& reader, matrix_view<const T> x,
                            std::vector<T>& copy) const {
    return sets_.empty() ? x : reader.read(x, copy);
  }

  template <class T>
  void walk(matrix_view<const T> x, std::size_t t, std::uint32_t* leaf) const {
    const auto go = [&](const auto&... splits) {
      simd::run<tree_walk>(static_cast<const tree_node*>(nodes_.data() + begin_[t]), std::size_t{depth_[t]},
                           x.data(), x.row_stride(), x.column_stride(), x.rows(), leaf, splits...);
    };
    sets_.empty() ? go() : go(mixed_splits{sets_.data()});
  }

  template <class T>
  void add_block(matrix_view<const T> x, matrix_view<double> margin) const {
    if (x.rows() < few_rows) {
      std::vector<double> row(2 * x.columns());
      for (std::size_t i = 0; i < x.rows(); ++i) {
        prepare_row(x.row(i), x.column_stride(), x.columns(), row.data());
        add_row(row.data(), margin.slice(i, 1));
      }
      return;
    }
    std::uint32_t leaf[rows_together];
    for (std::size_t t = 0; t < trees(); ++t) {
      check_interrupt();
      walk(x, t, leaf);
      const auto out = margin.columns_slice(t % margin.columns(), 1);
      const tree_node* const tree = nodes_.data() + begin_[t];
      for (std::size_t i = 0; i < x.rows(); ++i) out(i, 0) += tree[leaf[i]].value;
    }
  }

  // Few rows: the trees of one go together, not the rows of one tree.
  static constexpr std::size_t few_rows = 8, trees_together = 64;

  void add_row(const double* row, matrix_view<double> margin) const {
    double leaf[trees_together];
    std::size_t output = 0;
    for (std::size_t first = 0; first < trees(); first += trees_together) {
      const std::size_t count = std::min(trees_together, trees() - first);
      simd::run<forest_walk>(nodes_.data(), begin_.data() + first, count, row,
                             sets_.empty() ? nullptr : sets_.data(), static_cast<double*>(leaf));
      if (margin.columns() == 1) {
        double sum = margin(0, 0);  // in a register: the next addition waits for the last one
        for (std::size_t t = 0; t < count; ++t) sum += leaf[t];
        margin(0, 0) = sum;
        continue;
      }
      for (std::size_t t = 0; t < count; ++t) {
        margin(0, output) += leaf[t];
        output = output + 1 < margin.columns() ? output + 1 : 0;
      }
    }
  }

  std::vector<tree_node> nodes_;
  std::vector<double> gain_, cover_;
  std::vector<std::uint32_t> begin_ = {0}, depth_;
  std::vector<bin_set> sets_;
};

}  // namespace colonnade::inline COLONNADE_ABI
