#include "colonnade/simd/pack_math.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "tests/simd_levels.hpp"

namespace colonnade {
namespace {

/// out[k] = sqrt(a[k] * b[k] + scalar) for 16 values.
struct root_of_sum {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa isa, const float* a, const float* b, const float* scalar,
                                   float* out) const {
    constexpr std::size_t lanes = simd::lanes<Isa, float>;
    for (std::size_t k = 0; k < 16; k += lanes) {
      simd::pack<float, lanes> sum, x, y;
      simd::broadcast(isa, sum, *scalar);
      simd::load(x, a + k);
      simd::load(y, b + k);
      simd::multiply_add(isa, sum, x, y);
      simd::square_root(isa, sum);
      simd::store(out + k, sum);
    }
  }
};

}  // namespace

TEST_CASE("pack_math: broadcast, multiply_add and square_root agree with scalars on every instruction set") {
  std::vector<float> a(16), b(16), out(16);
  for (std::size_t k = 0; k < 16; ++k) a[k] = static_cast<float>(k), b[k] = 0.25f * static_cast<float>(k);
  const float scalar = 3.0f;
  for (const auto level : colonnade::tests::simd_levels()) {
    const simd::scoped_level scope(level);
    simd::run<root_of_sum>(static_cast<const float*>(a.data()), static_cast<const float*>(b.data()), &scalar,
                           out.data());
    for (std::size_t k = 0; k < 16; ++k) CHECK(out[k] == std::sqrt(a[k] * b[k] + 3.0f));
  }
}

}  // namespace colonnade
