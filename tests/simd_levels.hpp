#pragma once

#include <vector>

#include "colonnade/simd/dispatch.hpp"

namespace colonnade::tests {

/// The instruction sets that kernels can run at here, each once: on a CPU without the best of them (and in
/// sanitized builds, which have the baseline only) `scoped_level` would run the next best again.
inline std::vector<simd::level> simd_levels() {
  std::vector<simd::level> levels;
  for (const simd::level l : {simd::level::base, simd::level::v3, simd::level::v4}) {
    if (l <= simd::best()) levels.push_back(l);
  }
  return levels;
}

}  // namespace colonnade::tests
