#include "colonnade/kernels/nearest_center.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "colonnade/core/random.hpp"
#include "tests/simd_levels.hpp"

namespace colonnade {
namespace {

struct problem {
  std::size_t columns, centers, tiles = 3;
  std::vector<float> points, norms, weights, center_norms, rows;
  float reach = 0;

  problem(std::size_t d, std::size_t k, float spread) : columns(d), centers(k) {
    const random_stream random(d * 100 + k);
    points.resize(tiles * kernels::tile_points * d);
    norms.resize(tiles * kernels::tile_points);
    for (std::size_t i = 0; i < points.size(); ++i) points[i] = static_cast<float>(random.uniform(i) - 0.5);
    for (std::size_t t = 0; t < tiles; ++t) {
      simd::run<kernels::point_norms>(static_cast<const float*>(points.data()) + t * kernels::tile_points * d,
                                      d, norms.data() + t * kernels::tile_points);
    }
    weights.assign((k + 1) / 2 * 2 * d, 0.0f);
    center_norms.assign((k + 1) / 2 * 2, std::numeric_limits<float>::infinity());
    for (std::size_t c = 0; c < k; ++c) {
      double norm = 0;
      for (std::size_t j = 0; j < d; ++j) {
        const double value = static_cast<float>(random.uniform(1'000'000 + c * d + j) - 0.5) * spread;
        rows.push_back(static_cast<float>(value));
        weights[(c / 2 * d + j) * 2 + c % 2] = static_cast<float>(-2 * value);
        norm += value * value;
      }
      center_norms[c] = static_cast<float>(norm);
      reach = std::max(reach, static_cast<float>(std::sqrt(norm)) * 1.0001f);
    }
  }
  double distance(std::size_t i, std::size_t c) const {
    const float* x =
        points.data() + i / kernels::tile_points * kernels::tile_points * columns + i % kernels::tile_points;
    double sum = 0;
    for (std::size_t j = 0; j < columns; ++j) {
      const double difference =
          static_cast<double>(x[j * kernels::tile_points]) - static_cast<double>(rows[c * columns + j]);
      sum += difference * difference;
    }
    return std::sqrt(sum);
  }
  kernels::center_panel panel() const {
    return {weights.data(),
            center_norms.data(),
            (centers + 1) / 2,
            columns,
            static_cast<float>(columns + 8) * 0x1p-24f,
            reach};
  }
};

void check_labels(const problem& p, const std::vector<std::uint32_t>& labels, const std::vector<float>& upper,
                  const std::vector<float>& lower) {
  std::size_t unsure = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    std::size_t best = 0;
    double least = p.distance(i, 0), second = std::numeric_limits<double>::infinity();
    for (std::size_t c = 1; c < p.centers; ++c) {
      const double distance = p.distance(i, c);
      second = std::min(second, std::max(distance, least));
      if (distance < least) best = c;
      least = std::min(least, distance);
    }
    if ((labels[i] & kernels::unsure) != 0) {
      ++unsure;
      CHECK(lower[i] == 0);
      continue;
    }
    CHECK(labels[i] == best);
    CHECK(static_cast<double>(upper[i]) >= least);
    CHECK(static_cast<double>(lower[i]) <= second);
    CHECK(static_cast<double>(upper[i]) <= least + 0.01);
    if (p.centers > 1) CHECK(static_cast<double>(lower[i]) >= second * 0.99 - 0.01);
  }
  CHECK(unsure <= labels.size() / 20);
}

}  // namespace

TEST_CASE("nearest_center: sure labels are right and bounds hold, for every tail and instruction set") {
  for (const std::size_t columns : {1UL, 2UL, 3UL, 16UL, 17UL}) {
    for (const std::size_t centers : {1UL, 2UL, 3UL, 5UL, 6UL, 7UL, 11UL, 12UL, 13UL, 25UL, 64UL}) {
      for (const float spread : {1.0f, 30.0f}) {
        const problem p(columns, centers, spread);
        for (const auto level : colonnade::tests::simd_levels()) {
          INFO(columns << " columns, " << centers << " centres, " << std::string(simd::name(level)));
          const simd::scoped_level scope(level);
          std::vector<std::uint32_t> labels(p.norms.size());
          std::vector<float> upper(labels.size()), lower(labels.size());
          simd::run<kernels::nearest_center>(p.points.data(), p.norms.data(), p.tiles, p.panel(),
                                             labels.data(), kernels::bounds_out{upper.data(), lower.data()});
          check_labels(p, labels, upper, lower);
        }
      }
    }
  }
}

TEST_CASE("nearest_center: ties, NaN and infinity are unsure") {
  problem p(2, 4, 1.0f);
  // Centres 1 and 3 are one.
  for (std::size_t j = 0; j < 2; ++j) p.weights[(1 * 2 + j) * 2 + 1] = p.weights[(0 * 2 + j) * 2 + 1];
  p.center_norms[3] = p.center_norms[1];
  p.points[0] = std::nanf("");
  p.norms[0] = std::nanf("");
  p.points[1] = std::numeric_limits<float>::infinity();
  p.norms[1] = p.points[1];
  std::vector<std::uint32_t> labels(p.norms.size());
  simd::run<kernels::nearest_center>(static_cast<const float*>(p.points.data()),
                                     static_cast<const float*>(p.norms.data()), p.tiles, p.panel(),
                                     labels.data(), kernels::bounds_out{nullptr, nullptr});
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::uint32_t label = labels[i] & ~kernels::unsure;
    if (i < 2) CHECK((labels[i] & kernels::unsure) != 0);
    if (i >= 2) CHECK(label != 3);
    if (i >= 2 && label == 1) CHECK((labels[i] & kernels::unsure) != 0);
  }
}

}  // namespace colonnade
