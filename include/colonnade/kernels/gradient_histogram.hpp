#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Sums of the fixed-point gradients and Hessians of the rows of one bin. Integers: exact, in any order.
struct gradient_sum {
  std::int64_t gradient = 0, hessian = 0;

  gradient_sum& operator+=(const gradient_sum& other) {
    gradient += other.gradient;
    hessian += other.hessian;
    return *this;
  }
  gradient_sum& operator-=(const gradient_sum& other) {
    gradient -= other.gradient;
    hessian -= other.hessian;
    return *this;
  }
  friend gradient_sum operator-(gradient_sum a, const gradient_sum& b) { return a -= b; }
  friend bool operator==(const gradient_sum&, const gradient_sum&) = default;
};

/// The sums of a bin of a histogram, which are made wide, or packed by `shift` into (gradient << shift) +
/// hessian.
COLONNADE_KERNEL const gradient_sum& unpacked(const gradient_sum& cell, int) { return cell; }
COLONNADE_KERNEL gradient_sum unpacked(std::int64_t cell, int shift) {
  return {cell >> shift, cell & ((std::int64_t{1} << shift) - 1)};
}
COLONNADE_KERNEL void pack(const gradient_sum& sum, int, gradient_sum& cell) { cell = sum; }
COLONNADE_KERNEL void pack(const gradient_sum& sum, int shift, std::int64_t& cell) {
  cell = sum.gradient * (std::int64_t{1} << shift) + sum.hessian;
}

/// Where the sums of a column of bytes stand in a histogram.
struct histogram_place {
  std::uint32_t first, count;
};

/// Rows of bins and their gradients, as the histogram kernels read them.
struct histogram_rows {
  static constexpr std::size_t group = 16;  ///< bytes of a row are read so many at a time

  const std::uint8_t* bins;    ///< row r starts at bins + r * stride
  std::size_t stride;          ///< a multiple of `group`
  const std::int64_t* packed;  ///< per row: (gradient << shift) + hessian
  int shift;
  const std::uint32_t* rows;  ///< row numbers; null: first, first + 1, ...
  std::size_t first, count;
};

namespace detail {

/// A row's gradient and Hessian, to be added to cells of either kind.
template <class Cell>
struct row_sum {
  COLONNADE_KERNEL row_sum(std::int64_t packed, int shift) : both(unpacked(packed, shift)) {}
  COLONNADE_KERNEL void add_to(gradient_sum& cell) const {
    simd::pack<std::int64_t, 2> sum;
    simd::load(sum, &cell.gradient);
    sum += simd::pack<std::int64_t, 2>{both.gradient, both.hessian};
    simd::store(&cell.gradient, sum);
  }
  gradient_sum both;
};
template <>
struct row_sum<std::int64_t> {
  COLONNADE_KERNEL row_sum(std::int64_t packed, int) : both(packed) {}
  COLONNADE_KERNEL void add_to(std::int64_t& cell) const { cell += both; }
  std::int64_t both;
};

}  // namespace detail

/// Columns whose sums are made: `count` from `first` on, or, with `numbers`, those whose numbers stand there.
struct histogram_columns {
  std::size_t first = 0, count = 0;
  const std::uint32_t* numbers = nullptr;

  /// Number of the k-th; `Chosen`: by `numbers`.
  template <bool Chosen>
  COLONNADE_KERNEL std::size_t at(std::size_t k) const {
    if constexpr (Chosen) return numbers[k];
    return first + k;
  }
  COLONNADE_KERNEL std::size_t operator[](std::size_t k) const {
    return numbers == nullptr ? at<false>(k) : at<true>(k);
  }
};

/// Adds rows to the sums of their bins, straight: the cell of column c and bin b is cells[places[c].first +
/// b].
struct histogram_add_straight {
  template <class Isa, class Cell>
  COLONNADE_KERNEL void operator()(Isa, const histogram_rows& in, const histogram_place* places,
                                   const histogram_columns& columns, Cell* cells) const {
    columns.numbers == nullptr ? add<false>(in, places, columns, cells)
                               : add<true>(in, places, columns, cells);
  }

 private:
  template <bool Chosen, class Cell>
  COLONNADE_KERNEL static void add(const histogram_rows& in, const histogram_place* places,
                                   const histogram_columns& columns, Cell* cells) {
    const std::size_t count = columns.count;
    for (std::size_t i = 0; i < in.count; ++i) {
      const std::size_t row = in.rows == nullptr ? in.first + i : in.rows[i];
      const detail::row_sum<Cell> sum(in.packed[row], in.shift);
      const std::uint8_t* bin = in.bins + row * in.stride;
      for (std::size_t k = 0; k < count; ++k) {
        const std::size_t c = columns.at<Chosen>(k);
        sum.add_to(cells[places[c].first + bin[c]]);
      }
    }
  }
};

/// Adds rows to packed sums, one 64-bit addition a bin: the cell of the k-th of the columns and bin b is
/// cells[k * slots + b]. At most `max_rows` rows of `most_columns` may be added before the cells are flushed
/// (see gradient_scale).
struct histogram_add_packed {
  /// Cells between two columns: not a multiple of 4096 bytes, since stores that far apart delay each other's
  /// loads.
  static constexpr std::size_t slots = 264;
  static constexpr int max_rows_log2 = 14;
  static constexpr std::size_t max_rows = std::size_t{1} << max_rows_log2;
  static constexpr std::size_t most_columns = 128;  ///< their cells stay in the second cache

  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const histogram_rows& in, const histogram_columns& columns,
                                   std::int64_t* cells) const {
    if (columns.numbers != nullptr) {
      add_gathered<true>(in, columns, cells);
    } else if (in.rows != nullptr) {
      add_gathered<false>(in, columns, cells);
    } else {
      add_consecutive(in, columns, cells);
    }
  }

 private:
  static constexpr std::size_t ahead = 16;         // rows whose memory is asked for before its turn
  static constexpr std::size_t panel = 16;         // columns whose cells are about the first cache
  static constexpr std::size_t piece_rows = 1024;  // their bins stay in the second cache for all panels
  static constexpr std::size_t gathered_rows = 256;
  static constexpr std::size_t group = histogram_rows::group;

  // Rows one after the other, and `next`, those that come after them (not more): their memory is asked for.
  struct row_block {
    const std::uint8_t* bins;
    std::size_t stride;
    const std::int64_t* packed;
    std::size_t count;
    histogram_rows next = {};
  };

  COLONNADE_KERNEL static void add_consecutive(const histogram_rows& in, const histogram_columns& columns,
                                               std::int64_t* cells) {
    const std::uint8_t* const bins = in.bins + columns.first;
    for (std::size_t first = 0; first < in.count; first += piece_rows) {
      const std::size_t row = in.first + first;
      add_block({bins + row * in.stride, in.stride, in.packed + row, std::min(piece_rows, in.count - first)},
                columns.count, cells);
    }
  }

  // Rows here and there are waited for: they are copied one after the other, while those that follow are on
  // their way. So are chosen columns, since the sums are quicker of columns side by side.
  template <bool Chosen>
  COLONNADE_KERNEL static void add_gathered(const histogram_rows& in, const histogram_columns& columns,
                                            std::int64_t* cells) {
    alignas(64) std::uint8_t bins[gathered_rows * (most_columns + group)];
    std::int64_t packed[gathered_rows];
    const bool listed = in.rows != nullptr;
    const std::size_t begin = Chosen ? 0 : columns.first / group * group,
                      skipped = Chosen ? 0 : columns.first - begin,
                      width = (skipped + columns.count + group - 1) / group * group,
                      reach = Chosen ? columns.numbers[columns.count - 1] + std::size_t{1} : width;
    histogram_rows rest = in;
    rest.bins += begin;
    for (bool fetching = listed; rest.count != 0; fetching = listed && Chosen) {
      const std::size_t count = std::min(gathered_rows, rest.count);
      for (std::size_t i = 0; i < count; ++i) {
        if (fetching) fetch(rest, rest.rows[std::min(i + ahead, rest.count - 1)], reach);
        const std::size_t row = listed ? rest.rows[i] : rest.first + i;
        const std::uint8_t* const from = rest.bins + row * in.stride;
        Chosen ? pick(from, columns, bins + i * width) : copy(from, width, bins + i * width);
        packed[i] = in.packed[row];
      }
      if (listed) rest.rows += count;
      rest.first += count;
      rest.count -= count;
      row_block block = {bins + skipped, width, packed, count, rest};
      block.next.count = listed ? std::min(count, rest.count) : 0;
      add_block(block, columns.count, cells);
    }
  }
  COLONNADE_KERNEL static void copy(const std::uint8_t* from, std::size_t width, std::uint8_t* to) {
    for (std::size_t b = 0; b < width; b += group) std::memcpy(to + b, from + b, group);
  }
  COLONNADE_KERNEL static void pick(const std::uint8_t* from, const histogram_columns& columns,
                                    std::uint8_t* to) {
    for (std::size_t k = 0; k < columns.count; ++k) to[k] = from[columns.numbers[k]];
  }

  // Cells are what to keep near: some columns after the other.
  COLONNADE_KERNEL static void add_block(const row_block& rows, std::size_t count, std::int64_t* cells) {
    std::size_t k = 0;
    for (; k + panel <= count; k += panel) add_columns<panel>(rows, k, cells);
    const std::size_t rest = count - k;
    if (rest >= 12) {
      add_columns<12>(rows, k, cells);
    } else if (rest >= 8) {
      add_columns<8>(rows, k, cells);
    } else if (rest >= 4) {
      add_columns<4>(rows, k, cells);
    }
    k += rest / 4 * 4;
    if (rest % 4 == 3) add_columns<3>(rows, k, cells);
    if (rest % 4 == 2) add_columns<2>(rows, k, cells);
    if (rest % 4 == 1) add_columns<1>(rows, k, cells);
  }
  template <std::size_t Columns>
  COLONNADE_KERNEL static void add_columns(const row_block& rows, std::size_t k, std::int64_t* cells) {
    const histogram_rows& next = rows.next;
    std::size_t i = 0;
    for (; i < next.count; ++i) {
      __builtin_prefetch(next.bins + next.rows[i] * next.stride + k);
      if (k == 0) __builtin_prefetch(next.packed + next.rows[i]);
      add_row<Columns>(rows.bins + i * rows.stride + k, rows.packed[i], cells + k * slots);
    }
    for (; i < rows.count; ++i)
      add_row<Columns>(rows.bins + i * rows.stride + k, rows.packed[i], cells + k * slots);
  }

  // The bins of four columns are loaded at once: loads are what bounds the sum.
  template <std::size_t Columns>
  COLONNADE_KERNEL static void add_row(const std::uint8_t* bins, std::int64_t sum, std::int64_t* cells) {
    if constexpr (Columns >= 4) {
      std::uint32_t four;
      std::memcpy(&four, bins, sizeof four);
      cells[four & 255] += sum;
      cells[slots + (four >> 8 & 255)] += sum;
      cells[2 * slots + (four >> 16 & 255)] += sum;
      cells[3 * slots + (four >> 24)] += sum;
      add_row<Columns - 4>(bins + 4, sum, cells + 4 * slots);
    } else if constexpr (Columns > 0) {
      cells[bins[0]] += sum;
      add_row<Columns - 1>(bins + 1, sum, cells + slots);
    }
  }

  COLONNADE_KERNEL static void fetch(const histogram_rows& in, std::size_t row, std::size_t bytes) {
    const std::uint8_t* const bins = in.bins + row * in.stride;
    for (std::size_t b = 0; b < bytes; b += 64) __builtin_prefetch(bins + b);
    __builtin_prefetch(in.packed + row);
  }
};

/// Moves packed sums, adding to the cells or (`fresh`) replacing them, and leaves zeros behind.
struct histogram_flush {
  template <class Isa, class Cell>
  COLONNADE_KERNEL void operator()(Isa, std::int64_t* packed, int shift, histogram_columns columns,
                                   const histogram_place* places, Cell* cells, bool fresh) const {
    for (std::size_t k = 0; k < columns.count; ++k) {
      std::int64_t* const from = packed + k * histogram_add_packed::slots;
      const histogram_place& place = places[columns[k]];
      Cell* const to = cells + place.first;
      if (fresh) {
        move<true>(from, shift, place.count, to);
      } else {
        move<false>(from, shift, place.count, to);
      }
    }
  }

 private:
  template <bool Fresh>
  COLONNADE_KERNEL static void move(std::int64_t* from, int shift, std::size_t count, gradient_sum* to) {
    const std::int64_t mask = (std::int64_t{1} << shift) - 1;
    for (std::size_t b = 0; b < count; ++b) {
      simd::pack<std::int64_t, 2> sum = {from[b] >> shift, from[b] & mask}, old;
      if constexpr (!Fresh) {
        simd::load(old, &to[b].gradient);
        sum += old;
      }
      simd::store(&to[b].gradient, sum);
      from[b] = 0;
    }
  }
  template <bool Fresh>
  COLONNADE_KERNEL static void move(std::int64_t* from, int, std::size_t count, std::int64_t* to) {
    for (std::size_t b = 0; b < count; ++b) to[b] = Fresh ? from[b] : to[b] + from[b];
    std::memset(from, 0, count * sizeof *from);
  }
};

/// Columns that are kept as lists: row r has the cells list[begin[r]] .. list[begin[r + 1] - 1], ascending.
struct histogram_lists {
  const std::uint64_t* begin;
  const std::uint32_t* list;
};

/// Adds rows to the cells first .. last - 1 that their lists name, and to `*total`.
struct histogram_add_lists {
  template <class Isa, class Cell>
  COLONNADE_KERNEL void operator()(Isa, const histogram_rows& in, const histogram_lists& lists,
                                   std::uint32_t first, std::uint32_t last, Cell* cells,
                                   gradient_sum* total) const {
    gradient_sum all = *total;
    for (std::size_t i = 0; i < in.count; ++i) {
      const std::size_t row = in.rows == nullptr ? in.first + i : in.rows[i];
      const detail::row_sum<Cell> sum(in.packed[row], in.shift);
      all += unpacked(in.packed[row], in.shift);
      const std::uint32_t* const end = lists.list + lists.begin[row + 1];
      const std::uint32_t* at = lists.list + lists.begin[row];
      if (first != 0) at = std::lower_bound(at, end, first);
      for (; at != end && *at < last; ++at) sum.add_to(cells[*at]);
    }
    *total = all;
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
