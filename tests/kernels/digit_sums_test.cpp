#include "colonnade/kernels/digit_sums.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "colonnade/core/random.hpp"
#include "tests/naive/exact_sum.hpp"
#include "tests/simd_levels.hpp"

using namespace colonnade;

namespace {

struct sums {
  double sum, squares;
  bool inexact;
};

/// The sums of one column of at most 1 in size, put together from the kernel's integers.
template <int Digits>
sums run(const std::vector<double>& x) {
  using kernel = kernels::digit_sums<Digits>;
  const double scale = 1;
  std::uint64_t out[kernel::sums] = {}, inexact = 0;
  simd::run<kernel>(x.data(), x.size(), std::size_t{1}, std::ptrdiff_t{1}, std::ptrdiff_t{1}, &scale, +out,
                    std::size_t{1}, &inexact, std::ptrdiff_t{0});
  naive::exact_sum sum, squares;
  for (int k = 0; k < kernel::sums; ++k) {
    const auto count = static_cast<std::int64_t>(out[k]);
    // In two parts of 32 bits, which a double holds.
    const double high = static_cast<double>(count >> 32), low = static_cast<double>(count & 0xFFFFFFFF);
    naive::exact_sum& to = k < kernel::levels ? sum : squares;
    to.add(std::ldexp(high, kernel::exponent(k) + 32));
    to.add(std::ldexp(low, kernel::exponent(k)));
  }
  return {sum.value(), squares.value(), inexact != 0};
}

}  // namespace

TEST_CASE("digit_sums: sums and squares are exact when the digits hold all bits") {
  for (const auto level : tests::simd_levels()) {
    const simd::scoped_level scope(level);
    for (const std::size_t rows : {1, 5, 63, 64, 65, 1000, 4096}) {
      std::vector<double> x(rows);
      naive::exact_sum sum, squares;
      const random_stream random(rows);
      for (std::size_t i = 0; i < rows; ++i) {
        x[i] = i % 9 == 0 ? -1.0 : i % 7 == 0 ? std::nan("") : 0.01 + 0.98 * random.uniform(i);
        if (std::isnan(x[i])) continue;
        sum.add(x[i]);
        squares.add_factors({x[i], x[i]});
      }
      const sums three = run<3>(x), one = run<1>(x);
      CHECK_FALSE(three.inexact);
      CHECK(three.sum == sum.value());
      CHECK(three.squares == squares.value());
      CHECK_FALSE(one.inexact);
      CHECK(one.sum == sum.value());
    }
  }
}

TEST_CASE("digit_sums: a bit below the last digit is reported, a negative zero is none") {
  CHECK(run<2>({1.0, 0x1p-60}).inexact);
  CHECK(run<3>({1.0, 0x1p-78}).inexact);
  CHECK_FALSE(run<3>({1.0, 0x1p-77}).inexact);
  CHECK_FALSE(run<3>({1.0, -0.0, 0.0}).inexact);
  CHECK_FALSE(run<2>({0.5, -0.25, -0.0}).inexact);
}

TEST_CASE("digit_sums: 4096 rows of the largest value do not overflow") {
  const std::vector<double> largest(4096, -1.0);
  CHECK(run<3>(largest).sum == -4096);
  CHECK(run<3>(largest).squares == 4096);
  CHECK(run<1>(largest).sum == -4096);
}
