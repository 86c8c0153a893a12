#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "colonnade/core/config.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// 64-bit hashes of values, the same on every machine and for ever: saved sketches hold them. Equal numbers
/// have equal hashes (0.0 and -0.0 do). Not for cryptography.
class stable_hash {
 public:
  static constexpr std::uint64_t of(std::uint64_t bits) {
    // The finaliser of SplitMix64 (Steele, Lea and Flood 2014): a bijection, so distinct numbers never
    // collide.
    std::uint64_t z = bits + 0x9E3779B97F4A7C15;
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB;
    return z ^ (z >> 31);
  }
  static constexpr std::uint64_t of(double value) { return of(std::bit_cast<std::uint64_t>(value + 0.0)); }
  static std::uint64_t of(std::string_view text) {
    std::uint64_t state = of(std::uint64_t{text.size()});
    while (text.size() >= 8) {
      state = folded(state ^ word(text, 8), 0xD6E8FEB86659FD93);
      text.remove_prefix(8);
    }
    if (!text.empty()) state = folded(state ^ word(text, text.size()), 0xA0761D6478BD642F);
    return of(state);
  }

 private:
  static std::uint64_t word(std::string_view text, std::size_t bytes) {
    std::uint64_t value = 0;
    std::memcpy(&value, text.data(), bytes);
    return value;
  }
  static std::uint64_t folded(std::uint64_t a, std::uint64_t b) {
    __extension__ using wide = unsigned __int128;
    const wide product = static_cast<wide>(a) * b;
    // With `a` in the sum a state of zero does not erase what follows.
    return (static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64)) + a;
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
