#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "colonnade/core/config.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Counter-based random numbers: draw `index` of stream `stream` under `seed` is a pure function of the
/// three, so row i draws the same number whichever thread or machine processes it. Two rounds of the
/// SplitMix64 finaliser (Steele, Lea and Flood 2014) over the mixed key. Not for cryptography.
class random_stream {
 public:
  constexpr explicit random_stream(std::uint64_t seed, std::uint64_t stream = 0)
      : key_(mix(seed + golden) ^ mix(mix(stream + 2 * golden))) {}

  /// 64 uniform bits.
  constexpr std::uint64_t bits(std::uint64_t index) const { return mix(key_ + mix(index * golden + 1)); }
  /// Uniform in [0, 1), with 53 bits.
  constexpr double uniform(std::uint64_t index) const {
    return static_cast<double>(bits(index) >> 11) * 0x1p-53;
  }
  /// Uniform in {0, ..., bound - 1}; `bound` must be positive. Bias below bound / 2^64 (Lemire's
  /// multiplication).
  constexpr std::uint64_t below(std::uint64_t index, std::uint64_t bound) const {
    __extension__ using wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<wide>(bits(index)) * bound) >> 64);
  }
  /// An independent generator for a part of the work (a tree, a level, a restart).
  constexpr random_stream substream(std::uint64_t index) const { return random_stream(key_, index); }

 private:
  static constexpr std::uint64_t golden = 0x9E3779B97F4A7C15;

  static constexpr std::uint64_t mix(std::uint64_t z) {
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }

  std::uint64_t key_;
};

/// Puts the items in random order (Fisher and Yates); the order depends on the generator and the size only.
template <class T>
constexpr void shuffle(std::span<T> items, const random_stream& random) {
  for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[random.below(i, i)]);
}

}  // namespace colonnade::inline COLONNADE_ABI
