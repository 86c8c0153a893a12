#include "colonnade/kernels/point_tile.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

#include "colonnade/core/random.hpp"
#include "tests/simd_levels.hpp"

namespace colonnade {
namespace {

constexpr std::size_t points = kernels::tile_points, columns = 5;

const std::vector<double>& rows() {
  static const std::vector<double> values = [] {
    std::vector<double> v(points * columns);
    for (std::size_t i = 0; i < v.size(); ++i) v[i] = random_stream(4).uniform(i) * 10;
    return v;
  }();
  return values;
}

std::vector<float> packed() {
  std::array<std::ptrdiff_t, points> offsets;
  for (std::size_t i = 0; i < points; ++i)
    offsets[i] = static_cast<std::ptrdiff_t>((points - 1 - i) * columns);
  const std::vector<double> shift(columns, 3.0);
  std::vector<float> tile(points * columns);
  simd::run<kernels::pack_points>(rows().data(), static_cast<const std::ptrdiff_t*>(offsets.data()),
                                  std::ptrdiff_t{1}, columns, shift.data(), 0.5, tile.data());
  return tile;
}

}  // namespace

TEST_CASE("point_tile: rows are transposed, shifted and scaled from wherever they begin") {
  const auto tile = packed();
  for (std::size_t i = 0; i < points; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      CHECK(tile[j * points + i] == static_cast<float>((rows()[(points - 1 - i) * columns + j] - 3) / 2));
    }
  }
}

TEST_CASE("point_tile: norms and moments, with the same bits on every instruction set") {
  const auto tile = packed();
  std::vector<double> weights(points, 2.0);
  std::vector<std::vector<float>> norms;
  std::vector<std::vector<double>> moments;
  for (const auto level : colonnade::tests::simd_levels()) {
    const simd::scoped_level scope(level);
    norms.emplace_back(points);
    moments.emplace_back(2 * columns);
    simd::run<kernels::point_norms>(tile.data(), columns, norms.back().data());
    simd::run<kernels::tile_moments>(tile.data(), static_cast<const double*>(weights.data()), columns,
                                     moments.back().data());
    CHECK(norms.back() == norms.front());
    CHECK(moments.back() == moments.front());
  }
  for (std::size_t i = 0; i < points; ++i) {
    double square = 0;
    for (std::size_t j = 0; j < columns; ++j)
      square += std::pow(static_cast<double>(tile[j * points + i]), 2);
    CHECK(static_cast<double>(norms[0][i]) >= std::sqrt(square));
    CHECK(static_cast<double>(norms[0][i]) <= std::sqrt(square) * 1.00001);
  }
  double sum = 0;
  for (std::size_t i = 0; i < points; ++i) sum += 2 * static_cast<double>(tile[points + i]);
  CHECK(moments[0][1] == doctest::Approx(sum));
}

TEST_CASE("point_tile: points are gathered from several tiles") {
  std::vector<float> tiles = packed(), second = packed();
  tiles.insert(tiles.end(), second.begin(), second.end());
  std::array<std::ptrdiff_t, points> offsets;
  for (std::size_t i = 0; i < points; ++i) {
    offsets[i] = static_cast<std::ptrdiff_t>(i % 2 * points * columns + (i * 7) % points);
  }
  std::vector<float> found(points * columns);
  simd::run<kernels::gather_points>(static_cast<const float*>(tiles.data()),
                                    static_cast<const std::ptrdiff_t*>(offsets.data()), columns,
                                    found.data());
  for (std::size_t i = 0; i < points; ++i) {
    for (std::size_t j = 0; j < columns; ++j)
      CHECK(found[j * points + i] == second[j * points + (i * 7) % points]);
  }
}

}  // namespace colonnade
