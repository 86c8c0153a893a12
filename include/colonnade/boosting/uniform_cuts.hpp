#pragma once

#include <algorithm>
#include <cstddef>
#include <limits>
#include <vector>

#include "colonnade/core/parallel.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/core/views.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Cuts of bins of equal width, from the smallest to the largest finite value of every column. Missing values
/// and rows of weight 0 do not count, infinities lie in the first and the last bin. Ranges merge: any
/// partition of the rows gives the same cuts. O(rows x columns).
class uniform_cuts {
 public:
  explicit uniform_cuts(std::size_t columns) : ranges_(columns) {}

  /// Of all rows. `weight` may be empty.
  template <class T>
  static uniform_cuts learn(matrix_view<const T> x, column_view<const double> weight, int threads) {
    const std::size_t blocks = block_count(x.rows(), rows_together);
    std::vector<uniform_cuts> parts(blocks, uniform_cuts(x.columns()));
    const double work = static_cast<double>(x.rows() * x.columns());
    for_blocks(blocks, useful_threads(threads, work), [&](std::size_t block) {
      const std::size_t first = block * rows_together, count = std::min(rows_together, x.rows() - first);
      parts[block].update(x.slice(first, count), weight.size() == 0 ? weight : weight.slice(first, count));
    });
    uniform_cuts all(x.columns());
    for (const uniform_cuts& part : parts) all.merge(part);
    return all;
  }

  template <class T>
  void update(matrix_view<const T> x, column_view<const double> weight) {
    for (std::size_t i = 0; i < x.rows(); ++i) {
      if (weight.size() != 0 && !(weight[i] > 0)) continue;
      for (std::size_t f = 0; f < ranges_.size(); ++f) add(f, static_cast<double>(x(i, f)));
    }
  }
  /// A value of a column.
  void add(std::size_t f, double value) {
    value += 0.0;  // -0.0 is 0.0
    if (!real::isfinite(value)) return;
    ranges_[f].least = std::min(ranges_[f].least, value);
    ranges_[f].most = std::max(ranges_[f].most, value);
  }
  /// Adds those of the columns first, first + 1, ... in other rows.
  void merge(const uniform_cuts& other, std::size_t first = 0) {
    for (std::size_t k = 0; k < other.ranges_.size(); ++k) {
      range& here = ranges_[first + k];
      here.least = std::min(here.least, other.ranges_[k].least);
      here.most = std::max(here.most, other.ranges_[k].most);
    }
  }

  /// The ascending cuts of a column into `bins` bins: least + k (most - least) / bins, as numpy's linspace
  /// has them. Fewer where doubles do not tell them apart, none without two finite values.
  std::vector<double> cuts(std::size_t column, std::size_t bins) const {
    const auto [least, most] = ranges_[column];
    std::vector<double> result;
    if (!(least < most)) return result;
    const double count = static_cast<double>(bins), width = (most - least) / count;
    double last = least;
    for (std::size_t k = 1; k < bins; ++k) {
      const double share = static_cast<double>(k) / count;
      // The difference of two doubles may be more than any double.
      const double cut =
          real::isfinite(width) ? static_cast<double>(k) * width + least : least * (1 - share) + most * share;
      if (cut > last && cut <= most) result.push_back(last = cut);
    }
    if (result.empty()) result.push_back(most);  // neighbouring numbers
    return result;
  }

  friend bool operator==(const uniform_cuts&, const uniform_cuts&) = default;

 private:
  static constexpr std::size_t rows_together = 65536;

  struct range {
    double least = std::numeric_limits<double>::infinity(), most = -std::numeric_limits<double>::infinity();
    friend bool operator==(const range&, const range&) = default;
  };

  std::vector<range> ranges_;
};

}  // namespace colonnade::inline COLONNADE_ABI
