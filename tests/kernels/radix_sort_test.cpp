#include "colonnade/kernels/radix_sort.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "colonnade/core/random.hpp"
#include "tests/effort.hpp"

namespace {

using colonnade::from_ordered_bits;
using colonnade::ordered_bits;
using colonnade::radix_argsort;
using colonnade::radix_sort;
using colonnade::random_stream;

/// Numbers of many shapes: uniform, normal-like over both signs, few distinct, floats widened, clustered,
/// constant.
std::vector<double> numbers(int shape, std::size_t size) {
  const random_stream random(static_cast<std::uint64_t>(shape));
  std::vector<double> x(size);
  for (std::size_t i = 0; i < size; ++i) {
    const double u = random.uniform(i);
    switch (shape) {
      case 0:
        x[i] = u;
        break;
      case 1:
        x[i] = std::log(u + 1e-12) * (i % 2 == 0 ? 1 : -1);
        break;
      case 2:
        x[i] = std::floor(u * 10);
        break;
      case 3:
        x[i] = static_cast<double>(static_cast<float>(u));
        break;
      case 4:
        x[i] = 1 + u * 1e-13;
        break;
      case 5:
        x[i] = std::bit_cast<double>(random.bits(i) >> 12 << 1);
        break;
      case 6:
        x[i] = i % 100 == 0 ? 1e300 * (u - 0.5) : u * 1e-300;
        break;
      default:
        x[i] = 7;
        break;
    }
  }
  return x;
}

template <class T>
void check_sort(const std::vector<double>& x, int threads) {
  using key = colonnade::ordered_bits_of<T>;
  std::vector<key> keys, scratch(x.size());
  for (const double v : x) keys.push_back(ordered_bits(static_cast<T>(v)));
  std::vector<std::uint32_t> expected(x.size());
  std::iota(expected.begin(), expected.end(), 0u);
  std::sort(expected.begin(), expected.end(),
            [&](auto a, auto b) { return keys[a] != keys[b] ? keys[a] < keys[b] : a < b; });
  std::vector<key> sorted = keys;
  std::sort(sorted.begin(), sorted.end());

  std::vector<key> plain = keys;
  const key* result = radix_sort(plain.data(), scratch.data(), plain.size(), threads);
  CHECK(std::equal(sorted.begin(), sorted.end(), result));
  std::vector<key> with_payload = keys;
  CHECK(radix_argsort(with_payload, threads) == expected);
  CHECK(with_payload == sorted);
}

}  // namespace

TEST_CASE("radix_sort: keys and payloads are in stable order for any shape, size and number of threads") {
  for (int shape = 0; shape < 8; ++shape) {
    for (std::size_t size : {0, 1, 2, 31, 33, 1000, 20'000, 70'000}) {
      if (size > 1000 && shape % colonnade::tests::effort(1, 4) != 0) continue;
      for (int threads : {1, 3}) {
        CAPTURE(shape);
        CAPTURE(size);
        check_sort<double>(numbers(shape, size), threads);
        check_sort<float>(numbers(shape, size), threads);
      }
    }
  }
}

TEST_CASE("radix_sort: long runs that three digits do not separate are sorted, too") {
  std::vector<double> x = numbers(4, 70'000);
  x.push_back(-1e300);
  x.push_back(1e300);
  check_sort<double>(x, 2);
}

TEST_CASE("radix_sort: keys keep the order of the numbers") {
  constexpr double infinity = std::numeric_limits<double>::infinity();
  const std::vector<double> ascending = {-infinity, -1e300, -1, -5e-324, 0, 5e-324, 1, 1e300, infinity};
  for (std::size_t i = 1; i < ascending.size(); ++i) {
    CHECK(ordered_bits(ascending[i - 1]) < ordered_bits(ascending[i]));
    CHECK(from_ordered_bits<double>(ordered_bits(ascending[i])) == ascending[i]);
  }
  CHECK(ordered_bits(-0.0) == ordered_bits(0.0));
  CHECK(ordered_bits(std::numeric_limits<double>::quiet_NaN()) > ordered_bits(infinity));
  CHECK(ordered_bits(-1.5f) < ordered_bits(1.5f));
}
