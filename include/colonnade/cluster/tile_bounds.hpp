#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "colonnade/cluster/center_search.hpp"
#include "colonnade/kernels/distance_bounds.hpp"

namespace colonnade::inline COLONNADE_ABI::cluster_detail {

/// How the centres have moved in one iteration.
struct center_moves {
  center_moves(const center_search& now, const center_search& before)
      : each(now.moves_from(before)), order(each.size()) {
    most = *std::max_element(each.begin(), each.end());
    std::iota(order.begin(), order.end(), 0u);
    std::sort(order.begin(), order.end(), [&](auto a, auto b) { return each[a] > each[b]; });
    // Those that are far ahead of the others, at most a fifth.
    while (movers < order.size() / 5 && each[order[movers]] > most / 8) ++movers;
    rest = each[order[movers]];
    gaps = now.gaps_to(std::span(order).first(movers));
  }

  std::vector<float> each;           ///< of every centre
  std::vector<std::uint32_t> order;  ///< centres, those that have moved most first
  std::vector<float> gaps;           ///< of every centre to the nearest mover
  std::size_t movers = 0;            ///< the first centres of the order
  float most = 0, rest = 0;          ///< of all, of those that are no movers
};

/// What is known of all points of a tile: enough to see, mostly, that none of them changes its label.
struct tile_bounds {
  static constexpr std::size_t max_labels = 4;

  float slack = std::numeric_limits<float>::infinity();  ///< least room of a point; not above 0: look at them
  float upper = 0;                                       ///< greatest distance of a point to its centre
  kernels::bounds_overhead overhead = {0, std::numeric_limits<float>::infinity()};
  std::uint32_t labels[max_labels] = {};  ///< all labels of its points, and maybe others
  std::uint32_t label_count = 0;          ///< 0: there are more

  /// Takes a point in.
  void add(float lower_bound, float upper_bound) {
    slack = std::min(slack, lower_bound - upper_bound);
    upper = std::max(upper, upper_bound);
  }

  /// Forgets the points, not their labels.
  void clear() {
    slack = std::numeric_limits<float>::infinity();
    upper = 0;
    overhead = {0, slack};
  }

  /// Moves the centres. The movers either count as all others do, or are further away than their gap to the
  /// points' centres says: whichever leaves more room.
  void move(const center_moves& moves) {
    float near = label_count == 0 ? moves.most : 0, gap = label_count == 0 ? 0 : moves.gaps[labels[0]];
    for (std::size_t k = 0; k < label_count; ++k) {
      near = std::max(near, moves.each[labels[k]]);
      gap = std::min(gap, moves.gaps[labels[k]]);
    }
    upper = (upper + near) * grow;
    const float cap = (gap - upper) * shrink;
    const float all = slack - (near + moves.most) * grow;
    const float some = std::min(slack - (near + moves.rest) * grow, cap - upper);
    const bool apart = some > all;
    slack = (apart ? some : all) * shrink;
    const float step = apart ? moves.rest : moves.most;
    overhead.stale = (overhead.stale + step) * grow;
    overhead.cap = (overhead.cap - step) * shrink;
    if (apart) overhead.cap = std::min(overhead.cap, cap);
  }

  /// A point has got this label. `all` are the labels of all points.
  void note(std::uint32_t label, std::span<const std::uint32_t> all) {
    if (label_count == 0 || std::find(labels, labels + label_count, label) != labels + label_count) return;
    if (label_count < max_labels) {
      labels[label_count++] = label;
    } else {
      set_labels(all);
    }
  }
  void set_labels(std::span<const std::uint32_t> all) {
    std::uint32_t found[kernels::tile_points];
    label_count = static_cast<std::uint32_t>(distinct(all, found));
    if (label_count > max_labels) label_count = 0;
    std::copy_n(found, label_count, labels);
  }
  /// Writes the different labels among at most 32 to `out`; returns how many.
  static std::size_t distinct(std::span<const std::uint32_t> all, std::uint32_t* out) {
    std::size_t found = 0;
    for (const std::uint32_t label : all) {
      if (std::find(out, out + found, label) == out + found) out[found++] = label;
    }
    return found;
  }

 private:
  /// For the rounding of sums and differences.
  static constexpr float grow = 1 + 0x1p-21f, shrink = 1 - 0x1p-21f;
};

}  // namespace colonnade::inline COLONNADE_ABI::cluster_detail
