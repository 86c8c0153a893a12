#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "colonnade/core/large_array.hpp"
#include "colonnade/kernels/gradient_histogram.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A column of a binned table as a list: the rows that are in another bin than the usual one, ascending, with
/// their bins. A column without a usual bin lists all rows in order.
class bin_list {
 public:
  static constexpr std::uint32_t none = 0xffff'ffff;  ///< there is no usual bin

  explicit bin_list(std::uint32_t usual) : usual_(usual) {}

  bool has_usual() const { return usual_ != none; }
  std::uint16_t usual() const { return static_cast<std::uint16_t>(usual_); }
  /// Rows that are listed.
  std::size_t size() const { return bins_.size(); }
  std::uint32_t row(std::size_t k) const { return has_usual() ? rows_[k] : static_cast<std::uint32_t>(k); }
  std::uint16_t bin(std::size_t k) const { return bins_[k]; }

  /// Adds the next row.
  void append(std::uint32_t row, std::uint16_t bin) {
    if (bin == usual_) return;
    if (has_usual()) rows_.push_back(row);
    bins_.push_back(bin);
  }

  /// out[k] = bin of rows[k]; the rows ascend. O(rows), O(rows log(listed / rows)) when few are asked for.
  void find(std::span<const std::uint32_t> rows, std::uint16_t* out) const {
    if (!has_usual()) {
      for (std::size_t k = 0; k < rows.size(); ++k) out[k] = bins_[rows[k]];
      return;
    }
    std::size_t at = 0;
    for (std::size_t k = 0; k < rows.size(); ++k) {
      at = first_not_before(at, rows[k]);
      out[k] = at < rows_.size() && rows_[at] == rows[k] ? bins_[at] : usual();
    }
  }

  /// The bins of all of `count` rows.
  std::vector<std::uint16_t> all(std::size_t count) const {
    if (!has_usual()) return bins_;
    std::vector<std::uint16_t> bins(count, usual());
    for (std::size_t k = 0; k < rows_.size(); ++k) bins[rows_[k]] = bins_[k];
    return bins;
  }

 private:
  // The first place from `at` on whose row is not before `row`: in steps that double, then by halves.
  std::size_t first_not_before(std::size_t at, std::uint32_t row) const {
    std::size_t step = 1, last = at;
    while (last < rows_.size() && rows_[last] < row) {
      at = last + 1;
      last += step;
      step *= 2;
    }
    const auto begin = rows_.begin();
    const auto place = [&](std::size_t i) { return begin + static_cast<std::ptrdiff_t>(i); };
    return static_cast<std::size_t>(std::lower_bound(place(at), place(std::min(last, rows_.size())), row) -
                                    begin);
  }

  std::uint32_t usual_;
  std::vector<std::uint32_t> rows_;
  std::vector<std::uint16_t> bins_;
};

/// What the lists of several columns hold, row after row: as cells of a histogram, where those of list k
/// begin at first_cell(k), which ascend.
class listed_rows {
 public:
  listed_rows() = default;
  template <class FirstCell>
  listed_rows(std::size_t rows, std::span<const bin_list> lists, const FirstCell& first_cell)
      : begin_(rows + 1) {
    std::fill_n(begin_.data(), begin_.size(), std::uint64_t{0});
    for (const bin_list& list : lists) {
      for (std::size_t k = 0; k < list.size(); ++k) ++begin_[list.row(k)];
    }
    std::uint64_t sum = 0;
    for (std::size_t i = 0; i <= rows; ++i) begin_[i] = sum += begin_[i];
    cells_ = large_array<std::uint32_t>(sum);
    // From the last list to the first: every begin_ walks from the end of its row to its beginning.
    for (std::size_t k = lists.size(); k-- > 0;) {
      for (std::size_t j = 0; j < lists[k].size(); ++j)
        cells_[--begin_[lists[k].row(j)]] = first_cell(k) + lists[k].bin(j);
    }
  }

  histogram_lists view() const { return {begin_.data(), cells_.data()}; }

 private:
  large_array<std::uint64_t> begin_;
  large_array<std::uint32_t> cells_;
};

}  // namespace colonnade::inline COLONNADE_ABI
