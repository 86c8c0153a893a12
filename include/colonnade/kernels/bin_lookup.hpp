#pragma once

#include <cstddef>
#include <cstdint>

#include "colonnade/simd/pack.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Bins of a column: `out[i]` is the number of cuts that are not above value i, `missing` for NaN. `cuts`
/// holds 255 ascending entries; those beyond the real ones are NaN, which no value reaches. -0.0 is 0.0;
/// infinities are values.
struct bin_lookup {
  static constexpr std::size_t cut_slots = 256;

  template <class Isa, class T>
  COLONNADE_KERNEL void operator()(Isa, const T* values, std::ptrdiff_t stride, std::size_t count,
                                   const T* cuts, std::uint8_t missing, std::uint8_t* out) const {
    std::size_t i = 0;
    for (; i + group <= count; i += group) search<group>(values, stride, i, cuts, missing, out);
    for (; i < count; ++i) search<1>(values, stride, i, cuts, missing, out);
  }

 private:
  // So many searches go on together that their loads hide each other's latency.
  static constexpr std::size_t group = 16;

  template <std::size_t N, class T>
  COLONNADE_KERNEL static void search(const T* values, std::ptrdiff_t stride, std::size_t first,
                                      const T* cuts, std::uint8_t missing, std::uint8_t* out) {
    T x[N];
    std::uint32_t below[N] = {};
    for (std::size_t j = 0; j < N; ++j) x[j] = values[static_cast<std::ptrdiff_t>(first + j) * stride];
    for (std::uint32_t step = 128; step > 0; step /= 2) {
      for (std::size_t j = 0; j < N; ++j) {
        // Arithmetic, since a branch here would be guessed wrong half of the time.
        below[j] += step & (0u - static_cast<std::uint32_t>(cuts[below[j] + step - 1] <= x[j]));
      }
    }
    for (std::size_t j = 0; j < N; ++j)
      out[first + j] = x[j] != x[j] ? missing : static_cast<std::uint8_t>(below[j]);
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
