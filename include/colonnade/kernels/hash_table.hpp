#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string_view>
#include <type_traits>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/kernels/keyed_hash.hpp"

namespace colonnade::inline COLONNADE_ABI {

namespace detail {

/// Keys of one machine word: integers, and floating-point numbers by their bits (-0 is 0, all NaNs are one).
template <class Key>
class word_keys {
 public:
  struct probe {
    std::uint64_t bits;
  };

  static probe prepare(Key key) {
    if constexpr (std::is_floating_point_v<Key>) {
      const double value =
          key != key ? std::numeric_limits<double>::quiet_NaN() : static_cast<double>(key) + 0.0;
      return {std::bit_cast<std::uint64_t>(value)};
    } else {
      return {static_cast<std::uint64_t>(key)};
    }
  }
  static std::uint64_t hash(Key, const probe& p, const hash_secret& secret) {
    return keyed_hash(p.bits, secret);
  }

  bool equal(std::uint32_t id, Key, const probe& p) const { return bits_[id] == p.bits; }
  void add(Key, const probe& p) { bits_.push_back(p.bits); }
  void reserve(std::size_t keys) { bits_.reserve(keys); }
  Key operator[](std::uint32_t id) const {
    if constexpr (std::is_floating_point_v<Key>) {
      return static_cast<Key>(std::bit_cast<double>(bits_[id]));
    } else {
      return static_cast<Key>(bits_[id]);
    }
  }
  std::size_t size() const { return bits_.size(); }

 private:
  std::vector<std::uint64_t> bits_;
};

/// Strings: their ends beside each other (all that is compared when they are short), their bytes in one
/// arena.
class string_keys {
 public:
  using probe = string_ends;

  static probe prepare(std::string_view key) { return string_ends::of(key); }
  static std::uint64_t hash(std::string_view key, const probe& p, const hash_secret& secret) {
    return keyed_hash(key, p, secret);
  }

  bool equal(std::uint32_t id, std::string_view key, const probe& p) const {
    const entry& e = entries_[id];
    if (!(e.ends == p) || e.length != key.size()) return false;
    return e.length <= 16 || std::memcmp(bytes_.data() + e.offset, key.data(), e.length) == 0;
  }
  void add(std::string_view key, const probe& p) {
    entries_.push_back({p, bytes_.size(), key.size()});
    bytes_.insert(bytes_.end(), key.begin(), key.end());
  }
  void reserve(std::size_t keys) { entries_.reserve(keys); }
  std::string_view operator[](std::uint32_t id) const {
    return {bytes_.data() + entries_[id].offset, entries_[id].length};
  }
  std::size_t size() const { return entries_.size(); }

 private:
  struct entry {
    string_ends ends;
    std::size_t offset, length;
  };

  std::vector<entry> entries_;
  std::vector<char> bytes_;
};

}  // namespace detail

/// A set of distinct keys (`std::string_view`, whose bytes are copied, or a number) that gives each a dense
/// number in the order of first sight: 0, 1, 2, ... Open addressing, linear probing, at most half full; a
/// slot is eight bytes (32 bits of hash, 32 of number). O(1) a key whoever chose the keys, since the hash is
/// keyed (`hash_secret`).
template <class Key>
class hash_table {
 public:
  using id_type = std::uint32_t;
  /// What `find` gives for a key that is not there.
  static constexpr id_type absent = std::numeric_limits<id_type>::max();

  std::size_t size() const { return keys_.size(); }
  bool empty() const { return size() == 0; }
  /// The key with that number; a string stays where it is until the next insertion.
  Key operator[](id_type id) const { return keys_[id]; }

  /// Makes room for that many keys.
  void reserve(std::size_t keys) {
    keys_.reserve(keys);
    while (slots_.size() < 2 * keys) grow();
  }

  /// Number of the key, which is added if it is new.
  id_type insert(Key key) {
    const auto probe = keys_type::prepare(key);
    return insert_hashed(key, probe, tag_of(keys_type::hash(key, probe, *secret_)));
  }

  /// Number of the key, or `absent`.
  id_type find(Key key) const {
    if (slots_.empty()) return absent;
    const auto probe = keys_type::prepare(key);
    return find_hashed(key, probe, tag_of(keys_type::hash(key, probe, *secret_)));
  }

  /// `out[i]` = number of `key_of(i)` for i below `count`, new keys added. Hashes a few rows ahead, so that
  /// the cache misses of a large table overlap.
  template <class KeyOf, class Out>
  void insert_rows(std::size_t count, const KeyOf& key_of, Out* out) {
    if constexpr (std::is_integral_v<Key>) return insert_integers(count, key_of, out);
    in_chunks(count, key_of, [&](std::size_t i, const ahead& a) {
      out[i] = static_cast<Out>(insert_hashed(a.key, a.probe, a.tag));
    });
  }

  /// `out[i]` = number of `key_of(i)` for i below `count`, or `absent` converted to `Out` (-1 if it is
  /// signed).
  template <class KeyOf, class Out>
  void find_rows(std::size_t count, const KeyOf& key_of, Out* out) const {
    if (slots_.empty()) {
      for (std::size_t i = 0; i < count; ++i) out[i] = static_cast<Out>(absent);
      return;
    }
    in_chunks(count, key_of, [&](std::size_t i, const ahead& a) {
      out[i] = static_cast<Out>(find_hashed(a.key, a.probe, a.tag));
    });
  }

 private:
  using keys_type =
      std::conditional_t<std::same_as<Key, std::string_view>, detail::string_keys, detail::word_keys<Key>>;
  static constexpr std::size_t chunk_rows = 16;
  static constexpr std::size_t small_keys = 1024;

  struct slot {
    std::uint32_t tag = 0, number = 0;  // the number plus one; 0 is empty
  };
  struct ahead {
    Key key;
    typename keys_type::probe probe;
    std::uint32_t tag;
  };

  static std::uint32_t tag_of(std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); }

  template <class KeyOf, class Act>
  void in_chunks(std::size_t count, const KeyOf& key_of, const Act& act) const {
    ahead chunk[chunk_rows];
    for (std::size_t first = 0; first < count; first += chunk_rows) {
      const std::size_t rows = count - first < chunk_rows ? count - first : chunk_rows;
      for (std::size_t r = 0; r < rows; ++r) {
        ahead& a = chunk[r];
        a.key = key_of(first + r);
        a.probe = keys_type::prepare(a.key);
        a.tag = tag_of(keys_type::hash(a.key, a.probe, *secret_));
        if (!slots_.empty()) __builtin_prefetch(&slots_[a.tag & mask_]);
      }
      for (std::size_t r = 0; r < rows; ++r) act(first + r, chunk[r]);
    }
  }

  /// Small integers, which labels often are, have a table of their own in front.
  template <class KeyOf, class Out>
  void insert_integers(std::size_t count, const KeyOf& key_of, Out* out) {
    small_.resize(small_keys);
    for (std::size_t i = 0; i < count; ++i) {
      const Key key = key_of(i);
      const bool small = static_cast<std::uint64_t>(key) < small_keys;
      std::uint32_t number = small ? small_[static_cast<std::size_t>(key)] : 0;
      if (number == 0) {
        number = insert(key) + 1;
        if (small) small_[static_cast<std::size_t>(key)] = number;
      }
      out[i] = static_cast<Out>(number - 1);
    }
  }

  id_type find_hashed(const Key& key, const typename keys_type::probe& probe, std::uint32_t tag) const {
    for (std::size_t at = tag & mask_;; at = (at + 1) & mask_) {
      const slot s = slots_[at];
      if (s.number == 0) return absent;
      if (s.tag == tag && keys_.equal(s.number - 1, key, probe)) return s.number - 1;
    }
  }

  id_type insert_hashed(const Key& key, const typename keys_type::probe& probe, std::uint32_t tag) {
    if (!slots_.empty()) {
      const id_type known = find_hashed(key, probe, tag);
      if (known != absent) return known;
    }
    if (2 * (size() + 1) > slots_.size()) grow();
    keys_.add(key, probe);
    place({tag, static_cast<std::uint32_t>(size())});
    return static_cast<id_type>(size() - 1);
  }

  void place(slot s) {
    std::size_t at = s.tag & mask_;
    while (slots_[at].number != 0) at = (at + 1) & mask_;
    slots_[at] = s;
  }

  void grow() {
    if (size() >= (std::size_t{1} << 31))
      throw argument_error("distinct values", "more than 2^31", "at most 2^31");
    std::vector<slot> old(slots_.empty() ? 16 : 2 * slots_.size());
    old.swap(slots_);
    mask_ = slots_.size() - 1;
    for (const slot& s : old) {
      if (s.number != 0) place(s);
    }
  }

  const hash_secret* secret_ = &hash_secret::of_process();
  std::vector<slot> slots_;
  std::size_t mask_ = 0;
  keys_type keys_;
  std::vector<std::uint32_t> small_;  // of key k: its number plus one; 0 is not known yet
};

}  // namespace colonnade::inline COLONNADE_ABI
