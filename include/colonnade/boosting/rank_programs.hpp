#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "colonnade/kernels/rank_trees.hpp"
#include "colonnade/kernels/tree_walk.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Trees as programs of `rank_leaves`. Its work grows with the splits of a tree, that of `rank_descent` with
/// the levels, so a tree may be cut: the program finds the node of a row in some upper level, and the row
/// descends from there alone.
class rank_programs {
 public:
  static constexpr std::size_t slots = 9;  // 1 + log2(most_ends): what a tree needs, its heavier side first

  /// Adds a tree whose splits over ranks are `splits` (what stands there for leaves does not matter). False
  /// if too many levels would be left to descend, or there are more nodes than numbers of 16 bits.
  bool add(std::span<const tree_node> tree, std::span<const rank_node> splits) {
    writer one(tree, splits, *this);
    return one.write();
  }

  std::size_t trees() const { return trees_.size(); }
  double nanoseconds_per_row() const { return cost_ * nanoseconds_per_cycle; }

  /// Runs the program of a tree: slot 0 then has a number a row.
  void run(std::size_t t, const std::int8_t* values, std::uint8_t* slot) const {
    simd::run<rank_leaves>(steps_.data() + trees_[t].step, std::size_t{trees_[t].steps}, nodes_.data(),
                           values, slot);
  }
  /// Whether the numbers are not those of leaves: `add_below` then finds and adds them.
  bool goes_on(std::size_t t) const { return trees_[t].levels > 0; }
  void add_below(std::size_t t, const std::int8_t* values, const std::uint8_t* slot, double* sums) const {
    simd::run<rank_descent>(links_.data() + trees_[t].link, link_leaves_.data() + trees_[t].link,
                            starts_.data() + trees_[t].end, trees_[t].levels, values, slot, sums);
  }
  /// Otherwise the numbers are those of `leaves()` here.
  leaf_range leaves_of(std::size_t t) const { return {trees_[t].end, trees_[t].ends}; }
  const double* leaves() const { return leaves_.data(); }

 private:
  static constexpr std::size_t most_ends = 256;
  static constexpr std::uint32_t most_levels = 24;  // a walk that stops at leaves is quicker then
  // Cycles a row (AVX2, 32 rows in a register): of a split in a program, all in all, of a level and of the
  // end of a descent.
  static constexpr double split_cycles = 0.1, level_cycles = 5, end_cycles = 3;
  // What a program is made of: a split within a step, a step, a step that chooses.
  static constexpr double inner_cycles = 0.04, step_cycles = 0.15, choice_cycles = 0.3;
  static constexpr double nanoseconds_per_cycle = 0.35;

  struct tree_place {
    std::uint32_t step, steps;
    std::uint32_t end, ends;  // the first of its leaves, or of its starts, and how many they are
    std::uint32_t levels, link;
  };

  /// Writes one tree behind the others.
  class writer {
   public:
    writer(std::span<const tree_node> tree, std::span<const rank_node> splits, rank_programs& to)
        : tree_(tree), splits_(splits), to_(to), depth_(tree.size()), below_(tree.size()) {
      for (std::size_t i = 0; i < tree.size(); ++i) {
        height_ = std::max(height_, depth_[i]);
        if (!tree[i].is_leaf()) depth_[tree[i].child] = depth_[tree[i].child + 1] = depth_[i] + 1;
      }
    }

    bool write() {
      const bool by_levels = height_ <= 8 && symmetric();
      top_ = by_levels ? height_ : cheapest_top();
      if (height_ - top_ > most_levels || tree_.size() > std::numeric_limits<std::uint16_t>::max())
        return false;
      tree_place place = {};
      place.step = static_cast<std::uint32_t>(to_.steps_.size());
      place.levels = height_ - top_;
      first_end_ = goes_on() ? to_.starts_.size() : to_.leaves_.size();
      place.end = static_cast<std::uint32_t>(first_end_);
      place.link = static_cast<std::uint32_t>(to_.links_.size());
      by_levels ? write_levels() : write_steps();
      if (goes_on()) write_links();
      place.ends = static_cast<std::uint32_t>(ends() - first_end_);
      place.steps = static_cast<std::uint32_t>(to_.steps_.size() - place.step);
      to_.trees_.push_back(place);
      return true;
    }

   private:
    struct extent {
      std::uint32_t splits = 0, height = 0, slots = 1;
      bool one_step = true;  // else the steps of both sides, and a choice
      double cost = step_cycles;
    };

    bool goes_on() const { return top_ < height_; }
    // Where the program ends.
    bool is_end(std::size_t i) const { return tree_[i].is_leaf() || depth_[i] == top_; }

    // The level where the program ends that costs the least.
    std::uint32_t cheapest_top() {
      std::vector<std::size_t> splits(height_ + 1);
      for (std::size_t i = 0; i < tree_.size(); ++i) splits[depth_[i]] += tree_[i].is_leaf() ? 0 : 1;
      double least = std::numeric_limits<double>::infinity();
      std::size_t above = 0;
      std::uint32_t best = 0;
      for (std::uint32_t top = 0; top <= height_ && above < most_ends; above += splits[top++]) {
        const double below = top < height_ ? end_cycles + level_cycles * (height_ - top) : 0;
        const double cost = split_cycles * static_cast<double>(above) + below;
        if (cost > least) continue;
        least = cost;
        best = top;
      }
      to_.cost_ += least + end_cycles;
      return best;
    }

    // A subtree of few levels is one step, filled up to `padding` times its splits with some that decide
    // nothing, where that costs less.
    void measure(std::size_t i, std::size_t padding) {
      below_[i] = {};
      if (is_end(i)) return;
      const extent &left = below_[tree_[i].child], &right = below_[tree_[i].child + 1];
      extent& e = below_[i];
      e.splits = left.splits + right.splits + 1;
      e.height = std::max(left.height, right.height) + 1;
      const double apart = left.cost + right.cost + choice_cycles;
      const std::size_t full = e.height <= rank_leaves::most_height ? (1u << e.height) - 1 : 0;
      const double one = static_cast<double>(full) * inner_cycles + step_cycles;
      e.one_step = full != 0 && full <= padding * e.splits && one <= apart;
      e.cost = e.one_step ? one : apart;
    }

    std::size_t padded_ends(std::size_t i) const {
      if (below_[i].one_step) return std::size_t{1} << below_[i].height;
      return padded_ends(tree_[i].child) + padded_ends(tree_[i].child + 1);
    }
    // Slots that every subtree needs at a time.
    void count_slots() {
      for (std::size_t i = tree_.size(); i-- > 0;) {
        extent& e = below_[i];
        if (e.one_step) continue;
        const std::uint32_t left = below_[tree_[i].child].slots, right = below_[tree_[i].child + 1].slots;
        e.slots = left == right ? left + 1 : std::max(left, right);
      }
    }

    // Whether the nodes of each level share their split.
    bool symmetric() const {
      if (tree_[0].is_leaf()) return false;
      std::vector<std::uint32_t> level = {0}, next;
      for (; !tree_[level.front()].is_leaf(); level.swap(next)) {
        next.clear();
        for (const std::uint32_t i : level) {
          if (tree_[i].is_leaf() || !(splits_[i] == splits_[level.front()])) return false;
          next.insert(next.end(), {tree_[i].child, tree_[i].child + 1});
        }
      }
      return tree_.size() == 2 * level.size() - 1;
    }
    void write_levels() {
      rank_step step;
      step.node = static_cast<std::uint32_t>(to_.nodes_.size());
      step.height = rank_step::levels;
      step.left = static_cast<std::uint8_t>(height_);
      for (std::uint32_t i = 0; !tree_[i].is_leaf(); i = tree_[i].child) to_.nodes_.push_back(splits_[i]);
      to_.steps_.push_back(step);
      fill_leaves(0);
      to_.cost_ += split_cycles * height_ + end_cycles;
    }
    void fill_leaves(std::size_t i) {
      if (tree_[i].is_leaf()) return to_.leaves_.push_back(tree_[i].value);
      fill_leaves(tree_[i].child);
      fill_leaves(tree_[i].child + 1);
    }

    void write_steps() {
      // As much as it pays, or as little as it takes for the ends to have numbers.
      for (const std::size_t padding : {15u, 4u, 2u, 1u}) {
        for (std::size_t i = tree_.size(); i-- > 0;) measure(i, padding);
        if (padded_ends(0) <= most_ends) break;
      }
      count_slots();
      write(0, 0);
    }

    void write(std::size_t i, std::uint8_t out) {
      rank_step step;
      step.out = out;
      if (below_[i].one_step) {
        step.node = static_cast<std::uint32_t>(to_.nodes_.size());
        step.height = static_cast<std::uint8_t>(below_[i].height);
        step.leaf = static_cast<std::uint8_t>(ends() - first_end_);
        fill(i, below_[i].height);
      } else {
        const auto next = static_cast<std::uint8_t>(out + 1);
        const std::uint32_t left = tree_[i].child;
        const bool left_first = below_[left].slots >= below_[left + 1].slots;
        write(left_first ? left : left + 1, out);
        write(left_first ? left + 1 : left, next);
        step.node = static_cast<std::uint32_t>(to_.nodes_.size());
        step.height = rank_step::choice;
        step.left = left_first ? out : next;
        step.right = left_first ? next : out;
        to_.nodes_.push_back(splits_[i]);
      }
      to_.steps_.push_back(step);
    }

    void fill(std::size_t i, std::size_t height) {
      if (height == 0) return put_end(i);
      const bool end = is_end(i);
      to_.nodes_.push_back(end ? rank_node{} : splits_[i]);
      fill(end ? i : tree_[i].child, height - 1);
      fill(end ? i : tree_[i].child + 1, height - 1);
    }

    std::size_t ends() const { return goes_on() ? to_.starts_.size() : to_.leaves_.size(); }
    void put_end(std::size_t i) {
      if (goes_on()) return to_.starts_.push_back(static_cast<std::uint16_t>(i));
      to_.leaves_.push_back(tree_[i].value);
    }

    // All nodes under their own numbers. A leaf leads to itself.
    void write_links() {
      for (std::size_t i = 0; i < tree_.size(); ++i) {
        const bool leaf = tree_[i].is_leaf();
        const auto child = static_cast<std::uint16_t>(leaf ? i - 1 : tree_[i].child);
        to_.links_.push_back(leaf ? rank_link{0, child, std::numeric_limits<std::int8_t>::min()}
                                  : rank_link{splits_[i].at, child, splits_[i].cut});
        to_.link_leaves_.push_back(leaf ? tree_[i].value : 0);
      }
    }

    std::span<const tree_node> tree_;
    std::span<const rank_node> splits_;
    rank_programs& to_;
    std::vector<std::uint32_t> depth_;
    std::vector<extent> below_;
    std::uint32_t height_ = 0, top_ = 0;
    std::size_t first_end_ = 0;
  };

  std::vector<tree_place> trees_;
  std::vector<rank_step> steps_;
  std::vector<rank_node> nodes_;
  std::vector<double> leaves_;
  std::vector<std::uint16_t> starts_;  // nodes that rows descend from
  std::vector<rank_link> links_;
  std::vector<double> link_leaves_;  // as many
  double cost_ = 0;                  // cycles of a row in all trees
};

}  // namespace colonnade::inline COLONNADE_ABI
