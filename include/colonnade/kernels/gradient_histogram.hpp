#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>

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

/// Where the sums of a column of bytes stand in a histogram.
struct histogram_place {
  std::uint32_t first, count;
};

/// Rows of bins and their gradients, as the histogram kernels read them.
struct histogram_rows {
  const std::uint8_t* bins;  ///< row r starts at bins + r * stride
  std::size_t stride;
  const std::int64_t* packed;  ///< per row: (gradient << shift) + hessian
  int shift;
  const std::uint32_t* rows;  ///< row numbers; null: first, first + 1, ...
  std::size_t first, count;
};

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

/// Adds rows to the wide sums of their bins, straight: the cell of column c and bin b is
/// cells[places[c].first + b].
struct histogram_add_wide {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const histogram_rows& in, const histogram_place* places,
                                   const histogram_columns& columns, gradient_sum* cells) const {
    columns.numbers == nullptr ? add<false>(in, places, columns, cells)
                               : add<true>(in, places, columns, cells);
  }

 private:
  template <bool Chosen>
  COLONNADE_KERNEL static void add(const histogram_rows& in, const histogram_place* places,
                                   const histogram_columns& columns, gradient_sum* cells) {
    const std::int64_t mask = (std::int64_t{1} << in.shift) - 1;
    const std::size_t count = columns.count;
    for (std::size_t i = 0; i < in.count; ++i) {
      const std::size_t row = in.rows == nullptr ? in.first + i : in.rows[i];
      const std::int64_t both = in.packed[row];
      const simd::pack<std::int64_t, 2> sum = {both >> in.shift, both & mask};
      const std::uint8_t* bin = in.bins + row * in.stride;
      for (std::size_t k = 0; k < count; ++k) {
        const std::size_t c = columns.at<Chosen>(k);
        simd::pack<std::int64_t, 2> old;
        simd::load(old, &cells[places[c].first + bin[c]].gradient);
        simd::store(&cells[places[c].first + bin[c]].gradient, simd::pack<std::int64_t, 2>(old + sum));
      }
    }
  }
};

/// Adds rows to packed sums, one 64-bit addition a bin: the cell of the k-th of the columns and bin b is
/// cells[k * slots + b]. At most `max_rows` rows may be added before the cells are flushed (see
/// gradient_scale).
struct histogram_add_packed {
  /// Cells between two columns: not a multiple of 4096 bytes, since stores that far apart delay each other's
  /// loads.
  static constexpr std::size_t slots = 264;
  static constexpr int max_rows_log2 = 14;
  static constexpr std::size_t max_rows = std::size_t{1} << max_rows_log2;

  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, histogram_rows in, histogram_columns columns,
                                   std::int64_t* cells) const {
    if (in.rows == nullptr) {
      columns.numbers == nullptr ? add<false, false>(in, columns, cells)
                                 : add<false, true>(in, columns, cells);
    } else {
      columns.numbers == nullptr ? add<true, false>(in, columns, cells) : add<true, true>(in, columns, cells);
    }
  }

 private:
  static constexpr std::size_t ahead = 16;

  template <bool Listed>
  COLONNADE_KERNEL static std::size_t row_of(const histogram_rows& in, std::size_t i) {
    if constexpr (Listed) return in.rows[i];
    return in.first + i;
  }
  // Two rows a turn: their chains through equal bins are independent of each other most of the time.
  template <bool Listed, bool Chosen>
  COLONNADE_KERNEL static void add(const histogram_rows& in, const histogram_columns& columns,
                                   std::int64_t* cells) {
    const std::size_t count = columns.count;
    std::size_t i = 0;
    for (; i + 2 <= in.count; i += 2) {
      if constexpr (Listed) fetch(in, std::min(i + ahead, in.count - 2));
      const std::size_t a = row_of<Listed>(in, i), b = row_of<Listed>(in, i + 1);
      const std::uint8_t* const bins_a = in.bins + a * in.stride;
      const std::uint8_t* const bins_b = in.bins + b * in.stride;
      const std::int64_t sum_a = in.packed[a], sum_b = in.packed[b];
      std::int64_t* cell = cells;
      for (std::size_t k = 0; k < count; ++k, cell += slots) {
        cell[bins_a[columns.at<Chosen>(k)]] += sum_a;
        cell[bins_b[columns.at<Chosen>(k)]] += sum_b;
      }
    }
    if (i == in.count) return;
    const std::size_t a = row_of<Listed>(in, i);
    const std::uint8_t* const bins = in.bins + a * in.stride;
    for (std::size_t k = 0; k < count; ++k) cells[k * slots + bins[columns.at<Chosen>(k)]] += in.packed[a];
  }

  COLONNADE_KERNEL static void fetch(const histogram_rows& in, std::size_t i) {
    for (std::size_t k = i; k < i + 2; ++k) {
      __builtin_prefetch(in.bins + in.rows[k] * in.stride);
      __builtin_prefetch(in.packed + in.rows[k]);
    }
  }
};

/// Moves packed sums to wide ones, adding or (`fresh`) replacing, and leaves zeros behind.
struct histogram_flush {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, std::int64_t* packed, int shift, histogram_columns columns,
                                   const histogram_place* places, gradient_sum* cells, bool fresh) const {
    for (std::size_t k = 0; k < columns.count; ++k) {
      std::int64_t* const from = packed + k * histogram_add_packed::slots;
      const histogram_place& place = places[columns[k]];
      gradient_sum* const to = cells + place.first;
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
};

/// Columns that are kept as lists: row r has the cells list[begin[r]] .. list[begin[r + 1] - 1], ascending.
struct histogram_lists {
  const std::uint64_t* begin;
  const std::uint32_t* list;
};

/// Adds rows to the cells first .. last - 1 that their lists name, and to `*total`.
struct histogram_add_lists {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const histogram_rows& in, const histogram_lists& lists,
                                   std::uint32_t first, std::uint32_t last, gradient_sum* cells,
                                   gradient_sum* total) const {
    using sums = simd::pack<std::int64_t, 2>;
    const std::int64_t mask = (std::int64_t{1} << in.shift) - 1;
    sums all;
    simd::load(all, &total->gradient);
    for (std::size_t i = 0; i < in.count; ++i) {
      const std::size_t row = in.rows == nullptr ? in.first + i : in.rows[i];
      const std::int64_t both = in.packed[row];
      const sums sum = {both >> in.shift, both & mask};
      all += sum;
      const std::uint32_t* const end = lists.list + lists.begin[row + 1];
      const std::uint32_t* at = lists.list + lists.begin[row];
      if (first != 0) at = std::lower_bound(at, end, first);
      for (; at != end && *at < last; ++at) {
        sums old;
        simd::load(old, &cells[*at].gradient);
        simd::store(&cells[*at].gradient, sums(old + sum));
      }
    }
    simd::store(&total->gradient, all);
  }
};

/// larger = parent - smaller, in place of the parent.
struct histogram_subtract {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, gradient_sum* parent, const gradient_sum* smaller,
                                   std::size_t count) const {
    for (std::size_t b = 0; b < count; ++b) parent[b] -= smaller[b];
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
