#pragma once

#include <cerrno>
#include <cstddef>
#include <cstdlib>
#include <fcntl.h>
#include <string>
#include <system_error>
#include <unistd.h>
#include <utility>

#include <sys/mman.h>

#include "colonnade/core/config.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Memory whose pages lie in a file of a folder instead of in RAM: the system keeps as many of them as there
/// is room for. The file has no name from the beginning, so nothing is left behind however the process ends.
/// Moves, does not copy.
class scratch_pages {
 public:
  scratch_pages() = default;
  /// `bytes` zeros. Throws std::system_error that names the folder, also where the disk has not that much
  /// room.
  scratch_pages(const std::string& folder, std::size_t bytes) : size_(bytes) {
    if (bytes == 0) return;
    const file scratch(folder);
    scratch.reserve(bytes);
    void* const mapped = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, scratch.descriptor, 0);
    if (mapped == MAP_FAILED) fail(errno, folder);
    data_ = mapped;
  }
  scratch_pages(scratch_pages&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  scratch_pages& operator=(scratch_pages&& other) noexcept {
    scratch_pages taken(std::move(other));
    std::swap(data_, taken.data_);
    std::swap(size_, taken.size_);
    return *this;
  }
  ~scratch_pages() {
    if (data_ != nullptr) ::munmap(data_, size_);
  }

  void* data() const { return data_; }
  std::size_t size() const { return size_; }

 private:
  [[noreturn]] static void fail(int error, const std::string& folder) {
    throw std::system_error(error, std::generic_category(), "cannot keep a temporary file in " + folder);
  }

  // Closes itself; what is mapped stays.
  struct file {
    explicit file(const std::string& in) : folder(in) {
      std::string path = folder + "/colonnade-XXXXXX";
      descriptor = ::mkstemp(path.data());
      if (descriptor < 0) fail(errno, folder);
      ::unlink(path.c_str());
      ::fcntl(descriptor, F_SETFD, FD_CLOEXEC);
    }
    ~file() { ::close(descriptor); }
    file(const file&) = delete;
    file& operator=(const file&) = delete;

    // Room on the disk now: a page that cannot be written later would end the process.
    void reserve(std::size_t bytes) const {
#ifdef __linux__
      int error = 0;
      do {
        error = ::posix_fallocate(descriptor, 0, static_cast<off_t>(bytes));
      } while (error == EINTR);
#else
      static constexpr char zeros[65536] = {};
      int error = 0;
      for (std::size_t done = 0; error == 0 && done < bytes;) {
        const auto written =
            ::write(descriptor, zeros, bytes - done < sizeof zeros ? bytes - done : sizeof zeros);
        if (written > 0) done += static_cast<std::size_t>(written);
        if (written < 0 && errno != EINTR) error = errno;
      }
#endif
      if (error != 0) fail(error, folder);
    }

    const std::string& folder;
    int descriptor = -1;
  };

  void* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace colonnade::inline COLONNADE_ABI
