#pragma once

#include <algorithm>
#include <cstddef>
#include <vector>

#include "colonnade/core/csr_view.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/core/views.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Calls `body(first, rows)` with the rows of a sparse table as dense ones, some at a time, from `first` on;
/// on up to `threads` threads, if a value is worth so many nanoseconds. O(rows x columns).
template <class T, class Body>
void for_dense_blocks(const csr_view<T>& x, int threads, double nanoseconds, const Body& body) {
  constexpr std::size_t values_together = std::size_t{1} << 17, fewest = 8, most = 256;
  const std::size_t together =
      std::clamp(values_together / std::max<std::size_t>(1, x.columns()), fewest, most);
  const double work = static_cast<double>(x.rows() * x.columns()) * nanoseconds;
  for_blocks(block_count(x.rows(), together), useful_threads(threads, work), [&](std::size_t block) {
    const std::size_t first = block * together, count = std::min(together, x.rows() - first);
    std::vector<T> values(count * x.columns());
    for (std::size_t i = 0; i < count; ++i) {
      for (std::size_t k = x.begin(first + i); k < x.begin(first + i + 1); ++k)
        values[i * x.columns() + x.column(k)] = x.value(k);
    }
    body(first, matrix_view<const T>(values.data(), count, x.columns()));
  });
}

}  // namespace colonnade::inline COLONNADE_ABI
