#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "colonnade/core/parallel.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What one pass over two sorted samples (sizes n and m) finds: the sums behind the rank statistics. The pass
/// is cut by the sizes alone, so the bits do not depend on threads. Ties are exact: values that
/// are equal are one step of both distribution functions.
///
/// Worked example, x = {1, 3}, y = {2, 3}: after 1 the counts (i, j) are (1, 0), after 2 (1, 1), after both
/// 3s (2, 2); the gaps |i m - j n| are 2, 0, 0, so D = 2 / (2 * 2); the area between the functions is 2 * (2
/// - 1) / (2 * 2).
struct rank_pass {
  std::uint64_t gap = 0;  ///< largest |i m - j n|
  double area = 0;        ///< integral of |i m - j n|
  double squares = 0;     ///< sum of (i m - j n)^2 over the pooled values (Cramer-von Mises)
  double weighted = 0;    ///< the same at the middle of each step, over its variance (Anderson-Darling)

  /// `x` and `y` are ascending, without NaN, each followed in memory by one more value: +infinity.
  static rank_pass of(std::span<const double> x, std::span<const double> y, bool all, int threads) {
    const cut begin = first_finite(x, y), end = end_of_finite(x, y);
    const std::size_t pooled = (end.i - begin.i) + (end.j - begin.j);
    const std::size_t blocks = std::clamp<std::size_t>(pooled / 32768, 1, 64);
    std::vector<cut> cuts(blocks + 1, begin);
    cuts[blocks] = end;
    for (std::size_t b = 1; b < blocks; ++b) cuts[b] = cut_at(x, y, begin, end, pooled / blocks * b);
    std::vector<rank_pass> parts(blocks);
    for_blocks(blocks, useful_threads(threads, 4.0 * static_cast<double>(pooled)), [&](std::size_t b) {
      if (all) {
        parts[b].scan<true>(x, y, cuts[b], cuts[b + 1]);
      } else {
        parts[b].scan<false>(x, y, cuts[b], cuts[b + 1]);
      }
    });
    rank_pass result;
    const sizes n{x.size(), y.size()};
    if (begin.i + begin.j > 0) result.infinite_group({0, 0}, begin, n);
    for (const rank_pass& part : parts) result.add(part);
    if (end.i < x.size() || end.j < y.size()) result.infinite_group(end, {x.size(), y.size()}, n);
    // Where the shares at an infinity differ, mass has to travel infinitely far.
    if (distance(begin, n) != 0 || distance(end, n) != 0)
      result.area = std::numeric_limits<double>::infinity();
    return result;
  }

  /// Counts (i, j) of the `rank` smallest pooled values, first sample first among equals.
  struct cut {
    std::size_t i, j;
  };
  static cut cut_at(std::span<const double> x, std::span<const double> y, std::size_t rank) {
    std::size_t low = rank > y.size() ? rank - y.size() : 0, high = std::min(rank, x.size());
    while (low < high) {
      const std::size_t i = low + (high - low) / 2;
      if (x[i] <= y[rank - i - 1]) {
        low = i + 1;
      } else {
        high = i;
      }
    }
    return {low, rank - low};
  }
  /// The pooled value of that rank (from 0), which must be below n + m.
  static double value_at(std::span<const double> x, std::span<const double> y, std::size_t rank) {
    const cut c = cut_at(x, y, rank);
    if (c.i == x.size()) return y[c.j];
    return c.j == y.size() ? x[c.i] : std::min(x[c.i], y[c.j]);
  }

 private:
  struct sizes {
    std::uint64_t n, m;
  };

  static std::int64_t distance(cut c, sizes s) {
    return static_cast<std::int64_t>(c.i * s.m) - static_cast<std::int64_t>(c.j * s.n);
  }
  static cut first_finite(std::span<const double> x, std::span<const double> y) {
    constexpr double lowest = -std::numeric_limits<double>::infinity();
    return {static_cast<std::size_t>(std::upper_bound(x.begin(), x.end(), lowest) - x.begin()),
            static_cast<std::size_t>(std::upper_bound(y.begin(), y.end(), lowest) - y.begin())};
  }
  static cut end_of_finite(std::span<const double> x, std::span<const double> y) {
    constexpr double highest = std::numeric_limits<double>::infinity();
    return {static_cast<std::size_t>(std::lower_bound(x.begin(), x.end(), highest) - x.begin()),
            static_cast<std::size_t>(std::lower_bound(y.begin(), y.end(), highest) - y.begin())};
  }
  /// A cut near that rank of the finite values that leaves equal values together.
  static cut cut_at(std::span<const double> x, std::span<const double> y, cut begin, cut end,
                    std::size_t rank) {
    const auto fx = x.subspan(begin.i, end.i - begin.i), fy = y.subspan(begin.j, end.j - begin.j);
    const double value = value_at(fx, fy, rank);
    return {static_cast<std::size_t>(std::upper_bound(x.begin(), x.end(), value) - x.begin()),
            static_cast<std::size_t>(std::upper_bound(y.begin(), y.end(), value) - y.begin())};
  }

  template <bool All>
  void scan(std::span<const double> x, std::span<const double> y, cut at, cut end) {
    const sizes s{x.size(), y.size()};
    const std::size_t total = end.i + end.j;
    const double* const xs = x.data();
    const double* const ys = y.data();
    std::int64_t before = distance(at, s), here = before;
    cut group = at;
    double value = std::min(xs[at.i], ys[at.j]);
    const auto n = static_cast<std::int64_t>(s.n), m = static_cast<std::int64_t>(s.m);
    while (at.i + at.j < total) {
      const bool from_x = xs[at.i] == value, from_y = ys[at.j] == value;
      at.i += from_x;
      at.j += from_y;
      here += (from_x ? m : 0) - (from_y ? n : 0);
      const double next = std::min(xs[at.i], ys[at.j]);
      if (next == value) continue;
      const auto size = static_cast<std::uint64_t>(here < 0 ? -here : here);
      gap = std::max(gap, size);
      if (next < std::numeric_limits<double>::infinity()) area += static_cast<double>(size) * (next - value);
      if constexpr (All) rank_group(group, at, before, here, s);
      group = at;
      before = here;
      value = next;
    }
  }

  /// Equal values that take the counts from `from` to `to`.
  void rank_group(cut from, cut to, std::int64_t before, std::int64_t here, sizes s) {
    const std::size_t l = (to.i - from.i) + (to.j - from.j);
    const double after = static_cast<double>(here);
    squares += static_cast<double>(l) * after * after;
    const auto pooled = static_cast<double>(s.n + s.m);
    const auto twice = static_cast<double>(from.i + from.j + to.i + to.j), size = static_cast<double>(l);
    const double spread = twice * (2 * pooled - twice) - pooled * size;
    const double difference = static_cast<double>(before) + static_cast<double>(here);
    if (spread > 0) weighted += size * difference * difference / (pooled * spread);
  }
  void infinite_group(cut from, cut to, sizes s) {
    const std::int64_t before = distance(from, s), here = distance(to, s);
    gap = std::max(gap, static_cast<std::uint64_t>(here < 0 ? -here : here));
    rank_group(from, to, before, here, s);
  }
  void add(const rank_pass& part) {
    gap = std::max(gap, part.gap);
    area += part.area;
    squares += part.squares;
    weighted += part.weighted;
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
