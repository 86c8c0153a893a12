#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>

#include "colonnade/core/config.hpp"

namespace colonnade::inline COLONNADE_ABI {

namespace detail {

using crc_tables = std::array<std::array<std::uint32_t, 256>, 16>;

constexpr crc_tables make_crc_tables() {
  crc_tables tables{};
  for (std::uint32_t byte = 0; byte < 256; ++byte) {
    std::uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? 0x82F63B78U : 0U);
    tables[0][byte] = crc;
  }
  for (std::size_t t = 1; t < 16; ++t) {
    for (std::size_t byte = 0; byte < 256; ++byte) {
      const std::uint32_t before = tables[t - 1][byte];
      tables[t][byte] = (before >> 8) ^ tables[0][before & 0xFF];
    }
  }
  return tables;
}

inline constexpr crc_tables crc_table = make_crc_tables();

}  // namespace detail

/// CRC-32C (Castagnoli) of the bytes, sixteen at a time (Kounavis and Berry 2005). Finds damage; it is no
/// signature.
inline std::uint32_t crc32c(std::span<const std::byte> bytes) {
  const auto& table = detail::crc_table;
  std::uint32_t crc = 0xFFFFFFFF;
  std::size_t i = 0;
  for (; i + 16 <= bytes.size(); i += 16) {
    std::uint64_t first, second;
    std::memcpy(&first, bytes.data() + i, sizeof first);
    std::memcpy(&second, bytes.data() + i + 8, sizeof second);
    first ^= crc;
    crc = 0;
    for (std::size_t k = 0; k < 8; ++k) {
      crc ^= table[15 - k][(first >> (8 * k)) & 0xFF];
      crc ^= table[7 - k][(second >> (8 * k)) & 0xFF];
    }
  }
  for (; i < bytes.size(); ++i) {
    crc = (crc >> 8) ^ table[0][(crc ^ std::to_integer<std::uint32_t>(bytes[i])) & 0xFF];
  }
  return ~crc;
}

}  // namespace colonnade::inline COLONNADE_ABI
