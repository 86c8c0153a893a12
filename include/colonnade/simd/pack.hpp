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

}  // namespace colonnade::inline COLONNADE_ABI::simd
