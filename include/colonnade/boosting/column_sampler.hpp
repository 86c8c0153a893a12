#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

#include "colonnade/boosting/boosting_params.hpp"
#include "colonnade/core/random.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The columns that a tree may split by, in ascending order. O(columns) a draw.
class column_sampler {
 public:
  column_sampler(const boosting_params& params, std::size_t columns) : params_(params), all_(columns) {
    std::iota(all_.begin(), all_.end(), 0u);
    tree_ = all_;
  }

  /// Draws the columns of the next tree.
  void draw(const random_stream& random) { tree_ = some_of(all_, params_.colsample_bytree, random); }

  /// Columns of the tree.
  std::span<const std::uint32_t> columns() const { return tree_; }

 private:
  // That share of the columns, rounded down, but at least one.
  static std::vector<std::uint32_t> some_of(std::span<const std::uint32_t> columns, double share,
                                            const random_stream& random) {
    std::vector<std::uint32_t> some(columns.begin(), columns.end());
    if (share == 1) return some;
    shuffle(std::span(some), random);
    some.resize(std::max<std::size_t>(1, static_cast<std::size_t>(share * static_cast<double>(some.size()))));
    std::sort(some.begin(), some.end());
    return some;
  }

  const boosting_params& params_;
  std::vector<std::uint32_t> all_, tree_;
};

}  // namespace colonnade::inline COLONNADE_ABI
