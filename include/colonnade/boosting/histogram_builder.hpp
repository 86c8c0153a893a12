#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "colonnade/boosting/binned_matrix.hpp"
#include "colonnade/boosting/histogram_pool.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/kernels/gradient_histogram.hpp"
#include "colonnade/kernels/node_histogram.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Row numbers of a node.
using row_span = std::span<const std::uint32_t>;

/// Builds histograms of rows of a binned matrix, of the columns that the tree may split by: the cells of
/// others are anything. Each worker has its own scratch; results do not depend on who works.
class histogram_builder {
 public:
  histogram_builder(const binned_matrix& bins, std::size_t workers) : bins_(bins), state_(workers) {
    std::size_t cells = 0;
    const std::size_t columns = bins.byte_features().size();
    for (std::size_t p = 0; p < columns; ++p) cells += bins.byte_cells()[p].count;
    if (columns > 0) few_rows_ = cells / columns;
  }

  /// The tree that grows now: the gradient of row i is packed[i], and `columns`, which ascend, are its
  /// columns.
  void use(const std::int64_t* packed, int shift, std::span<const std::uint32_t> columns) {
    packed_ = packed;
    shift_ = shift;
    columns_ = columns;
    byte_columns_.clear();
    if (all_columns()) return;
    const auto bytes = bins_.byte_features();
    for (std::size_t p = 0; p < bytes.size(); ++p) {
      if (is_chosen(bytes[p])) byte_columns_.push_back(static_cast<std::uint32_t>(p));
    }
  }

  /// Makes the cells of `columns` of `out` the histogram of `rows` (all 0 .. bins.rows() - 1 if
  /// `everything`), as `worker` alone. If `out` is packed, the rows have to be few.
  void build(row_span rows, bool everything, const column_range& columns, std::size_t worker,
             gradient_histogram& out) {
    const histogram_columns bytes = chosen(columns);
    if (bytes.count > 0) build_bytes(rows, everything, bytes, worker, out);
    const list_range lists = lists_of(columns);
    if (lists.size() > 0) build_lists(view(rows, everything), lists, out);
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
    const list_range lists = lists_of(bins_.columns());
    const bool deferred = all.count <= columns_together;
    const std::size_t piece = deferred ? piece_rows : histogram_add_packed::max_rows;
    for (worker_state& state : state_) state.in_use = false;
    for_blocks(block_count(rows.size(), piece), useful, [&](std::size_t block, int worker) {
      worker_state& state = ready(static_cast<std::size_t>(worker));
      if (!state.in_use) start(state);
      const histogram_rows some = part(rows, everything, block * piece, piece);
      if (all.count > 0) deferred ? add_deferred(some, all, state) : add(some, all, state, state.sums, false);
      if (lists.size() > 0) add_lists(some, lists, state.sums, state.total);
    });
    gather(useful, all, lists, out);
  }

  /// Gives each bin of a number, in `columns`, the sums of those below as well: what splits are looked for
  /// in. The rest of such sums is of their kind, so of two siblings only one is added up.
  void accumulate(const column_range& columns, gradient_histogram& out) const {
    const column_range of = places(columns_, columns);
    for (const std::uint32_t f : columns_.subspan(of.first, of.size())) {
      if (bins_.categorical(f)) continue;
      out.visit([&](auto* cells) {
        simd::run<histogram_accumulate>(cells + bins_.offsets()[f], std::size_t{bins_.missing_bin(f)});
      });
    }
  }

  /// Makes the cells of `columns` of `rest` what is left of `all` without `some`; it may be `all`.
  void subtract(const gradient_histogram& all, const gradient_histogram& some, const column_range& columns,
                gradient_histogram& rest) const {
    if (all_columns())
      return rest.become_rest(all, some, bins_.first_cell(columns), bins_.last_cell(columns));
    const column_range of = places(columns_, columns);
    for (const std::uint32_t f : columns_.subspan(of.first, of.size()))
      rest.become_rest(all, some, bins_.offsets()[f], bins_.offsets()[f + 1]);
  }

  /// How histograms of so many rows may be packed, to half of the memory: see `gradient_histogram::shift`.
  int shift_of(std::size_t rows) const { return rows <= gradient_histogram::most_packed_rows ? shift_ : 0; }

  static constexpr double nanoseconds_per_update = 0.3;

 private:
  static constexpr std::size_t columns_together = histogram_add_packed::most_columns;
  static constexpr std::size_t piece_rows = 2048;
  static constexpr std::size_t by_columns = 32768;  // rows whose bins every thread may read
  static constexpr std::size_t cells_together = 4096;

  struct worker_state {
    std::vector<std::int64_t> packed;  // zeros between calls
    std::size_t pending = 0;           // rows in `packed`
    gradient_histogram sums;
    gradient_sum total;  // of the rows, where there are lists
    bool in_use = false;
  };
  // Lists first .. last - 1.
  using list_range = column_range;

  worker_state& ready(std::size_t worker) {
    worker_state& state = state_[worker];
    if (state.packed.empty()) {
      state.packed.resize(std::min(bins_.byte_features().size(), columns_together) *
                          histogram_add_packed::slots);
    }
    return state;
  }

  void start(worker_state& state) const {
    if (state.sums.size() == 0) state.sums = gradient_histogram(bins_.cells());
    state.sums.clear();
    state.total = {};
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

  bool all_columns() const { return columns_.size() == bins_.features(); }
  bool is_chosen(std::uint32_t feature) const {
    return std::binary_search(columns_.begin(), columns_.end(), feature);
  }

  // The tree's columns of bytes among some.
  histogram_columns chosen(const column_range& columns) const {
    const column_range bytes = places(bins_.byte_features(), columns);
    if (all_columns()) return {bytes.first, bytes.size(), nullptr};
    const column_range among = places(byte_columns_, bytes);
    return {0, among.size(), byte_columns_.data() + among.first};
  }
  // The lists among some columns, of the tree or not.
  list_range lists_of(const column_range& columns) const { return places(bins_.list_features(), columns); }

  // Where the numbers that are within a range stand among ascending ones.
  static column_range places(std::span<const std::uint32_t> ascending, const column_range& range) {
    const auto place = [&](std::size_t bound) {
      const auto at = std::lower_bound(ascending.begin(), ascending.end(), bound);
      return static_cast<std::size_t>(at - ascending.begin());
    };
    return {place(range.first), place(range.last)};
  }
  // At most columns_together of them, from the k-th on.
  static histogram_columns group(const histogram_columns& all, std::size_t k) {
    const std::size_t count = std::min(columns_together, all.count - k);
    if (all.numbers == nullptr) return {all.first + k, count, nullptr};
    return {0, count, all.numbers + k};
  }

  void build_bytes(row_span rows, bool everything, const histogram_columns& columns, std::size_t worker,
                   gradient_histogram& out) {
    if (rows.size() < few_rows_) return build_straight(view(rows, everything), columns, out);
    worker_state& state = ready(worker);
    for (std::size_t first = 0; first < rows.size(); first += histogram_add_packed::max_rows) {
      check_interrupt();
      add(part(rows, everything, first, histogram_add_packed::max_rows), columns, state, out, first == 0);
    }
  }

  void build_straight(const histogram_rows& in, const histogram_columns& columns,
                      gradient_histogram& out) const {
    for (std::size_t k = 0; k < columns.count; ++k) {
      const histogram_place& place = bins_.byte_cells()[columns[k]];
      out.clear(place.first, place.first + place.count);
    }
    out.visit(
        [&](auto* cells) { simd::run<histogram_add_straight>(in, bins_.byte_cells(), columns, cells); });
  }

  void build_lists(const histogram_rows& in, const list_range& lists, gradient_histogram& out) const {
    for (std::size_t k = lists.first; k < lists.last; ++k) {
      const std::uint32_t f = bins_.list_features()[k];
      out.clear(bins_.offsets()[f], bins_.offsets()[f + 1]);
    }
    gradient_sum total;
    add_lists(in, lists, out, total);
    add_usual(lists, total, out);
  }

  // Adds the sums of all bins but the usual ones.
  void add_lists(const histogram_rows& in, const list_range& lists, gradient_histogram& out,
                 gradient_sum& total) const {
    const auto features = bins_.list_features();
    const std::uint32_t first = bins_.offsets()[features[lists.first]],
                        last = bins_.offsets()[features[lists.last - 1] + 1];
    out.visit([&](auto* cells) {
      simd::run<histogram_add_lists>(in, bins_.row_lists(), first, last, cells, &total);
    });
  }

  // The rows that no list names: what is missing of the sum of all.
  void add_usual(const list_range& lists, const gradient_sum& total, gradient_histogram& out) const {
    for (std::size_t k = lists.first; k < lists.last; ++k) {
      if (!bins_.list(k).has_usual()) continue;
      const std::uint32_t f = bins_.list_features()[k];
      gradient_sum rest = total;
      for (std::size_t c = bins_.offsets()[f]; c < bins_.offsets()[f + 1]; ++c) rest -= out[c];
      out.set(bins_.offsets()[f] + bins_.list(k).usual(), rest);
    }
  }

  // Adds (or, `fresh`, makes) the sums of at most max_rows rows, a group of columns after the other.
  void add(const histogram_rows& in, const histogram_columns& columns, worker_state& state,
           gradient_histogram& out, bool fresh) const {
    for (std::size_t k = 0; k < columns.count; k += columns_together) {
      simd::run<histogram_add_packed>(in, group(columns, k), state.packed.data());
      out.visit([&](auto* cells) {
        simd::run<histogram_flush>(state.packed.data(), shift_, group(columns, k), bins_.byte_cells(), cells,
                                   fresh);
      });
    }
  }

  // Few columns: the packed sums of several pieces are flushed together.
  void add_deferred(const histogram_rows& in, const histogram_columns& columns, worker_state& state) const {
    if (state.pending + in.count > histogram_add_packed::max_rows) flush(columns, state);
    simd::run<histogram_add_packed>(in, columns, state.packed.data());
    state.pending += in.count;
  }

  void flush(const histogram_columns& columns, worker_state& state) const {
    simd::run<histogram_flush>(state.packed.data(), shift_, columns, bins_.byte_cells(), state.sums.cells(),
                               false);
    state.pending = 0;
  }

  void gather(int threads, const histogram_columns& columns, const list_range& lists,
              gradient_histogram& out) {
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
    gradient_sum total;
    for (const worker_state& state : state_) {
      if (state.in_use) total += state.total;
    }
    add_usual(lists, total, out);
  }

  const binned_matrix& bins_;
  const std::int64_t* packed_ = nullptr;
  int shift_ = 1;
  std::span<const std::uint32_t> columns_;
  std::vector<std::uint32_t> byte_columns_;  // those of them that are bytes, by place, unless all are
  std::size_t few_rows_ = 0;                 // fewer than bytes have bins: not worth clearing packed cells
  std::vector<worker_state> state_;
};

}  // namespace colonnade::inline COLONNADE_ABI
