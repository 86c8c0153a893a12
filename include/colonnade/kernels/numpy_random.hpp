#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <span>
#include <utility>

#include "colonnade/core/config.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The numbers that `numpy.random.RandomState(seed)` draws (MT19937, Matsumoto and Nishimura 1998), and its
/// `shuffle`: for the places where the draws of scikit-learn have to be met. Everything else takes
/// `random_stream`.
class numpy_random {
 public:
  explicit numpy_random(std::uint32_t seed) {
    state_[0] = seed;
    for (std::uint32_t i = 1; i < size; ++i) {
      state_[i] = 1812433253U * (state_[i - 1] ^ (state_[i - 1] >> 30)) + i;
    }
  }

  std::uint32_t bits() {
    if (at_ == size) refill();
    std::uint32_t y = state_[at_++];
    y ^= y >> 11;
    y ^= (y << 7) & 0x9d2c5680U;
    y ^= (y << 15) & 0xefc60000U;
    return y ^ (y >> 18);
  }
  /// Uniform in 0 .. last.
  std::uint32_t up_to(std::uint32_t last) {
    if (last == 0) return 0;
    const std::uint32_t mask = 0xffffffffU >> std::countl_zero(last);
    std::uint32_t value = bits() & mask;
    while (value > last) value = bits() & mask;
    return value;
  }
  /// The order that `RandomState.shuffle` gives to fewer than 2^32 items. Draws that are too large are left
  /// out without a branch, which no CPU could predict.
  template <class T>
  void shuffle(std::span<T> items) {
    std::array<std::uint32_t, 512> drawn;
    for (auto last = static_cast<std::uint32_t>(items.empty() ? 0 : items.size() - 1); last > 0;) {
      const std::uint32_t mask = 0xffffffffU >> std::countl_zero(last);
      const std::uint32_t count = std::min<std::uint32_t>(drawn.size() - 1, last - (mask >> 1));
      for (std::uint32_t k = 0; k < count;) {
        drawn[k] = bits() & mask;
        k += drawn[k] <= last - k ? 1 : 0;
      }
      for (std::uint32_t k = 0; k < count; ++k) std::swap(items[last - k], items[drawn[k]]);
      last -= count;
    }
  }

 private:
  static constexpr std::uint32_t size = 624, lag = 397;

  void refill() {
    for (std::uint32_t i = 0; i < size - lag; ++i) state_[i] = state_[i + lag] ^ twisted(i, i + 1);
    for (std::uint32_t i = size - lag; i + 1 < size; ++i)
      state_[i] = state_[i + lag - size] ^ twisted(i, i + 1);
    state_[size - 1] = state_[lag - 1] ^ twisted(size - 1, 0);
    at_ = 0;
  }
  std::uint32_t twisted(std::uint32_t i, std::uint32_t next) const {
    const std::uint32_t y = (state_[i] & 0x80000000U) | (state_[next] & 0x7fffffffU);
    return (y >> 1) ^ (0x9908b0dfU & (0U - (y & 1)));
  }

  std::array<std::uint32_t, size> state_{};
  std::uint32_t at_ = size;
};

}  // namespace colonnade::inline COLONNADE_ABI
