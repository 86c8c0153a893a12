#pragma once

#include <cstddef>

#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"

namespace colonnade::inline COLONNADE_ABI::kernels {

/// Adds to out[0..3] the sums over `size` rows of w, w (t - origin), w |t - p| and w (t - p)^2, and to out[4]
/// that of w (t - origin)^2; `weight` may be null (all 1). Eight running sums, added in pairs at the end,
/// whatever the width of the registers: equal bits on every instruction set.
struct error_sums {
  static constexpr std::size_t running = 8, block_rows = 512;

  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const double* truth, const double* predicted, const double* weight,
                                   std::size_t size, double origin, double* out) const {
    constexpr std::size_t lanes = simd::lanes<Isa, double>, packs = running / lanes;
    using pack = simd::pack<double, lanes>;
    pack sums[5][packs] = {};
    std::size_t i = 0;
    for (; i + running <= size; i += running) {
      for (std::size_t k = 0; k < packs; ++k) {
        pack t, p, w = pack{} + 1.0;
        simd::load(t, truth + i + k * lanes);
        simd::load(p, predicted + i + k * lanes);
        if (weight != nullptr) simd::load(w, weight + i + k * lanes);
        const pack error = t - p, minus = -error, apart = t - origin;
        const pack size_of_error = error < 0.0 ? minus : error;
        sums[0][k] += w;
        sums[1][k] += w * apart;
        sums[2][k] += w * size_of_error;
        sums[3][k] += w * error * error;
        sums[4][k] += w * apart * apart;
      }
    }
    for (std::size_t s = 0; s < 5; ++s) {
      double lane[running];
      for (std::size_t k = 0; k < packs; ++k) simd::store(lane + k * lanes, sums[s][k]);
      for (std::size_t half = running / 2; half > 0; half /= 2) {
        for (std::size_t k = 0; k < half; ++k) lane[k] += lane[k + half];
      }
      out[s] += lane[0];
    }
    for (; i < size; ++i) {
      const double w = weight == nullptr ? 1.0 : weight[i], error = truth[i] - predicted[i],
                   apart = truth[i] - origin;
      out[0] += w;
      out[1] += w * apart;
      out[2] += w * (error < 0 ? -error : error);
      out[3] += w * error * error;
      out[4] += w * apart * apart;
    }
  }
};

}  // namespace colonnade::inline COLONNADE_ABI::kernels
