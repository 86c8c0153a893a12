#include "colonnade/sketches/stable_hash.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <set>
#include <string>

using namespace colonnade;

TEST_CASE("stable_hash: hashes stay the same for ever, saved sketches hold them") {
  CHECK(stable_hash::of(std::uint64_t{0}) == 0xE220A8397B1DCDAFULL);
  CHECK(stable_hash::of(std::string_view("")) == 0xA706DD2F4D197E6FULL);
  CHECK(stable_hash::of(std::string_view("monthly contract")) == 0x7FEF270C47C00622ULL);
  CHECK(stable_hash::of(1.5) == 0xD6DAB18E1392608AULL);
}

TEST_CASE("stable_hash: both zeros are one number") { CHECK(stable_hash::of(0.0) == stable_hash::of(-0.0)); }

TEST_CASE("stable_hash: texts that differ in length or in trailing zero bytes have different hashes") {
  std::set<std::uint64_t> seen;
  for (std::size_t n = 0; n < 100; ++n) seen.insert(stable_hash::of(std::string_view(std::string(n, '\0'))));
  CHECK(seen.size() == 100);
}

TEST_CASE("stable_hash: every bit of a hash depends on every bit of the value") {
  for (int bit = 0; bit < 64; ++bit) {
    int changed = 0;
    for (std::uint64_t i = 0; i < 64; ++i) {
      const std::uint64_t value = i * 0x123456789;
      changed += std::popcount(stable_hash::of(value) ^ stable_hash::of(value ^ (std::uint64_t{1} << bit)));
    }
    CHECK(changed > 64 * 28);
    CHECK(changed < 64 * 36);
  }
}
