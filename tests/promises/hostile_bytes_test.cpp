#include <doctest/doctest.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <malloc.h>
#include <new>
#include <string>
#include <vector>

#include "tests/effort.hpp"
#include "tests/kinds.hpp"

// Bytes that nobody made with `save`: an error or a valid object, within a bounded memory.

namespace {

std::atomic<std::size_t> live_bytes = 0, peak_bytes = 0;
std::size_t peak_of_loading = 0;

void* counted(void* memory) {
  if (memory == nullptr) throw std::bad_alloc();
  const std::size_t now = live_bytes += malloc_usable_size(memory);
  if (now > peak_bytes) peak_bytes = now;
  return memory;
}
void counted_free(void* memory) noexcept {
  live_bytes -= malloc_usable_size(memory);
  std::free(memory);
}
void* aligned(std::size_t size, std::align_val_t alignment) {
  const auto step = static_cast<std::size_t>(alignment);
  return counted(std::aligned_alloc(step, (size + step - 1) / step * step));
}

}  // namespace

void* operator new(std::size_t size) { return counted(std::malloc(size)); }
void* operator new[](std::size_t size) { return counted(std::malloc(size)); }
// That of the standard library calls the first; that of a sanitizer does not.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
  void* memory = std::malloc(size);
  return memory == nullptr ? nullptr : counted(memory);
}
void* operator new(std::size_t size, std::align_val_t alignment) { return aligned(size, alignment); }
void* operator new[](std::size_t size, std::align_val_t alignment) { return aligned(size, alignment); }
void operator delete(void* memory) noexcept { counted_free(memory); }
void operator delete[](void* memory) noexcept { counted_free(memory); }
void operator delete(void* memory, std::size_t) noexcept { counted_free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { counted_free(memory); }
void operator delete(void* memory, std::align_val_t) noexcept { counted_free(memory); }
void operator delete[](void* memory, std::align_val_t) noexcept { counted_free(memory); }
void operator delete(void* memory, std::size_t, std::align_val_t) noexcept { counted_free(memory); }
void operator delete[](void* memory, std::size_t, std::align_val_t) noexcept { counted_free(memory); }

namespace {

using bytes = std::vector<std::byte>;

// Under sanitizers the fuzz targets go on where these end.
constexpr std::size_t edits = colonnade::tests::effort(2000, 500);

enum class outcome { refused, accepted };

/// Only format_error may come out, and loading takes at most 16 times the bytes (and a page for messages).
outcome load_hostile(const colonnade::tests::saved_kind& kind, const bytes& saved) {
  const std::size_t before = live_bytes;
  peak_bytes = before;
  colonnade::tests::after_loading = [] { peak_of_loading = peak_bytes; };
  outcome result = outcome::accepted;
  try {
    kind.load(saved);
  } catch (const colonnade::format_error&) {
    result = outcome::refused;
    peak_of_loading = peak_bytes;
  }
  const std::size_t taken = peak_of_loading - before;
  CHECK_MESSAGE(taken <= 16 * saved.size() + 4096,
                kind.name << ": " << taken << " bytes for " << saved.size());
  return result;
}

struct draws {
  std::uint64_t state;
  std::size_t below(std::size_t limit) {
    state = state * 6364136223846793005ULL + 1442695040888963407ULL;
    return static_cast<std::size_t>((state >> 33) % limit);
  }
};

/// Numbers that a length, an index, a count or a value should not be.
const std::vector<std::uint64_t>& strange_values() {
  static const std::vector<std::uint64_t> values = {0,
                                                    1,
                                                    2,
                                                    3,
                                                    0x7f,
                                                    0x80,
                                                    0xff,
                                                    0x7fff,
                                                    0xffff,
                                                    0x10000,
                                                    0x7fffffff,
                                                    0x80000000,
                                                    0xffffffff,
                                                    0x100000000,
                                                    1ULL << 40,
                                                    1ULL << 61,
                                                    1ULL << 62,
                                                    1ULL << 63,
                                                    ~0ULL,
                                                    ~1ULL,
                                                    0x7ff0000000000000ULL,
                                                    0x7ff8000000000000ULL,
                                                    0xfff0000000000000ULL,
                                                    0x7fefffffffffffffULL,
                                                    0x0000000000000001ULL,
                                                    0x8000000000000000ULL,
                                                    0x3ff0000000000000ULL,
                                                    0xbff0000000000000ULL,
                                                    0x7f8000007f800000ULL};
  return values;
}

void edit_byte(bytes& payload, draws& random) {
  payload[random.below(payload.size())] = static_cast<std::byte>(random.below(256));
}
void edit_field(bytes& payload, draws& random) {
  const std::size_t width = std::size_t{1} << random.below(4);
  if (payload.size() < width) return edit_byte(payload, random);
  const std::size_t at = random.below(payload.size() - width + 1);
  const std::uint64_t value = strange_values()[random.below(strange_values().size())];
  std::memcpy(payload.data() + at, &value, width);
}

}  // namespace

// LAW: bytes-sample Every kind of saved object loads as what was saved.
TEST_CASE("hostile bytes: an untouched sample of every kind is accepted") {
  CHECK(!colonnade::tests::saved_kinds().empty());
  for (const auto& kind : colonnade::tests::saved_kinds()) {
    CAPTURE(kind.name);
    CHECK(load_hostile(kind, kind.bytes()) == outcome::accepted);
  }
}

// LAW: bytes-truncated Every truncated prefix of every kind of saved object is refused with format_error.
TEST_CASE("hostile bytes: every truncated prefix is refused") {
  for (const auto& kind : colonnade::tests::saved_kinds()) {
    CAPTURE(kind.name);
    const bytes saved = kind.bytes();
    for (std::size_t size = 0; size < saved.size(); ++size) {
      const bytes prefix(saved.begin(), saved.begin() + static_cast<std::ptrdiff_t>(size));
      REQUIRE(load_hostile(kind, prefix) == outcome::refused);
    }
  }
}

// LAW: bytes-truncated-fields Fields cut short inside a well-made frame give an error or a valid object.
TEST_CASE("hostile bytes: fields that end too early are refused or valid") {
  for (const auto& kind : colonnade::tests::saved_kinds()) {
    CAPTURE(kind.name);
    const bytes saved = kind.bytes();
    const auto payload = colonnade::tests::payload_of(saved);
    const std::size_t step = 1 + payload.size() / (2 * edits);
    for (std::size_t size = 0; size < payload.size(); size += step) {
      load_hostile(kind, colonnade::tests::reframed(saved, payload.first(size)));
    }
  }
}

// LAW: bytes-flipped One changed byte anywhere in the file is refused with format_error.
TEST_CASE("hostile bytes: a changed byte is found by the checksum") {
  for (const auto& kind : colonnade::tests::saved_kinds()) {
    CAPTURE(kind.name);
    const bytes saved = kind.bytes();
    draws random{1};
    for (int edit = 0; edit < 500; ++edit) {
      bytes changed = saved;
      changed[random.below(saved.size())] ^= static_cast<std::byte>(1 + random.below(255));
      REQUIRE(load_hostile(kind, changed) == outcome::refused);
    }
  }
}

// LAW: bytes-edited 2,000 one-byte and one-field edits with a right checksum: an error or a valid object,
// bounded memory.
TEST_CASE("hostile bytes: edited fields under a right checksum are refused or give a valid object") {
  for (const auto& kind : colonnade::tests::saved_kinds()) {
    CAPTURE(kind.name);
    const bytes saved = kind.bytes();
    const auto original = colonnade::tests::payload_of(saved);
    if (original.empty()) continue;
    draws random{2};
    for (std::size_t edit = 0; edit < edits; ++edit) {
      bytes payload(original.begin(), original.end());
      for (std::size_t i = 1 + (edit % 4 == 3 ? random.below(3) : 0); i > 0; --i) {
        edit % 2 == 0 ? edit_byte(payload, random) : edit_field(payload, random);
      }
      load_hostile(kind, colonnade::tests::reframed(saved, payload));
    }
  }
}

// LAW: bytes-length-bomb A sequence that claims more items than bytes remain is refused before memory is
// taken.
TEST_CASE("hostile bytes: eight bytes of any place set to a huge length take no memory") {
  for (const auto& kind : colonnade::tests::saved_kinds()) {
    CAPTURE(kind.name);
    const bytes saved = kind.bytes();
    const auto original = colonnade::tests::payload_of(saved);
    const std::size_t step = 1 + original.size() / edits;
    for (std::size_t at = 0; at + 8 <= original.size(); at += step) {
      bytes payload(original.begin(), original.end());
      const std::uint64_t length = 1ULL << (20 + at % 40);
      std::memcpy(payload.data() + at, &length, 8);
      load_hostile(kind, colonnade::tests::reframed(saved, payload));
    }
  }
}

// LAW: bytes-wrong-kind A saved object of one kind is refused, by name, where another is expected.
TEST_CASE("hostile bytes: an object of another kind is refused") {
  for (const auto& kind : colonnade::tests::saved_kinds()) {
    for (const auto& other : colonnade::tests::saved_kinds()) {
      if (kind.name == other.name) continue;
      CAPTURE(kind.name);
      CAPTURE(other.name);
      CHECK(load_hostile(kind, other.bytes()) == outcome::refused);
    }
  }
}
