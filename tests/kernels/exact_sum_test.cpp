#include "colonnade/kernels/exact_sum.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "colonnade/core/archive.hpp"
#include "colonnade/core/random.hpp"
#include "tests/naive/exact_sum.hpp"
#include "tests/values.hpp"

using namespace colonnade;

namespace {

using colonnade::tests::values::infinity;

/// Any finite double: signs, all exponents, subnormals, few or many mantissa bits.
double any_double(const random_stream& random, std::uint64_t i) {
  std::uint64_t bits = random.bits(2 * i);
  const std::uint64_t kind = random.below(2 * i + 1, 4);
  if (kind == 0) bits &= 0xFFF0'0000'0000'0000;  // a power of two
  if (kind == 1) bits &= 0x800F'FFFF'FFFF'FFFF;  // subnormal
  if (kind == 2) bits = (bits & 0x800F'FFFF'FFFF'FFFF) | (std::uint64_t{1020 + bits % 8} << 52);
  const double x = std::bit_cast<double>(bits);
  return std::isfinite(x) ? x : 0.0;
}

exact_sum sum_of(std::span<const double> terms) {
  exact_sum s;
  for (const double x : terms) s.add(x);
  return s;
}

}  // namespace

TEST_CASE("exact_sum: the value is the exact sum of any doubles, rounded once") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    const random_stream random(seed);
    exact_sum s;
    naive::exact_sum expected;
    const std::size_t terms = 1 + random.below(1'000'000, 40);
    for (std::size_t i = 0; i < terms; ++i) {
      const double x = any_double(random, i);
      s.add(x);
      expected.add(x);
      CHECK(s.value() == expected.value());
    }
  }
}

TEST_CASE("exact_sum: products of two and three doubles are not rounded") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const random_stream random(seed);
    exact_sum s;
    naive::exact_sum expected;
    for (std::size_t i = 0; i < 30; ++i) {
      const double a = any_double(random, 3 * i), b = any_double(random, 3 * i + 1),
                   c = any_double(random, 3 * i + 2);
      s.add_product(a, b);
      s.add_product(a, b, c);
      expected.add_factors({a, b});
      expected.add_factors({a, b, c});
      const double value = expected.value();
      CHECK(s.value() == value);
    }
  }
}

// LAW: exact-sum A sum of doubles has the same bits for any order, partition and merge order of its terms.
TEST_CASE("exact_sum: any order, partition and merge order gives an equal sum") {
  const random_stream random(3);
  std::vector<double> terms;
  for (std::size_t i = 0; i < 2000; ++i) terms.push_back(any_double(random, i));
  const exact_sum whole = sum_of(terms);
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    shuffle(std::span(terms), random_stream(seed));
    std::vector<exact_sum> parts;
    for (std::size_t first = 0; first < terms.size();) {
      const std::size_t count =
          std::min<std::size_t>(terms.size() - first, 1 + random_stream(seed).below(first, 300));
      parts.push_back(sum_of(std::span(terms).subspan(first, count)));
      first += count;
    }
    while (parts.size() > 1) {
      const std::size_t into = random_stream(seed).below(parts.size(), parts.size() - 1);
      parts[into] += parts.back();
      parts.pop_back();
    }
    CHECK(parts[0] == whole);
  }
}

TEST_CASE("exact_sum: a million equal terms are counted, not rounded") {
  exact_sum s;
  for (int i = 0; i < 1'000'000; ++i) s.add(0.1);
  exact_sum product;
  product.add_product(0.1, 1e6);
  CHECK(s == product);
}

TEST_CASE("exact_sum: what is subtracted again leaves the shortest form of zero") {
  exact_sum s;
  for (const double x : {1e308, -3e-320, 17.0, -1.5}) s.add(x);
  exact_sum back = s;
  back -= s;
  CHECK(back == exact_sum());
  CHECK(back.is_zero());
  CHECK(back.value() == 0);
  CHECK_FALSE(std::signbit(back.value()));
}

TEST_CASE("exact_sum: sums beyond the largest double come back, and are infinite only as a value") {
  exact_sum s;
  const double largest = std::numeric_limits<double>::max();
  s.add(largest);
  s.add(largest);
  CHECK(s.value() == infinity);
  s.add(-largest);
  CHECK(s.value() == largest);
}

TEST_CASE("exact_sum: infinities and NaN decide as in IEEE addition") {
  exact_sum plus = sum_of(std::vector<double>{1.0, infinity});
  CHECK(plus.value() == infinity);
  CHECK_FALSE(plus.finite());
  CHECK(sum_of(std::vector<double>{-infinity, 5.0}).value() == -infinity);
  plus += sum_of(std::vector<double>{-infinity});
  CHECK(std::isnan(plus.value()));
  CHECK(std::isnan(sum_of(std::vector<double>{std::nan("")}).value()));
  exact_sum product;
  product.add_product(infinity, 0.0);
  CHECK(std::isnan(product.value()));
}

TEST_CASE("exact_sum: ties round to even and a bit far below breaks them") {
  CHECK(sum_of(std::vector<double>{1.0, 0x1p-53}).value() == 1.0);
  CHECK(sum_of(std::vector<double>{1.0, 0x1p-53, 0x1p-1074}).value() == 1.0 + 0x1p-52);
  CHECK(sum_of(std::vector<double>{1.0, 0x1p-52, 0x1p-53}).value() == 1.0 + 0x1p-51);
  CHECK(sum_of(std::vector<double>{-1.0, -0x1p-53}).value() == -1.0);
  exact_sum tiny;
  tiny.add_product(0x1p-1074, 0.5);
  CHECK(tiny.value() == 0.0);
  tiny.add_product(0x1p-1074, 0x1p-500);
  CHECK(tiny.value() == 0x1p-1074);
}

TEST_CASE("exact_sum: the product of two sums is exact, and a ratio neither overflows nor underflows") {
  const exact_sum a = sum_of(std::vector<double>{1e300, 1.0}), b = sum_of(std::vector<double>{-1e300, 3.0});
  // a * b = -1e600 + 2e300 + 3
  exact_sum expected;
  expected.add_product(1e300, -1e300);
  expected.add_product(2.0, 1e300);
  expected.add(3.0);
  CHECK(a * b == expected);
  CHECK(exact_sum::ratio(a * a, a) == 1e300);
  CHECK(exact_sum::ratio(a * b, a * a) == -1.0);
  CHECK(std::isnan(exact_sum::ratio(exact_sum(), exact_sum())));
}

TEST_CASE("exact_sum: the mean of equal values is that value") {
  const random_stream random(1);
  for (std::uint64_t i = 0; i < 2000; ++i) {
    const double x = any_double(random, i);
    const auto count = static_cast<std::int64_t>(1 + random.below(i, 1'000'000'000));
    exact_sum sum, n;
    sum.add_product(x, static_cast<double>(count));
    n.add_scaled(count, 0);
    CHECK(exact_sum::ratio(sum, n) == x);
  }
}

TEST_CASE("exact_sum: a saved sum is read back, a crafted one is refused") {
  const exact_sum s = sum_of(std::vector<double>{1e200, -3.5, 1e-300});
  writer out;
  out(s);
  const auto bytes = out.take();
  exact_sum loaded;
  reader{bytes}(loaded);
  CHECK(loaded == s);
  const auto crafted = [](std::int32_t first, std::vector<std::uint64_t> words) {
    writer w;
    w(std::uint8_t{0}, first, words);
    const auto b = w.take();
    exact_sum sum;
    reader{b}(sum);
  };
  CHECK_NOTHROW(crafted(-1, {5}));
  CHECK_THROWS_AS(crafted(-1, {0, 5}), format_error);
  CHECK_THROWS_AS(crafted(1000, {5}), format_error);
  CHECK_THROWS_AS(crafted(3, {}), format_error);
  CHECK_THROWS_AS(crafted(0, {5, 0, 0}), format_error);
}
