#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "colonnade/kernels/point_tile.hpp"
#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack_math.hpp"

namespace colonnade::inline COLONNADE_ABI::kernels {

/// Centres that a `nearest_center` kernel streams, as floats in the coordinates of the tiles. Centres go in
/// pairs: pair `g` is `weights[g * columns * 2 + j * 2 + {0, 1}]`, each -2 c, and `norms[c]` is |c|^2. An odd
/// count is filled up with a centre at infinity. `error` bounds the relative rounding error (columns + 8) *
/// 2^-24, `reach` is max |c|.
struct center_panel {
  const float* weights;
  const float* norms;
  std::size_t pairs;
  std::size_t columns;
  float error;
  float reach;
};

/// Where bounds of distances go, in the units of the tiles, one of each a point; or null.
struct bounds_out {
  float* upper;
  float* lower;
};

/// Bit of a label that says: rounding may have decided.
inline constexpr std::uint32_t unsure = 0x8000'0000;

/// Nearest centre of each point of `tiles` float tiles: distance and argmin in one pass, points in lanes,
/// centres streamed, only labels written. f(c) = |c|^2 - 2 x.c is compared, which differs from the squared
/// distance by |x|^2. Labels of which floats cannot be sure carry the `unsure` bit: with E = error (m^2 + 2 m
/// |x|), m = min(reach, 3 |x|), a centre within 3 |x| has |f~ - f| <= E, and one further away has f >= |c|^2
/// / 3 and |f~ - f| <= 5 error f. So the smallest f~ is the smallest f when the second smallest, less 5 error
/// of itself, exceeds it by more than 2 E. NaN is unsure. `norms` are |x|, not below. `bounds.upper` gets a
/// bound from above of the distance to the nearest centre, `bounds.lower` one from below of the distance to
/// all others, 0 where unsure.
struct nearest_center {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa isa, const float* points, const float* norms, std::size_t tiles,
                                   center_panel panel, std::uint32_t* labels, bounds_out bounds) const {
    constexpr std::size_t step = 2 * simd::lanes<Isa, float>;
    for (std::size_t t = 0; t < tiles; ++t) {
      for (std::size_t i = 0; i < tile_points; i += step) {
        const std::size_t at = t * tile_points + i;
        const bounds_out here =
            bounds.upper == nullptr ? bounds : bounds_out{bounds.upper + at, bounds.lower + at};
        search(isa, points + t * tile_points * panel.columns + i, norms + at, panel, labels + at, here);
      }
    }
  }

 private:
  template <class Isa>
  struct state {
    using values = simd::pack<float, simd::lanes<Isa, float>>;
    using indices = simd::pack<std::int32_t, simd::lanes<Isa, float>>;
    values best[2], second[2];
    indices index[2];
  };

  template <class Isa>
  COLONNADE_KERNEL static void search(Isa isa, const float* x, const float* norms, const center_panel& panel,
                                      std::uint32_t* labels, const bounds_out& bounds) {
    constexpr float infinity = std::numeric_limits<float>::infinity();
    state<Isa> s;
    for (int v = 0; v < 2; ++v) {
      simd::broadcast(isa, s.best[v], infinity);
      s.second[v] = s.best[v];
      s.index[v] = typename state<Isa>::indices{};
    }
    std::size_t g = 0;
    if constexpr (Isa::bytes == 64) {
      for (; g + 6 <= panel.pairs; g += 6) pairs<6>(isa, x, panel, g, s);
    }
    for (; g + 3 <= panel.pairs; g += 3) pairs<3>(isa, x, panel, g, s);
    if (g + 2 == panel.pairs) pairs<2>(isa, x, panel, g, s);
    if (g + 1 == panel.pairs) pairs<1>(isa, x, panel, g, s);
    for (std::size_t v = 0; v < 2; ++v) finish(isa, s, v, norms, panel, labels, bounds);
  }

  /// Compares `Pairs` pairs of centres with the points of two registers.
  template <std::size_t Pairs, class Isa>
  COLONNADE_KERNEL static void pairs(Isa isa, const float* x, const center_panel& panel, std::size_t g,
                                     state<Isa>& s) {
    using values = typename state<Isa>::values;
    constexpr std::size_t lanes = simd::lanes<Isa, float>;
    const std::size_t columns = panel.columns;
    const float* weights = panel.weights + g * columns * 2;
    const float* centre_norms = panel.norms + g * 2;
    values sum[2 * Pairs][2], x0, x1, w;
#pragma GCC unroll 12
    for (std::size_t c = 0; c < 2 * Pairs; ++c) {
      simd::broadcast(isa, sum[c][0], centre_norms[c]);
      sum[c][1] = sum[c][0];
    }
    for (std::size_t j = 0; j < columns; ++j, x += tile_points, weights += 2) {
      simd::load(x0, x);
      simd::load(x1, x + lanes);
#pragma GCC unroll 12
      for (std::size_t c = 0; c < 2 * Pairs; ++c) {
        simd::broadcast(isa, w, weights[c / 2 * columns * 2 + c % 2]);
        simd::multiply_add(isa, sum[c][0], w, x0);
        simd::multiply_add(isa, sum[c][1], w, x1);
      }
    }
#pragma GCC unroll 12
    for (std::size_t c = 0; c < 2 * Pairs; ++c) {
      take<Isa>(sum[c][0], static_cast<std::int32_t>(2 * g + c), s.best[0], s.second[0], s.index[0]);
      take<Isa>(sum[c][1], static_cast<std::int32_t>(2 * g + c), s.best[1], s.second[1], s.index[1]);
    }
  }

  /// Centres come in ascending order and only a smaller value wins, so ties stay with the lowest index.
  template <class Isa>
  COLONNADE_KERNEL static void take(const typename state<Isa>::values& f, std::int32_t c,
                                    typename state<Isa>::values& best, typename state<Isa>::values& second,
                                    typename state<Isa>::indices& index) {
    const auto less = f < best;
    const auto lower = f < second ? f : second;
    second = less ? best : lower;
    best = less ? f : best;
    typename state<Isa>::indices here;
    simd::broadcast(Isa{}, here, c);
    index = less ? here : index;
  }

  /// The labels of register `v` of the points, with their `unsure` bits, and their bounds.
  template <class Isa>
  COLONNADE_KERNEL static void finish(Isa isa, const state<Isa>& s, std::size_t v, const float* norms,
                                      const center_panel& panel, std::uint32_t* labels,
                                      const bounds_out& bounds) {
    using values = typename state<Isa>::values;
    constexpr std::size_t lanes = simd::lanes<Isa, float>;
    values x;
    simd::load(x, norms + v * lanes);
    const values far = x * 3, reach = values{} + panel.reach;
    const values m = far < reach ? far : reach;
    // 2 E and 5 error, with room for the rounding of this formula; the constant covers squares that
    // underflow.
    const values margin = (m * m + (m + m) * x) * (2.1f * panel.error) + 0x1p-100f;
    const values less = s.second[v] * (1 - 8 * panel.error), more = s.best[v] * (1 + 8 * panel.error);
    const values low = less < s.second[v] ? less : s.second[v];
    const values high = more > s.best[v] ? more : s.best[v];
    typename state<Isa>::indices sign{};
    sign += std::numeric_limits<std::int32_t>::min();
    const auto sure = low - high > margin;
    const typename state<Isa>::indices result = s.index[v] | (~sure & sign);
    simd::store(reinterpret_cast<std::int32_t*>(labels) + v * lanes, result);
    if (bounds.upper == nullptr) return;
    const values square = x * x, none{};
    values upper = high + margin + square, lower = low - margin + square * (1 - 5 * panel.error);
    upper = upper > none ? upper : none;
    lower = lower > none ? lower : none;
    simd::square_root(isa, upper);
    simd::square_root(isa, lower);
    upper *= 1 + 0x1p-21f;
    lower = sure ? lower * (1 - 0x1p-21f) : none;
    simd::store(bounds.upper + v * lanes, upper);
    simd::store(bounds.lower + v * lanes, lower);
  }
};

}  // namespace colonnade::inline COLONNADE_ABI::kernels
