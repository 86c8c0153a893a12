#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/cluster/farthest_rows.hpp"
#include "colonnade/cluster/packed_points.hpp"
#include "colonnade/kernels/distance_bounds.hpp"
#include "colonnade/kernels/exact_sum.hpp"

namespace colonnade::inline COLONNADE_ABI::cluster_detail {

/// Lloyd's iterations over rows in memory. Sums of clusters are integers, so a row that changes its cluster
/// is moved and the others are left alone: after the first iterations the sums cost nothing, and they have
/// the bits that `k_means::accumulator` gives.
template <class T>
class lloyd {
 public:
  using batch = samples<matrix_view<const T>>;

  struct outcome {
    std::vector<double> centers;
    std::vector<std::uint32_t> labels;
    double inertia = 0;
    std::size_t iterations = 0;
  };
  struct limits {
    std::size_t max_iterations;
    double shift;  ///< squared movement of the centres that counts as convergence
  };

  lloyd(const batch& rows, const data_extent& extent, const packed_points& packed, int threads)
      : rows_(rows), frame_(extent), packed_(packed), threads_(threads) {}

  /// Runs from `centers` until labels repeat, the centres move by at most `limit.shift`, or the iterations
  /// are used up. `log` gets one line an iteration.
  outcome run(std::vector<double> centers, const limits& limit, std::vector<std::string>* log) {
    prepare(centers.size() / packed_.columns());
    outcome result;
    bool settled = false;
    std::optional<center_search> before;
    while (result.iterations < limit.max_iterations && !settled) {
      const std::size_t iteration = result.iterations++;
      center_search search(centers, packed_.frame());
      const std::size_t changed = assign(search, before);
      if (log != nullptr) log->push_back(line(iteration, ", inertia ", inertia(search)));
      const bool full = sums_.empty_count() == 0;
      std::vector<double> next = full ? sums_.means(frame_) : refilled_means(search);
      const double shift = squared_shift(centers, next);
      centers = std::move(next);
      settled = changed == 0 || shift <= limit.shift;
      if (log != nullptr && settled) {
        log->push_back("Converged at iteration " + std::to_string(iteration) +
                       (changed == 0 ? ": strict convergence." : ": center shift within tolerance."));
      }
      if (changed == 0 && full) return finish(centers, std::move(result));
      before = std::move(search);
    }
    // The labels belong to the centres before the last step.
    assign(center_search(centers, packed_.frame()), before);
    return finish(centers, std::move(result));
  }

 private:
  /// Multiplications a point from which bounds pay for themselves.
  static constexpr std::size_t worth_bounds = 128;

  struct worker {
    cluster_sums sums;
    std::vector<kernels::row_move> moves;
    std::vector<std::uint32_t> found, open;
    aligned_buffer<float> tile;
    std::size_t changed = 0;
  };

  void prepare(std::size_t clusters) {
    labels_.assign(packed_.rows(), kernels::row_move::none);
    sums_ = cluster_sums(clusters, packed_.columns());
    workers_.resize(static_cast<std::size_t>(team()));
    bounded_ = clusters > 1 && clusters * packed_.columns() >= worth_bounds;
    if (bounded_ && upper_.data() == nullptr) {
      upper_ = aligned_buffer<float>(packed_.blocks() * packed_points::block_rows);
      lower_ = aligned_buffer<float>(packed_.blocks() * packed_points::block_rows);
    }
    for (worker& w : workers_) {
      w.sums = sums_;
      w.found.resize(packed_points::block_rows);
      w.open.resize(packed_points::block_rows);
      w.tile = aligned_buffer<float>(kernels::tile_points * packed_.columns());
    }
  }

  int team() const {
    const double work = static_cast<double>(packed_.rows() * packed_.columns() * sums_.clusters()) * 0.02;
    return std::max(1, threads_for(packed_.blocks(), useful_threads(threads_, work)));
  }

  /// Calls `body(position, row, who)` for every row.
  template <class Body>
  void for_rows(const Body& body) const {
    for_blocks(packed_.blocks(), static_cast<int>(workers_.size()), [&](std::size_t block, int who) {
      const std::size_t first = block * packed_points::block_rows, count = packed_.rows_of(block);
      for (std::size_t i = first; i < first + count; ++i)
        body(i, packed_.row(i), static_cast<std::size_t>(who));
    });
  }

  /// Labels every row and moves those that changed. Returns how many did. `before` are the centres of the
  /// labels so far.
  std::size_t assign(const center_search& search, const std::optional<center_search>& before) {
    std::vector<float> moved;
    if (bounded_ && before) moved = search.moves_from(*before);
    const kernels::center_moves moves = summary(moved);
    for_blocks(packed_.blocks(), static_cast<int>(workers_.size()), [&](std::size_t block, int who) {
      worker& w = workers_[static_cast<std::size_t>(who)];
      w.moves.clear();
      if (moved.empty() || !assign_open(search, moves, block, w)) assign_all(search, block, w);
      w.sums.move(frame_, rows_, w.moves);
      w.changed += w.moves.size();
    });
    std::size_t changed = 0;
    for (worker& w : workers_) {
      if (w.changed != 0) sums_.merge(w.sums);
      if (w.changed != 0) w.sums.clear();
      changed += std::exchange(w.changed, 0);
    }
    return changed;
  }

  static kernels::center_moves summary(const std::vector<float>& moved) {
    kernels::center_moves moves = {moved.data(), 0, 0, 0};
    for (std::size_t c = 0; c < moved.size(); ++c) {
      if (moved[c] > moves.most) {
        moves = {moved.data(), static_cast<std::uint32_t>(c), moved[c], moves.most};
      } else if (moved[c] > moves.second) {
        moves.second = moved[c];
      }
    }
    return moves;
  }

  kernels::bounds_out bounds_of(std::size_t block) const {
    if (!bounded_) return {nullptr, nullptr};
    return {upper_.data() + block * packed_points::block_rows,
            lower_.data() + block * packed_points::block_rows};
  }

  void note(std::size_t position, std::uint32_t label, worker& w) {
    if (labels_[position] == label) return;
    w.moves.push_back({packed_.row(position), labels_[position], label});
    labels_[position] = label;
  }

  void assign_all(const center_search& search, std::size_t block, worker& w) {
    const std::size_t first = block * packed_points::block_rows, count = packed_.rows_of(block);
    search.label_tiles(packed_.points(block), packed_.norms(block), packed_.tiles_of(block), w.found.data(),
                       bounds_of(block));
    search.settle(rows_.x, count, [&](std::size_t i) { return packed_.row(first + i); }, w.found.data());
    for (std::size_t i = 0; i < count; ++i) note(first + i, w.found[i], w);
  }

  /// The same for the points whose bounds do not settle it; false if they are too many to be worth
  /// collecting.
  bool assign_open(const center_search& search, const kernels::center_moves& moves, std::size_t block,
                   worker& w) {
    const std::size_t first = block * packed_points::block_rows, count = packed_.rows_of(block);
    const kernels::bounds_out bounds = bounds_of(block);
    std::size_t open = 0;
    simd::run<kernels::distance_bounds>(packed_.points(block), packed_.norms(block), count, packed_.columns(),
                                        search.rounded(), search.reach(),
                                        static_cast<const std::uint32_t*>(labels_.data()) + first, moves,
                                        bounds.upper, bounds.lower, w.open.data(), &open);
    if (open > count - count / 8) return false;
    for (std::size_t i = 0; i < open; i += kernels::tile_points) {
      assign_some(search, block, std::span(w.open).subspan(i, std::min(kernels::tile_points, open - i)), w);
    }
    return true;
  }

  void assign_some(const center_search& search, std::size_t block, std::span<const std::uint32_t> open,
                   worker& w) {
    const std::size_t first = block * packed_points::block_rows;
    const kernels::bounds_out bounds = bounds_of(block);
    tile_offsets offsets;
    float norms[kernels::tile_points], upper[kernels::tile_points], lower[kernels::tile_points];
    for (std::size_t i = 0; i < kernels::tile_points; ++i) {
      const std::size_t at = open[i < open.size() ? i : 0], lane = at % kernels::tile_points;
      offsets[i] = static_cast<std::ptrdiff_t>((at - lane) * packed_.columns() + lane);
      norms[i] = packed_.norms(block)[at];
    }
    simd::run<kernels::gather_points>(packed_.points(block),
                                      static_cast<const std::ptrdiff_t*>(offsets.data()), packed_.columns(),
                                      w.tile.data());
    search.label_tiles(w.tile.data(), norms, 1, w.found.data(), {upper, lower});
    search.settle(
        rows_.x, open.size(), [&](std::size_t i) { return packed_.row(first + open[i]); }, w.found.data());
    for (std::size_t i = 0; i < open.size(); ++i) {
      bounds.upper[open[i]] = upper[i];
      bounds.lower[open[i]] = lower[i];
      note(first + open[i], w.found[i], w);
    }
  }

  /// Means after the farthest rows have started the empty clusters; the sums themselves stay as the labels
  /// are.
  std::vector<double> refilled_means(const center_search& search) const {
    std::vector<farthest_rows> parts(workers_.size(), farthest_rows(sums_.empty_count()));
    for_rows([&](std::size_t i, std::size_t row, std::size_t who) {
      parts[who].offer(rows_, row, labels_[i], search.squared(rows_.x, row, labels_[i]));
    });
    for (std::size_t p = 1; p < parts.size(); ++p) parts[0].merge(parts[p]);
    cluster_sums filled = sums_;
    parts[0].fill_empty(frame_, filled);
    return filled.means(frame_);
  }

  double inertia(const center_search& search) const {
    std::vector<exact_sum> parts(workers_.size());
    for_rows([&](std::size_t i, std::size_t row, std::size_t who) {
      const double weight = rows_.weight.size() == 0 ? 1.0 : rows_.weight[row];
      parts[who].add_product(weight, search.unscaled(search.squared(rows_.x, row, labels_[i])));
    });
    for (std::size_t p = 1; p < parts.size(); ++p) parts[0] += parts[p];
    return parts[0].value();
  }

  outcome finish(const std::vector<double>& centers, outcome result) {
    result.inertia = inertia(center_search(centers, packed_.frame()));
    result.centers = centers;
    result.labels = std::move(labels_);
    return result;
  }

  static double squared_shift(const std::vector<double>& a, const std::vector<double>& b) {
    double sum = 0;
    for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
    return sum;
  }
  static std::string line(std::size_t iteration, const char* what, double value) {
    return "Iteration " + std::to_string(iteration) + what + std::to_string(value) + ".";
  }

  batch rows_;
  fixed_point_frame frame_;
  const packed_points& packed_;
  int threads_;
  std::vector<std::uint32_t> labels_;
  cluster_sums sums_;
  std::vector<worker> workers_;
  bool bounded_ = false;
  aligned_buffer<float> upper_, lower_;
};

}  // namespace colonnade::inline COLONNADE_ABI::cluster_detail
