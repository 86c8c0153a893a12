#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

namespace detail {

/// Of each square of 2 x 2 blocks of bytes, the two that are off the diagonal change places; `low` has the
/// lower half of every block of 2 x `bytes`.
template <class Word>
COLONNADE_KERNEL void exchange_blocks(Word (&word)[8], std::size_t bytes, std::uint64_t low) {
  for (std::size_t a = 0; a < 8; ++a) {
    if ((a & bytes) != 0) continue;
    const Word differ = ((word[a] >> (8 * bytes)) ^ word[a + bytes]) & low;
    word[a + bytes] ^= differ;
    word[a] ^= differ << (8 * bytes);
  }
}

}  // namespace detail

/// Eight words of eight bytes, or registers of such words, become their transpose: byte k of word r goes to
/// byte r of word k.
template <class Word>
COLONNADE_KERNEL void transpose_bytes(Word (&word)[8]) {
  detail::exchange_blocks(word, 4, 0x0000'0000'ffff'ffff);
  detail::exchange_blocks(word, 2, 0x0000'ffff'0000'ffff);
  detail::exchange_blocks(word, 1, 0x00ff'00ff'00ff'00ff);
}

/// Copies columns of bytes to rows: column k is `columns + k * plane`, row i becomes `out + i * stride`. The
/// bytes of a row beyond its columns, up to `stride` (a multiple of 8), are zeros. Eight rows of eight
/// columns at a time, each a 64-bit word. O(rows x stride).
class byte_transpose {
 public:
  byte_transpose(const std::uint8_t* columns, std::size_t plane, std::size_t count)
      : columns_(columns), plane_(plane), count_(count) {}

  void to_rows(std::size_t rows, std::uint8_t* out, std::size_t stride) const {
    const std::size_t whole = rows / side * side;
    for (std::size_t i = 0; i < whole; i += side) {
      for (std::size_t k = 0; k < stride; k += side) copy_square(i, k, out + i * stride + k, stride);
    }
    for (std::size_t i = whole; i < rows; ++i) {
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
    transpose_bytes(word);
    for (std::size_t r = 0; r < side; ++r) std::memcpy(out + r * stride, &word[r], sizeof word[r]);
  }

  const std::uint8_t* columns_;
  std::size_t plane_, count_;
};

}  // namespace colonnade::inline COLONNADE_ABI
