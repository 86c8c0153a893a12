#pragma once

#include <cstddef>
#include <cstring>
#include <type_traits>

#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI::simd {

namespace detail {
template <class T, std::size_t Lanes>
struct vector_of {
  typedef T type __attribute__((vector_size(Lanes * sizeof(T))));
};
}  // namespace detail

/// `Lanes` values of `T` in one register, with the arithmetic and comparisons of the compiler's vector
/// extension. Never wider than the ISA's registers, never passed or returned by value, never stored in a
/// class.
template <class T, std::size_t Lanes>
using pack = typename detail::vector_of<T, Lanes>::type;

/// As many lanes of `T` as a register of `Isa` holds.
template <class Isa, class T>
inline constexpr std::size_t lanes = Isa::bytes / sizeof(T);

/// Loads without alignment; values of another type (float) are converted to the pack's (double).
template <class Pack, class T>
COLONNADE_KERNEL void load(Pack& out, const T* from) {
  using element = std::remove_cvref_t<decltype(out[0])>;
  pack<T, sizeof(Pack) / sizeof(element)> values;
  std::memcpy(&values, from, sizeof values);
  if constexpr (std::is_same_v<T, element>) {
    out = values;
  } else {
    out = __builtin_convertvector(values, Pack);
  }
}

/// Stores without alignment, converting to the type of the destination.
template <class Pack, class T>
COLONNADE_KERNEL void store(T* to, const Pack& values) {
  using element = std::remove_cvref_t<decltype(values[0])>;
  if constexpr (std::is_same_v<T, element>) {
    std::memcpy(to, &values, sizeof values);
  } else {
    const auto converted = __builtin_convertvector(values, pack<T, sizeof(Pack) / sizeof(element)>);
    std::memcpy(to, &converted, sizeof converted);
  }
}

/// Keeps the compiler from looking through the choice (`a > b ? x : y`) that made `x`. Needed where a choice
/// depends on another: GCC 12 joins their conditions into masks that it has no AVX-512 instructions for,
/// since kernels are no functions of a target before they are inlined, and compares lane by lane. For the
/// same reason no result of a comparison is kept or combined: it stands in the choice.
template <class Pack>
COLONNADE_KERNEL void settle(Pack& x) {
#if defined(__x86_64__) && !defined(__clang__)
  if constexpr (sizeof(Pack) == 64) asm("" : "+v"(x));
#else
  static_cast<void>(x);
#endif
}

/// A bit for each lane of 16 bytes of the result of a comparison: whether it is set.
template <class Mask>
COLONNADE_KERNEL unsigned lane_bits(const Mask& mask) {
  static_assert(sizeof(Mask) == 16);
  constexpr std::size_t lanes = 16 / sizeof(mask[0]);
  static_assert(lanes <= 4);
#if defined(__x86_64__)
  if constexpr (lanes == 4) {
    return static_cast<unsigned>(__builtin_ia32_movmskps((pack<float, 4>)mask));
  } else {
    return static_cast<unsigned>(__builtin_ia32_movmskpd((pack<double, 2>)mask));
  }
#else
  unsigned bits = 0;
  for (std::size_t k = 0; k < lanes; ++k) bits |= (mask[k] != 0 ? 1U : 0U) << k;
  return bits;
#endif
}

/// Whether a lane of the result of a comparison is set.
template <class Mask>
COLONNADE_KERNEL bool any(const Mask& mask) {
  if constexpr (sizeof(Mask) < sizeof(long long)) {
    return mask[0] != 0;
  } else {
    pack<long long, sizeof(Mask) / sizeof(long long)> words;
    std::memcpy(&words, &mask, sizeof words);
    long long all = 0;
    for (std::size_t k = 0; k < sizeof(Mask) / sizeof(long long); ++k) all |= words[k];
    return all != 0;
  }
}

}  // namespace colonnade::inline COLONNADE_ABI::simd
