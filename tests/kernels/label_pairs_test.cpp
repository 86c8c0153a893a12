#include "colonnade/kernels/label_pairs.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

#include "colonnade/core/random.hpp"
#include "tests/simd_levels.hpp"

namespace {

namespace kernels = colonnade::kernels;
namespace simd = colonnade::simd;

template <class T>
std::vector<T> labels(std::size_t size, std::uint64_t classes, std::uint64_t seed) {
  const colonnade::random_stream random(seed);
  std::vector<T> x(size);
  for (std::size_t i = 0; i < size; ++i) x[i] = static_cast<T>(random.below(i, classes));
  return x;
}

template <class Body>
void on_every_level(Body body) {
  for (const simd::level level : colonnade::tests::simd_levels()) {
    CAPTURE(simd::name(level));
    const simd::scoped_level scope(level);
    body();
  }
}

template <class T>
void check_widening(T least, T greatest) {
  for (std::size_t size : {0, 1, 7, 8, 33}) {
    std::vector<T> x = labels<T>(size, 2, 1);
    for (std::size_t i = 0; i < size; ++i) x[i] = i % 2 == 0 ? least : greatest;
    std::vector<std::int64_t> out(size);
    simd::run<kernels::widen_labels>(static_cast<const T*>(x.data()), size, out.data());
    for (std::size_t i = 0; i < size; ++i) CHECK(out[i] == static_cast<std::int64_t>(x[i]));
  }
}

}  // namespace

TEST_CASE("label_pairs: integers of every width are widened") {
  on_every_level([] {
    check_widening<std::int8_t>(-128, 127);
    check_widening<std::uint8_t>(0, 255);
    check_widening<std::int16_t>(-32768, 32767);
    check_widening<std::uint16_t>(0, 65535);
    check_widening<std::int32_t>(-2147483647, 2147483647);
    check_widening<std::uint32_t>(0, 4294967295);
    check_widening<std::int64_t>(std::numeric_limits<std::int64_t>::min(), 5);
  });
}

TEST_CASE("label_pairs: the range holds all labels, wherever the extremes lie") {
  on_every_level([] {
    for (std::size_t size : {1, 2, 9, 64, 65}) {
      for (std::size_t at = 0; at < size; ++at) {
        std::vector<std::int64_t> x(size, 5);
        x[at] = -7;
        x[size - 1 - at] = size == 1 ? -7 : 11;
        std::int64_t range[2] = {std::numeric_limits<std::int64_t>::max(),
                                 std::numeric_limits<std::int64_t>::min()};
        simd::run<kernels::label_range>(static_cast<const std::int64_t*>(x.data()), size, &range[0]);
        CHECK(range[1] == (size == 1 ? -7 : 11));
        CHECK(range[0] == (2 * at + 1 == size && size > 1 ? 5 : -7));
      }
    }
  });
}

TEST_CASE("label_pairs: equal labels and cells are counted like one row at a time") {
  on_every_level([] {
    for (std::size_t size : {0, 3, 100, 1001}) {
      const auto t = labels<std::int64_t>(size, 5, 1), p = labels<std::int64_t>(size, 5, 2);
      const std::int64_t *truth = t.data(), *predicted = p.data();
      std::uint64_t equal = 3, expected = 3;
      std::vector<std::uint64_t> one(64), four(4 * 64), naive(64);
      std::vector<std::uint32_t> cells(size);
      for (std::size_t i = 0; i < size; ++i) {
        expected += t[i] == p[i] ? 1 : 0;
        ++naive[static_cast<std::size_t>((t[i] + 1) * 8 + p[i] + 1)];
      }
      simd::run<kernels::equal_labels>(truth, predicted, size, &equal);
      CHECK(equal == expected);
      simd::run<kernels::pair_cells>(truth, predicted, size, std::int64_t{-1}, 3, cells.data());
      const std::uint32_t* at = cells.data();
      simd::run<kernels::count_cells>(at, size, one.data(), std::size_t{64}, 1);
      simd::run<kernels::count_cells>(at, size, four.data(), std::size_t{64}, 4);
      for (std::size_t c = 0; c < 64; ++c) {
        CHECK(one[c] == naive[c]);
        CHECK(four[c] + four[64 + c] + four[128 + c] + four[192 + c] == naive[c]);
      }
    }
  });
}
