#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "colonnade/kernels/point_tile.hpp"
#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack_math.hpp"

namespace colonnade::inline COLONNADE_ABI::kernels {

/// Centres that have moved, as rows of floats in the coordinates of the tiles. `movers` are those that have
/// moved most; every centre has moved by at most `most`, the others by at most `rest`. `reach` is the
/// greatest norm of a centre.
struct moved_centers {
  const float* centers;
  std::size_t columns, count;
  float reach, most, rest;
  const std::uint32_t* movers;
  std::size_t mover_count;
};

/// What is known of the lower bounds of a tile's points besides what they say: they have to give way by
/// `stale`, and none is above `cap`.
struct bounds_overhead {
  float stale, cap;

  float applied_to(float lower) const { return lower - stale < cap ? lower - stale : cap; }
};

/// What the bounds of a tile say: `open` points of it may have another nearest centre; the others keep
/// theirs, by `slack` or more. All are within `upper` of their centres.
struct tile_look {
  float slack, upper;
  std::uint32_t open;
};

/// Bounds in the way of Hamerly (SDM 2010) for the points of a float tile after the centres have moved.
/// `lower[i]`, with its `overhead`, was a bound from below of the distance of point i to all centres but its
/// own before the move. The distances to the own centres (`own`: those that occur among `labels`, and maybe
/// others) are measured; if the bounds leave many labels open, those to the movers, too, so that the bound
/// need only give way by `rest`. `lower[i]` becomes the bound now. The first `count` points are looked at,
/// and those listed in `open` whose label is not settled. All roundings are outwards, so a point that is not
/// listed keeps its label whatever the arithmetic.
struct distance_bounds {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa isa, const float* tile, const float* norms, const moved_centers& moved,
                                   const std::uint32_t* own, std::size_t own_count,
                                   const std::uint32_t* labels, std::size_t count, bounds_overhead overhead,
                                   float* lower, std::uint32_t* open, tile_look* look) const {
    constexpr std::size_t lanes = simd::lanes<Isa, float>, packs = tile_points / lanes;
    using values = simd::pack<float, lanes>;
    using integers = simd::pack<std::int32_t, lanes>;
    const float growth = 1.0f + static_cast<float>(moved.columns + 8) * 0x1p-23f;
    values nearest[packs], other[packs], bound[packs], upper[packs], error, cap;
    simd::broadcast(isa, cap, overhead.cap);
    for (std::size_t v = 0; v < packs; ++v) {
      simd::broadcast(isa, nearest[v], std::numeric_limits<float>::max());
      other[v] = nearest[v];
      simd::load(bound[v], lower + v * lanes);
      bound[v] = (bound[v] - overhead.stale) * shrink;
      bound[v] = cap < bound[v] ? cap : bound[v];
    }
    for (std::size_t k = 0; k < own_count; ++k) measure(isa, tile, moved, own[k], labels, nearest, other);
    const values one = values{} + 1.0f, zero = values{};
    values gained{};
    for (std::size_t v = 0; v < packs; ++v) {
      simd::load(error, norms + v * lanes);
      upper[v] = nearest[v];
      simd::square_root(isa, upper[v]);
      upper[v] = upper[v] * growth + (error + moved.reach) * coordinate;
      const values with_movers = (bound[v] - moved.most) * shrink;
      const values without_movers = (bound[v] - moved.rest) * shrink;
      values unsettled = with_movers > upper[v] ? zero : one;
      simd::settle(unsettled);
      gained += without_movers > upper[v] ? unsettled : zero;
    }
    std::size_t gain = 0;
    for (std::size_t k = 0; k < lanes; ++k) gain += static_cast<std::size_t>(gained[k]);
    // A point that stays open costs a search among all centres.
    const bool many = gain * moved.count > tile_points * moved.mover_count;
    for (std::size_t k = 0; many && k < moved.mover_count; ++k)
      measure(isa, tile, moved, moved.movers[k], labels, nearest, other);
    values least, most;
    simd::broadcast(isa, least, std::numeric_limits<float>::infinity());
    most = values{};
    std::int32_t unsettled[tile_points];
    for (std::size_t v = 0; v < packs; ++v) {
      simd::load(error, norms + v * lanes);
      simd::square_root(isa, other[v]);
      other[v] = other[v] * (2 - growth) - (error + moved.reach) * coordinate;
      bound[v] = (bound[v] - (many ? moved.rest : moved.most)) * shrink;
      if (many) bound[v] = other[v] < bound[v] ? other[v] : bound[v];
      simd::store(lower + v * lanes, bound[v]);
      const values slack = bound[v] - upper[v];
      const integers yes = integers{} + 1, no = integers{};
      simd::store(static_cast<std::int32_t*>(unsettled) + v * lanes, integers(slack > 0.0f ? no : yes));
      values lower_slack = slack < least ? slack : least, higher = upper[v] > most ? upper[v] : most;
      simd::settle(lower_slack);
      simd::settle(higher);
      least = slack > 0.0f ? lower_slack : least;
      most = slack > 0.0f ? higher : most;
    }
    *look = {least[0], most[0], 0};
    for (std::size_t k = 1; k < lanes; ++k) {
      look->slack = least[k] < look->slack ? least[k] : look->slack;
      look->upper = most[k] > look->upper ? most[k] : look->upper;
    }
    std::uint32_t listed = 0;
    for (std::uint32_t i = 0; i < count; ++i) {
      open[listed] = i;
      listed += static_cast<std::uint32_t>(unsettled[i]);
    }
    look->open = listed;
  }

 private:
  /// The coordinates themselves are rounded: |x| + |c| times 2^-24 each, and a bit for the sum.
  static constexpr float coordinate = 0x1p-22f;
  /// For the rounding of a difference.
  static constexpr float shrink = 1 - 0x1p-21f;

  /// Squared distances to centre `c`: for the points that it owns they become `nearest`, for the others
  /// `other` if they are smaller.
  template <class Isa, class Values>
  COLONNADE_KERNEL static void measure(Isa isa, const float* tile, const moved_centers& moved,
                                       std::uint32_t c, const std::uint32_t* labels, Values* nearest,
                                       Values* other) {
    constexpr std::size_t lanes = simd::lanes<Isa, float>, packs = tile_points / lanes;
    const float* center = moved.centers + c * moved.columns;
    Values sum[packs], x, at;
#pragma GCC unroll 8
    for (std::size_t v = 0; v < packs; ++v) sum[v] = Values{};
    for (std::size_t j = 0; j < moved.columns; ++j, tile += tile_points) {
      simd::broadcast(isa, at, center[j]);
#pragma GCC unroll 8
      for (std::size_t v = 0; v < packs; ++v) {
        simd::load(x, tile + v * lanes);
        x -= at;
        simd::multiply_add(isa, sum[v], x, x);
      }
    }
    simd::pack<std::int32_t, lanes> label;
#pragma GCC unroll 8
    for (std::size_t v = 0; v < packs; ++v) {
      simd::load(label, reinterpret_cast<const std::int32_t*>(labels) + v * lanes);
      Values less = sum[v] < other[v] ? sum[v] : other[v];
      simd::settle(less);
      nearest[v] = label == static_cast<std::int32_t>(c) ? sum[v] : nearest[v];
      other[v] = label == static_cast<std::int32_t>(c) ? other[v] : less;
    }
  }
};

}  // namespace colonnade::inline COLONNADE_ABI::kernels
