#include "colonnade/cluster/aligned_buffer.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <utility>

namespace colonnade {

TEST_CASE("aligned_buffer: begins on a cache line and moves") {
  cluster_detail::aligned_buffer<float> buffer(3), empty;
  buffer.data()[2] = 1.5f;
  CHECK(reinterpret_cast<std::uintptr_t>(buffer.data()) % 64 == 0);
  CHECK(empty.data() == nullptr);
  empty = std::move(buffer);
  CHECK(empty.data()[2] == 1.5f);
}

}  // namespace colonnade
