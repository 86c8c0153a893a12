#include "colonnade/boosting/gradient_ranking.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <numeric>

#include "colonnade/core/random.hpp"

using namespace colonnade;

namespace {

struct expected_threshold {
  std::uint64_t above = 0, below = 0;
};

expected_threshold at_key(const std::vector<std::uint32_t>& keys, std::uint32_t key) {
  expected_threshold t;
  for (const std::uint32_t k : keys) {
    t.above += k >= key ? 1 : 0;
    t.below += k >= key ? 0 : k;
  }
  return t;
}

}  // namespace

TEST_CASE("gradient_ranking: keys keep the order of the magnitudes, and only 0 has the key 0") {
  const std::vector<double> magnitude = {0, 1e-30, 3, 2, 3, 0.5, 0};
  gradient_ranking ranking(magnitude.size(), 1);
  ranking.rank([&](std::size_t row) { return magnitude[row]; });
  CHECK(ranking[0] == 0);
  CHECK(ranking[1] == 1);
  CHECK(ranking[2] == (1u << 30) - 1);
  CHECK(ranking[2] == ranking[4]);
  CHECK(ranking[5] < ranking[3]);
  CHECK(ranking[3] < ranking[2]);
  ranking.rank([](std::size_t) { return 0.0; });
  for (std::size_t row = 0; row < magnitude.size(); ++row) CHECK(ranking[row] == 0);
}

TEST_CASE("gradient_ranking: thresholds are the least for which a condition holds, for any threads") {
  for (const std::size_t rows : {1u, 2u, 50u, 40'000u}) {
    const random_stream random(rows);
    for (const int shape : {0, 1, 2}) {
      const auto magnitude = [&](std::size_t row) {
        const double u = random.uniform(row);
        return shape == 0 ? u : shape == 1 ? std::floor(4 * u) : u < 0.3 ? 0 : std::exp2(-40 * u);
      };
      for (const int threads : {1, 2, 3, 7}) {
        gradient_ranking ranking(rows, threads);
        ranking.rank(magnitude);
        std::vector<std::uint32_t> keys(rows);
        for (std::size_t row = 0; row < rows; ++row) keys[row] = ranking[row];
        for (const std::size_t most : {std::size_t{0}, rows / 3, rows / 2, rows - 1, rows}) {
          const auto found = ranking.least([&](const auto& t) { return t.above <= most; });
          const auto here = at_key(keys, found.key);
          CHECK(found.above == here.above);
          CHECK(found.below == here.below);
          CHECK(here.above <= most);
          if (found.key > 0) CHECK(at_key(keys, found.key - 1).above > most);
        }
      }
    }
  }
}

TEST_CASE("gradient_ranking: a condition that nothing but the end of all keys meets gives the end") {
  gradient_ranking ranking(5, 1);
  ranking.rank([](std::size_t row) { return static_cast<double>(row); });
  const auto found = ranking.least([](const auto&) { return false; });
  CHECK(found.key == 1u << 30);
  CHECK(found.above == 0);
  CHECK(found.below > 4 * (1u << 28));
  CHECK(ranking.least([](const auto&) { return true; }).key == 0);
}
