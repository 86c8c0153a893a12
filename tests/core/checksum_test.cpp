#include "colonnade/core/checksum.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using namespace colonnade;

TEST_CASE("crc32c: the check value of the standard, and every length") {
  const std::string digits = "123456789";
  CHECK(crc32c(std::as_bytes(std::span(digits))) == 0xE3069283);
  CHECK(crc32c({}) == 0);
  std::vector<std::byte> bytes(67);
  for (std::size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<std::byte>(i * 37);
  for (std::size_t n = 0; n <= bytes.size(); ++n) {
    std::uint32_t slow = 0xFFFFFFFF;
    for (std::size_t i = 0; i < n; ++i) {
      slow ^= std::to_integer<std::uint32_t>(bytes[i]);
      for (int bit = 0; bit < 8; ++bit) slow = (slow >> 1) ^ ((slow & 1) != 0 ? 0x82F63B78 : 0);
    }
    CHECK(crc32c(std::span(bytes).first(n)) == ~slow);
  }
}
