#include "colonnade/kernels/elementary.hpp"

#include <doctest/doctest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "colonnade/core/random.hpp"
#include "tests/simd_levels.hpp"
#include "tests/values.hpp"

namespace {

using colonnade::random_stream;
namespace elementary = colonnade::elementary;
namespace simd = colonnade::simd;

using colonnade::tests::values::infinity;
const double not_a_number = std::numeric_limits<double>::quiet_NaN();

double ulps(double value, long double exact) {
  const double rounded = static_cast<double>(exact);
  if (std::isinf(rounded) || rounded == 0) return value == rounded ? 0 : infinity;
  const double size = std::max(std::fabs(rounded), std::numeric_limits<double>::min());
  const double ulp = std::ldexp(1.0, std::ilogb(size) - 52);
  return static_cast<double>(std::fabs((static_cast<long double>(value) - exact) / ulp));
}

template <class Ours, class Exact>
double worst(Ours ours, Exact exact, double low, double high, std::uint64_t draws = 200'000) {
  const random_stream random(7);
  double most = 0;
  for (std::uint64_t i = 0; i < draws; ++i) {
    const double x = low + (high - low) * random.uniform(i);
    most = std::max(most, ulps(ours(x), exact(static_cast<long double>(x))));
  }
  return most;
}

const auto our_exp = [](double x) { return elementary::exp(x); };
const auto our_log = [](double x) { return elementary::log(x); };
const auto our_log1p = [](double x) { return elementary::log1p(x); };
const auto our_sigmoid = [](double x) { return elementary::sigmoid(x); };
const auto exact_exp = [](long double x) { return std::exp(x); };
const auto exact_log = [](long double x) { return std::log(x); };
const auto exact_log1p = [](long double x) { return std::log1p(x); };
const auto exact_sigmoid = [](long double x) {
  return x > 0 ? 1 / (1 + std::exp(-x)) : std::exp(x) / (1 + std::exp(x));
};

/// Doubles of every kind: all exponents, both signs, edges.
std::vector<double> everything() {
  std::vector<double> values = {0.0,          -0.0,   1.0,     -1.0,      infinity,   -infinity,
                                not_a_number, 5e-324, -5e-324, 0x1p-1022, -0x1p-1022, 0x1.fffffffffffffp1023,
                                709.78,       709.79, -708.4,  -745.1,    -745.2,     -746.0,
                                1e-17,        -1e-17};
  const random_stream random(11);
  for (std::uint64_t i = 0; i < 4000; ++i) values.push_back(std::bit_cast<double>(random.bits(i)));
  for (std::uint64_t i = 0; i < 4000; ++i) values.push_back(-800 + 1600 * random.uniform(i));
  for (std::uint64_t i = 0; i < 4000; ++i) values.push_back(-2 + 4 * random.uniform(i));
  values.resize(values.size() / 8 * 8);
  return values;
}

struct apply_all {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const double* x, double* out, std::size_t n) const {
    constexpr std::size_t lanes = simd::lanes<Isa, double>;
    using vector = simd::pack<double, lanes>;
    for (std::size_t i = 0; i < n; i += lanes) {
      vector v, y;
      simd::load(v, x + i);
      elementary::exp(y, v);
      simd::store(out + i, y);
      elementary::log(y, v);
      simd::store(out + n + i, y);
      elementary::log1p(y, v);
      simd::store(out + 2 * n + i, y);
      elementary::sigmoid(v, v);
      simd::store(out + 3 * n + i, v);
    }
  }
};

}  // namespace

// LAW: elementary-accuracy exp and log are within 1 ulp, log1p within 2 and sigmoid within 2.5, of the exact
// value.
TEST_CASE("elementary: exp and log are within 1 ulp, log1p within 2, sigmoid within 2.5") {
  CHECK(worst(our_exp, exact_exp, -745.2, 709.8) < 1);
  CHECK(worst(our_exp, exact_exp, -1, 1) < 1);
  CHECK(worst(our_exp, exact_exp, -745.2, -708) < 1);
  CHECK(worst(our_log, exact_log, 0, 1e-300) < 1);
  CHECK(worst(our_log, exact_log, 0, 2) < 1);
  CHECK(worst(our_log, exact_log, 0.99, 1.01) < 1);
  CHECK(worst(our_log, exact_log, 0, 1e300) < 1);
  CHECK(worst(our_log1p, exact_log1p, -1, 1) < 2);
  CHECK(worst(our_log1p, exact_log1p, -1e-9, 1e-9) < 2);
  CHECK(worst(our_log1p, exact_log1p, 0, 1e5) < 2);
  CHECK(worst(our_log1p, exact_log1p, 0, 1e20) < 2);
  CHECK(worst(our_sigmoid, exact_sigmoid, -40, 40) < 2.5);
  CHECK(worst(our_sigmoid, exact_sigmoid, -750, 0) < 2.5);
}

TEST_CASE("elementary: subnormal arguments of log are exact to 1 ulp") {
  const random_stream random(3);
  for (std::uint64_t i = 0; i < 20'000; ++i) {
    const double x = std::bit_cast<double>(random.bits(i) >> (12 + i % 50));
    if (x > 0) CHECK(ulps(elementary::log(x), std::log(static_cast<long double>(x))) < 1);
  }
}

TEST_CASE("elementary: zeros, infinities and NaN") {
  CHECK(elementary::exp(0.0) == 1);
  CHECK(elementary::exp(-0.0) == 1);
  CHECK(elementary::exp(infinity) == infinity);
  CHECK(elementary::exp(-infinity) == 0);
  CHECK(elementary::exp(1000.0) == infinity);
  CHECK(elementary::exp(-745.1) == 5e-324);
  CHECK(std::isnan(elementary::exp(not_a_number)));
  CHECK(elementary::log(0.0) == -infinity);
  CHECK(elementary::log(-0.0) == -infinity);
  CHECK(elementary::log(1.0) == 0);
  CHECK(elementary::log(infinity) == infinity);
  CHECK(std::isnan(elementary::log(-1.0)));
  CHECK(std::isnan(elementary::log(-infinity)));
  CHECK(std::isnan(elementary::log(not_a_number)));
  CHECK(elementary::log1p(-1.0) == -infinity);
  CHECK(std::isnan(elementary::log1p(-1.5)));
  CHECK(elementary::log1p(infinity) == infinity);
  CHECK(elementary::log1p(5e-324) == 5e-324);
  CHECK(std::signbit(elementary::log1p(-0.0)));
  CHECK(std::isnan(elementary::log1p(not_a_number)));
  CHECK(elementary::sigmoid(0.0) == 0.5);
  CHECK(elementary::sigmoid(infinity) == 1);
  CHECK(elementary::sigmoid(-infinity) == 0);
  CHECK(elementary::sigmoid(-745.0) == 5e-324);
  CHECK(std::isnan(elementary::sigmoid(not_a_number)));
}

// LAW: elementary-same-bits exp, log, log1p and sigmoid have the same bits as scalars and as packs of every
// instruction set.
TEST_CASE("elementary: scalars and packs of every instruction set have the same bits") {
  const std::vector<double> x = everything();
  const std::size_t n = x.size();
  std::vector<std::uint64_t> expected;
  for (double v : x) expected.push_back(std::bit_cast<std::uint64_t>(elementary::exp(v)));
  for (double v : x) expected.push_back(std::bit_cast<std::uint64_t>(elementary::log(v)));
  for (double v : x) expected.push_back(std::bit_cast<std::uint64_t>(elementary::log1p(v)));
  for (double v : x) expected.push_back(std::bit_cast<std::uint64_t>(elementary::sigmoid(v)));
  for (simd::level level : colonnade::tests::simd_levels()) {
    const simd::scoped_level scope(level);
    std::vector<double> out(4 * n);
    simd::run<apply_all>(x.data(), out.data(), n);
    std::size_t different = 0;
    for (std::size_t i = 0; i < 4 * n; ++i) different += std::bit_cast<std::uint64_t>(out[i]) != expected[i];
    CAPTURE(simd::name(level));
    CHECK(different == 0);
  }
}

TEST_CASE("elementary: the bits of known results do not change") {
  std::uint64_t hash = 14695981039346656037u;
  const auto add = [&](double y) {
    const std::uint64_t bits = std::isnan(y) ? 0 : std::bit_cast<std::uint64_t>(y);
    hash = (hash ^ bits) * 1099511628211u;
  };
  for (double x : everything()) {
    add(elementary::exp(x));
    add(elementary::log(x));
    add(elementary::log1p(x));
    add(elementary::sigmoid(x));
  }
  CHECK(hash == 10111199908314483536u);
}

TEST_CASE("elementary: log_factorial is that of libm") {
  for (double y = 0; y < 300; y += 0.137) {
    CHECK(std::abs(elementary::log_factorial(y) - std::lgamma(y + 1)) <=
          1e-14 * std::max(1.0, std::lgamma(y + 1)));
  }
  CHECK(std::abs(elementary::log_factorial(1)) < 1e-14);
  CHECK(elementary::log_factorial(1e15) == doctest::Approx(std::lgamma(1e15 + 1)).epsilon(1e-14));
  CHECK(std::isfinite(elementary::log_factorial(1e60)));
}
