#include "colonnade/kernels/byte_transpose.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <vector>

#include "colonnade/core/random.hpp"

TEST_CASE("byte_transpose: every byte where it belongs, zeros in the rest of a row, nothing beyond") {
  const colonnade::random_stream random(3);
  for (const std::size_t count : {0u, 1u, 7u, 8u, 9u, 28u, 64u}) {
    for (const std::size_t rows : {0u, 1u, 7u, 8u, 9u, 31u, 256u}) {
      CAPTURE(count);
      CAPTURE(rows);
      const std::size_t plane = rows + 3, stride = (count + 8) / 8 * 8;
      std::vector<std::uint8_t> columns(count * plane + 1), out(rows * stride + 1, 77);
      for (std::size_t i = 0; i < columns.size(); ++i) columns[i] = static_cast<std::uint8_t>(random.bits(i));
      colonnade::byte_transpose(columns.data() + 1, plane, count).to_rows(rows, out.data(), stride);
      std::vector<std::uint8_t> expected(rows * stride + 1, 0);
      for (std::size_t i = 0; i < rows; ++i)
        for (std::size_t k = 0; k < count; ++k) expected[i * stride + k] = columns[1 + k * plane + i];
      expected.back() = 77;
      CHECK(out == expected);
    }
  }
}
