#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/preprocessing/category_accumulator.hpp"
#include "colonnade/preprocessing/one_hot_layout.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Turns every column of categories into one column of zeros and ones a category (or a group of infrequent
/// ones), as a dense matrix or as compressed sparse rows.
///
/// A value is known (a one in its column), infrequent (a one in the last column of its feature), missing (a
/// category of its own, the last, if learning has seen it), or unknown: an error that names it, all zeros, or
/// the infrequent column where there is one. The dropped category is all zeros. O(rows x columns) plus the
/// size of the output.
class one_hot_encoder {
 public:
  using unknown_policy = one_hot_layout::unknown_policy;
  using drop_policy = one_hot_layout::drop_policy;

  struct params {
    /// Of each column, in order; empty: those that are learnt, ascending.
    std::vector<category_list> categories = {};
    unknown_policy handle_unknown = unknown_policy::error;
    drop_policy drop = drop_policy::none;
    /// With `drop_policy::given`: one list of one category a column.
    std::vector<category_list> dropped = {};
    category_rarity rarity = {};

    void check() const {
      rarity.check();
      detail::check_policy("handle_unknown", handle_unknown, unknown_policy::warn);
      detail::check_policy("drop", drop, drop_policy::given);
    }
    template <class Archive, class Self>
    static void archive(Archive& ar, Self& self) {
      ar(self.categories, self.handle_unknown, self.drop, self.dropped, self.rarity);
    }
  };

  static constexpr std::string_view kind = "one_hot_encoder";
  static constexpr std::string_view accumulator_kind = "one_hot_encoder.accumulator";
  static constexpr std::uint32_t archive_version = 1;
  using accumulator = category_accumulator<one_hot_encoder>;

  one_hot_encoder(params p, const category_stats& stats) : params_(std::move(p)) {
    detail::check_given(params_.categories, stats.columns());
    for (std::size_t j = 0; j < stats.columns(); ++j) {
      columns_.push_back(detail::fit_column(params_, stats, j, true));
    }
    layout_ = one_hot_layout(columns_, params_.handle_unknown, params_.drop, params_.dropped);
  }

  static one_hot_encoder fit(const table_view& x, const params& p, int threads = 0,
                             std::span<const missing_mark> marks = {}) {
    p.check();
    return accumulator(p, category_stats(coded_table(x, marks, false, threads))).finalize();
  }

  std::size_t columns() const { return columns_.size(); }
  std::size_t output_columns() const { return layout_.width(); }
  const params& parameters() const { return params_; }
  const fitted_column& operator[](std::size_t j) const { return columns_[j]; }
  const one_hot_layout& layout() const { return layout_; }

  /// Names of the output columns: that of the input column, "_", and the category ("infrequent_sklearn" for a
  /// group).
  std::vector<std::string> output_names(std::span<const std::string> inputs) const {
    std::vector<std::string> names;
    for (std::size_t j = 0; j < columns(); ++j) {
      for (std::size_t k = 0; k < layout_.width(j); ++k) {
        const std::int32_t place = layout_.place_of(j, k);
        names.push_back(inputs[j] + "_" +
                        (place < 0 ? "infrequent_sklearn"
                                   : columns_[j].categories.text(static_cast<std::size_t>(place))));
      }
    }
    return names;
  }

  /// Writes zeros and ones (rows x output_columns()). Returns the columns with unknown values, ascending.
  template <class T>
  std::vector<std::size_t> transform(const table_view& x, matrix_view<T> out, int threads = 0) const {
    return write(table_coder(columns_, x), x, out, threads);
  }

  /// Writes compressed sparse rows whose values are all one: `offsets` (rows + 1) and, for each row, its
  /// columns in ascending order to `indices`, which has room for rows x columns(). `offsets[rows]` of them
  /// are used.
  template <class Index>
  std::vector<std::size_t> transform_sparse(const table_view& x, Index* indices, Index* offsets,
                                            int threads = 0) const {
    return write_sparse(table_coder(columns_, x), x, indices, offsets, threads);
  }

  /// The same from a source of places: `coder(x)`, or the `coded_table` of learning (values are then hashed
  /// once).
  template <class Source, class T>
  std::vector<std::size_t> transform_from(const Source& source, const table_view& x, matrix_view<T> out,
                                          int threads = 0) const {
    return write(source, x, out, threads);
  }
  template <class Source, class Index>
  std::vector<std::size_t> sparse_from(const Source& source, const table_view& x, Index* indices,
                                       Index* offsets, int threads = 0) const {
    return write_sparse(source, x, indices, offsets, threads);
  }
  table_coder<std::vector<fitted_column>> coder(const table_view& x) const { return {columns_, x}; }

  /// `places(i, j)` = the category that the largest of the columns of feature j in row i stands for; all
  /// zeros stand for the dropped one, else for `unknown_code`; `missing_code` is the group of infrequent
  /// ones. Throws data_error for zeros that cannot be told (no category is dropped and unknown values are not
  /// ignored).
  template <class T>
  void inverse_transform(matrix_view<const T> x, matrix_view<std::int32_t> places) const {
    check_width(x.columns());
    for (std::size_t i = 0; i < x.rows(); ++i) {
      for (std::size_t j = 0; j < columns(); ++j) {
        const std::size_t start = layout_.start(j), width = layout_.width(j);
        std::size_t best = 0;
        double sum = 0;
        for (std::size_t k = 0; k < width; ++k) {
          sum += static_cast<double>(x(i, start + k));
          if (x(i, start + k) > x(i, start + best)) best = k;
        }
        places(i, j) = width > 0 && sum != 0 ? column_place(j, best) : place_of_zeros(i, j);
      }
    }
  }
  /// The same for compressed sparse rows of `width` columns.
  template <class T, class Index>
  void inverse_transform_sparse(std::size_t rows, std::size_t width, const T* values, const Index* indices,
                                const Index* offsets, matrix_view<std::int32_t> places) const {
    check_width(width);
    std::vector<T> row(width);
    for (std::size_t i = 0; i < rows; ++i) {
      for (Index at = offsets[i]; at < offsets[i + 1]; ++at) {
        if (indices[at] < 0 || static_cast<std::size_t>(indices[at]) >= width) {
          throw data_error("X: found a column index beyond the width", i);
        }
        row[static_cast<std::size_t>(indices[at])] = values[at];
      }
      inverse_transform(matrix_view<const T>(row.data(), 1, width), places.slice(i, 1));
      for (Index at = offsets[i]; at < offsets[i + 1]; ++at)
        row[static_cast<std::size_t>(indices[at])] = T{0};
    }
  }

  friend bool operator==(const one_hot_encoder& a, const one_hot_encoder& b) { return same_bytes(a, b); }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.params_, self.columns_);
    if constexpr (std::is_same_v<Archive, reader>) self.restore();
  }

 private:
  friend struct archive_access;
  static constexpr std::size_t block_rows = detail::encoding_block_rows;

  one_hot_encoder() = default;

  void restore() {
    detail::check_saved(kind, [&] {
      params_.check();
      for (fitted_column& column : columns_) column.groups.restore(column.categories.size());
      layout_ = one_hot_layout(columns_, params_.handle_unknown, params_.drop, params_.dropped);
    });
  }

  void check_width(std::size_t found) const {
    if (found == output_columns()) return;
    throw argument_error("Shape of the passed X data is not correct. Expected " +
                         std::to_string(output_columns()) + " columns, got " + std::to_string(found) + ".");
  }
  std::int32_t column_place(std::size_t j, std::size_t k) const {
    const std::int32_t place = layout_.place_of(j, k);
    return place < 0 ? missing_code : place;
  }
  std::int32_t place_of_zeros(std::size_t row, std::size_t j) const {
    const std::size_t group = layout_.dropped_group(j);
    const category_groups& groups = columns_[j].groups;
    if (group != one_hot_layout::nothing) {
      if (groups.has_infrequent() && group == groups.infrequent_group()) return missing_code;
      return static_cast<std::int32_t>(groups.first_of(group));
    }
    const bool ignored = params_.handle_unknown != unknown_policy::error && !layout_.unknown_is_infrequent(j);
    if (ignored || layout_.width(j) == 0) return unknown_code;
    throw data_error(
        "Samples [" + std::to_string(row) +
            "] can not be inverted when drop=None and handle_unknown='error' because they contain all zeros",
        row, std::to_string(j));
  }

  /// Calls `act(first, count, j, targets)` for every block and column, `targets[i]` the output column of row
  /// first + i within its feature or -1, and collects the columns with unknown values.
  template <class Source, class Act>
  std::vector<std::size_t> for_targets(const Source& source, const table_view& x, int threads,
                                       const Act& act) const {
    const std::size_t blocks = block_count(x.rows(), block_rows);
    std::vector<std::uint8_t> unknown(blocks * columns());
    const auto code = [&](std::size_t first, std::size_t count, std::size_t j, std::int32_t* places) {
      const bool any = layout_.to_targets(j, places, count);
      unknown[first / block_rows * columns() + j] = any ? 1 : 0;
      if (any && params_.handle_unknown == unknown_policy::error) {
        detail::refuse_unknown_values(x, j, columns_[j].categories);
      }
      act(first, count, j, places);
    };
    detail::for_places(source, x.rows(), columns(), threads, code);
    std::vector<std::size_t> with_unknown;
    for (std::size_t j = 0; j < columns(); ++j) {
      bool any = false;
      for (std::size_t b = 0; b < blocks; ++b) any = any || unknown[b * columns() + j] != 0;
      if (any) with_unknown.push_back(j);
    }
    return with_unknown;
  }

  template <class T>
  static void clear(matrix_view<T> rows) {
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      for (std::size_t k = 0; k < rows.columns(); ++k) rows(i, k) = T{0};
    }
  }

  template <class Source, class T>
  std::vector<std::size_t> write(const Source& source, const table_view& x, matrix_view<T> out,
                                 int threads) const {
    detail::check_output(out, x.rows(), output_columns());
    const auto set_ones = [&](std::size_t first, std::size_t count, std::size_t j,
                              const std::int32_t* targets) {
      if (j == 0) clear(out.slice(first, count));
      const std::size_t start = layout_.start(j);
      for (std::size_t i = 0; i < count; ++i) {
        if (targets[i] >= 0) out(first + i, start + static_cast<std::size_t>(targets[i])) = T{1};
      }
    };
    return for_targets(source, x, threads, set_ones);
  }

  template <class Source, class Index>
  std::vector<std::size_t> write_sparse(const Source& source, const table_view& x, Index* indices,
                                        Index* offsets, int threads) const {
    // First as if every row had a one in every column, with -1 where there is none.
    const std::size_t stride = columns();
    std::vector<std::size_t> used(block_count(x.rows(), block_rows));
    const auto set_indices = [&](std::size_t first, std::size_t count, std::size_t j,
                                 const std::int32_t* targets) {
      const auto start = static_cast<Index>(layout_.start(j));
      std::size_t ones = 0;
      for (std::size_t i = 0; i < count; ++i) {
        indices[(first + i) * stride + j] =
            targets[i] < 0 ? Index{-1} : static_cast<Index>(start + targets[i]);
        ones += targets[i] >= 0;
      }
      used[first / block_rows] += ones;
    };
    const auto unknown = for_targets(source, x, threads, set_indices);
    close_gaps(indices, offsets, x.rows(), used, threads);
    return unknown;
  }

  template <class Index>
  void close_gaps(Index* indices, Index* offsets, std::size_t rows, const std::vector<std::size_t>& used,
                  int threads) const {
    const std::size_t stride = columns();
    std::vector<std::size_t> start(used.size() + 1);
    for (std::size_t b = 0; b < used.size(); ++b) start[b + 1] = start[b] + used[b];
    for_blocks(used.size(), useful_threads(threads, static_cast<double>(rows)), [&](std::size_t b) {
      const std::size_t first = b * block_rows, last = std::min(rows, first + block_rows);
      Index* to = indices + first * stride;
      std::size_t offset = start[b];
      const bool full = used[b] == (last - first) * stride;
      for (std::size_t i = first; i < last; ++i) {
        offsets[i] = static_cast<Index>(offset);
        if (full) {
          offset += stride;
          continue;
        }
        for (const Index* at = indices + i * stride; at != indices + (i + 1) * stride; ++at) {
          if (*at >= 0) *to++ = *at, ++offset;
        }
      }
    });
    offsets[rows] = static_cast<Index>(start.back());
    for (std::size_t b = 0; b < used.size(); ++b) {
      if (start[b] != b * block_rows * stride) {
        std::memmove(indices + start[b], indices + b * block_rows * stride, used[b] * sizeof(Index));
      }
    }
  }

  params params_;
  std::vector<fitted_column> columns_;
  one_hot_layout layout_;
};

}  // namespace colonnade::inline COLONNADE_ABI
