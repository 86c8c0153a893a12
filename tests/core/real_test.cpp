#include "colonnade/core/real.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <initializer_list>
#include <limits>

using namespace colonnade;

TEST_CASE("real: the functions are those of <cmath>") {
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double x : {0.0, -0.0, 0.3, -0.5, 1.0, 2.5, -1e9, 1e300, 0x1p-1074, infinity,
                         std::numeric_limits<double>::quiet_NaN()}) {
    const auto same = [](double a, double b) { return a == b || (a != a && b != b); };
    CHECK(real::isnan(x) == std::isnan(x));
    CHECK(real::isinf(x) == std::isinf(x));
    CHECK(real::isfinite(x) == std::isfinite(x));
    CHECK(same(real::sqrt(x), std::sqrt(x)));
    CHECK(same(real::floor(x), std::floor(x)));
    CHECK(same(real::ceil(x), std::ceil(x)));
    CHECK(same(real::trunc(x), std::trunc(x)));
    CHECK(same(real::nearbyint(x), std::nearbyint(x)));
    CHECK(same(real::ldexp(x, -3), std::ldexp(x, -3)));
    CHECK(same(real::nextafter(x, infinity), std::nextafter(x, infinity)));
    CHECK(same(real::sin(x), std::sin(x)));
    CHECK(same(real::cos(x), std::cos(x)));
    CHECK(same(real::asin(x), std::asin(x)));
    CHECK(same(real::erfc(x), std::erfc(x)));
    CHECK(real::ilogb(x) == std::ilogb(x));
    int ours = 0, theirs = 0;
    CHECK(same(real::frexp(x, &ours), std::frexp(x, &theirs)));
    if (std::isfinite(x)) CHECK(ours == theirs);
    if (std::abs(x) < 0x1p62) CHECK(real::llrint(x) == std::llrint(x));
  }
  CHECK(real::nextafter(1.0F, 2.0F) == std::nextafter(1.0F, 2.0F));
}
