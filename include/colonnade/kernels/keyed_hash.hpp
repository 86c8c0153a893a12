#pragma once

#include <unistd.h>
#if defined(__APPLE__)
#include <sys/random.h>
#endif

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <ctime>
#include <string_view>

#include "colonnade/core/config.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Four secret words, drawn once a process from the operating system. Whoever writes the data does not know
/// them, so nobody can choose keys that collide. Nothing that is fitted, saved or returned depends on them.
struct hash_secret {
  std::uint64_t a, b, c, d;

  static const hash_secret& of_process() {
    static const hash_secret secret = draw();
    return secret;
  }

 private:
  static hash_secret draw() {
    hash_secret secret{};
    if (::getentropy(&secret, sizeof secret) != 0) {
      const auto now =
          static_cast<std::uint64_t>(std::clock()) ^ static_cast<std::uint64_t>(std::time(nullptr)) << 32;
      const auto here = std::bit_cast<std::uintptr_t>(&secret);
      secret = {now * 0x9E3779B97F4A7C15, here * 0xBF58476D1CE4E5B9, (now ^ here) * 0x94D049BB133111EB, ~now};
    }
    secret.a |= 1;  // a factor of zero would hide the other one
    secret.d |= 1;
    return secret;
  }
};

namespace detail {

/// High half of the 128-bit product, exclusive-or its low half.
inline std::uint64_t folded_product(std::uint64_t x, std::uint64_t y) {
  __extension__ using wide = unsigned __int128;
  const wide product = static_cast<wide>(x) * y;
  return static_cast<std::uint64_t>(product >> 64) ^ static_cast<std::uint64_t>(product);
}

template <class Word>
std::uint64_t load(const char* from) {
  Word word;
  std::memcpy(&word, from, sizeof word);
  return word;
}

}  // namespace detail

/// The first and the last eight bytes of a string (overlapping when it is short): together with its length
/// they are the whole of a string of up to 16 bytes.
struct string_ends {
  std::uint64_t first = 0, last = 0;

  static string_ends of(std::string_view text) {
    const char* p = text.data();
    const std::size_t n = text.size();
    if (n >= 8) return {detail::load<std::uint64_t>(p), detail::load<std::uint64_t>(p + n - 8)};
    if (n >= 4) return {detail::load<std::uint32_t>(p), detail::load<std::uint32_t>(p + n - 4)};
    if (n == 0) return {};
    return {static_cast<std::uint64_t>(static_cast<unsigned char>(p[0])) |
                static_cast<std::uint64_t>(static_cast<unsigned char>(p[n / 2])) << 8 |
                static_cast<std::uint64_t>(static_cast<unsigned char>(p[n - 1])) << 16,
            0};
  }
  friend bool operator==(const string_ends&, const string_ends&) = default;
};

/// Keyed 64-bit hash of a word: two folded products.
inline std::uint64_t keyed_hash(std::uint64_t word, const hash_secret& secret) {
  return detail::folded_product(detail::folded_product(word ^ secret.b, secret.a) ^ secret.c, secret.d);
}

/// Keyed 64-bit hash of a string, whose ends are known, 16 bytes a step.
inline std::uint64_t keyed_hash(std::string_view text, const string_ends& ends, const hash_secret& secret) {
  std::uint64_t state = secret.c ^ text.size();
  const char* p = text.data();
  for (std::size_t left = text.size(); left > 16; left -= 16, p += 16) {
    state = detail::folded_product(detail::load<std::uint64_t>(p) ^ secret.a ^ state,
                                   detail::load<std::uint64_t>(p + 8) ^ secret.b);
  }
  // The loop leaves up to 16 bytes: the last 16 of the text are read whole, whatever the loop has seen of
  // them.
  const std::uint64_t before_last =
      text.size() > 16 ? detail::load<std::uint64_t>(text.data() + text.size() - 16) : ends.first;
  state ^= detail::folded_product(before_last ^ secret.a, ends.last ^ secret.b ^ state);
  return detail::folded_product(state ^ secret.c, secret.d);
}

}  // namespace colonnade::inline COLONNADE_ABI
