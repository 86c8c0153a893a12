// Also tests: simd/shuffle.hpp
#include "colonnade/kernels/row_transpose.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string>
#include <vector>

#include "tests/simd_levels.hpp"

using namespace colonnade;

namespace {

// Every value where it belongs, nothing else read (it would be found by sanitizers) or written.
template <class T>
void check_transpose(std::size_t rows, std::size_t columns, std::size_t gap) {
  CAPTURE(rows);
  CAPTURE(columns);
  const std::size_t stride = columns + gap, plane = rows + 2;
  std::vector<T> x(rows * stride - gap), expected(columns * plane, -1);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(i + 1);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = 0; k < columns; ++k) expected[k * plane + i] = x[i * stride + k];
  }
  for (const simd::level level : tests::simd_levels()) {
    const simd::scoped_level scope(level);
    std::vector<T> out(columns * plane, -1);
    simd::run<row_transpose>(static_cast<const T*>(x.data()), static_cast<std::ptrdiff_t>(stride), rows,
                             columns, out.data(), plane);
    CHECK_MESSAGE(out == expected, std::string(simd::name(level)));
  }
}

}  // namespace

TEST_CASE("row_transpose: every value where it belongs, and nothing beyond") {
  for (const std::size_t rows : {1u, 3u, 15u, 16u, 17u, 256u}) {
    for (const std::size_t columns : {1u, 2u, 3u, 5u, 8u, 11u, 15u, 16u, 17u, 28u, 33u}) {
      for (const std::size_t gap : {0u, 5u}) {
        check_transpose<float>(rows, columns, gap);
        check_transpose<double>(rows, columns, gap);
      }
    }
  }
}

TEST_CASE("row_transpose: rows that go backwards") {
  const std::vector<float> x = {1, 2, 3, 4, 5, 6, 7, 8};
  for (const simd::level level : tests::simd_levels()) {
    const simd::scoped_level scope(level);
    std::vector<float> out(8);
    simd::run<row_transpose>(x.data() + 6, std::ptrdiff_t{-2}, std::size_t{4}, std::size_t{2}, out.data(),
                             std::size_t{4});
    CHECK(out == std::vector<float>{7, 5, 3, 1, 8, 6, 4, 2});
  }
}
