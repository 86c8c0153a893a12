#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>
#include <string>
#include <type_traits>
#include <utility>

#ifdef __linux__
#include <sys/mman.h>
#endif

#include "colonnade/core/config.hpp"
#include "colonnade/core/scratch_pages.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// An array of plain values without initial values, on huge pages where it is large and the system has them:
/// reading rows here and there then seldom waits for the page table. Moves, does not copy.
template <class T>
class large_array {
  static_assert(std::is_trivial_v<T>);

 public:
  large_array() = default;
  explicit large_array(std::size_t size) : size_(size) {
    if (size == 0) return;
    const bool large = size * sizeof(T) >= page;
    const std::size_t alignment = large ? page : 64;
    const std::size_t bytes = (size * sizeof(T) + alignment - 1) / alignment * alignment;
    data_ = static_cast<T*>(std::aligned_alloc(alignment, bytes));
    if (data_ == nullptr) throw std::bad_alloc();
#ifdef MADV_HUGEPAGE
    // A wish: where it is refused, the array works as well.
    if (large) static_cast<void>(::madvise(data_, bytes, MADV_HUGEPAGE));
#endif
  }
  /// Zeros in a file of `folder` (see scratch_pages); in RAM if that is empty.
  large_array(std::size_t size, const std::string& folder) {
    if (folder.empty()) {
      *this = large_array(size);
      return;
    }
    pages_ = scratch_pages(folder, size * sizeof(T));
    data_ = static_cast<T*>(pages_.data());
    size_ = size;
  }
  large_array(large_array&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        pages_(std::move(other.pages_)) {}
  large_array& operator=(large_array&& other) noexcept {
    large_array taken(std::move(other));
    std::swap(data_, taken.data_);
    std::swap(size_, taken.size_);
    std::swap(pages_, taken.pages_);
    return *this;
  }
  ~large_array() {
    if (pages_.size() == 0) std::free(data_);
  }

  T* data() { return data_; }
  const T* data() const { return data_; }
  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }

 private:
  static constexpr std::size_t page = std::size_t{1} << 21;

  T* data_ = nullptr;
  std::size_t size_ = 0;
  scratch_pages pages_;  // where the data are, if not in RAM
};

}  // namespace colonnade::inline COLONNADE_ABI
