#include "colonnade/kernels/keyed_hash.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <set>
#include <string>

using namespace colonnade;

namespace {

constexpr hash_secret secret = {0x0123456789ABCDEF, 0xFEDCBA9876543211, 0x5555AAAA5555AAAA,
                                0x1F2E3D4C5B6A7989};

std::uint64_t hash(const std::string& text, const hash_secret& key = secret) {
  return keyed_hash(text, string_ends::of(text), key);
}

}  // namespace

TEST_CASE("keyed_hash: every byte of a string of any length counts, and its length too") {
  for (std::size_t length = 1; length < 70; ++length) {
    const std::string text(length, 'a');
    CHECK(hash(text) != hash(text + 'a'));
    for (std::size_t i = 0; i < length; ++i) {
      std::string other = text;
      other[i] = 'b';
      CHECK_MESSAGE(hash(text) != hash(other), "length " << length << ", byte " << i);
    }
  }
}

TEST_CASE("keyed_hash: strings with zero bytes inside differ by them") {
  std::set<std::uint64_t> seen;
  for (std::size_t length = 0; length < 40; ++length) seen.insert(hash(std::string(length, '\0')));
  CHECK(seen.size() == 40);
}

TEST_CASE("keyed_hash: another secret gives other hashes") {
  hash_secret other = secret;
  other.a += 2;
  CHECK(hash("category", secret) != hash("category", other));
  CHECK(keyed_hash(std::uint64_t{7}, secret) != keyed_hash(std::uint64_t{7}, other));
}

TEST_CASE("keyed_hash: the low bits of hashes of small numbers are spread evenly") {
  std::set<std::uint64_t> buckets;
  for (std::uint64_t word = 0; word < 4096; ++word) buckets.insert(keyed_hash(word, secret) % 4096);
  // 4096 balls in 4096 buckets fill 63.2 % of them; 2 % is ten standard deviations.
  CHECK(buckets.size() > 4096 * 0.61);
  CHECK(buckets.size() < 4096 * 0.65);
}

TEST_CASE("string_ends: a string of up to sixteen bytes is known by its ends and its length") {
  CHECK(string_ends::of("") == string_ends{});
  CHECK(string_ends::of("abc") == string_ends::of("abc"));
  CHECK_FALSE(string_ends::of("abc") == string_ends::of("abd"));
  CHECK_FALSE(string_ends::of("abcdefgh01234567") == string_ends::of("abcdefgh0123456x"));
  CHECK(string_ends::of("abcdefgh__01234567") == string_ends::of("abcdefghxx01234567"));
}

TEST_CASE("hash_secret: is drawn once a process") {
  CHECK(&hash_secret::of_process() == &hash_secret::of_process());
  CHECK(hash_secret::of_process().a % 2 == 1);
}
