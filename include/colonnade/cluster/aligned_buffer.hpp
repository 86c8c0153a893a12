#pragma once

#include <cstddef>
#include <memory>
#include <new>

#include "colonnade/core/config.hpp"

namespace colonnade::inline COLONNADE_ABI::cluster_detail {

/// Memory for `size` values on a cache line's boundary. The values are not set, so that the threads that fill
/// them touch the pages first.
template <class T>
class aligned_buffer {
 public:
  aligned_buffer() = default;
  explicit aligned_buffer(std::size_t size)
      : values_(static_cast<T*>(::operator new(size * sizeof(T), std::align_val_t{64}))) {}

  T* data() const { return values_.get(); }

 private:
  struct release {
    void operator()(T* values) const { ::operator delete(values, std::align_val_t{64}); }
  };
  std::unique_ptr<T, release> values_;
};

}  // namespace colonnade::inline COLONNADE_ABI::cluster_detail
