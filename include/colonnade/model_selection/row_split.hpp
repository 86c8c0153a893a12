#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "colonnade/core/config.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Numbers of the rows to learn from and of the rows to test on.
struct row_split {
  std::vector<std::int64_t> train, test;
};

/// The split that tests on one fold, where `fold[i]` is the fold of row i. Rows ascend.
inline row_split rows_of_fold(const std::vector<std::int32_t>& fold, std::int32_t tested) {
  row_split split;
  for (std::size_t i = 0; i < fold.size(); ++i) {
    (fold[i] == tested ? split.test : split.train).push_back(static_cast<std::int64_t>(i));
  }
  return split;
}

}  // namespace colonnade::inline COLONNADE_ABI
