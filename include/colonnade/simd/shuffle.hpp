#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include "colonnade/simd/pack.hpp"

namespace colonnade::inline COLONNADE_ABI::simd {

namespace detail {

/// out[k] = the k-th of `From` among the lanes of a and then those of b.
template <class Pack, std::size_t... From>
COLONNADE_KERNEL void shuffle(const Pack& a, const Pack& b, Pack& out, std::index_sequence<From...>) {
#if defined(__clang__)
  out = __builtin_shufflevector(a, b, From...);
#else
  using index = std::conditional_t<sizeof(a[0]) == 8, long long, int>;
  out = __builtin_shuffle(a, b, pack<index, sizeof...(From)>{static_cast<index>(From)...});
#endif
}

// Lanes, as functions of the lane that they go to.
template <std::size_t Odd>
struct paired {
  static constexpr std::size_t from(std::size_t lane, std::size_t lanes) {
    return (lane % 2 == 0 ? lane : lanes + lane - 1) + Odd;
  }
};
template <std::size_t By>
struct raised {
  static constexpr std::size_t from(std::size_t lane, std::size_t lanes) {
    return lane >= By ? lane - By : lanes;
  }
};
template <std::size_t Count>
struct last {
  static constexpr std::size_t from(std::size_t lane, std::size_t lanes) {
    return lane % Count + lanes - Count;
  }
};
template <std::size_t Half>
struct lower_halves {
  static constexpr std::size_t from(std::size_t lane, std::size_t lanes) {
    return (lane & Half) != 0 ? lanes + lane - Half : lane;
  }
};
template <std::size_t Half>
struct upper_halves {
  static constexpr std::size_t from(std::size_t lane, std::size_t lanes) {
    return (lane & Half) != 0 ? lanes + lane : lane + Half;
  }
};
template <class Lanes, std::size_t... Lane>
constexpr std::index_sequence<Lanes::from(Lane, sizeof...(Lane))...> order(std::index_sequence<Lane...>);

template <class Lanes, std::size_t Count, class Pack>
COLONNADE_KERNEL void shuffle(const Pack& a, const Pack& b, Pack& out) {
  shuffle(a, b, out, decltype(order<Lanes>(std::make_index_sequence<Count>{})){});
}

}  // namespace detail

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
    detail::shuffle<detail::paired<0>, Lanes>(a, b, first);
    detail::shuffle<detail::paired<1>, Lanes>(a, b, second);
  }
}
template <std::size_t Lanes>
constexpr std::size_t unzipped_lane(std::size_t k) {
  return Lanes == 1 ? 0 : k < Lanes / 2 ? 2 * k : 2 * (k - Lanes / 2) + 1;
}

/// Lane k becomes the sum of the lanes k, k - Step, k - 2 Step and so on.
template <std::size_t Lanes, std::size_t Step, class Pack>
COLONNADE_KERNEL void accumulate_lanes(Pack& values) {
  if constexpr (Step < Lanes) {
    Pack before;
    detail::shuffle<detail::raised<Step>, Lanes>(values, Pack{}, before);
    values += before;
    accumulate_lanes<Lanes, 2 * Step>(values);
  }
}
/// The last `Count` lanes, again and again.
template <std::size_t Lanes, std::size_t Count, class Pack>
COLONNADE_KERNEL void repeat_last(const Pack& values, Pack& out) {
  detail::shuffle<detail::last<Count>, Lanes>(values, values, out);
}

/// Lane k of register r goes to lane r of register k.
template <std::size_t Side, std::size_t Half = Side / 2, class Pack>
COLONNADE_KERNEL void transpose(Pack (&rows)[Side]) {
#pragma GCC unroll 16
  for (std::size_t r = 0; r < Side; ++r) {
    if ((r & Half) != 0) continue;
    const Pack upper = rows[r], lower = rows[r + Half];
    detail::shuffle<detail::lower_halves<Half>, Side>(upper, lower, rows[r]);
    detail::shuffle<detail::upper_halves<Half>, Side>(upper, lower, rows[r + Half]);
  }
  if constexpr (Half > 1) transpose<Side, Half / 2>(rows);
}

/// Whether registers of `Isa` are looked up (`permute`, `look_up`) in an instruction or a few. Clang has no
/// shuffle by a variable outside of functions with a target.
#if defined(__x86_64__) && !defined(__clang__)
template <class Isa>
inline constexpr bool has_permute = Isa::bytes >= 32;
#else
template <class Isa>
inline constexpr bool has_permute = false;
#endif

/// out[k] = values[order[k]].
template <class Eight>
COLONNADE_KERNEL void permute(const Eight& values, const Eight& order, Eight& out) {
#if defined(__clang__)
  for (std::size_t k = 0; k < 8; ++k) out[k] = values[order[k]];
#else
  out = __builtin_shuffle(values, order);
#endif
}

/// out[k] = table[index[k]] of a table in two registers.
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

}  // namespace colonnade::inline COLONNADE_ABI::simd
