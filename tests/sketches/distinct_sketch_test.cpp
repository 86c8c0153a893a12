#include "colonnade/sketches/distinct_sketch.hpp"

#include <cmath>

#include "tests/laws.hpp"

using namespace colonnade;

namespace {

distinct_sketch of_range(std::uint64_t first, std::uint64_t last) {
  distinct_sketch sketch;
  for (std::uint64_t i = first; i < last; ++i) sketch.update(stable_hash::of(i));
  return sketch;
}

}  // namespace

TEST_CASE("distinct_sketch: up to 512 values it counts exactly, repeats once") {
  distinct_sketch sketch;
  CHECK(sketch.estimate() == 0);
  for (std::uint64_t i = 0; i < 5000; ++i) sketch.update(stable_hash::of(i % 512));
  CHECK(sketch.exact());
  CHECK(sketch.estimate() == 512);
  CHECK(sketch.standard_error() == 0);
}

TEST_CASE("distinct_sketch: beyond, it is within four standard errors everywhere") {
  for (const std::uint64_t n : {513ULL, 1000ULL, 3000ULL, 10'000ULL, 30'000ULL, 300'000ULL}) {
    double bias = 0;
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
      const auto sketch = of_range(seed * 1'000'000, seed * 1'000'000 + n);
      const double error = sketch.estimate() / static_cast<double>(n) - 1;
      INFO(n);
      CHECK(std::abs(error) < 4 * sketch.standard_error());
      bias += error / 4;
    }
    CHECK(std::abs(bias) < 2.5 * 0.01625);
  }
}

// LAW: distinct-partition A distinct sketch depends on the set of values alone: any partition, order and
// merge.
TEST_CASE("distinct_sketch: any partition, order and merge gives equal bits") {
  for (const std::uint64_t n : {100ULL, 600ULL, 5000ULL}) {
    const auto whole = of_range(0, n);
    auto forward = of_range(0, n / 3), backward = of_range(n / 3, n);
    const auto first = forward;
    forward.merge(backward);
    backward.merge(first);
    CHECK(forward == whole);
    CHECK(backward == whole);
    tests::check_neutral(distinct_sketch(), whole);
    tests::check_bytes(whole);
  }
}
