#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "colonnade/boosting/bin_finder.hpp"
#include "colonnade/boosting/feature_cuts.hpp"
#include "colonnade/core/large_array.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Columns first .. last - 1.
struct column_range {
  std::size_t first = 0, last = 0;

  std::size_t size() const { return last - first; }
  /// The same columns in at most `parts` parts.
  std::vector<column_range> cut(std::size_t parts) const {
    parts = std::min(parts, size());
    std::vector<column_range> ranges;
    for (std::size_t k = 0; k < parts; ++k) {
      ranges.push_back({first + k * size() / parts, first + (k + 1) * size() / parts});
    }
    return ranges;
  }
  /// Parts for `threads` threads that work on `tables` tables: a few for each, for an even end.
  std::vector<column_range> share(int threads, std::size_t tables = 1) const {
    return cut(threads <= 1 ? 1 : block_count(3 * static_cast<std::size_t>(threads), tables));
  }
};

/// A table as one byte a value: the bin of its column, the number of bins where it is missing. Kept row after
/// row for histograms, and column after column (on request) for partitions.
class binned_matrix {
 public:
  enum class layout { rows, rows_and_columns };

  /// Bins all rows. O(rows x columns).
  template <class T>
  binned_matrix(matrix_view<const T> x, const feature_cuts& cuts, layout kept, int threads)
      : rows_(x.rows()), features_(x.columns()), stride_((features_ + 15) / 16 * 16) {
    by_row_ = large_array<std::uint8_t>(rows_ * stride_);
    if (kept == layout::rows_and_columns) by_column_ = large_array<std::uint8_t>(rows_ * features_);
    for (std::size_t f = 0; f < features_; ++f) {
      missing_.push_back(static_cast<std::uint8_t>(cuts.bins(f)));
      categorical_.push_back(cuts.categories(f) != nullptr);
      offsets_.push_back(offsets_.back() + static_cast<std::uint32_t>(cuts.bins(f)) + 1);
    }
    fill(x, bin_finder<T>(cuts, [this](std::size_t f) { return missing_[f]; }), threads);
  }

  /// Some of the rows, in the order of `rows`, without looking at values again. With `rows_and_columns` this
  /// must have the columns too. O(rows x columns).
  binned_matrix gather(std::span<const std::uint32_t> rows, layout kept, int threads) const {
    binned_matrix some(*this, rows.size(), kept);
    const double work = static_cast<double>(rows.size() * features_);
    for_blocks(block_count(rows.size(), rows_together), useful_threads(threads, work),
               [&](std::size_t block) {
                 const std::size_t last = std::min((block + 1) * rows_together, rows.size());
                 for (std::size_t i = block * rows_together; i < last; ++i)
                   std::copy_n(row(rows[i]), stride_, some.by_row_.data() + i * stride_);
               });
    if (kept == layout::rows) return some;
    for_blocks(features_, useful_threads(threads, work), [&](std::size_t f) {
      std::uint8_t* const to = some.by_column_.data() + f * rows.size();
      for (std::size_t i = 0; i < rows.size(); ++i) to[i] = column(f)[rows[i]];
    });
    return some;
  }

  std::size_t rows() const { return rows_; }
  std::size_t features() const { return features_; }
  column_range columns() const { return {0, features_}; }
  std::size_t stride() const { return stride_; }
  const std::uint8_t* row(std::size_t i) const { return by_row_.data() + i * stride_; }
  const std::uint8_t* column(std::size_t f) const { return by_column_.data() + f * rows_; }
  /// Bin of the missing values of a column, also the number of its other bins.
  std::uint8_t missing_bin(std::size_t f) const { return missing_[f]; }
  /// Whether the bins of a column are categories.
  bool categorical(std::size_t f) const { return categorical_[f] != 0; }
  /// The cells of a histogram: those of column f are offsets()[f] .. offsets()[f + 1] - 1, missing last.
  const std::uint32_t* offsets() const { return offsets_.data(); }
  std::size_t cells() const { return offsets_.back(); }
  std::size_t first_cell(const column_range& some) const { return offsets_[some.first]; }
  std::size_t last_cell(const column_range& some) const { return offsets_[some.last]; }

 private:
  static constexpr std::size_t rows_together = 256;

  // Room for rows of the same columns.
  binned_matrix(const binned_matrix& like, std::size_t rows, layout kept)
      : rows_(rows),
        features_(like.features_),
        stride_(like.stride_),
        by_row_(rows * like.stride_),
        by_column_(kept == layout::rows ? 0 : rows * like.features_),
        missing_(like.missing_),
        categorical_(like.categorical_),
        offsets_(like.offsets_) {}

  template <class T>
  void fill(matrix_view<const T> x, const bin_finder<T>& finder, int threads) {
    const std::size_t blocks = block_count(rows_, rows_together);
    const double work = static_cast<double>(rows_ * features_) * 3;
    for_blocks(blocks, useful_threads(threads, work), [&](std::size_t block) {
      const std::size_t first = block * rows_together, count = std::min(rows_together, rows_ - first);
      std::array<std::uint8_t, rows_together> bins;
      for (std::size_t f = 0; f < features_; ++f) {
        std::uint8_t* const to = by_column_.size() == 0 ? bins.data() : by_column_.data() + f * rows_ + first;
        finder.find(f, &x(first, f), x.row_stride(), count, to);
        std::uint8_t* const row = by_row_.data() + first * stride_ + f;
        for (std::size_t i = 0; i < count; ++i) row[i * stride_] = to[i];
      }
      for (std::size_t i = first; i < first + count; ++i) {
        std::fill(by_row_.data() + i * stride_ + features_, by_row_.data() + (i + 1) * stride_,
                  std::uint8_t{0});
      }
    });
  }

  std::size_t rows_, features_, stride_;
  large_array<std::uint8_t> by_row_, by_column_;
  std::vector<std::uint8_t> missing_, categorical_;
  std::vector<std::uint32_t> offsets_ = {0};
};

}  // namespace colonnade::inline COLONNADE_ABI
