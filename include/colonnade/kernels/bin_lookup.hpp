#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Bins of a column: `out[i]` is the number of cuts that are not above value i, `missing` for NaN. `cuts`
/// holds 255 ascending cuts, NaN (which no value reaches) beyond the real ones and in place 255, and then
/// every sixteenth of them, from cuts[15] on, again. -0.0 is 0.0; infinities are values.
struct bin_lookup {
  static constexpr std::size_t cut_slots = 272, groups = 256;
  static constexpr std::uint32_t per_group = 16;

  template <class Isa, class T>
  COLONNADE_KERNEL void operator()(Isa, const T* values, std::ptrdiff_t stride, std::size_t count,
                                   const T* cuts, std::uint8_t missing, std::uint8_t* out) const {
    for (std::size_t i = 0; i < count; ++i) {
      const T x = values[static_cast<std::ptrdiff_t>(i) * stride];
      // Two counts of sixteen instead of a binary search: no load waits for more than one other.
      const std::uint32_t group = count_below<Isa>(cuts + groups, x);
      const std::uint32_t below = per_group * group + count_below<Isa>(cuts + per_group * group, x);
      out[i] = x != x ? missing : static_cast<std::uint8_t>(below);
    }
  }

 private:
  /// How many of sixteen cuts are not above x.
  template <class Isa, class T>
  COLONNADE_KERNEL static std::uint32_t count_below(const T* cuts, T x) {
    constexpr std::size_t lanes = simd::lanes<Isa, T>;
    using integers = decltype(simd::pack<T, lanes>{} <= simd::pack<T, lanes>{});
    integers reached = {};
    for (std::size_t j = 0; j < per_group; j += lanes) {
      simd::pack<T, lanes> cut;
      simd::load(cut, cuts + j);
      reached -= cut <= x;
    }
    return sum<integers>(reached);
  }

  template <class Pack>
  COLONNADE_KERNEL static std::uint32_t sum(const Pack& counts) {
    constexpr std::size_t words = sizeof(Pack) / 16;
    simd::pack<std::uint64_t, 2> part[words];
    std::memcpy(&part, &counts, sizeof counts);
    for (std::size_t k = 1; k < words; ++k) part[0] += part[k];
    const std::uint64_t both = part[0][0] + part[0][1];
    return static_cast<std::uint32_t>(both) +
           (sizeof(counts[0]) == 4 ? static_cast<std::uint32_t>(both >> 32) : 0);
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
