#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <type_traits>
#include <utility>
#include <vector>

#include "colonnade/core/parallel.hpp"
#include "colonnade/kernels/label_pairs.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A column of integer labels that is read block by block as 64-bit integers. `Read` is called as
/// `read(first, count, buffer)` and returns a pointer to `count` labels: into the column itself, or the
/// buffer, filled.
template <class Read>
struct label_reader {
  std::size_t size;
  Read read;
};
template <class Read>
label_reader(std::size_t, Read) -> label_reader<Read>;

/// Labels that lie one after the other in memory.
template <class T>
auto read_labels(const T* values, std::size_t size) {
  return label_reader{
      size, [values](std::size_t first, std::size_t count, std::int64_t* buffer) -> const std::int64_t* {
        if constexpr (std::is_same_v<T, std::int64_t>) return values + first;
        simd::run<kernels::widen_labels>(values + first, count, buffer);
        return buffer;
      }};
}

/// How often each pair (true label, predicted label) occurs, for labels between `least` and `least + side -
/// 1`.
struct pair_counts {
  std::int64_t least = 0;
  std::size_t side = 0;
  std::vector<std::uint64_t> cells;  ///< row-major, true label first

  std::uint64_t operator()(std::size_t truth, std::size_t predicted) const {
    return cells[truth * side + predicted];
  }
  bool present(std::size_t label) const {
    for (std::size_t other = 0; other < side; ++other) {
      if (cells[label * side + other] != 0 || cells[other * side + label] != 0) return true;
    }
    return false;
  }
};

namespace detail {

inline constexpr std::size_t label_block_rows = 2048;

template <class Body>
void for_label_blocks(std::size_t rows, int threads, double nanoseconds_per_row, const Body& body) {
  const int team = useful_threads(threads, static_cast<double>(rows) * nanoseconds_per_row);
  // Many blocks a turn: a turn costs an atomic addition and a check for interrupts.
  const std::size_t turn_rows = 16 * label_block_rows;
  for_blocks(block_count(rows, turn_rows), team, [&](std::size_t turn, int worker) {
    const std::size_t last = std::min(rows, (turn + 1) * turn_rows);
    for (std::size_t first = turn * turn_rows; first < last; first += label_block_rows) {
      body(first, std::min(label_block_rows, last - first), static_cast<std::size_t>(worker));
    }
  });
}

inline std::size_t label_workers(std::size_t rows, int threads, double nanoseconds_per_row) {
  const int team = useful_threads(threads, static_cast<double>(rows) * nanoseconds_per_row);
  return static_cast<std::size_t>(std::max(1, threads_for(block_count(rows, 16 * label_block_rows), team)));
}

}  // namespace detail

/// Least and greatest label of a column; {max, min} of the type when it is empty.
template <class Read>
std::pair<std::int64_t, std::int64_t> range_of(const label_reader<Read>& labels, int threads = 0) {
  struct alignas(64) extremes {
    std::int64_t least_greatest[2] = {std::numeric_limits<std::int64_t>::max(),
                                      std::numeric_limits<std::int64_t>::min()};
  };
  constexpr double cost = 0.5;
  std::vector<extremes> found(detail::label_workers(labels.size, threads, cost));
  detail::for_label_blocks(labels.size, threads, cost,
                           [&](std::size_t first, std::size_t count, std::size_t worker) {
                             std::int64_t buffer[detail::label_block_rows];
                             simd::run<kernels::label_range>(labels.read(first, count, buffer), count,
                                                             found[worker].least_greatest);
                           });
  std::pair<std::int64_t, std::int64_t> result{found[0].least_greatest[0], found[0].least_greatest[1]};
  for (const extremes& e : found) {
    result = {std::min(result.first, e.least_greatest[0]), std::max(result.second, e.least_greatest[1])};
  }
  return result;
}

/// Number of rows whose labels are equal.
template <class Truth, class Predicted>
std::uint64_t count_equal(const label_reader<Truth>& truth, const label_reader<Predicted>& predicted,
                          int threads = 0) {
  struct alignas(64) padded {
    std::uint64_t count = 0;
  };
  constexpr double cost = 1;
  std::vector<padded> equal(detail::label_workers(truth.size, threads, cost));
  detail::for_label_blocks(
      truth.size, threads, cost, [&](std::size_t first, std::size_t count, std::size_t worker) {
        std::int64_t left[detail::label_block_rows], right[detail::label_block_rows];
        simd::run<kernels::equal_labels>(truth.read(first, count, left), predicted.read(first, count, right),
                                         count, &equal[worker].count);
      });
  std::uint64_t sum = 0;
  for (const padded& e : equal) sum += e.count;
  return sum;
}

/// Counts all pairs of labels between `least` and `greatest`, which must hold them all and be less than 2^16
/// apart. Integers only, so equal for any number of threads. O(rows + threads 4^ceil(log2(range))).
template <class Truth, class Predicted>
pair_counts count_pairs(const label_reader<Truth>& truth, const label_reader<Predicted>& predicted,
                        std::int64_t least, std::int64_t greatest, int threads = 0) {
  const auto side = static_cast<std::size_t>(greatest - least + 1);
  const int shift = static_cast<int>(std::bit_width(side - 1));
  const std::size_t table_size = std::size_t{1} << 2 * shift;
  const int copies = shift <= 4 && truth.size >= 256 ? 4 : 1;
  constexpr double cost = 1.5;
  const std::size_t workers = detail::label_workers(truth.size, threads, cost);
  const std::size_t stride = table_size * static_cast<std::size_t>(copies) + 8;
  std::vector<std::uint64_t> tables(workers * stride);
  detail::for_label_blocks(
      truth.size, threads, cost, [&](std::size_t first, std::size_t count, std::size_t worker) {
        std::int64_t left[detail::label_block_rows], right[detail::label_block_rows];
        std::uint32_t cells[detail::label_block_rows];
        simd::run<kernels::pair_cells>(truth.read(first, count, left), predicted.read(first, count, right),
                                       count, least, shift, cells);
        simd::run<kernels::count_cells>(cells, count, tables.data() + worker * stride, table_size, copies);
      });
  pair_counts result{least, side, std::vector<std::uint64_t>(side * side)};
  for (std::size_t worker = 0; worker < workers; ++worker) {
    for (std::size_t copy = 0; copy < static_cast<std::size_t>(copies); ++copy) {
      const std::uint64_t* table = tables.data() + worker * stride + copy * table_size;
      for (std::size_t t = 0; t < side; ++t) {
        for (std::size_t p = 0; p < side; ++p) result.cells[t * side + p] += table[(t << shift) + p];
      }
    }
  }
  return result;
}

}  // namespace colonnade::inline COLONNADE_ABI
