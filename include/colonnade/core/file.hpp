#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <fcntl.h>
#include <span>
#include <string>
#include <system_error>
#include <unistd.h>
#include <vector>

#include <sys/stat.h>

#include "colonnade/core/archive.hpp"

namespace colonnade::inline COLONNADE_ABI {

namespace detail {

[[noreturn]] inline void fail(const std::string& what, const std::string& path) {
  throw std::system_error(errno, std::generic_category(), what + " " + path);
}

/// A file descriptor that closes itself.
class descriptor {
 public:
  descriptor(const std::string& path, int flags, mode_t mode = 0)
      : fd_(::open(path.c_str(), flags | O_CLOEXEC, mode)) {
    if (fd_ < 0) fail("cannot open", path);
  }
  ~descriptor() {
    if (fd_ >= 0) ::close(fd_);
  }
  descriptor(const descriptor&) = delete;
  descriptor& operator=(const descriptor&) = delete;
  int get() const { return fd_; }

 private:
  int fd_;
};

inline void write_all(int fd, std::span<const std::byte> bytes, const std::string& path) {
  while (!bytes.empty()) {
    const auto written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("cannot write", path);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  if (::fsync(fd) != 0) fail("cannot write", path);
}

}  // namespace detail

/// Replaces the file by the bytes, or leaves it as it was: temporary file beside it, fsync, rename. Throws
/// std::system_error.
inline void write_file(const std::string& path, std::span<const std::byte> bytes) {
  const std::string temporary = path + ".tmp" + std::to_string(::getpid());
  try {
    {
      const detail::descriptor file(temporary, O_WRONLY | O_CREAT | O_TRUNC, 0666);
      detail::write_all(file.get(), bytes, temporary);
    }
    if (std::rename(temporary.c_str(), path.c_str()) != 0) detail::fail("cannot replace", path);
  } catch (...) {
    ::unlink(temporary.c_str());
    throw;
  }
  const auto slash = path.find_last_of('/');
  const detail::descriptor folder(slash == std::string::npos ? "." : path.substr(0, slash + 1), O_RDONLY);
  ::fsync(
      folder.get());  // so that the rename survives a power cut; some file systems refuse, and that is fine
}

/// All bytes of a file. Throws std::system_error.
inline std::vector<std::byte> read_file(const std::string& path) {
  const detail::descriptor file(path, O_RDONLY);
  struct stat status = {};
  if (::fstat(file.get(), &status) != 0) detail::fail("cannot read", path);
  std::vector<std::byte> bytes(S_ISREG(status.st_mode) ? static_cast<std::size_t>(status.st_size) : 0);
  std::size_t size = 0;
  for (;;) {
    if (size == bytes.size()) bytes.resize(size + 65536);
    const auto got = ::read(file.get(), bytes.data() + size, bytes.size() - size);
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) detail::fail("cannot read", path);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  bytes.resize(size);
  return bytes;
}

/// Saves an object as one file, atomically.
template <class T>
void save(const T& object, const std::string& path) {
  write_file(path, to_bytes(object));
}

/// Loads what `save` wrote. Throws format_error for bytes that are not a saved `T`, std::system_error for the
/// file.
template <class T>
T load(const std::string& path) {
  return from_bytes<T>(read_file(path));
}

}  // namespace colonnade::inline COLONNADE_ABI
