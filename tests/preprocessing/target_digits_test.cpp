#include "colonnade/preprocessing/target_digits.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "colonnade/core/random.hpp"

using namespace colonnade;

namespace {

std::vector<std::int64_t> summed(const target_format& format, const std::vector<double>& y,
                                 const std::vector<double>& w) {
  std::vector<std::int64_t> records, sums(format.lanes());
  const target_adder adder(format);
  adder.prepare({y.data(), y.size()}, {w.data(), w.size()}, 0, y.size(), records);
  const std::vector<std::int32_t> groups(y.size());
  adder.add(records, groups.data(), y.size(), sums.data());
  return sums;
}

target_format format_of(const std::vector<double>& y, const std::vector<double>& w = {}) {
  return target_format::of(0, {y.data(), y.size()}, {w.data(), w.size()});
}

}  // namespace

TEST_CASE("target_digits: the places hold the largest value and no more") {
  CHECK(format_of({1.0}).value_place == 0);
  CHECK(format_of({0x1p30 - 1}).value_place == 0);
  CHECK(format_of({-0x1p30}).value_place == 1);
  CHECK(format_of({0.5}).value_place == -1);
  CHECK(format_of({0x1p-31}).value_place == -2);
  CHECK(format_of({0x1p-30}).value_place == -1);
  CHECK(format_of({0.0}).value_place == target_format::nothing);
  CHECK(format_of({1.7e308}).value_place == 34);
  CHECK(format_of({5e-324}).value_place == -33);
}

// LAW: target-digits Sums of targets are the same integers for any order and batches, however far the values
// range.
TEST_CASE("target_digits: a format that grows on the way gives the digits of the final one") {
  const random_stream random(5);
  for (const bool weighted : {false, true}) {
    for (int range = 0; range < 300; range += 30) {
      std::vector<double> y, w;
      for (std::uint64_t i = 0; i < 64; ++i) {
        const int exponent =
            static_cast<int>(random.below(3 * i, static_cast<std::uint64_t>(2 * range + 1))) - range;
        y.push_back(std::ldexp(random.uniform(3 * i + 1) - 0.5, exponent));
        w.push_back(std::ldexp(random.uniform(3 * i + 2), exponent / 7));
      }
      if (!weighted) w.clear();
      const target_format whole = format_of(y, w);
      target_format format;
      std::vector<std::int64_t> sums(format.lanes());
      for (std::size_t i = 0; i < y.size(); ++i) {
        const std::vector<double> one = {y[i]},
                                  weight = weighted ? std::vector<double>{w[i]} : std::vector<double>{};
        const target_format next = format.joined(format_of(one, weight));
        sums = format.converted(sums, next);
        format = next;
        const auto added = summed(format, one, weight);
        for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += added[k];
      }
      CHECK(format == whole);
      CHECK(sums == summed(whole, y, w));
    }
  }
}

TEST_CASE("target_digits: rows without weights weigh one") {
  const std::vector<double> y = {3.25, -1e7, 1e-9}, none, ones = {1, 1, 1};
  const auto plain = format_of(y, none), weighted = format_of(y, ones);
  CHECK(plain.converted(summed(plain, y, none), weighted) == summed(weighted, y, ones));
}

TEST_CASE("target_digits: moments survive an offset that a sum of squares would not") {
  std::vector<double> y, w;
  for (int i = 0; i < 1000; ++i) {
    y.push_back(1e12 + (i % 2 == 0 ? 0.5 : -0.5));
    w.push_back(i % 3 == 0 ? 0.125 : 3);
  }
  const auto format = format_of(y);
  const auto m = moments_of(format, summed(format, y, {}).data());
  CHECK(m.weight == 1000);
  CHECK(m.mean * format.scale() == doctest::Approx(1e12).epsilon(1e-15));
  CHECK(m.squares * format.scale() * format.scale() == doctest::Approx(250).epsilon(1e-9));
  const auto weighted = format_of(y, w);
  const auto mw = moments_of(weighted, summed(weighted, y, w).data());
  CHECK(mw.weight == doctest::Approx(334 * 0.125 + 666 * 3));
  CHECK(mw.squares * weighted.scale() * weighted.scale() == doctest::Approx(mw.weight * 0.25).epsilon(1e-6));
}
