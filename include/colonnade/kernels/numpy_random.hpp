#pragma once

#include <array>
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
    std::uint32_t mask = last;
    for (const int shift : {1, 2, 4, 8, 16}) mask |= mask >> shift;
    std::uint32_t value = bits() & mask;
    while (value > last) value = bits() & mask;
    return value;
  }
  /// The order that `RandomState.shuffle` gives to fewer than 2^32 items.
  template <class T>
  void shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i) {
      std::swap(items[i - 1], items[up_to(static_cast<std::uint32_t>(i - 1))]);
    }
  }

 private:
  static constexpr std::uint32_t size = 624, lag = 397;

  void refill() {
    for (std::uint32_t i = 0; i < size; ++i) {
      const std::uint32_t y = (state_[i] & 0x80000000U) | (state_[(i + 1) % size] & 0x7fffffffU);
      state_[i] = state_[(i + lag) % size] ^ (y >> 1) ^ ((y & 1) != 0 ? 0x9908b0dfU : 0U);
    }
    at_ = 0;
  }

  std::array<std::uint32_t, size> state_{};
  std::uint32_t at_ = size;
};

}  // namespace colonnade::inline COLONNADE_ABI
