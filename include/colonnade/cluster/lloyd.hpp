#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/cluster/assignment.hpp"
#include "colonnade/cluster/farthest_rows.hpp"
#include "colonnade/kernels/exact_sum.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI::cluster_detail {

/// Lloyd's iterations over rows in memory, with the bits that steps of `k_means::accumulator` give.
template <class T>
class lloyd {
 public:
  using batch = samples<matrix_view<const T>>;

  struct outcome {
    std::vector<double> centers;
    std::vector<std::uint32_t> labels;  ///< of the rows
    double inertia = 0;
    std::size_t iterations = 0;
  };
  struct limits {
    std::size_t max_iterations;
    double shift;  ///< squared movement of the centres that counts as convergence
  };

  /// Reorders `points`, which holds `rows`.
  lloyd(const batch& rows, const data_extent& extent, packed_points& points, int threads)
      : rows_(rows), points_(points), assigned_(rows, extent, points, threads) {}

  /// Runs from `centers` until labels repeat, the centres move by at most `limit.shift`, or the iterations
  /// are used up. `log` gets one line an iteration.
  outcome run(std::vector<double> centers, const limits& limit, std::vector<std::string>* log) {
    assigned_.start(centers.size() / points_.columns());
    outcome result;
    bool settled = false;
    std::optional<center_search> before;
    while (result.iterations < limit.max_iterations && !settled) {
      const std::size_t iteration = result.iterations++;
      center_search search(centers, points_.frame());
      const std::size_t changed = assigned_.update(search, before);
      if (log != nullptr) log->push_back(line(iteration, ", inertia ", inertia(search, assigned_.labels())));
      const bool full = assigned_.sums().empty_count() == 0;
      std::vector<double> next = full ? assigned_.sums().means(assigned_.frame()) : refilled_means(search);
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
    assigned_.update(center_search(centers, points_.frame()), before);
    return finish(centers, std::move(result));
  }

 private:
  static constexpr std::size_t some = 1024;

  /// Calls `body(first, count, worker)` for blocks of rows, in the order of the matrix.
  template <class Body>
  void for_row_blocks(const Body& body) const {
    for_blocks(block_count(rows_.rows(), some), assigned_.team(), [&](std::size_t block, int worker) {
      body(block * some, std::min(some, rows_.rows() - block * some), static_cast<std::size_t>(worker));
    });
  }

  /// Means after the farthest rows have started the empty clusters; the sums themselves stay as the labels
  /// are.
  std::vector<double> refilled_means(const center_search& search) const {
    const std::vector<std::uint32_t> labels = assigned_.labels();
    std::vector<farthest_rows> parts(static_cast<std::size_t>(assigned_.team()),
                                     farthest_rows(assigned_.sums().empty_count()));
    for_row_blocks([&](std::size_t first, std::size_t count, std::size_t worker) {
      for (std::size_t i = first; i < first + count; ++i)
        parts[worker].offer(rows_, i, labels[i], search.squared(rows_.x, i, labels[i]));
    });
    for (std::size_t p = 1; p < parts.size(); ++p) parts[0].merge(parts[p]);
    cluster_sums filled = assigned_.sums();
    parts[0].fill_empty(assigned_.frame(), filled);
    return filled.means(assigned_.frame());
  }

  double inertia(const center_search& search, const std::vector<std::uint32_t>& labels) const {
    std::vector<exact_sum> parts(static_cast<std::size_t>(assigned_.team()));
    for_row_blocks([&](std::size_t first, std::size_t count, std::size_t worker) {
      // Two loops: distances of several rows then overlap in the processor.
      double squares[some];
      for (std::size_t i = 0; i < count; ++i)
        squares[i] = search.unscaled(search.squared(rows_.x, first + i, labels[first + i]));
      for (std::size_t i = 0; i < count; ++i)
        parts[worker].add_product(rows_.weight.size() == 0 ? 1.0 : rows_.weight[first + i], squares[i]);
    });
    for (std::size_t p = 1; p < parts.size(); ++p) parts[0] += parts[p];
    return parts[0].value();
  }

  outcome finish(const std::vector<double>& centers, outcome result) {
    result.labels = assigned_.labels();
    result.inertia = inertia(center_search(centers, points_.frame()), result.labels);
    result.centers = centers;
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
  packed_points& points_;
  assignment<T> assigned_;
};

}  // namespace colonnade::inline COLONNADE_ABI::cluster_detail
