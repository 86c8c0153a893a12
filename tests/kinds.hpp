#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <vector>

#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"

// Every kind of saved object, for the tests and fuzz targets that must hold for all of them. A family adds a
// file tests/kinds/<group>_kinds.cpp, which is found by itself:
//
//   const register_kind<min_max_scaler> scaler{
//       [] { return fit<min_max_scaler>(small_table()); },                   // a sample, below 4 kB saved
//       [](const min_max_scaler& model) { model.transform(table, out); }};   // every const query
//
// `use` gets any object that `from_bytes` can return, so also one of another width: it may throw the
// library's own exceptions, and nothing else may happen. Several samples of one kind may be registered.

namespace colonnade::tests {

/// Called between loading and using, for tests that measure the loading alone.
inline void (*after_loading)() = nullptr;

struct saved_kind {
  std::string name;
  std::vector<std::byte> (*sample)(const void* make);
  void (*load_and_use)(std::span<const std::byte> bytes, const void* use);
  const void* make;
  const void* use;

  std::vector<std::byte> bytes() const { return sample(make); }
  /// Loads, saves, loads again, compares and uses. Throws what `from_bytes` throws; std::logic_error for a
  /// broken law.
  void load(std::span<const std::byte> saved) const { load_and_use(saved, use); }
};

inline std::vector<saved_kind>& saved_kinds() {
  static std::vector<saved_kind> kinds;
  return kinds;
}

template <class T>
class register_kind {
 public:
  template <class Make, class Use>
  register_kind(Make make, Use use) : make_(make), use_(use) {
    saved_kinds().push_back({std::string(T::kind), &sample, &load_and_use, this, this});
  }
  register_kind(const register_kind&) = delete;
  register_kind& operator=(const register_kind&) = delete;

 private:
  static std::vector<std::byte> sample(const void* self) {
    return to_bytes(static_cast<const register_kind*>(self)->make_());
  }
  static void load_and_use(std::span<const std::byte> bytes, const void* self) {
    const T object = from_bytes<T>(bytes);
    if (after_loading != nullptr) after_loading();
    const std::vector<std::byte> again = to_bytes(object);
    if (!(from_bytes<T>(again) == object)) throw std::logic_error("load(save(a)) is not a");
    try {
      static_cast<const register_kind*>(self)->use_(object);
    } catch (const argument_error&) {
    } catch (const data_error&) {
    }
  }

  T (*make_)();
  void (*use_)(const T&);
};

/// Where the payload of a saved object begins (its length stands in the eight bytes before), or 0 for bytes
/// that have no frame.
inline std::size_t payload_offset(std::span<const std::byte> bytes) {
  const std::size_t fixed = detail::magic.size() + 4;
  std::uint64_t kind_size = 0;
  if (bytes.size() < fixed + 8) return 0;
  std::memcpy(&kind_size, bytes.data() + fixed, 8);
  if (kind_size > bytes.size()) return 0;
  const std::size_t offset = fixed + 8 + static_cast<std::size_t>(kind_size) + 4 + 8;
  return offset + 4 <= bytes.size() ? offset : 0;
}

/// The same frame around another payload, with the right length and checksum, so that the edit reaches the
/// fields.
inline std::vector<std::byte> reframed(std::span<const std::byte> bytes, std::span<const std::byte> payload) {
  const std::size_t offset = payload_offset(bytes);
  std::vector<std::byte> result(bytes.begin(), bytes.begin() + static_cast<std::ptrdiff_t>(offset));
  const std::uint64_t size = payload.size();
  std::memcpy(result.data() + offset - 8, &size, 8);
  result.insert(result.end(), payload.begin(), payload.end());
  const std::uint32_t checksum = crc32c(result);
  const auto* first = reinterpret_cast<const std::byte*>(&checksum);
  result.insert(result.end(), first, first + 4);
  return result;
}

/// The payload of a saved object.
inline std::span<const std::byte> payload_of(std::span<const std::byte> bytes) {
  const std::size_t offset = payload_offset(bytes);
  return bytes.subspan(offset, bytes.size() - offset - 4);
}

}  // namespace colonnade::tests
