#include "colonnade/kernels/fixed_point_sums.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "colonnade/core/random.hpp"
#include "tests/simd_levels.hpp"

namespace colonnade {

using kernels::row_move;
using kernels::to_fixed;

TEST_CASE("to_fixed: the nearest integer, ties to even, of either sign") {
  CHECK(to_fixed(0.0) == 0);
  CHECK(to_fixed(2.5) == 2);
  CHECK(to_fixed(3.5) == 4);
  CHECK(static_cast<std::int64_t>(to_fixed(-7.6)) == -8);
  CHECK(static_cast<std::int64_t>(to_fixed(0x1p50 - 1)) == (std::int64_t{1} << 50) - 1);
  CHECK(static_cast<std::int64_t>(to_fixed(-0x1p50)) == -(std::int64_t{1} << 50));
}

TEST_CASE_TEMPLATE("fixed_point_sums: moves add and take whole integers, on every instruction set and stride",
                   T, float, double) {
  const random_stream random(2);
  constexpr std::size_t rows = 50, columns = 11, groups = 3;
  std::vector<T> x(rows * columns);
  std::vector<double> weights(rows), origin(columns), scale(columns, 1024.0);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<T>(random.uniform(i) * 9);
  for (std::size_t i = 0; i < rows; ++i) weights[i] = random.uniform(9000 + i);
  for (std::size_t j = 0; j < columns; ++j) origin[j] = static_cast<double>(j);
  std::vector<row_move> moves;
  for (std::size_t i = 0; i < rows; ++i) {
    const auto to = static_cast<std::uint32_t>(i % groups);
    moves.push_back({i, i % 5 == 0 ? row_move::none : static_cast<std::uint32_t>((i + 1) % groups), to});
  }
  std::vector<std::uint64_t> expected(groups * columns);
  for (const row_move& m : moves) {
    for (std::size_t j = 0; j < columns; ++j) {
      const double value = weights[m.row] * (static_cast<double>(x[m.row * columns + j]) - origin[j]) * 1024;
      const auto q = static_cast<std::uint64_t>(static_cast<std::int64_t>(std::nearbyint(value)));
      expected[m.to * columns + j] += q;
      if (m.from != row_move::none) expected[m.from * columns + j] -= q;
    }
  }
  std::vector<T> turned(x.size());
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) turned[j * rows + i] = x[i * columns + j];
  }
  const auto run = [&](const T* data, std::ptrdiff_t row_stride, std::ptrdiff_t column_stride) {
    std::vector<std::uint64_t> sums(groups * columns);
    simd::run<kernels::fixed_point_sums>(
        data, row_stride, column_stride, columns, static_cast<const double*>(weights.data()),
        std::ptrdiff_t{1}, static_cast<const double*>(origin.data()),
        static_cast<const double*>(scale.data()), static_cast<const row_move*>(moves.data()), moves.size(),
        sums.data());
    return sums;
  };
  for (const auto level : colonnade::tests::simd_levels()) {
    const simd::scoped_level scope(level);
    CHECK(run(x.data(), columns, 1) == expected);
    CHECK(run(turned.data(), 1, rows) == expected);
  }
}

}  // namespace colonnade
