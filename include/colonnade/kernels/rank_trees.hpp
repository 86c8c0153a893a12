#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <utility>

#include "colonnade/kernels/byte_transpose.hpp"
#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"
#include "colonnade/simd/shuffle.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A split over ranks, of a block of rows: row i goes left when x[at + i] < cut.
struct rank_node {
  std::uint32_t at = 0;
  std::int8_t cut = 0;

  friend bool operator==(const rank_node&, const rank_node&) = default;
};

/// The same in a node that rows descend from: to node `child`, or to the one after it.
struct rank_link {
  std::uint32_t at = 0;
  std::uint16_t child = 0;
  std::int8_t cut = 0;
};

/// One step of the program of a tree, which writes a byte a row into a slot (a row of `rank_leaves::rows`
/// bytes): the leaf that the row has in a complete subtree, or the byte of one of two other slots, or the
/// leaf of a tree whose nodes of a level share their split (one node a level).
struct rank_step {
  static constexpr std::uint8_t choice = 255, levels = 254;

  std::uint32_t node = 0;   ///< its split, or the splits of its subtree: each before its left, then its right
  std::uint8_t height = 0;  ///< of the subtree, 0 to `rank_leaves::most_height`; or `choice`; or `levels`
  std::uint8_t leaf = 0;    ///< number of the leftmost leaf of the subtree
  std::uint8_t left = 0, right = 0, out = 0;  ///< slots; of `levels`, `left` is how many there are
};

/// Leaves of a block of rows in one tree: runs its program; the result is in slot 0. Every split of the tree
/// is compared for every row, a register of rows at a time: no row waits for a load that depends on another,
/// and a byte a row holds all that is known.
struct rank_leaves {
  static constexpr std::size_t rows = 256;
  static constexpr int most_height = 4;  // taller ones would be unrolled into more code than they gain

  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const rank_step* steps, std::size_t count, const rank_node* nodes,
                                   const std::int8_t* x, std::uint8_t* slots) const {
    for (std::size_t k = 0; k < count; ++k) {
      const rank_step& step = steps[k];
      const rank_node* const node = nodes + step.node;
      std::uint8_t* const out = slots + step.out * rows;
      switch (step.height) {
        case 0:
          for (std::size_t i = 0; i < rows; ++i) out[i] = step.leaf;
          break;
        case 1:
          subtree<Isa, 1>(node, x, step.leaf, out);
          break;
        case 2:
          subtree<Isa, 2>(node, x, step.leaf, out);
          break;
        case 3:
          subtree<Isa, 3>(node, x, step.leaf, out);
          break;
        case 4:
          subtree<Isa, 4>(node, x, step.leaf, out);
          break;
        case rank_step::levels:
          all_levels<Isa>(node, step.left, x, out);
          break;
        default:
          choose<Isa>(*node, x, slots + step.left * rows, slots + step.right * rows, out);
      }
    }
  }

 private:
  // Registers of rows that go together: a cut and the place of its column are fetched once for both.
  static constexpr std::size_t together = 2;

  template <class Isa, int Height>
  COLONNADE_KERNEL static void subtree(const rank_node* nodes, const std::int8_t* x, std::uint8_t leaf,
                                       std::uint8_t* out) {
    constexpr std::size_t lanes = Isa::bytes;
    const auto last = static_cast<std::uint8_t>(leaf + (1 << Height) - 1);
    for (std::size_t i = 0; i < rows; i += together * lanes) {
      simd::pack<std::uint8_t, lanes> to_last[together];
      walk<lanes, Height>(nodes, x + i, to_last);
      for (std::size_t k = 0; k < together; ++k) {
        to_last[k] += last;
        simd::store(out + i + k * lanes, to_last[k]);
      }
    }
  }

  /// Number of each row's leaf less that of the last leaf, modulo 256.
  template <std::size_t Lanes, int Height>
  COLONNADE_KERNEL static void walk(const rank_node* node, const std::int8_t* x,
                                    simd::pack<std::uint8_t, Lanes> (&to_last)[together]) {
    using bytes = simd::pack<std::uint8_t, Lanes>;
    constexpr std::uint8_t half = 1 << (Height - 1);
    bytes right[together];
    if constexpr (Height > 1) {
      walk<Lanes, Height - 1>(node + 1, x, to_last);
      walk<Lanes, Height - 1>(node + half, x, right);
    }
    const simd::pack<std::int8_t, Lanes> cut = simd::pack<std::int8_t, Lanes>{} + node->cut;
    for (std::size_t k = 0; k < together; ++k) {
      simd::pack<std::int8_t, Lanes> value;
      simd::load(value, x + node->at + k * Lanes);
      if constexpr (Height == 1) {
        to_last[k] = (bytes)(value < cut);
      } else {
        to_last[k] -= half;
        to_last[k] = value < cut ? to_last[k] : right[k];
      }
    }
  }

  template <class Isa>
  COLONNADE_KERNEL static void all_levels(const rank_node* nodes, std::size_t levels, const std::int8_t* x,
                                          std::uint8_t* out) {
    constexpr std::size_t lanes = Isa::bytes;
    using bytes = simd::pack<std::uint8_t, lanes>;
    for (std::size_t i = 0; i < rows; i += lanes) {
      bytes number = {};
      for (std::size_t k = 0; k < levels; ++k) {
        const simd::pack<std::int8_t, lanes> cut = simd::pack<std::int8_t, lanes>{} + nodes[k].cut;
        simd::pack<std::int8_t, lanes> value;
        simd::load(value, x + nodes[k].at + i);
        number += number;
        number -= (bytes)(value >= cut);
      }
      simd::store(out + i, number);
    }
  }

  template <class Isa>
  COLONNADE_KERNEL static void choose(const rank_node& node, const std::int8_t* x, const std::uint8_t* left,
                                      const std::uint8_t* right, std::uint8_t* out) {
    constexpr std::size_t lanes = Isa::bytes;
    const simd::pack<std::int8_t, lanes> cut = simd::pack<std::int8_t, lanes>{} + node.cut;
    for (std::size_t i = 0; i < rows; i += lanes) {
      simd::pack<std::int8_t, lanes> value;
      simd::pack<std::uint8_t, lanes> l, r;
      simd::load(value, x + node.at + i);
      simd::load(l, left + i);
      simd::load(r, right + i);
      l = value < cut ? l : r;
      simd::store(out + i, l);
    }
  }
};

/// Where the leaves of a tree stand.
struct leaf_range {
  std::uint32_t begin, count;
};

/// Adds the leaves of a block of rows in some trees, one tree after the other: row i's in tree t is
/// leaves[trees[t].begin + number], where the number stands in slots[t * slot_stride + i].
struct rank_sums {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const double* leaves, const leaf_range* trees, std::size_t count,
                                   const std::uint8_t* slots, std::size_t slot_stride, double* sums) const {
    std::size_t t = 0;
    while (t < count) {
      const std::uint8_t* const slot = slots + t * slot_stride;
      if constexpr (simd::has_permute<Isa> && simd::lanes<Isa, double> == 8) {
        if (trees[t].count <= 64) {
          add_permuted<Isa>(leaves, trees[t++], slot, sums);
          continue;
        }
      }
      if (t + 4 <= count) {
        add<4>(leaves, trees + t, slot, slot_stride, sums);
        t += 4;
      } else {
        add<1>(leaves, trees + t++, slot, slot_stride, sums);
      }
    }
  }

 private:
  template <std::size_t Trees>
  COLONNADE_KERNEL static void add(const double* leaves, const leaf_range* trees, const std::uint8_t* slots,
                                   std::size_t slot_stride, double* sums) {
    const double* tree[Trees];
    for (std::size_t t = 0; t < Trees; ++t) tree[t] = leaves + trees[t].begin;
    for (std::size_t i = 0; i < rank_leaves::rows; i += 2) {
      double sum = sums[i], next = sums[i + 1];
      for (std::size_t t = 0; t < Trees; ++t) {
        const std::uint8_t* const slot = slots + t * slot_stride + i;
        sum += tree[t][slot[0]];
        next += tree[t][slot[1]];
      }
      sums[i] = sum;
      sums[i + 1] = next;
    }
  }

  // A tree whose leaves fit into registers: a register of rows is looked up at a time.
  template <class Isa>
  COLONNADE_KERNEL static void add_permuted(const double* leaves, const leaf_range& tree,
                                            const std::uint8_t* slot, double* sums) {
    double table[64] = {};
    std::memcpy(table, leaves + tree.begin, tree.count * sizeof *table);
    if (tree.count <= 16) {
      add_permuted<Isa, 16>(table, slot, sums);
    } else if (tree.count <= 32) {
      add_permuted<Isa, 32>(table, slot, sums);
    } else {
      add_permuted<Isa, 64>(table, slot, sums);
    }
  }
  template <class Isa, std::size_t Leaves>
  COLONNADE_KERNEL static void add_permuted(const double* table, const std::uint8_t* slot, double* sums) {
    constexpr std::size_t lanes = simd::lanes<Isa, double>, registers = Leaves / lanes;
    simd::pack<double, lanes> leaves[registers], value, sum;
    // Numbers of as many rows as a register holds are a word. Each goes to the low bits of its lane; what is
    // above them does not matter.
    using words = simd::pack<std::uint64_t, lanes>;
    static_assert(lanes == sizeof(std::uint64_t));
    const words shift = {0, 8, 16, 24, 32, 40, 48, 56};
    for (std::size_t k = 0; k < registers; ++k) simd::load(leaves[k], table + k * lanes);
    for (std::size_t i = 0; i < rank_leaves::rows; i += lanes) {
      std::uint64_t word;
      std::memcpy(&word, slot + i, sizeof word);
      const words number = (words{} + word) >> shift;
      simd::load(sum, sums + i);
      look_up<Leaves>(leaves, number, value);
      sum += value;
      simd::store(sums + i, sum);
    }
  }
  template <std::size_t Leaves, class Pack, class Numbers>
  COLONNADE_KERNEL static void look_up(const Pack* leaves, const Numbers& number, Pack& value) {
    constexpr std::size_t half = Leaves / 2, lanes = sizeof(Pack) / sizeof(double);
    if constexpr (half == lanes) {
      simd::look_up(leaves[0], leaves[1], number, value);
    } else {
      Pack high;
      look_up<half>(leaves, number, value);
      look_up<half>(leaves + half / lanes, number, high);
      value = (number & std::uint64_t{half}) == 0 ? value : high;
      simd::settle(value);
    }
  }
};

/// Adds the leaves of a block of rows in one tree below what its program decides: row i descends `levels`
/// levels from node starts[slots[i]] and finds leaves[node].
struct rank_descent {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const rank_link* links, const double* leaves,
                                   const std::uint16_t* starts, std::uint32_t levels, const std::int8_t* x,
                                   const std::uint8_t* slots, double* sums) const {
    for (std::size_t i = 0; i < rank_leaves::rows; i += together) {
      descend(std::make_index_sequence<together>(), links, leaves, starts, levels, x + i, slots + i,
              sums + i);
    }
  }

 private:
  // Rows side by side, in registers: a level of one is some fifteen cycles of waiting.
  static constexpr std::size_t together = 4;

  template <std::size_t... Row>
  COLONNADE_KERNEL static void descend(std::index_sequence<Row...>, const rank_link* links,
                                       const double* leaves, const std::uint16_t* starts,
                                       std::uint32_t levels, const std::int8_t* x, const std::uint8_t* slots,
                                       double* sums) {
    std::uint32_t node[] = {starts[slots[Row]]...};
    for (std::uint32_t level = 0; level < levels; ++level)
      ((node[Row] = next(links[node[Row]], x + Row)), ...);
    ((sums[Row] += leaves[node[Row]]), ...);
  }
  COLONNADE_KERNEL static std::uint32_t next(const rank_link& link, const std::int8_t* x) {
    return link.child + (x[link.at] >= link.cut ? 1u : 0u);
  }
};

/// Ranks as the splits read them: values[i] for splits that send missing values right, values[rows + i] for
/// those that send them left. Rank 255 is missing: above all cuts there, below all here.
struct rank_pair {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const std::uint8_t* ranks, std::int8_t* values) const {
    constexpr std::size_t lanes = Isa::bytes;
    for (std::size_t i = 0; i < rank_leaves::rows; i += lanes) {
      simd::pack<std::uint8_t, lanes> rank;
      simd::load(rank, ranks + i);
      rank ^= std::uint8_t{128};
      simd::store(reinterpret_cast<std::uint8_t*>(values) + i, rank);
      rank += std::uint8_t{1};
      simd::store(reinterpret_cast<std::uint8_t*>(values) + rank_leaves::rows + i, rank);
    }
  }
};

/// Whether rows go left by eight sets of categories: byte k of `table[bin]` belongs to set k, and
/// values[k * rows + i] is that of row i. Rows are looked up eight sets at a time, and then turned.
struct rank_sets {
  static constexpr std::size_t sets = 8, rows = rank_leaves::rows, blocks = rows / sets;

  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const std::uint64_t* table, const std::uint8_t* bins,
                                   std::int8_t* values) const {
    constexpr std::size_t lanes = simd::lanes<Isa, std::uint64_t>;
    std::uint64_t found[sets][blocks];  // found[r][b]: all sets of row 8 b + r
    for (std::size_t b = 0; b < blocks; ++b) {
      for (std::size_t r = 0; r < sets; ++r) found[r][b] = table[bins[sets * b + r]];
    }
    for (std::size_t b = 0; b < blocks; b += lanes) {
      simd::pack<std::uint64_t, lanes> words[sets];
      for (std::size_t r = 0; r < sets; ++r) simd::load(words[r], found[r] + b);
      transpose_bytes(words);
      for (std::size_t k = 0; k < sets; ++k)
        simd::store(reinterpret_cast<std::uint64_t*>(values + k * rows + sets * b), words[k]);
    }
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
