#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "colonnade/core/config.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Copies columns of bytes to rows: column k is `columns + k * plane`, row i becomes `out + i * stride`. The
/// bytes of a row beyond its columns, up to `stride` (a multiple of 8), are zeros. Eight rows of eight
/// columns at a time, each a 64-bit word. O(rows x stride).
class byte_transpose {
 public:
  byte_transpose(const std::uint8_t* columns, std::size_t plane, std::size_t count)
      : columns_(columns), plane_(plane), count_(count) {}

  void to_rows(std::size_t rows, std::uint8_t* out, std::size_t stride) const {
    std::size_t i = 0;
    for (; i + side <= rows; i += side) {
      for (std::size_t k = 0; k < stride; k += side) copy_square(i, k, out + i * stride + k, stride);
    }
    for (; i < rows; ++i) {
      std::fill_n(out + i * stride, stride, std::uint8_t{0});
      for (std::size_t k = 0; k < count_; ++k) out[i * stride + k] = columns_[k * plane_ + i];
    }
  }

 private:
  static constexpr std::size_t side = 8;

  void copy_square(std::size_t i, std::size_t k, std::uint8_t* out, std::size_t stride) const {
    std::uint64_t word[side] = {};
    const std::size_t columns = std::min(side, count_ - std::min(k, count_));
    for (std::size_t c = 0; c < columns; ++c)
      std::memcpy(&word[c], columns_ + (k + c) * plane_ + i, sizeof word[c]);
    exchange<4>(word, 0x00000000ffffffff);
    exchange<2>(word, 0x0000ffff0000ffff);
    exchange<1>(word, 0x00ff00ff00ff00ff);
    for (std::size_t r = 0; r < side; ++r) std::memcpy(out + r * stride, &word[r], sizeof word[r]);
  }

  // Of each square of 2 x 2 blocks of `Bytes` x `Bytes`, the two that are off the diagonal change places.
  template <std::size_t Bytes>
  static void exchange(std::uint64_t (&word)[side], std::uint64_t low) {
    for (std::size_t a = 0; a < side; ++a) {
      if ((a & Bytes) != 0) continue;
      const std::uint64_t differ = (word[a] >> (8 * Bytes) ^ word[a + Bytes]) & low;
      word[a + Bytes] ^= differ;
      word[a] ^= differ << (8 * Bytes);
    }
  }

  const std::uint8_t* columns_;
  std::size_t plane_, count_;
};

}  // namespace colonnade::inline COLONNADE_ABI
