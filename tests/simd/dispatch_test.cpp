#include "colonnade/simd/dispatch.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "colonnade/simd/pack.hpp"
#include "tests/simd_levels.hpp"

using namespace colonnade;

namespace {

struct width {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, std::size_t* out) const {
    *out = Isa::bytes;
  }
};

struct doubled {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const float* in, double* out, std::size_t size) const {
    simd::pack<double, simd::lanes<Isa, double>> v;
    constexpr std::size_t lanes = simd::lanes<Isa, double>;
    for (std::size_t i = 0; i + lanes <= size; i += lanes) {
      simd::load(v, in + i);
      v = v + v;
      simd::store(out + i, v);
    }
  }
};

}  // namespace

TEST_CASE("run: scoped_level chooses the instruction set and gives it back") {
  const auto before = simd::active();
  for (const auto level : tests::simd_levels()) {
    const simd::scoped_level scope(level);
    const auto expected = level < simd::best() ? level : simd::best();
    CHECK(simd::active() == expected);
    std::size_t bytes = 0;
    simd::run<width>(&bytes);
    CHECK(bytes == (expected == simd::level::v4 ? 64U : expected == simd::level::v3 ? 32U : 16U));
  }
  CHECK(simd::active() == before);
}

TEST_CASE("load and store: float32 is widened, without alignment") {
  const std::vector<float> in = {0, 1, 2, 3, 4, 5, 6, 7, 8};
  for (const auto level : tests::simd_levels()) {
    const simd::scoped_level scope(level);
    std::vector<double> out(9);
    simd::run<doubled>(in.data() + 1, out.data() + 1, std::size_t{8});
    for (std::size_t i = 1; i < 9; ++i) CHECK(out[i] == 2.0 * static_cast<double>(i));
  }
}
