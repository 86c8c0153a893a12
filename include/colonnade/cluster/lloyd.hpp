#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/cluster/farthest_rows.hpp"
#include "colonnade/cluster/packed_points.hpp"
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
    while (result.iterations < limit.max_iterations && !settled) {
      const std::size_t iteration = result.iterations++;
      const center_search search(centers, packed_.frame());
      const std::size_t changed = assign(search);
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
    }
    // The labels belong to the centres before the last step.
    assign(center_search(centers, packed_.frame()));
    return finish(centers, std::move(result));
  }

 private:
  struct worker {
    cluster_sums sums;
    std::vector<kernels::row_move> moves;
    std::vector<std::uint32_t> found;
    std::size_t changed = 0;
  };

  void prepare(std::size_t clusters) {
    labels_.assign(packed_.rows(), kernels::row_move::none);
    sums_ = cluster_sums(clusters, packed_.columns());
    workers_.resize(static_cast<std::size_t>(team()));
    for (worker& w : workers_) {
      w.sums = sums_;
      w.found.resize(packed_points::block_rows);
    }
  }

  int team() const {
    const double work = static_cast<double>(packed_.rows() * packed_.columns() * sums_.clusters()) * 0.02;
    return std::max(1, threads_for(packed_.blocks(), useful_threads(threads_, work)));
  }

  batch block_of(std::size_t block) const {
    return rows_.slice(block * packed_points::block_rows, packed_.rows_of(block));
  }

  /// Labels every row and moves those that changed. Returns how many did.
  std::size_t assign(const center_search& search) {
    for_blocks(packed_.blocks(), static_cast<int>(workers_.size()), [&](std::size_t block, int who) {
      worker& w = workers_[static_cast<std::size_t>(who)];
      const batch rows = block_of(block);
      std::uint32_t* labels = labels_.data() + block * packed_points::block_rows;
      search.label_tiles(packed_.points(block), packed_.norms(block), packed_.tiles_of(block),
                         w.found.data());
      search.settle(rows.x, w.found.data());
      w.moves.clear();
      for (std::size_t i = 0; i < rows.rows(); ++i) {
        if (w.found[i] == labels[i]) continue;
        w.moves.push_back({static_cast<std::uint32_t>(i), labels[i], w.found[i]});
        labels[i] = w.found[i];
      }
      w.sums.move(frame_, rows, w.moves);
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

  /// Means after the farthest rows have started the empty clusters; the sums themselves stay as the labels
  /// are.
  std::vector<double> refilled_means(const center_search& search) const {
    std::vector<farthest_rows> parts(workers_.size(), farthest_rows(sums_.empty_count()));
    for_blocks(packed_.blocks(), static_cast<int>(parts.size()), [&](std::size_t block, int who) {
      const batch rows = block_of(block);
      const std::uint32_t* labels = labels_.data() + block * packed_points::block_rows;
      for (std::size_t i = 0; i < rows.rows(); ++i) {
        parts[static_cast<std::size_t>(who)].offer(rows, i, labels[i], search.squared(rows.x, i, labels[i]));
      }
    });
    for (std::size_t p = 1; p < parts.size(); ++p) parts[0].merge(parts[p]);
    cluster_sums filled = sums_;
    parts[0].fill_empty(frame_, filled);
    return filled.means(frame_);
  }

  double inertia(const center_search& search) const {
    std::vector<exact_sum> parts(workers_.size());
    for_blocks(packed_.blocks(), static_cast<int>(parts.size()), [&](std::size_t block, int who) {
      const batch rows = block_of(block);
      const std::uint32_t* labels = labels_.data() + block * packed_points::block_rows;
      for (std::size_t i = 0; i < rows.rows(); ++i) {
        const double weight = rows.weight.size() == 0 ? 1.0 : rows.weight[i];
        parts[static_cast<std::size_t>(who)].add_product(
            weight, search.unscaled(search.squared(rows.x, i, labels[i])));
      }
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
};

}  // namespace colonnade::inline COLONNADE_ABI::cluster_detail
