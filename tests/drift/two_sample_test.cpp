// Also tests: drift/rank_pass.hpp, drift/rank_tests.hpp, drift/sorted_sample.hpp, drift/quantile_bins.hpp
#include "colonnade/drift/two_sample.hpp"

#include <doctest/doctest.h>

#include <cstring>

#include "colonnade/core/random.hpp"
#include "tests/naive/two_sample.hpp"
#include "tests/values.hpp"

using namespace colonnade;
using doctest::Approx;

namespace {

column_view<const double> view(const std::vector<double>& values) { return {values.data(), values.size()}; }

two_sample_result run(const std::vector<double>& x, const std::vector<double>& y, int threads = 1) {
  return two_sample(view(x), view(y), {}, threads);
}

/// kind 0: distinct; 1: many ties; 2: few values; 3: huge offset.
std::vector<double> draws(std::size_t n, std::uint64_t seed, int kind, double shift) {
  const random_stream random(seed);
  std::vector<double> values(n);
  for (std::size_t i = 0; i < n; ++i) {
    const double u = random.uniform(i) + random.uniform(i + 1'000'000) + shift;
    values[i] = kind == 1 ? std::floor(20 * u) : kind == 2 ? std::floor(2 * u) : kind == 3 ? u + 1e12 : u;
  }
  return values;
}

using tests::values::infinity;
using tests::values::missing;

}  // namespace

TEST_CASE("two_sample: statistics are those of the definitions, with and without ties") {
  std::uint64_t seed = 0;
  for (const auto& sizes : {std::pair{1, 1}, {2, 3}, {20, 20}, {50, 7}, {1, 90}, {300, 211}}) {
    const int n = sizes.first, m = sizes.second;
    for (int kind = 0; kind < 4; ++kind) {
      const auto x = draws(static_cast<std::size_t>(n), ++seed, kind, 0),
                 y = draws(static_cast<std::size_t>(m), ++seed, kind, 0.2);
      const auto r = run(x, y);
      INFO(n << " " << m << " kind " << kind);
      CHECK(r.ks.statistic == Approx(tests::naive::kolmogorov_smirnov(x, y)).epsilon(1e-13));
      CHECK(r.wasserstein.statistic == Approx(tests::naive::wasserstein(x, y)).epsilon(1e-12));
      if (n > 1 && m > 1)
        CHECK(r.cramer_von_mises.statistic == Approx(tests::naive::cramer_von_mises(x, y)).epsilon(1e-12));
      if (n + m < 4) continue;
      const rank_tests tests(
          rank_pass::of(sorted_sample::of(view(x)).values(), sorted_sample::of(view(y)).values(), true, 1),
          x.size(), y.size());
      CHECK(r.anderson_darling.statistic == tests.anderson_darling().statistic);
    }
  }
}

TEST_CASE("two_sample: agrees with scipy 1.17 on a fixed sample") {
  const std::vector<double> x = {0.61, 1.32, 0.27, 2.09, 0.94, 1.81, 0.08, 1.15, 0.73, 1.48};
  const std::vector<double> y = {1.92, 1.07, 2.63, 0.88, 1.59, 2.31, 1.74, 0.35, 2.84, 1.21, 1.99, 2.47};
  const auto r = run(x, y);
  CHECK(r.ks.statistic == Approx(0.4666666666666667).epsilon(1e-12));
  CHECK(r.ks.p_value == Approx(0.13424346551281538).epsilon(1e-10));
  CHECK(r.wasserstein.statistic == Approx(0.7020000000000001).epsilon(1e-12));
  CHECK(r.cramer_von_mises.statistic == Approx(0.4325757575757576).epsilon(1e-12));
  CHECK(r.cramer_von_mises.p_value == Approx(0.06214219217315192).epsilon(1e-10));
  CHECK(r.anderson_darling.statistic == Approx(1.9292955012845228).epsilon(1e-12));
  CHECK(r.anderson_darling.p_value == Approx(0.05206821200612497).epsilon(0.03));
}

TEST_CASE("two_sample: the Anderson-Darling statistic is the standardised definition") {
  const auto x = draws(40, 1, 1, 0), y = draws(55, 2, 1, 0.3);
  // Two samples shifted against each other differ from the definition by the standardisation alone: the ratio
  // of the distances from 1 is the same for another current sample of the same size.
  const auto z = draws(55, 3, 1, 0.6);
  const double first = (tests::naive::anderson_darling(x, y) - 1) / run(x, y).anderson_darling.statistic;
  const double second = (tests::naive::anderson_darling(x, z) - 1) / run(x, z).anderson_darling.statistic;
  CHECK(first == Approx(second).epsilon(1e-10));
  CHECK(first > 0.5);
  CHECK(first < 1);
}

// LAW: two-sample-threads The results of two_sample have the same bits for any number of threads.
TEST_CASE("two_sample: any number of threads gives equal bits") {
  const auto x = draws(150'000, 1, 0, 0), y = draws(120'001, 2, 1, 0.01);
  const auto one = run(x, y, 1);
  for (const int threads : {2, 3, 7}) {
    const auto r = run(x, y, threads);
    for (const auto member : {&two_sample_result::ks, &two_sample_result::wasserstein,
                              &two_sample_result::psi, &two_sample_result::jensen_shannon,
                              &two_sample_result::anderson_darling, &two_sample_result::cramer_von_mises}) {
      CHECK(std::memcmp(&(r.*member), &(one.*member), sizeof(test_result)) == 0);
    }
  }
}

TEST_CASE("two_sample: missing values are skipped, counted and tested") {
  auto x = draws(100, 1, 0, 0), y = draws(80, 2, 0, 0);
  const auto without = run(x, y);
  for (int i = 0; i < 20; ++i) y.insert(y.begin() + 3 * i, missing);
  const auto with = run(x, y);
  CHECK(with.ks.p_value == without.ks.p_value);
  CHECK(with.wasserstein.statistic == without.wasserstein.statistic);
  CHECK(with.current_missing == 20);
  CHECK(with.current_missing_rate() == 0.2);
  CHECK(with.missing.p_value < 1e-4);
  const std::uint8_t bits[] = {0b1111'1101, 0xff};
  const column_view<const double> masked(x.data(), 10, 1, validity_view(bits, 0));
  CHECK(two_sample(masked, view(y)).reference_missing == 1);
}

TEST_CASE("two_sample: an empty or all-missing sample has no statistics") {
  for (const auto& x : {std::vector<double>{}, std::vector<double>{missing, missing}}) {
    const auto r = run(x, {1, 2});
    CHECK(r.reference_count == 0);
    CHECK(std::isnan(r.ks.statistic));
    CHECK(std::isnan(r.psi.p_value));
  }
}

TEST_CASE("two_sample: constant samples") {
  const auto same = run(std::vector<double>(30, 5.0), std::vector<double>(50, 5.0));
  CHECK(same.ks.statistic == 0);
  CHECK(same.ks.p_value == 1);
  CHECK(same.wasserstein.statistic == 0);
  CHECK(same.wasserstein.p_value == 1);
  CHECK(same.cramer_von_mises.statistic == 0);
  CHECK(same.psi.statistic == Approx(0));
  CHECK(same.psi.p_value == 1);
  const auto moved = run(std::vector<double>(30, 5.0), std::vector<double>(50, 4.0));
  CHECK(moved.ks.statistic == 1);
  CHECK(moved.wasserstein.statistic == 1);
  CHECK(moved.psi.statistic > 4);
  CHECK(moved.jensen_shannon.statistic == Approx(1));
  CHECK(moved.jensen_shannon.p_value < 1e-10);
}

TEST_CASE("two_sample: infinities are values, and mass that moves to one moves infinitely far") {
  const auto equal = run({-infinity, 1, 2, infinity}, {-infinity, 2, 3, infinity});
  CHECK(equal.wasserstein.statistic == 0.5);
  CHECK(equal.ks.statistic == 0.25);
  const auto more = run({1, 2, 3, infinity}, {1, 2, infinity, infinity});
  CHECK(more.wasserstein.statistic == infinity);
  CHECK(more.ks.statistic == 0.25);
  CHECK(run({infinity}, {-infinity}).ks.statistic == 1);
  CHECK(run({infinity, infinity}, {infinity}).wasserstein.statistic == 0);
}

TEST_CASE("two_sample: strides, floats, integers and flags give what doubles give") {
  const std::vector<double> x = {1, 9, 2, 9, 3, 9, 4, 9}, y = {2, 3, 3, 5};
  const auto strided = two_sample(column_view<const double>(x.data(), 4, 2), view(y));
  const auto reversed = two_sample(column_view<const double>(x.data() + 6, 4, -2), view(y));
  CHECK(strided.wasserstein.statistic == 0.75);
  CHECK(reversed.wasserstein.statistic == 0.75);
  const std::vector<float> f = {1, 2, 3, 4};
  const std::vector<std::int64_t> i = {2, 3, 3, 5};
  CHECK(two_sample(column_view<const float>(f.data(), 4), column_view<const std::int64_t>(i.data(), 4))
            .wasserstein.statistic == 0.75);
}

TEST_CASE("two_sample: only what is asked for is computed, and names are checked") {
  two_sample_params params;
  params.statistics = {"ks"};
  const std::vector<double> x = {1, 2}, y = {2, 3};
  const auto r = two_sample(view(x), view(y), params);
  CHECK(r.ks.statistic == 0.5);
  CHECK(std::isnan(r.psi.statistic));
  CHECK(std::isnan(r.wasserstein.statistic));
  params.statistics = {"kl"};
  CHECK_THROWS_WITH_AS(two_sample(view(x), view(y), params), doctest::Contains("statistics: found 'kl'"),
                       argument_error);
  params.statistics = {"psi"};
  params.bins = 1;
  CHECK_THROWS_AS(two_sample(view(x), view(y), params), argument_error);
}

TEST_CASE("quantile_bins: cuts at the quantiles of the reference, heavy values apart") {
  std::vector<double> x(100);
  for (std::size_t i = 0; i < 100; ++i) x[i] = static_cast<double>(i);
  const auto even = run(x, x);
  CHECK(even.bin_edges == std::vector<double>{9, 19, 29, 39, 49, 59, 69, 79, 89});
  CHECK(even.reference_bins == std::vector<std::uint64_t>(10, 10));
  for (std::size_t i = 0; i < 50; ++i) x[i] = 0;
  const auto heavy = run(x, {-1, 0, 0, 50, 200});
  CHECK(heavy.bin_edges[0] < 0);
  CHECK(heavy.bin_edges[1] == 0);
  CHECK(heavy.reference_bins[0] == 0);
  CHECK(heavy.reference_bins[1] == 50);
  CHECK(heavy.current_bins[0] == 1);
  CHECK(heavy.current_bins[1] == 2);
}

// LAW: drift-calibration Without drift, p-values of two_sample below 0.05 are 5 % within 2.5 %, for
// continuous and discrete values (Kolmogorov-Smirnov: at most).
TEST_CASE("two_sample: false alarms without drift are as many as stated") {
  for (const int kind : {0, 1, 2}) {
    int alarms[6] = {};
    constexpr int trials = 600;
    for (std::uint64_t t = 0; t < trials; ++t) {
      const auto r = run(draws(200, 2 * t + 1, kind, 0), draws(400, 2 * t + 2, kind, 0));
      const double p[] = {r.ks.p_value,
                          r.wasserstein.p_value,
                          r.psi.p_value,
                          r.jensen_shannon.p_value,
                          r.anderson_darling.p_value,
                          r.cramer_von_mises.p_value};
      for (int k = 0; k < 6; ++k) alarms[k] += p[k] < 0.05 ? 1 : 0;
    }
    for (int k = 0; k < 6; ++k) {
      INFO("kind " << kind << " statistic " << k << " alarms " << alarms[k]);
      CHECK(alarms[k] <= trials * 0.075);
      if (k > 0) CHECK(alarms[k] >= trials * 0.02);
    }
  }
}
