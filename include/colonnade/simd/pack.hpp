#pragma once

#include <cstddef>
#include <cstring>
#include <type_traits>
#include <utility>

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

/// Loads `Lanes` pairs and parts them: the first of each, the second of each. They come in the order that
/// costs the least: lane `unzipped_lane(k)` holds those of pair k.
template <std::size_t Lanes, class T, class Pack>
COLONNADE_KERNEL void unzip(const T* pairs, Pack& first, Pack& second) {
  if constexpr (Lanes == 1) {
    first = Pack{pairs[0]};
    second = Pack{pairs[1]};
  } else {
    Pack a, b;
    load(a, pairs);
    load(b, pairs + Lanes);
#if defined(__clang__)
    if constexpr (Lanes == 2) {
      first = __builtin_shufflevector(a, b, 0, 2);
      second = __builtin_shufflevector(a, b, 1, 3);
    } else if constexpr (Lanes == 4) {
      first = __builtin_shufflevector(a, b, 0, 4, 2, 6);
      second = __builtin_shufflevector(a, b, 1, 5, 3, 7);
    } else if constexpr (Lanes == 8) {
      first = __builtin_shufflevector(a, b, 0, 8, 2, 10, 4, 12, 6, 14);
      second = __builtin_shufflevector(a, b, 1, 9, 3, 11, 5, 13, 7, 15);
    } else {
      first = __builtin_shufflevector(a, b, 0, 16, 2, 18, 4, 20, 6, 22, 8, 24, 10, 26, 12, 28, 14, 30);
      second = __builtin_shufflevector(a, b, 1, 17, 3, 19, 5, 21, 7, 23, 9, 25, 11, 27, 13, 29, 15, 31);
    }
#else
    using index = std::conditional_t<sizeof(T) == 8, long long, int>;
    pack<index, Lanes> even = {};
    for (std::size_t k = 0; k < Lanes; ++k) even[k] = static_cast<index>(k % 2 == 0 ? k : Lanes + k - 1);
    first = __builtin_shuffle(a, b, even);
    second = __builtin_shuffle(a, b, even + 1);
#endif
  }
}
template <std::size_t Lanes>
constexpr std::size_t unzipped_lane(std::size_t k) {
  return Lanes == 1 ? 0 : k < Lanes / 2 ? 2 * k : 2 * (k - Lanes / 2) + 1;
}

namespace detail {
template <class Pack, std::size_t... From>
COLONNADE_KERNEL void shuffle(const Pack& values, Pack& out, std::index_sequence<From...>) {
#if defined(__clang__)
  out = __builtin_shufflevector(values, Pack{}, From...);
#else
  using index = std::conditional_t<sizeof(values[0]) == 8, long long, int>;
  out = __builtin_shuffle(values, Pack{}, pack<index, sizeof...(From)>{static_cast<index>(From)...});
#endif
}
template <std::size_t By, std::size_t... Lane>
constexpr std::index_sequence<(Lane >= By ? Lane - By : sizeof...(Lane))...> raised(
    std::index_sequence<Lane...>);
template <std::size_t Count, std::size_t... Lane>
constexpr std::index_sequence<(Lane % Count + sizeof...(Lane) - Count)...> last(std::index_sequence<Lane...>);
}  // namespace detail

/// Lane k becomes the sum of the lanes k, k - Step, k - 2 Step and so on.
template <std::size_t Lanes, std::size_t Step, class Pack>
COLONNADE_KERNEL void accumulate_lanes(Pack& values) {
  if constexpr (Step < Lanes) {
    Pack before;
    detail::shuffle(values, before, decltype(detail::raised<Step>(std::make_index_sequence<Lanes>{})){});
    values += before;
    accumulate_lanes<Lanes, 2 * Step>(values);
  }
}
/// The last `Count` lanes, again and again.
template <std::size_t Lanes, std::size_t Count, class Pack>
COLONNADE_KERNEL void repeat_last(const Pack& values, Pack& out) {
  detail::shuffle(values, out, decltype(detail::last<Count>(std::make_index_sequence<Lanes>{})){});
}

/// Whether `permute` orders eight 32-bit lanes of `Isa` in a register. Clang has no shuffle by a variable
/// outside of functions with a target.
#if defined(__x86_64__) && !defined(__clang__)
template <class Isa>
inline constexpr bool has_permute = Isa::bytes >= 32;
#else
template <class Isa>
inline constexpr bool has_permute = false;
#endif

/// out[k] = table[index[k]] of a table in two registers, for the ISAs that have `permute`.
template <class Pack, class Index>
COLONNADE_KERNEL void look_up(const Pack& low, const Pack& high, const Index& index, Pack& out) {
#if defined(__clang__)
  constexpr std::size_t lanes = sizeof(Pack) / sizeof(low[0]);
  for (std::size_t k = 0; k < lanes; ++k) {
    const auto at = static_cast<std::size_t>(index[k]) % (2 * lanes);
    out[k] = at < lanes ? low[at] : high[at - lanes];
  }
#else
  using signed_index = std::conditional_t<sizeof(index[0]) == 8, long long, int>;
  out = __builtin_shuffle(low, high, (pack<signed_index, sizeof(Index) / sizeof(index[0])>)index);
#endif
}

/// out[k] = values[order[k]].
template <class Eight>
COLONNADE_KERNEL void permute(const Eight& values, const Eight& order, Eight& out) {
#if defined(__clang__)
  for (std::size_t k = 0; k < 8; ++k) out[k] = values[order[k]];
#else
  out = __builtin_shuffle(values, order);
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
