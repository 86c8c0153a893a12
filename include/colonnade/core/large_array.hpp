#pragma once

#include <cstddef>
#include <cstdlib>
#include <new>
#include <type_traits>
#include <utility>

#ifdef __linux__
#include <sys/mman.h>
#endif

#include "colonnade/core/config.hpp"

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
  large_array(large_array&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}
  large_array& operator=(large_array&& other) noexcept {
    large_array taken(std::move(other));
    std::swap(data_, taken.data_);
    std::swap(size_, taken.size_);
    return *this;
  }
  ~large_array() { std::free(data_); }

  T* data() { return data_; }
  const T* data() const { return data_; }
  std::size_t size() const { return size_; }
  T& operator[](std::size_t i) { return data_[i]; }
  const T& operator[](std::size_t i) const { return data_[i]; }

 private:
  static constexpr std::size_t page = std::size_t{1} << 21;

  T* data_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace colonnade::inline COLONNADE_ABI
