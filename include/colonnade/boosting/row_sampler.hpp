#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "colonnade/boosting/boosting_params.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/core/random.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The rows that a tree sees. What happens to a row is a function of the generator and the row, so a sample
/// is the same for any number of threads; rows are in ascending order. O(rows) a draw.
class row_sampler {
 public:
  row_sampler(const boosting_params& params, std::size_t rows, int threads)
      : params_(params), all_(rows), threads_(threads) {}

  /// Whether the trees see all rows: then there is nothing to draw.
  bool everything() const { return params_.subsample == 1; }

  /// The rows of a tree, at least one.
  const std::vector<std::uint32_t>& draw(const random_stream& random) {
    select([&](std::size_t row) { return random.uniform(row) < params_.subsample; });
    if (rows_.empty()) rows_.push_back(static_cast<std::uint32_t>(random.below(all_, all_)));
    return rows_;
  }

 private:
  static constexpr std::size_t rows_together = 16384;

  // The rows for which `chosen(row)` holds: each block at its place, then moved together.
  template <class Chosen>
  void select(const Chosen& chosen) {
    rows_.resize(all_);
    std::vector<std::size_t> count(block_count(all_, rows_together));
    for_blocks(count.size(), useful_threads(threads_, static_cast<double>(all_) * 3), [&](std::size_t block) {
      const std::size_t first = block * rows_together, last = std::min(first + rows_together, all_);
      std::uint32_t* const begin = rows_.data() + first;
      std::uint32_t* end = begin;
      for (std::size_t row = first; row < last; ++row) {
        *end = static_cast<std::uint32_t>(row);
        end += chosen(row) ? 1 : 0;
      }
      count[block] = static_cast<std::size_t>(end - begin);
    });
    std::size_t size = 0;
    for (std::size_t block = 0; block < count.size(); ++block) {
      const std::uint32_t* const begin = rows_.data() + block * rows_together;
      std::copy(begin, begin + count[block], rows_.data() + size);
      size += count[block];
    }
    rows_.resize(size);
  }

  const boosting_params& params_;
  std::size_t all_;
  int threads_;
  std::vector<std::uint32_t> rows_;
};

}  // namespace colonnade::inline COLONNADE_ABI
