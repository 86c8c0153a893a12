#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "tests/kinds.hpp"

// Loads any bytes as every kind that they name, and uses what comes out: format_error or a valid object.

extern "C" std::size_t LLVMFuzzerMutate(std::uint8_t* data, std::size_t size, std::size_t max_size);

namespace {

std::span<const std::byte> as_bytes(const std::uint8_t* data, std::size_t size) {
  return {reinterpret_cast<const std::byte*>(data), size};
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto bytes = as_bytes(data, size);
  std::string found;
  try {
    found = colonnade::kind_of(bytes);
  } catch (const colonnade::format_error&) {
    return 0;
  }
  for (const auto& kind : colonnade::tests::saved_kinds()) {
    if (kind.name != found) continue;
    try {
      kind.load(bytes);
    } catch (const colonnade::format_error&) {
    }
  }
  return 0;
}

/// Changes the fields and renews length and checksum, so that the edit is not caught at the door; one in
/// sixteen is left without.
extern "C" std::size_t LLVMFuzzerCustomMutator(std::uint8_t* data, std::size_t size, std::size_t max_size,
                                               unsigned int seed) {
  const std::size_t offset = colonnade::tests::payload_offset(as_bytes(data, size));
  std::minstd_rand random(seed);
  if (offset == 0 || random() % 16 == 0 || offset + 4 >= max_size)
    return LLVMFuzzerMutate(data, size, max_size);
  const std::size_t room = max_size - offset - 4;
  std::vector<std::uint8_t> payload(data + offset, data + size - 4);
  const std::size_t old_size = std::min(payload.size(), room);
  payload.resize(room);
  const std::size_t new_size = LLVMFuzzerMutate(payload.data(), old_size, room);
  const auto result = colonnade::tests::reframed(as_bytes(data, size), as_bytes(payload.data(), new_size));
  std::copy_n(reinterpret_cast<const std::uint8_t*>(result.data()), result.size(), data);
  return result.size();
}
