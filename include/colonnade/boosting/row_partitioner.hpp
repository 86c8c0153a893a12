#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "colonnade/boosting/binned_matrix.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/kernels/row_partition.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The row numbers of a tree, where each node owns a range; splitting a node moves the rows of its left child
/// to the front of its range. Stable, so rows stay in ascending order within a node.
class row_partitioner {
 public:
  explicit row_partitioner(const binned_matrix& bins) : bins_(bins) {}

  /// Starts a tree with these rows at its root.
  void reset(std::vector<std::uint32_t> rows) {
    rows_ = std::move(rows);
    make_room();
  }
  /// Starts a tree with all rows at its root.
  void reset() {
    rows_.resize(bins_.rows());
    for (std::size_t i = 0; i < rows_.size(); ++i) rows_[i] = static_cast<std::uint32_t>(i);
    make_room();
  }

  std::span<const std::uint32_t> rows(std::size_t first, std::size_t last) const {
    return std::span(rows_).subspan(first, last - first);
  }
  std::size_t size() const { return rows_.size(); }

  /// Splits the range first .. last of a node; the end of the left child's range is returned. Disjoint ranges
  /// may be split at the same time by different threads. The test is a `bin_test` or a `bin_set`.
  template <class Test = bin_test>
  std::size_t split(std::size_t first, std::size_t last, std::uint32_t feature, Test test) {
    const std::size_t left = part(first, last, feature, test, rows_);
    std::copy(right_.begin() + diff(first), right_.begin() + diff(last - left),
              rows_.begin() + diff(first + left));
    return first + left;
  }

  /// The same for one large node, on up to `threads` threads.
  template <class Test = bin_test>
  std::size_t split_together(std::size_t first, std::size_t last, std::uint32_t feature, Test test,
                             int threads) {
    const std::size_t blocks = block_count(last - first, rows_together);
    const int useful = useful_threads(threads, static_cast<double>(last - first));
    if (blocks <= 1 || useful <= 1) return split(first, last, feature, test);
    left_.resize(rows_.size());
    std::vector<std::size_t> lefts(blocks + 1);
    for_blocks(blocks, useful, [&](std::size_t block) {
      const std::size_t begin = first + block * rows_together;
      lefts[block + 1] = part(begin, std::min(begin + rows_together, last), feature, test, left_);
    });
    for (std::size_t block = 0; block < blocks; ++block) lefts[block + 1] += lefts[block];
    const std::size_t middle = first + lefts[blocks];
    for_blocks(blocks, useful, [&](std::size_t block) {
      const std::size_t begin = first + block * rows_together, count = std::min(rows_together, last - begin);
      const std::size_t left = lefts[block + 1] - lefts[block], rights = begin - first - lefts[block];
      std::copy_n(left_.begin() + diff(begin), left, rows_.begin() + diff(first + lefts[block]));
      std::copy_n(right_.begin() + diff(begin), count - left, rows_.begin() + diff(middle + rights));
    });
    return middle;
  }

 private:
  static constexpr std::size_t rows_together = 16384;

  // Rows first .. last - 1: those that go left to their place in `left`, the others in right_.
  template <class Test>
  std::size_t part(std::size_t first, std::size_t last, std::uint32_t feature, Test test,
                   std::vector<std::uint32_t>& left) {
    return bins_.partition(feature, test, rows(first, last), left.data() + first, right_.data() + first,
                           scratch_.empty() ? nullptr : scratch_.data() + first);
  }

  void make_room() {
    right_.resize(rows_.size());
    if (!bins_.list_features().empty()) scratch_.resize(rows_.size());
  }

  static std::ptrdiff_t diff(std::size_t i) { return static_cast<std::ptrdiff_t>(i); }

  const binned_matrix& bins_;
  std::vector<std::uint32_t> rows_, left_, right_;
  std::vector<std::uint16_t> scratch_;
};

}  // namespace colonnade::inline COLONNADE_ABI
