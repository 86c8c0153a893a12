#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "colonnade/boosting/binned_matrix.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/kernels/gradient_histogram.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Row numbers of a node.
using row_span = std::span<const std::uint32_t>;

/// Sums of the gradients of each bin of each column: the learning state of one step of boosting. Exact
/// integers, so any cut of the rows into parts, added in any order, gives the same sums.
class gradient_histogram {
 public:
  gradient_histogram() = default;
  explicit gradient_histogram(std::size_t cells) : cells_(cells) {}

  gradient_sum* cells() { return cells_.data(); }
  const gradient_sum* cells() const { return cells_.data(); }
  std::size_t size() const { return cells_.size(); }
  void clear() { std::fill(cells_.begin(), cells_.end(), gradient_sum{}); }
  /// Adds the sums of other rows.
  void merge(const gradient_histogram& other) { add(other.cells(), 0, size()); }
  void add(const gradient_sum* other, std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) cells_[i] += other[i];
  }
  friend bool operator==(const gradient_histogram&, const gradient_histogram&) = default;

 private:
  std::vector<gradient_sum> cells_;
};

/// Builds histograms of rows of a binned matrix. Each worker has its own scratch; results do not depend on
/// who works.
class histogram_builder {
 public:
  histogram_builder(const binned_matrix& bins, std::size_t workers)
      : bins_(bins), scratch_(workers), partial_(workers) {}

  /// The gradients of the tree that grows now: row i's at packed[i].
  void use(const std::int64_t* packed, int shift) {
    packed_ = packed;
    shift_ = shift;
  }

  /// Makes `out` the histogram of `rows` (all 0 .. bins.rows() - 1 if `everything`), as `worker` alone.
  void build(row_span rows, bool everything, std::size_t worker, gradient_histogram& out) {
    const std::size_t few = rows_for_packing * bins_.cells() / std::max<std::size_t>(1, bins_.features());
    if (rows.size() >= few) return add_packed(view(rows, everything), scratch(worker), out, true);
    out.clear();
    add_wide(view(rows, everything), out);
  }

  /// The same, on up to `threads` threads.
  void build_together(row_span rows, bool everything, int threads, gradient_histogram& out) {
    const std::size_t blocks = block_count(rows.size(), histogram_add_packed::max_rows);
    const auto team = static_cast<std::size_t>(threads_for(blocks, threads));
    if (team <= 1) return build(rows, everything, 0, out);
    out.clear();
    for (std::size_t w = 0; w < team; ++w) {
      if (partial_[w] != nullptr) partial_[w]->clear();
    }
    for_blocks(blocks, threads, [&](std::size_t block, int worker) {
      auto& mine = partial_[static_cast<std::size_t>(worker)];
      if (mine == nullptr) mine = std::make_unique<gradient_histogram>(bins_.cells());
      const std::size_t first = block * histogram_add_packed::max_rows;
      histogram_rows part = view(rows, everything);
      part.first = first;
      if (part.rows != nullptr) part.rows += first;
      part.count = std::min(histogram_add_packed::max_rows, rows.size() - first);
      add_packed(part, scratch(static_cast<std::size_t>(worker)), *mine, false);
    });
    const std::size_t parts = block_count(bins_.cells(), cells_together);
    const double work = static_cast<double>(bins_.cells() * team);
    for_blocks(parts, useful_threads(threads, work), [&](std::size_t part) {
      const std::size_t first = part * cells_together, last = std::min(first + cells_together, bins_.cells());
      for (std::size_t w = 0; w < team; ++w) {
        if (partial_[w] != nullptr) out.add(partial_[w]->cells(), first, last);
      }
    });
  }

 private:
  // Below so many rows a bin, emptying the packed cells costs more than it saves.
  static constexpr std::size_t rows_for_packing = 4;
  static constexpr std::size_t features_together = 64;
  static constexpr std::size_t cells_together = 4096;

  using packed_cells = std::vector<std::int64_t>;

  histogram_rows view(row_span rows, bool everything) const {
    return {bins_.row(0), bins_.stride(), packed_, shift_, everything ? nullptr : rows.data(), 0,
            rows.size()};
  }

  packed_cells& scratch(std::size_t worker) {
    auto& cells = scratch_[worker];
    if (cells.empty()) {
      cells.resize(std::min(bins_.features(), features_together) * histogram_add_packed::slots);
    }
    return cells;
  }

  void add_wide(const histogram_rows& in, gradient_histogram& out) const {
    simd::run<histogram_add_wide>(in, bins_.offsets(), bins_.features(), out.cells());
  }

  void add_packed(histogram_rows in, packed_cells& cells, gradient_histogram& out, bool fresh) const {
    const std::size_t end = in.count;
    const std::uint32_t* const rows = in.rows;
    const std::size_t origin = in.first;
    for (std::size_t first = 0; first < end; first += histogram_add_packed::max_rows) {
      check_interrupt();
      in.count = std::min(histogram_add_packed::max_rows, end - first);
      in.first = origin + first;
      if (rows != nullptr) in.rows = rows + first;
      for (std::size_t f = 0; f < bins_.features(); f += features_together) {
        const std::size_t features = std::min(features_together, bins_.features() - f);
        in.bins = bins_.row(0) + f;
        simd::run<histogram_add_packed>(in, features, cells.data());
        simd::run<histogram_flush>(cells.data(), shift_, features, bins_.offsets() + f, out.cells(),
                                   fresh && first == 0);
      }
    }
  }

  const binned_matrix& bins_;
  const std::int64_t* packed_ = nullptr;
  int shift_ = 1;
  std::vector<packed_cells> scratch_;
  std::vector<std::unique_ptr<gradient_histogram>> partial_;
};

}  // namespace colonnade::inline COLONNADE_ABI
