#include "colonnade/sketches/quantile_sketch.hpp"

#include <cmath>

#include "tests/effort.hpp"
#include "tests/laws.hpp"

using namespace colonnade;

namespace {

std::vector<double> draws(std::size_t n, std::uint64_t seed) {
  const random_stream random(seed);
  std::vector<double> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = std::exp(4 * random.uniform(i));
  return values;
}

/// Largest error of a rank over all values.
double worst_rank_error(const quantile_sketch& sketch, std::vector<double> values) {
  std::sort(values.begin(), values.end());
  double worst = 0;
  for (std::size_t i = 0; i < values.size(); i += 37) {
    const double exact =
        static_cast<double>(std::upper_bound(values.begin(), values.end(), values[i]) - values.begin());
    worst = std::max(worst, std::abs(sketch.rank(values[i]) - exact / static_cast<double>(values.size())));
  }
  return worst;
}

}  // namespace

TEST_CASE("quantile_sketch: an empty one has no quantiles") {
  const quantile_sketch sketch;
  CHECK(std::isnan(sketch.quantile(0.5)));
  CHECK(std::isnan(sketch.rank(1)));
  CHECK(std::isnan(sketch.minimum()));
  CHECK(sketch.distribution().empty());
}

TEST_CASE("quantile_sketch: up to its capacity it is exact") {
  quantile_sketch sketch(64);
  for (const double value : {3.0, 1.0, 2.0, 2.0}) sketch.update(value);
  CHECK(sketch.exact());
  CHECK(sketch.rank_error() == 0);
  CHECK(sketch.quantile(0) == 1);
  CHECK(sketch.quantile(0.25) == 1);
  CHECK(sketch.quantile(0.26) == 2);
  CHECK(sketch.quantile(0.75) == 2);
  CHECK(sketch.quantile(1) == 3);
  CHECK(sketch.rank(2) == 0.75);
  CHECK(sketch.distribution().size() == 3);
}

TEST_CASE("quantile_sketch: a quantile outside 0 to 1 is refused") {
  CHECK_THROWS_AS(quantile_sketch().quantile(1.5), argument_error);
  CHECK_THROWS_AS(quantile_sketch().quantile(std::nan("")), argument_error);
  CHECK_THROWS_AS(quantile_sketch(4), argument_error);
}

// LAW: quantile-bound Ranks of a quantile sketch are within its stated error for any partition of the stream.
TEST_CASE("quantile_sketch: ranks are within the stated error, streamed or merged in any order") {
  int beyond = 0, trials = 0;
  for (const std::uint32_t k : {64u, 256u, 1024u}) {
    for (std::uint64_t seed = 0; seed < tests::effort(8u, 2u); ++seed) {
      const auto values = draws(60'000, seed);
      quantile_sketch whole(k, seed), merged(k, seed);
      whole.update(values);
      for (const auto& cuts : tests::partitions(values.size())) {
        quantile_sketch part(k, seed);
        std::size_t first = 0;
        merged = quantile_sketch(k, seed);
        for (const std::size_t cut : cuts) {
          part = quantile_sketch(k, seed);
          part.update(std::span(values).subspan(first, cut - first));
          merged.merge(part);
          first = cut;
        }
        part = quantile_sketch(k, seed);
        part.update(std::span(values).subspan(first));
        part.merge(merged);
        CHECK(part.count() == values.size());
        beyond += worst_rank_error(part, values) > part.rank_error() ? 1 : 0;
        ++trials;
      }
      beyond += worst_rank_error(whole, values) > whole.rank_error() ? 1 : 0;
      ++trials;
      CHECK(whole.size() < 4 * std::size_t{k} + 100);
    }
  }
  CHECK(beyond <= trials / 50);
}

TEST_CASE("quantile_sketch: one value at a time, ascending, descending and constant keep the bound") {
  std::vector<double> values(30'000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = static_cast<double>(i);
  quantile_sketch up(128), down(128), constant(128);
  for (std::size_t i = 0; i < values.size(); ++i) {
    up.update(values[i]);
    down.update(values[values.size() - 1 - i]);
    constant.update(7.0);
  }
  CHECK(worst_rank_error(up, values) < up.rank_error());
  CHECK(worst_rank_error(down, values) < down.rank_error());
  CHECK(constant.quantile(0.5) == 7);
  CHECK(constant.rank(7) == 1);
  CHECK(constant.distribution().size() == 1);
}

TEST_CASE("quantile_sketch: infinities are values, both zeros are one, the range is exact") {
  const double infinity = std::numeric_limits<double>::infinity();
  quantile_sketch sketch(8);
  std::vector<double> values(1000, -0.0);
  values[0] = -infinity;
  values[999] = infinity;
  sketch.update(values);
  CHECK(sketch.minimum() == -infinity);
  CHECK(sketch.maximum() == infinity);
  CHECK_FALSE(std::signbit(sketch.quantile(0.5)));
}

TEST_CASE("quantile_sketch: merging an empty one changes nothing, another k is refused") {
  quantile_sketch sketch(32), empty(32);
  sketch.update(draws(5000, 1));
  tests::check_neutral(empty, sketch);
  CHECK_THROWS_AS(sketch.merge(quantile_sketch(64)), argument_error);
}

TEST_CASE("quantile_sketch: damaged bytes are refused or valid") {
  quantile_sketch sketch(16);
  sketch.update(draws(3000, 1));
  tests::check_bytes(sketch);
  tests::check_bytes(quantile_sketch());
}
