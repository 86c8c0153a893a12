#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "colonnade/core/checksum.hpp"
#include "colonnade/core/config.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/visit.hpp"

namespace colonnade::inline COLONNADE_ABI {

static_assert(std::endian::native == std::endian::little,
              "saved objects are little-endian, as is every supported CPU");

// A savable type has
//   static constexpr std::string_view kind = "min_max_scaler";     its name in the file, for ever
//   static constexpr std::uint32_t archive_version = 1;            raised when its fields change
//   template <class Archive, class Self> static void archive(Archive& ar, Self& self) { ar(self.a_, self.b_);
//   } void validate() const;                                         throws format_error if the fields
//   contradict each other
// and befriends archive_access if its default constructor is private. Types that only live inside others need
// `archive` alone (and `validate` if there is something to check). The fields are listed once, for writer,
// reader and `same_bytes`.
//
// A file: magic, format version, kind, class version, payload length, payload, CRC-32C of all before. Numbers
// are little-endian; a sequence is its length (64 bits) and its items. The parts tile the file exactly.

/// Makes and fills objects whose default constructor is private.
struct archive_access {
  template <class T>
  static T make() {
    return T{};
  }
};

namespace detail {

template <class T>
inline constexpr bool is_plain = std::is_arithmetic_v<T> || std::is_enum_v<T>;

template <class T, class Archive>
concept has_fields = requires(T& t, Archive& ar) { std::remove_const_t<T>::archive(ar, t); };

template <class T>
concept named_kind = requires { std::string_view(T::kind); };

}  // namespace detail

/// Writes fields to bytes. NaNs are written as one bit pattern, so that equal objects have equal bytes.
class writer {
 public:
  template <class... Fields>
  void operator()(const Fields&... fields) {
    (write(fields), ...);
  }
  /// Fields of every version are written: `if (ar.version() >= 2) ar(self.newer_)`.
  static constexpr std::uint32_t version() { return std::numeric_limits<std::uint32_t>::max(); }
  const std::vector<std::byte>& bytes() const { return bytes_; }
  std::vector<std::byte> take() { return std::move(bytes_); }
  /// Writes over a number that was written before its value was known.
  void put(std::size_t place, std::uint64_t value) {
    std::memcpy(bytes_.data() + place, &value, sizeof value);
  }
  void append(const void* data, std::size_t size) {
    if (size == 0) return;
    const auto* first = static_cast<const std::byte*>(data);
    bytes_.insert(bytes_.end(), first, first + size);
  }

 private:
  template <class T>
    requires detail::is_plain<T>
  void write(T value) {
    if constexpr (std::is_floating_point_v<T>) {
      if (value != value) value = std::numeric_limits<T>::quiet_NaN();
    }
    append(&value, sizeof value);
  }
  void write(const std::string& text) {
    write(std::uint64_t{text.size()});
    append(text.data(), text.size());
  }
  template <class T>
  void write(const std::vector<T>& items) {
    write(std::uint64_t{items.size()});
    if constexpr (detail::is_plain<T>) {
      if (!has_nan(items)) return append(items.data(), items.size() * sizeof(T));
    }
    for (const T& item : items) write(item);
  }
  template <class T>
  static bool has_nan(const std::vector<T>& items) {
    bool found = false;
    if constexpr (std::is_floating_point_v<T>) {
      for (const T item : items) found |= item != item;
    }
    return found;
  }
  template <class T, std::size_t N>
  void write(const std::array<T, N>& items) {
    for (const T& item : items) write(item);
  }
  template <class A, class B>
  void write(const std::pair<A, B>& pair) {
    write(pair.first);
    write(pair.second);
  }
  template <class T>
  void write(const std::optional<T>& item) {
    write(item.has_value());
    if (item) write(*item);
  }
  template <class... T>
  void write(const std::variant<T...>& item) {
    visit_held(
        [&]<class U>(const U& value) {
          write(std::string(U::kind));
          write(U::archive_version);
          write(value);
        },
        item);
  }
  template <class T>
    requires detail::has_fields<const T, writer>
  void write(const T& object) {
    T::archive(*this, object);
  }

  std::vector<std::byte> bytes_;
};

/// Reads fields from bytes that nobody trusts: every length is checked against the bytes that remain before
/// memory is taken, and nesting is bounded. Throws format_error.
class reader {
 public:
  explicit reader(std::span<const std::byte> bytes) : bytes_(bytes) {}

  template <class... Fields>
  void operator()(Fields&... fields) {
    (read(fields), ...);
  }
  std::size_t remaining() const { return bytes_.size(); }
  /// Version of the class whose fields are being read.
  std::uint32_t version() const { return version_; }
  void set_version(std::uint32_t version) { version_ = version; }

  std::span<const std::byte> take(std::size_t size) {
    if (size > bytes_.size()) {
      throw format_error("saved object: needs " + std::to_string(size) + " more bytes, found " +
                         std::to_string(bytes_.size()));
    }
    const auto taken = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return taken;
  }

 private:
  static constexpr int max_depth = 64;

  std::size_t length(std::size_t bytes_per_item) {
    std::uint64_t count = 0;
    read(count);
    if (count > bytes_.size() / bytes_per_item) {
      throw format_error("saved object: a sequence of " + std::to_string(count) + " items cannot fit in " +
                         std::to_string(bytes_.size()) + " bytes");
    }
    return static_cast<std::size_t>(count);
  }
  template <class T>
    requires detail::is_plain<T>
  void read(T& value) {
    const auto from = take(sizeof value);
    if constexpr (std::is_same_v<T, bool>) {
      if (std::to_integer<int>(from[0]) > 1) throw format_error("saved object: a flag is neither 0 nor 1");
      value = std::to_integer<int>(from[0]) == 1;
    } else {
      std::memcpy(&value, from.data(), sizeof value);
    }
  }
  void read(std::string& text) {
    const auto from = take(length(1));
    text.assign(reinterpret_cast<const char*>(from.data()), from.size());
  }
  template <class T>
  void read(std::vector<T>& items) {
    items.clear();
    if constexpr (detail::is_plain<T> && !std::is_same_v<T, bool>) {
      const auto count = length(sizeof(T));
      const auto from = take(count * sizeof(T));
      items.resize(count);
      if (count > 0) std::memcpy(items.data(), from.data(), from.size());
    } else {
      // No reserve: an item is made only when its bytes were there, and each takes at least one.
      for (std::size_t count = length(1); count > 0; --count) {
        const auto before = remaining();
        read(items.emplace_back(archive_access::make<T>()));
        if (remaining() == before) throw format_error("saved object: an item without bytes");
      }
    }
  }
  template <class T, std::size_t N>
  void read(std::array<T, N>& items) {
    for (T& item : items) read(item);
  }
  template <class A, class B>
  void read(std::pair<A, B>& pair) {
    read(pair.first);
    read(pair.second);
  }
  template <class T>
  void read(std::optional<T>& item) {
    bool present = false;
    read(present);
    item.reset();
    if (present) read(item.emplace(archive_access::make<T>()));
  }
  template <class... T>
  void read(std::variant<T...>& item) {
    std::string kind;
    read(kind);
    const bool found = (read_alternative<T>(kind, item) || ...);
    if (!found) throw format_error("saved object: unknown kind '" + kind.substr(0, 40) + "'");
  }
  template <class T, class Variant>
  bool read_alternative(const std::string& kind, Variant& item) {
    if (kind != T::kind) return false;
    const std::uint32_t outer = version_;
    read(version_);
    check_version<T>(version_);
    read(item.template emplace<T>(archive_access::make<T>()));
    version_ = outer;
    return true;
  }
  template <class T>
    requires detail::has_fields<T, reader>
  void read(T& object) {
    if (++depth_ > max_depth)
      throw format_error("saved object: nested deeper than " + std::to_string(max_depth));
    T::archive(*this, object);
    if constexpr (requires { object.validate(); }) object.validate();
    --depth_;
  }

 public:
  template <class T>
  static void check_version(std::uint32_t version) {
    if (version >= 1 && version <= T::archive_version) return;
    throw format_error("saved " + std::string(T::kind) + ": version " + std::to_string(version) +
                       " is not known, expected 1 to " + std::to_string(T::archive_version));
  }

 private:
  std::span<const std::byte> bytes_;
  std::uint32_t version_ = 1;
  int depth_ = 0;
};

namespace detail {
inline constexpr std::string_view magic = "colonnad";
inline constexpr std::uint32_t format_version = 1;
}  // namespace detail

/// The saved form of an object.
template <class T>
std::vector<std::byte> to_bytes(const T& object) {
  writer file;
  file.append(detail::magic.data(), detail::magic.size());
  file(detail::format_version, std::string(T::kind), T::archive_version, std::uint64_t{0});
  const std::size_t first = file.bytes().size();
  file(object);
  file.put(first - sizeof(std::uint64_t), std::uint64_t{file.bytes().size() - first});
  file(crc32c(file.bytes()));
  return file.take();
}

namespace detail {

struct opened {
  std::string kind;
  std::uint32_t version;
  std::span<const std::byte> payload;
};

/// Checks the frame of a saved object and its checksum.
inline opened open_saved(std::span<const std::byte> bytes) {
  reader file(bytes);
  if (bytes.size() < magic.size() ||
      std::memcmp(file.take(magic.size()).data(), magic.data(), magic.size()) != 0) {
    throw format_error("saved object: the bytes do not start with '" + std::string(magic) + "'");
  }
  std::uint32_t format = 0, version = 0, checksum = 0;
  std::uint64_t size = 0;
  std::string kind;
  file(format);
  if (format != format_version) {
    throw format_error("saved object: format " + std::to_string(format) + ", expected " +
                       std::to_string(format_version));
  }
  file(kind, version, size);
  const auto payload = file.take(static_cast<std::size_t>(size));
  file(checksum);
  if (file.remaining() != 0) throw format_error("saved object: bytes after the end");
  if (checksum != crc32c(bytes.first(bytes.size() - sizeof checksum))) {
    throw format_error("saved object: the checksum does not agree, the bytes are damaged");
  }
  return {std::move(kind), version, payload};
}

}  // namespace detail

/// Kind of a saved object, such as "min_max_scaler".
inline std::string kind_of(std::span<const std::byte> bytes) { return detail::open_saved(bytes).kind; }

/// The object that `to_bytes` made the bytes of. Throws format_error; never crashes or takes memory beyond a
/// small multiple of the bytes, whatever they hold.
template <class T>
T from_bytes(std::span<const std::byte> bytes) {
  const auto saved = detail::open_saved(bytes);
  if (saved.kind != T::kind) {
    throw format_error("saved object: found a '" + saved.kind.substr(0, 40) + "', expected a '" +
                       std::string(T::kind) + "'");
  }
  reader::check_version<T>(saved.version);
  reader fields(saved.payload);
  fields.set_version(saved.version);
  T object = archive_access::make<T>();
  fields(object);
  if (fields.remaining() != 0)
    throw format_error("saved " + std::string(T::kind) + ": bytes after its fields");
  return object;
}

/// Equality of all fields; NaN equals NaN.
template <class T>
bool same_bytes(const T& a, const T& b) {
  writer left, right;
  left(a);
  right(b);
  return left.bytes() == right.bytes();
}

}  // namespace colonnade::inline COLONNADE_ABI
