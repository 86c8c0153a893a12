#include "colonnade/kernels/bin_lookup.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "colonnade/core/random.hpp"
#include "tests/simd_levels.hpp"

using namespace colonnade;

namespace {

template <class T>
using limits = std::numeric_limits<T>;

/// Evenly spaced cuts, random ones, ones with a long tail, neighbours, and ones at the ends of the type.
template <class T>
std::vector<std::vector<T>> columns_of_cuts() {
  const random_stream random(5);
  std::vector<std::vector<T>> columns = {{}, {0}, {-1, 1}, {limits<T>::lowest(), 0, 1, limits<T>::max()}};
  columns.push_back({limits<T>::lowest(), -1, 0, 1, 2, limits<T>::max()});
  columns.push_back({0, limits<T>::denorm_min(), 2 * limits<T>::denorm_min(), limits<T>::min(), 1, 2, 3});
  columns.push_back({1, 1, 1, 1, 1, 1, 2, limits<T>::infinity()});
  columns.push_back({-1, 0, 1, limits<T>::infinity()});
  for (const std::size_t size : {5u, 16u, 100u, 253u, 254u}) {
    std::vector<T> even, chance, tail, near;
    T next = 1;
    for (std::size_t k = 0; k < size; ++k) {
      even.push_back(static_cast<T>(k) / 3 - 7);
      chance.push_back(static_cast<T>(random.uniform(k) * random.uniform(size + k)));
      tail.push_back(static_cast<T>(std::exp(0.3 * static_cast<double>(k))));
      near.push_back(next);
      next = std::nextafter(next, limits<T>::infinity());
    }
    std::sort(chance.begin(), chance.end());
    columns.insert(columns.end(), {even, chance, tail, near});
  }
  return columns;
}

template <class T>
std::vector<T> values_around(const std::vector<T>& cuts) {
  constexpr T infinity = limits<T>::infinity();
  std::vector<T> x = {
      limits<T>::quiet_NaN(), -limits<T>::quiet_NaN(), infinity, -infinity, 0, T{-0.0}, limits<T>::max(),
      limits<T>::lowest(),    limits<T>::denorm_min(), T{0.5}};
  for (const T cut : cuts) {
    for (const T value : {cut, std::nextafter(cut, infinity), std::nextafter(cut, -infinity), -cut})
      x.push_back(value);
  }
  return x;
}

template <class T>
void check_column(const std::vector<T>& cuts, std::uint8_t missing) {
  const bin_table<T> table(cuts, missing);
  const auto x = values_around(cuts);
  const std::ptrdiff_t size = static_cast<std::ptrdiff_t>(x.size());
  std::vector<T> spread(3 * x.size());
  for (std::size_t i = 0; i < x.size(); ++i) spread[3 * i] = x[i];
  std::vector<std::uint8_t> found(x.size()), last_first(x.size()), apart(x.size());
  simd::run<bin_lookup>(static_cast<const T*>(x.data()), std::ptrdiff_t{1}, x.size(), &table, found.data());
  simd::run<bin_lookup>(static_cast<const T*>(x.data() + size - 1), std::ptrdiff_t{-1}, x.size(), &table,
                        last_first.data());
  simd::run<bin_lookup>(static_cast<const T*>(spread.data()), std::ptrdiff_t{3}, x.size(), &table,
                        apart.data());
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto below = std::upper_bound(cuts.begin(), cuts.end(), x[i]) - cuts.begin();
    CHECK(found[i] == (std::isnan(x[i]) ? missing : static_cast<std::uint8_t>(below)));
  }
  CHECK(apart == found);
  std::reverse(last_first.begin(), last_first.end());
  CHECK(last_first == found);
}

template <class T>
void check_all() {
  for (const auto level : tests::simd_levels()) {
    const simd::scoped_level scope(level);
    for (const auto& cuts : columns_of_cuts<T>()) {
      check_column(cuts, 255);
      check_column(cuts, static_cast<std::uint8_t>(cuts.size() + 1));
    }
  }
}

}  // namespace

TEST_CASE("bin_lookup: the bin is the number of cuts that are not above the value") {
  check_all<float>();
  check_all<double>();
}
