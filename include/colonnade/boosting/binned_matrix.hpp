#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/boosting/bin_finder.hpp"
#include "colonnade/boosting/bin_list.hpp"
#include "colonnade/boosting/block_columns.hpp"
#include "colonnade/boosting/feature_cuts.hpp"
#include "colonnade/boosting/sparse_columns.hpp"
#include "colonnade/boosting/usual_bin.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/large_array.hpp"
#include "colonnade/kernels/byte_transpose.hpp"
#include "colonnade/kernels/gradient_histogram.hpp"
#include "colonnade/kernels/row_partition.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Columns first .. last - 1.
struct column_range {
  std::size_t first = 0, last = 0;

  std::size_t size() const { return last - first; }
  /// The same columns in at most `parts` parts: of many columns by fours, whose bins are read at once.
  std::vector<column_range> cut(std::size_t parts) const {
    parts = std::min(parts, size());
    const std::size_t unit = size() >= 8 * parts ? 4 : 1;
    std::vector<column_range> ranges;
    for (std::size_t k = 0, begin = first; k < parts; ++k) {
      const std::size_t end = k + 1 == parts ? last : first + (k + 1) * size() / parts / unit * unit;
      ranges.push_back({begin, end});
      begin = end;
    }
    return ranges;
  }
  /// Parts for `threads` threads: a few for each, for an even end.
  std::vector<column_range> share(int threads) const {
    return cut(threads <= 1 ? 1 : 2 * static_cast<std::size_t>(threads));
  }
};

/// A table as the bins of its values; the bin of a missing one is the number of the others.
///
/// Most columns take a byte a value, column after column for partitions and (on request) row after row for
/// histograms. Columns with more than 255 bins, and those that have nearly all rows in one bin (of one-hot
/// and sparse tables), are lists (`bin_list`): of the rows in other bins, and row after row of their cells.
class binned_matrix {
 public:
  enum class layout { columns, rows_and_columns };

  /// Bins all rows. O(rows x columns).
  template <class T>
  binned_matrix(matrix_view<const T> x, const feature_cuts& cuts, layout kept, int threads)
      : binned_matrix(x, cuts, bin_finder<T>(cuts), kept, threads) {}

  /// Bins a sparse table; the bytes of a model do not tell it from a dense one. O(entries log(entries of a
  /// column) + rows x columns that are not sparse).
  template <class T>
  binned_matrix(const sparse_columns<T>& x, const feature_cuts& cuts, layout kept, int threads)
      : binned_matrix(x, cuts, bin_finder<T>(cuts), kept, threads) {}

  /// Room for `rows` rows, in RAM or (for bytes) in a file of the folder `cache`, which are to be filled.
  binned_matrix(std::size_t rows, const feature_cuts& cuts, layout kept, const std::string& cache = {})
      : binned_matrix(rows, cuts, kept, cache, std::vector<std::uint32_t>(cuts.features(), bin_list::none)) {}

  /// Bins the rows first_row, first_row + 1, ..., which come in order.
  template <class T>
  void fill(std::size_t first_row, matrix_view<const T> x, const bin_finder<T>& finder, int threads) {
    const std::size_t blocks = block_count(x.rows(), rows_together);
    const double work = static_cast<double>(x.rows()) * 3;
    for_blocks(blocks, useful_threads(threads, work * static_cast<double>(byte_features_.size())),
               [&](std::size_t block) {
                 const std::size_t first = block * rows_together;
                 fill_bytes(first_row + first, x.slice(first, std::min(rows_together, x.rows() - first)),
                            finder);
               });
    const std::size_t tasks = block_count(lists_.size(), lists_together);
    for_blocks(tasks, useful_threads(threads, work * static_cast<double>(lists_.size())),
               [&](std::size_t task) {
                 const std::size_t first = task * lists_together;
                 fill_lists(first_row, x, finder, first, std::min(first + lists_together, lists_.size()));
               });
  }
  /// After the last row.
  void finish() {
    if (lists_.empty() || kept_ == layout::columns) return;
    listed_rows_ = listed_rows(rows_, lists_, [&](std::size_t k) { return offsets_[list_features_[k]]; });
  }

  /// Some of the rows, in the order of `rows`, without looking at values again. With `rows_and_columns` this
  /// must have the rows too. O(rows x columns).
  binned_matrix gather(std::span<const std::uint32_t> rows, layout kept, int threads) const {
    binned_matrix some(*this, rows.size(), kept);
    const double work = static_cast<double>(rows.size() * features_);
    for_blocks(byte_features_.size(), useful_threads(threads, work), [&](std::size_t p) {
      const std::uint8_t* const from = by_column_.data() + p * rows_;
      std::uint8_t* const to = some.by_column_.data() + p * rows.size();
      for (std::size_t i = 0; i < rows.size(); ++i) to[i] = from[rows[i]];
    });
    for_blocks(lists_.size(), useful_threads(threads, work), [&](std::size_t k) {
      const auto bins = lists_[k].all(rows_);
      for (std::size_t i = 0; i < rows.size(); ++i)
        some.lists_[k].append(static_cast<std::uint32_t>(i), bins[rows[i]]);
    });
    if (kept == layout::columns) return some;
    for_blocks(block_count(rows.size(), rows_together), useful_threads(threads, work),
               [&](std::size_t block) {
                 const std::size_t last = std::min((block + 1) * rows_together, rows.size());
                 for (std::size_t i = block * rows_together; i < last; ++i)
                   std::copy_n(row(rows[i]), stride_, some.by_row_.data() + i * stride_);
               });
    some.finish();
    return some;
  }

  std::size_t rows() const { return rows_; }
  std::size_t features() const { return features_; }
  column_range columns() const { return {0, features_}; }
  /// Bin of the missing values of a column, also the number of its other bins.
  std::uint16_t missing_bin(std::size_t f) const { return missing_[f]; }
  /// Whether the bins of a column are categories.
  bool categorical(std::size_t f) const { return categorical_[f] != 0; }
  /// Whether a column is kept as a list.
  bool is_list(std::size_t f) const { return place_[f].list; }
  std::uint16_t bin(std::size_t i, std::size_t f) const {
    if (!is_list(f)) return by_column_[place_[f].number * rows_ + i];
    std::uint16_t bin = 0;
    const auto row = static_cast<std::uint32_t>(i);
    lists_[place_[f].number].find(std::span(&row, 1), &bin);
    return bin;
  }

  /// The cells of a histogram: those of column f are offsets()[f] .. offsets()[f + 1] - 1, missing last.
  const std::uint32_t* offsets() const { return offsets_.data(); }
  std::size_t cells() const { return offsets_.back(); }
  std::size_t first_cell(const column_range& some) const { return offsets_[some.first]; }
  std::size_t last_cell(const column_range& some) const { return offsets_[some.last]; }

  /// Bytes of row i, one a column of bytes.
  const std::uint8_t* row(std::size_t i) const { return by_row_.data() + i * stride_; }
  std::size_t stride() const { return stride_; }
  /// The columns of bytes, ascending, and where their cells stand.
  std::span<const std::uint32_t> byte_features() const { return byte_features_; }
  const histogram_place* byte_cells() const { return byte_cells_.data(); }
  /// The columns that are lists, ascending, and the cells that their rows are in.
  std::span<const std::uint32_t> list_features() const { return list_features_; }
  const bin_list& list(std::size_t k) const { return lists_[k]; }
  histogram_lists row_lists() const { return listed_rows_.view(); }

  /// Stable partition of ascending `rows` by their bins in a column: see row_partition; how many go left.
  /// `scratch` has room for one number a row if there are lists.
  template <class Test>
  std::size_t partition(std::size_t f, Test test, std::span<const std::uint32_t> rows, std::uint32_t* left,
                        std::uint32_t* right, std::uint16_t* scratch) const {
    std::size_t lefts = 0;
    if (!is_list(f)) {
      simd::run<row_partition>(by_column_.data() + place_[f].number * rows_, test, rows.data(), rows.size(),
                               left, right, &lefts);
      return lefts;
    }
    lists_[place_[f].number].find(rows, scratch);
    simd::run<row_partition>(static_cast<const std::uint16_t*>(scratch), test, rows.data(), rows.size(), left,
                             right, &lefts);
    return lefts;
  }

 private:
  static constexpr std::size_t rows_together = 256, lists_together = 8;
  static_assert(rows_together <= block_columns<double>::most_rows);
  static constexpr std::size_t most_byte_bins = 255;

  struct place {
    bool list;
    std::uint32_t number;
  };

  template <class T>
  binned_matrix(matrix_view<const T> x, const feature_cuts& cuts, const bin_finder<T>& finder, layout kept,
                int threads)
      : binned_matrix(x.rows(), cuts, kept, {}, usual_bins(x, cuts, finder, threads)) {
    fill(0, x, finder, threads);
    finish();
  }
  template <class T>
  binned_matrix(const sparse_columns<T>& x, const feature_cuts& cuts, const bin_finder<T>& finder,
                layout kept, int threads)
      : binned_matrix(x.rows(), cuts, kept, {}, usual_bins(x, finder)) {
    const double work = static_cast<double>(rows_ * byte_features_.size()) * 3;
    for_blocks(features_, useful_threads(threads, work), [&](std::size_t f) { fill_column(x, finder, f); });
    for_blocks(block_count(rows_, rows_together), useful_threads(threads, work), [&](std::size_t block) {
      const std::size_t first = block * rows_together;
      copy_to_rows(first, std::min(rows_together, rows_ - first));
    });
    finish();
  }

  // Room for rows; `usual` has a usual bin (or none) for every column.
  binned_matrix(std::size_t rows, const feature_cuts& cuts, layout kept, const std::string& cache,
                const std::vector<std::uint32_t>& usual)
      : rows_(rows), features_(cuts.features()), kept_(kept) {
    std::uint64_t cells = 0;
    for (std::size_t f = 0; f < features_; ++f) {
      const auto first = static_cast<std::uint32_t>(cells);
      const std::size_t bins = cuts.bins(f);
      cells += bins + 1;
      if (cells > std::numeric_limits<std::uint32_t>::max())
        throw argument_error("max_bin", "over 2^32 bins of all columns together", "fewer");
      missing_.push_back(static_cast<std::uint16_t>(bins));
      categorical_.push_back(cuts.categories(f) != nullptr);
      offsets_.push_back(static_cast<std::uint32_t>(cells));
      const auto number = static_cast<std::uint32_t>(f);
      if (usual[f] != bin_list::none || bins > most_byte_bins) {
        place_.push_back({true, static_cast<std::uint32_t>(lists_.size())});
        list_features_.push_back(number);
        lists_.emplace_back(usual[f]);
      } else {
        place_.push_back({false, static_cast<std::uint32_t>(byte_features_.size())});
        byte_features_.push_back(number);
        byte_cells_.push_back({first, static_cast<std::uint32_t>(bins + 1)});
      }
    }
    make_room(cache);
  }

  // Room for rows of the same columns.
  binned_matrix(const binned_matrix& like, std::size_t rows, layout kept)
      : rows_(rows),
        features_(like.features_),
        kept_(kept),
        missing_(like.missing_),
        categorical_(like.categorical_),
        offsets_(like.offsets_),
        place_(like.place_),
        byte_features_(like.byte_features_),
        list_features_(like.list_features_),
        byte_cells_(like.byte_cells_) {
    for (const bin_list& list : like.lists_)
      lists_.emplace_back(list.has_usual() ? list.usual() : bin_list::none);
    make_room({});
  }

  void make_room(const std::string& cache) {
    stride_ = block_count(byte_features_.size(), histogram_rows::group) * histogram_rows::group;
    by_column_ = large_array<std::uint8_t>(rows_ * byte_features_.size(), cache);
    if (kept_ == layout::rows_and_columns) by_row_ = large_array<std::uint8_t>(rows_ * stride_, cache);
  }

  // For every column that is to be a list its usual bin, as far as some of the rows tell.
  template <class T>
  static std::vector<std::uint32_t> usual_bins(matrix_view<const T> x, const feature_cuts& cuts,
                                               const bin_finder<T>& finder, int threads) {
    constexpr std::size_t most_rows = 4096, least_rows = 1024;
    std::vector<usual_bin> usual(cuts.features());
    if (x.rows() < least_rows) return bins_of_lists(usual);
    const std::size_t step = block_count(x.rows(), most_rows), count = block_count(x.rows(), step);
    const double work = static_cast<double>(count * cuts.features()) * 4;
    for_blocks(cuts.features(), useful_threads(threads, work), [&](std::size_t f) {
      std::vector<std::uint16_t> bins(count);
      std::vector<std::uint32_t> rows_in(cuts.bins(f) + 1);
      finder.find(f, &x(0, f), x.row_stride() * static_cast<std::ptrdiff_t>(step), count, bins.data());
      for (const std::uint16_t bin : bins) ++rows_in[bin];
      const auto most = std::max_element(rows_in.begin(), rows_in.end());
      usual[f] = {static_cast<std::uint32_t>(most - rows_in.begin()),
                  1 - static_cast<double>(*most) / static_cast<double>(count)};
    });
    return bins_of_lists(usual);
  }

  // The same of a sparse table: the bin of 0.
  template <class T>
  static std::vector<std::uint32_t> usual_bins(const sparse_columns<T>& x, const bin_finder<T>& finder) {
    std::vector<usual_bin> usual(x.columns());
    for (std::size_t f = 0; f < x.columns() && x.rows() > 0; ++f) {
      usual[f] = {finder.bin_of(f, T{0}),
                  static_cast<double>(x.rows(f).size()) / static_cast<double>(x.rows())};
    }
    return bins_of_lists(usual);
  }

  template <class T>
  void fill_column(const sparse_columns<T>& x, const bin_finder<T>& finder, std::size_t f) {
    const std::uint16_t zero = finder.bin_of(f, T{0});
    const auto rows = x.rows(f);
    std::vector<std::uint16_t> bins(rows.size());
    finder.find(f, x.values(f).data(), 1, rows.size(), bins.data());
    if (!is_list(f)) {
      std::uint8_t* const to = by_column_.data() + place_[f].number * rows_;
      std::fill_n(to, rows_, static_cast<std::uint8_t>(zero));
      for (std::size_t k = 0; k < rows.size(); ++k) to[rows[k]] = static_cast<std::uint8_t>(bins[k]);
      return;
    }
    bin_list& list = lists_[place_[f].number];
    std::uint32_t next = 0;  // rows below it are listed where all are
    for (std::size_t k = 0; k < rows.size(); ++k) {
      for (; !list.has_usual() && next < rows[k]; ++next) list.append(next, zero);
      list.append(rows[k], bins[k]);
      next = rows[k] + 1;
    }
    for (; !list.has_usual() && next < rows_; ++next) list.append(next, zero);
  }

  template <class T>
  void fill_bytes(std::size_t first_row, matrix_view<const T> x, const bin_finder<T>& finder) {
    block_columns<T> columns(x);
    for (std::size_t p = 0; p < byte_features_.size(); ++p)
      finder.find(byte_features_[p], columns[byte_features_[p]], by_column_.data() + p * rows_ + first_row);
    copy_to_rows(first_row, x.rows());
  }

  // Bytes of some rows, which their columns have.
  void copy_to_rows(std::size_t first, std::size_t count) {
    if (kept_ == layout::columns || byte_features_.empty()) return;
    const byte_transpose bytes(by_column_.data() + first, rows_, byte_features_.size());
    bytes.to_rows(count, by_row_.data() + first * stride_, stride_);
  }

  // Neighbouring columns share cache lines where rows are contiguous, so they are read together.
  template <class T>
  void fill_lists(std::size_t first_row, matrix_view<const T> x, const bin_finder<T>& finder,
                  std::size_t first, std::size_t last) {
    std::uint16_t bins[rows_together];
    for (std::size_t row = 0; row < x.rows(); row += rows_together) {
      const std::size_t count = std::min(rows_together, x.rows() - row);
      for (std::size_t k = first; k < last; ++k) {
        finder.find(list_features_[k], &x(row, list_features_[k]), x.row_stride(), count, bins);
        for (std::size_t i = 0; i < count; ++i)
          lists_[k].append(static_cast<std::uint32_t>(first_row + row + i), bins[i]);
      }
    }
  }

  std::size_t rows_, features_, stride_ = 0;
  layout kept_;
  large_array<std::uint8_t> by_row_, by_column_;
  std::vector<std::uint16_t> missing_;
  std::vector<std::uint8_t> categorical_;
  std::vector<std::uint32_t> offsets_ = {0};
  std::vector<place> place_;
  std::vector<std::uint32_t> byte_features_, list_features_;
  std::vector<histogram_place> byte_cells_;
  std::vector<bin_list> lists_;
  listed_rows listed_rows_;
};

}  // namespace colonnade::inline COLONNADE_ABI
