#include "colonnade/core/large_array.hpp"

#include <doctest/doctest.h>

#include <cstdint>

using namespace colonnade;

TEST_CASE("large_array: holds what is written, small or large, and moves") {
  for (const std::size_t size : {std::size_t{1}, std::size_t{1000}, std::size_t{1} << 20}) {
    large_array<std::uint32_t> a(size);
    CHECK(a.size() == size);
    CHECK(reinterpret_cast<std::uintptr_t>(a.data()) % 64 == 0);
    for (std::size_t i = 0; i < size; ++i) a[i] = static_cast<std::uint32_t>(i);
    large_array<std::uint32_t> b = std::move(a);
    CHECK(a.size() == 0);
    CHECK(b[size - 1] == size - 1);
    a = std::move(b);
    CHECK(a.size() == size);
    CHECK(a[size / 2] == size / 2);
  }
  CHECK(large_array<double>().size() == 0);
  CHECK(large_array<double>(0).data() == nullptr);
}
