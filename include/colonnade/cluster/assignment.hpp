#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "colonnade/cluster/cluster_sums.hpp"
#include "colonnade/cluster/packed_points.hpp"
#include "colonnade/cluster/tile_bounds.hpp"

namespace colonnade::inline COLONNADE_ABI::cluster_detail {

/// The labels of rows in memory and the sums of their clusters, brought up to date when the centres move. The
/// labels are those that a search of all rows would give; three things make that rare:
///
/// * a point keeps a bound from below of its distance to all other centres (`kernels::distance_bounds`);
/// * a tile keeps the least room that the bounds of its points leave, and is not read while centres have
///   moved by less;
/// * rows lie in the order of their labels, so that the points of a tile have one centre, and room, in
///   common.
///
/// Sums are integers, so a row that changes its cluster is moved and the others are left alone.
template <class T>
class assignment {
 public:
  using batch = samples<matrix_view<const T>>;

  /// Reorders `points`, which holds `rows`.
  assignment(const batch& rows, const data_extent& extent, packed_points& points, int threads)
      : rows_(rows), frame_(extent), points_(points), threads_(threads) {}

  /// Forgets all labels.
  void start(std::size_t clusters) {
    labels_.assign(points_.tiles() * kernels::tile_points, kernels::row_move::none);
    sums_ = cluster_sums(clusters, points_.columns());
    ordered_ = false;
    bounded_ = clusters > 1 && clusters * points_.columns() >= worth_bounds &&
               points_.rows() >= clusters * worth_order && points_.rows() >> 32 == 0;
    if (bounded_) {
      if (lower_.size() == 0) lower_ = large_array<float>(labels_.size());
      tiles_.assign(points_.tiles(), {});
    }
    const double work = static_cast<double>(points_.rows() * points_.columns() * clusters) * 0.02;
    workers_.resize(
        static_cast<std::size_t>(std::max(1, threads_for(points_.blocks(), useful_threads(threads_, work)))));
    for (worker& w : workers_) {
      w.sums = sums_;
      w.found.resize(packed_points::block_rows);
      w.upper.resize(packed_points::block_rows);
      w.tile = large_array<float>(kernels::tile_points * points_.columns());
    }
  }

  /// Labels every row by its nearest centre. `before` are the centres of the labels so far. Returns how many
  /// labels have changed.
  std::size_t update(const center_search& search, const std::optional<center_search>& before) {
    if (ordered_) moves_.emplace(search, *before);
    for_blocks(points_.blocks(), team(), [&](std::size_t block, int who) {
      worker& w = workers_[static_cast<std::size_t>(who)];
      w.moves.clear();
      if (!ordered_ || !label_open(search, block, w)) label_all(search, block, w);
      w.sums.move(frame_, rows_, w.moves);
      w.changed += w.moves.size();
    });
    std::size_t changed = 0;
    for (worker& w : workers_) {
      if (w.changed != 0) sums_.merge(w.sums);
      if (w.changed != 0) w.sums.clear();
      changed += std::exchange(w.changed, 0);
    }
    changed_since_order_ += changed;
    const std::size_t much = points_.rows() / 4;
    if (bounded_ && (ordered_ ? changed_since_order_ > much : changed < much)) order_by_label();
    return changed;
  }

  const cluster_sums& sums() const { return sums_; }
  const fixed_point_frame& frame() const { return frame_; }
  /// Threads that are worth it for a pass over the rows.
  int team() const { return static_cast<int>(workers_.size()); }
  /// Labels in the order of the rows.
  std::vector<std::uint32_t> labels() const {
    std::vector<std::uint32_t> result(points_.rows());
    for (std::size_t i = 0; i < result.size(); ++i) result[points_.row(i)] = labels_[i];
    return result;
  }

 private:
  /// Multiplications a point from which bounds pay for themselves, and rows a cluster from which its tiles
  /// are mostly its own.
  static constexpr std::size_t worth_bounds = 128, worth_order = 64;

  struct worker {
    cluster_sums sums;
    std::vector<kernels::row_move> moves;
    std::vector<std::uint32_t> found, open, tiles;
    std::vector<float> upper;
    large_array<float> tile;
    std::size_t changed = 0;
  };

  void note(std::size_t position, std::uint32_t label, worker& w) {
    if (labels_[position] == label) return;
    w.moves.push_back({points_.row(position), labels_[position], label});
    labels_[position] = label;
    if (ordered_)
      tiles_[position / kernels::tile_points].note(label, labels_of(position / kernels::tile_points));
  }

  void label_all(const center_search& search, std::size_t block, worker& w) {
    const std::size_t first = block * packed_points::block_rows, count = points_.rows_of(block);
    const kernels::bounds_out bounds = {bounded_ ? w.upper.data() : nullptr,
                                        bounded_ ? lower_.data() + first : nullptr};
    search.label_tiles(points_.points(block), points_.norms(block), points_.tiles_of(block), w.found.data(),
                       bounds);
    search.settle(rows_.x, count, [&](std::size_t i) { return points_.row(first + i); }, w.found.data());
    for (std::size_t i = 0; i < count; ++i) note(first + i, w.found[i], w);
    for (std::size_t i = 0; ordered_ && i < count; i += kernels::tile_points) {
      const std::size_t t = (first + i) / kernels::tile_points;
      tiles_[t].clear();
      for (std::size_t k = i; k < std::min(count, i + kernels::tile_points); ++k)
        tiles_[t].add(lower_[first + k], w.upper[k]);
    }
  }

  /// Labels the points that the bounds do not settle; false if they are too many to be worth collecting.
  bool label_open(const center_search& search, std::size_t block, worker& w) {
    const std::size_t count = points_.rows_of(block);
    const kernels::moved_centers moved = {search.rounded(),     points_.columns(), search.count(),
                                          search.reach(),       moves_->most,      moves_->rest,
                                          moves_->order.data(), moves_->movers};
    list_tiles(block, w.tiles);
    w.open.clear();
    for (std::size_t k = 0; k < w.tiles.size(); ++k) {
      if (k + 1 < w.tiles.size()) points_.prefetch(block, w.tiles[k + 1]);
      look_at_tile(moved, block, w.tiles[k], w);
    }
    if (w.open.size() > count - count / 8) return false;
    for (std::size_t i = 0; i < w.open.size(); i += kernels::tile_points) {
      label_some(search, block,
                 std::span(w.open).subspan(i, std::min(kernels::tile_points, w.open.size() - i)), w);
    }
    return true;
  }

  /// Lets the bounds of the tiles of a block give way to the moves of the centres, and lists the tiles that
  /// have no room left: these stay as they are.
  void list_tiles(std::size_t block, std::vector<std::uint32_t>& tiles) {
    tile_bounds* bounds = tiles_.data() + block * packed_points::block_tiles;
    tiles.clear();
    for (std::uint32_t t = 0; t < points_.tiles_of(block); ++t) {
      tile_bounds moved = bounds[t];
      moved.move(*moves_);
      if (moved.slack > 0) {
        bounds[t] = moved;
      } else {
        tiles.push_back(t);
      }
    }
  }

  /// Lists the open points of tile `t` of a block.
  void look_at_tile(const kernels::moved_centers& moved, std::size_t block, std::size_t t, worker& w) {
    const std::size_t first = (block * packed_points::block_tiles + t) * kernels::tile_points;
    tile_bounds& tile = tiles_[first / kernels::tile_points];
    const std::span<const std::uint32_t> labels = labels_of(first / kernels::tile_points);
    std::uint32_t all[kernels::tile_points];
    const std::uint32_t* own = tile.label_count == 0 ? all : tile.labels;
    const std::size_t own_count =
        tile.label_count == 0 ? tile_bounds::distinct(labels, all) : tile.label_count;
    const std::size_t listed = w.open.size(), begin = t * kernels::tile_points;
    w.open.resize(listed + kernels::tile_points);
    kernels::tile_look look;
    simd::run<kernels::distance_bounds>(points_.points(block) + begin * points_.columns(),
                                        points_.norms(block) + begin, moved, own, own_count, labels.data(),
                                        labels.size(), tile.overhead, lower_.data() + first,
                                        w.open.data() + listed, &look);
    for (std::size_t i = listed; i < listed + look.open; ++i) w.open[i] += static_cast<std::uint32_t>(begin);
    w.open.resize(listed + look.open);
    tile.clear();
    tile.slack = look.slack;
    tile.upper = look.upper;
  }

  void label_some(const center_search& search, std::size_t block, std::span<const std::uint32_t> open,
                  worker& w) {
    const std::size_t first = block * packed_points::block_rows;
    tile_offsets offsets;
    float norms[kernels::tile_points], upper[kernels::tile_points], lower[kernels::tile_points];
    for (std::size_t i = 0; i < kernels::tile_points; ++i) {
      const std::size_t at = open[i < open.size() ? i : 0], lane = at % kernels::tile_points;
      offsets[i] = static_cast<std::ptrdiff_t>((at - lane) * points_.columns() + lane);
      norms[i] = points_.norms(block)[at];
    }
    simd::run<kernels::gather_points>(points_.points(block),
                                      static_cast<const std::ptrdiff_t*>(offsets.data()), points_.columns(),
                                      w.tile.data());
    search.label_tiles(w.tile.data(), norms, 1, w.found.data(), {upper, lower});
    search.settle(
        rows_.x, open.size(), [&](std::size_t i) { return points_.row(first + open[i]); }, w.found.data());
    for (std::size_t i = 0; i < open.size(); ++i) {
      const std::size_t position = first + open[i];
      lower_[position] = lower[i];
      tiles_[position / kernels::tile_points].add(lower[i], upper[i]);
      note(position, w.found[i], w);
    }
  }

  /// Brings the points into the order of their labels.
  void order_by_label() {
    ordered_ = true;
    changed_since_order_ = 0;
    std::vector<std::uint32_t> end(sums_.clusters() + 1), from(points_.rows());
    for (std::size_t i = 0; i < from.size(); ++i) ++end[labels_[i] + 1];
    std::partial_sum(end.begin(), end.end(), end.begin());
    for (std::size_t i = 0; i < from.size(); ++i) from[end[labels_[i]]++] = static_cast<std::uint32_t>(i);
    points_.reorder(rows_, from, team());
    large_array<float> lower(lower_.size());
    for (std::size_t i = 0; i < from.size(); ++i)
      lower[i] = tiles_[from[i] / kernels::tile_points].overhead.applied_to(lower_[from[i]]);
    lower_ = std::move(lower);
    std::size_t i = 0;
    for (std::uint32_t c = 0; c < sums_.clusters(); ++c) {
      while (i < end[c]) labels_[i++] = c;
    }
    for (std::size_t t = 0; t < tiles_.size(); ++t) {
      tiles_[t].clear();
      tiles_[t].slack = 0;  // not known: look at it
      tiles_[t].set_labels(labels_of(t));
    }
  }

  std::span<const std::uint32_t> labels_of(std::size_t tile) const {
    const std::size_t first = tile * kernels::tile_points;
    return std::span(labels_).subspan(first, std::min(kernels::tile_points, points_.rows() - first));
  }

  batch rows_;
  fixed_point_frame frame_;
  packed_points& points_;
  int threads_;
  std::vector<std::uint32_t> labels_;
  cluster_sums sums_;
  std::vector<worker> workers_;
  bool bounded_ = false, ordered_ = false;
  std::size_t changed_since_order_ = 0;
  large_array<float> lower_;
  std::vector<tile_bounds> tiles_;
  std::optional<center_moves> moves_;
};

}  // namespace colonnade::inline COLONNADE_ABI::cluster_detail
