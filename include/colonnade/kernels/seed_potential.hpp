#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "colonnade/kernels/center_distance.hpp"
#include "colonnade/kernels/fixed_point_sums.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI::kernels {

/// What a step of k-means++ asks of a block of float tiles. `nearest[i]` becomes the least of itself and the
/// squared distance to `chosen` (null: stays). For candidate l, `potentials[l]` grows by the sum over the
/// points of round(weight min(nearest, squared distance to candidate l) scale): integers, so any order gives
/// the same sum. All candidates are tried in one pass over the points. `weights` may be null (1 each).
struct seed_potential {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa isa, const float* points, std::size_t tiles, std::size_t columns,
                                   const float* chosen, const float* candidates, std::size_t candidate_count,
                                   const double* weights, double scale, float* nearest,
                                   std::uint64_t* potentials) const {
    float found[4 * tile_points];
    for (std::size_t t = 0; t < tiles; ++t, points += tile_points * columns, nearest += tile_points) {
      if (chosen != nullptr) {
        center_distances{}(isa, points, columns, chosen, 1, found);
        keep_least(isa, found, nearest);
      }
      for (std::size_t l = 0; l < candidate_count; l += 4) {
        const std::size_t some = candidate_count - l < 4 ? candidate_count - l : 4;
        center_distances{}(isa, points, columns, candidates + l * columns, some, found);
        for (std::size_t k = 0; k < some; ++k) {
          potentials[l + k] += potential(isa, found + k * tile_points, nearest,
                                         weights == nullptr ? nullptr : weights + t * tile_points, scale);
        }
      }
    }
  }

 private:
  template <class Isa>
  COLONNADE_KERNEL static void keep_least(Isa, const float* found, float* nearest) {
    using pack = simd::pack<float, simd::lanes<Isa, float>>;
    for (std::size_t i = 0; i < tile_points; i += simd::lanes<Isa, float>) {
      pack a, b;
      simd::load(a, found + i);
      simd::load(b, nearest + i);
      const pack least = a < b ? a : b;
      simd::store(nearest + i, least);
    }
  }

  template <class Isa>
  COLONNADE_KERNEL static std::uint64_t potential(Isa, const float* found, const float* nearest,
                                                  const double* weights, double scale) {
    constexpr std::size_t lanes = simd::lanes<Isa, double>;
    using values = simd::pack<double, lanes>;
    using integers = simd::pack<std::uint64_t, lanes>;
    integers sum{};
    for (std::size_t i = 0; i < tile_points; i += lanes) {
      values a, b, w;
      simd::load(a, found + i);
      simd::load(b, nearest + i);
      const values least = a < b ? a : b;
      values scaled = least * scale;
      if (weights != nullptr) {
        simd::load(w, weights + i);
        scaled = w * least * scale;
      }
      scaled += fixed_point_magic;
      integers q;
      std::memcpy(&q, &scaled, sizeof q);
      sum += q - fixed_point_bits;
    }
    std::uint64_t total = 0;
    for (std::size_t k = 0; k < lanes; ++k) total += sum[k];
    return total;
  }
};

}  // namespace colonnade::inline COLONNADE_ABI::kernels
