#pragma once

#include <cstddef>

#include "colonnade/simd/pack.hpp"

namespace colonnade::inline COLONNADE_ABI::simd {

/// sum += a * b, with one rounding where the instruction set has that. Only for values whose error is bounded
/// and checked afterwards, since the baseline rounds twice. (Neither -ffp-contract nor a vector builtin of
/// GCC 12 gives it.)
template <class Isa, class Pack>
COLONNADE_KERNEL void multiply_add(Isa, Pack& sum, const Pack& a, const Pack& b) {
#if defined(__x86_64__) && !defined(__clang__)  // clang checks constraints before it inlines
  if constexpr (Isa::bytes == 64) {
    asm("vfmadd231ps %2, %1, %0" : "+v"(sum) : "v"(a), "v"(b));
    return;
  } else if constexpr (Isa::bytes == 32) {
    asm("vfmadd231ps %2, %1, %0" : "+x"(sum) : "x"(a), "x"(b));
    return;
  }
#endif
  sum += a * b;
}

/// The same value in every lane. (The plain `Pack{} + value` costs an addition, which keeps the sign of zero,
/// and `value - Pack{}` becomes one insertion a lane.)
template <class Isa, class Pack, class T>
COLONNADE_KERNEL void broadcast(Isa, Pack& out, const T& value) {
#if defined(__x86_64__) && !defined(__clang__)  // clang checks constraints before it inlines
  static_assert(sizeof(T) == 4);
  if constexpr (Isa::bytes == 64) {
    asm("vbroadcastss %1, %0" : "=v"(out) : "m"(value));
    return;
  } else if constexpr (Isa::bytes == 32) {
    asm("vbroadcastss %1, %0" : "=x"(out) : "m"(value));
    return;
  }
#endif
  out = Pack{} + value;
}

/// x becomes its square root.
template <class Isa, class Pack>
COLONNADE_KERNEL void square_root(Isa, Pack& x) {
#if defined(__x86_64__) && !defined(__clang__)  // clang checks constraints before it inlines
  if constexpr (Isa::bytes == 64) {
    asm("vsqrtps %0, %0" : "+v"(x));
    return;
  } else if constexpr (Isa::bytes == 32) {
    asm("vsqrtps %0, %0" : "+x"(x));
    return;
  }
#endif
  for (std::size_t k = 0; k < sizeof(Pack) / sizeof(float); ++k) x[k] = __builtin_sqrtf(x[k]);
}

}  // namespace colonnade::inline COLONNADE_ABI::simd
