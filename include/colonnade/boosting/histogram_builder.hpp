#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <utility>
#include <vector>

#include "colonnade/boosting/binned_matrix.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/kernels/gradient_histogram.hpp"
#include "colonnade/simd/dispatch.hpp"

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
  void clear() { clear(0, size()); }
  void clear(std::size_t first, std::size_t last) {
    std::fill(cells_.data() + first, cells_.data() + last, gradient_sum{});
  }
  /// Adds the sums of other rows.
  void merge(const gradient_histogram& other) { add(other.cells(), 0, size()); }
  /// Takes away the sums of some of the rows, in the cells first .. last - 1.
  void subtract(const gradient_histogram& some, std::size_t first, std::size_t last) {
    simd::run<histogram_subtract>(cells() + first, some.cells() + first, last - first);
  }
  void add(const gradient_sum* other, std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) cells_[i] += other[i];
  }
  friend bool operator==(const gradient_histogram&, const gradient_histogram&) = default;

 private:
  std::vector<gradient_sum> cells_;
};

/// Histograms of one size that are used again and again.
class histogram_pool {
 public:
  explicit histogram_pool(std::size_t cells) : cells_(cells) {}

  /// One with any content.
  std::unique_ptr<gradient_histogram> borrow() {
    ++lent_;
    if (free_.empty()) return std::make_unique<gradient_histogram>(cells_);
    auto histogram = std::move(free_.back());
    free_.pop_back();
    return histogram;
  }
  void give_back(std::unique_ptr<gradient_histogram> histogram) {
    if (histogram == nullptr) return;
    --lent_;
    free_.push_back(std::move(histogram));
  }
  std::size_t lent() const { return lent_; }

 private:
  std::size_t cells_, lent_ = 0;
  std::vector<std::unique_ptr<gradient_histogram>> free_;
};

/// Builds histograms of rows of a binned matrix, of the columns that the tree may split by: the cells of
/// others are anything. Each worker has its own scratch; results do not depend on who works.
class histogram_builder {
 public:
  histogram_builder(const binned_matrix& bins, std::size_t workers) : bins_(bins), state_(workers) {}

  /// The tree that grows now: the gradient of row i is packed[i], and `columns`, which ascend, are its
  /// columns.
  void use(const std::int64_t* packed, int shift, std::span<const std::uint32_t> columns) {
    packed_ = packed;
    shift_ = shift;
    columns_ = columns;
  }

  /// Makes the cells of `columns` of `out` the histogram of `rows` (all 0 .. bins.rows() - 1 if
  /// `everything`), as `worker` alone.
  void build(row_span rows, bool everything, const column_range& columns, std::size_t worker,
             gradient_histogram& out) {
    const std::size_t few = bins_.cells() / std::max<std::size_t>(1, bins_.features());
    if (rows.size() < few) return build_wide(view(rows, everything), chosen(columns), out);
    worker_state& state = ready(worker);
    for (std::size_t first = 0; first < rows.size(); first += histogram_add_packed::max_rows) {
      check_interrupt();
      add(part(rows, everything, first, histogram_add_packed::max_rows), chosen(columns), state, out,
          first == 0);
    }
  }

  /// The same for all columns, on up to `threads` threads: each takes some of the columns, or, of many rows,
  /// some of the rows.
  void build_together(row_span rows, bool everything, int threads, gradient_histogram& out) {
    const double work = static_cast<double>(rows.size() * columns_.size()) * nanoseconds_per_update;
    const int useful = useful_threads(threads, work);
    if (rows.size() <= by_columns) {
      const auto parts = bins_.columns().share(useful);
      for_blocks(parts.size(), useful, [&](std::size_t k, int worker) {
        build(rows, everything, parts[k], static_cast<std::size_t>(worker), out);
      });
      return;
    }
    if (useful <= 1) return build(rows, everything, bins_.columns(), 0, out);
    const histogram_columns all = chosen(bins_.columns());
    const bool deferred = all.count <= columns_together;
    const std::size_t piece = deferred ? piece_rows : histogram_add_packed::max_rows;
    for (worker_state& state : state_) state.in_use = false;
    for_blocks(block_count(rows.size(), piece), useful, [&](std::size_t block, int worker) {
      worker_state& state = ready(static_cast<std::size_t>(worker));
      if (!state.in_use) start(state);
      const histogram_rows some = part(rows, everything, block * piece, piece);
      deferred ? add_deferred(some, all, state) : add(some, all, state, state.sums, false);
    });
    gather(useful, all, out);
  }

  /// Takes the sums of `some` away from those of `parent`, in the cells of `columns`.
  void subtract(const gradient_histogram& some, const column_range& columns,
                gradient_histogram& parent) const {
    const histogram_columns of = chosen(columns);
    if (of.numbers == nullptr)
      return parent.subtract(some, bins_.first_cell(columns), bins_.last_cell(columns));
    for (std::size_t k = 0; k < of.count; ++k)
      parent.subtract(some, bins_.offsets()[of[k]], bins_.offsets()[of[k] + 1]);
  }

  static constexpr double nanoseconds_per_update = 0.6;

 private:
  static constexpr std::size_t columns_together = 64;  // their packed cells stay in the second cache
  static constexpr std::size_t piece_rows = 2048;
  static constexpr std::size_t by_columns = 32768;  // rows whose bins every thread may read
  static constexpr std::size_t cells_together = 4096;

  struct worker_state {
    std::vector<std::int64_t> packed;  // zeros between calls
    std::size_t pending = 0;           // rows in `packed`
    gradient_histogram sums;
    bool in_use = false;
  };

  worker_state& ready(std::size_t worker) {
    worker_state& state = state_[worker];
    if (state.packed.empty()) {
      state.packed.resize(std::min(bins_.features(), columns_together) * histogram_add_packed::slots);
    }
    return state;
  }

  void start(worker_state& state) const {
    if (state.sums.size() == 0) state.sums = gradient_histogram(bins_.cells());
    state.sums.clear();
    state.pending = 0;
    state.in_use = true;
  }

  histogram_rows view(row_span rows, bool everything) const {
    return {bins_.row(0), bins_.stride(), packed_, shift_, everything ? nullptr : rows.data(), 0,
            rows.size()};
  }
  histogram_rows part(row_span rows, bool everything, std::size_t first, std::size_t most) const {
    histogram_rows in = view(rows, everything);
    in.first = first;
    if (in.rows != nullptr) in.rows += first;
    in.count = std::min(most, rows.size() - first);
    return in;
  }

  // The tree's columns among some.
  histogram_columns chosen(const column_range& columns) const {
    if (columns_.size() == bins_.features()) return {columns.first, columns.size(), nullptr};
    const auto first = std::lower_bound(columns_.begin(), columns_.end(), columns.first);
    const auto last = std::lower_bound(first, columns_.end(), columns.last);
    return {0, static_cast<std::size_t>(last - first), columns_.data() + (first - columns_.begin())};
  }
  // At most columns_together of them, from the k-th on.
  static histogram_columns group(const histogram_columns& all, std::size_t k) {
    const std::size_t count = std::min(columns_together, all.count - k);
    if (all.numbers == nullptr) return {all.first + k, count, nullptr};
    return {0, count, all.numbers + k};
  }

  void build_wide(const histogram_rows& in, const histogram_columns& columns, gradient_histogram& out) const {
    for (std::size_t k = 0; k < columns.count; ++k)
      out.clear(bins_.offsets()[columns[k]], bins_.offsets()[columns[k] + 1]);
    simd::run<histogram_add_wide>(in, bins_.offsets(), columns, out.cells());
  }

  // Adds (or, `fresh`, makes) the sums of at most max_rows rows, a group of columns after the other.
  void add(const histogram_rows& in, const histogram_columns& columns, worker_state& state,
           gradient_histogram& out, bool fresh) const {
    for (std::size_t k = 0; k < columns.count; k += columns_together) {
      simd::run<histogram_add_packed>(in, group(columns, k), state.packed.data());
      simd::run<histogram_flush>(state.packed.data(), shift_, group(columns, k), bins_.offsets(), out.cells(),
                                 fresh);
    }
  }

  // Few columns: the packed sums of several pieces are flushed together.
  void add_deferred(const histogram_rows& in, const histogram_columns& columns, worker_state& state) const {
    if (state.pending + in.count > histogram_add_packed::max_rows) flush(columns, state);
    simd::run<histogram_add_packed>(in, columns, state.packed.data());
    state.pending += in.count;
  }

  void flush(const histogram_columns& columns, worker_state& state) const {
    simd::run<histogram_flush>(state.packed.data(), shift_, columns, bins_.offsets(), state.sums.cells(),
                               false);
    state.pending = 0;
  }

  void gather(int threads, const histogram_columns& columns, gradient_histogram& out) {
    const std::size_t parts = block_count(bins_.cells(), cells_together);
    for (worker_state& state : state_) {
      if (state.in_use && state.pending > 0) flush(columns, state);
    }
    for_blocks(parts, useful_threads(threads, static_cast<double>(bins_.cells())), [&](std::size_t k) {
      const std::size_t first = k * cells_together, last = std::min(first + cells_together, bins_.cells());
      out.clear(first, last);
      for (const worker_state& state : state_) {
        if (state.in_use) out.add(state.sums.cells(), first, last);
      }
    });
  }

  const binned_matrix& bins_;
  const std::int64_t* packed_ = nullptr;
  int shift_ = 1;
  std::span<const std::uint32_t> columns_;
  std::vector<worker_state> state_;
};

}  // namespace colonnade::inline COLONNADE_ABI
