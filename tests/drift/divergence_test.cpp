#include "colonnade/drift/divergence.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

using namespace colonnade;
using doctest::Approx;
using counts = std::vector<std::uint64_t>;

TEST_CASE("divergence: statistics of a small table are those of the formulas and of scipy") {
  const counts r = {10, 20, 30, 0, 0}, c = {25, 15, 10, 5, 0};
  const divergence d(r, c);
  CHECK(d.bins() == 4);
  // scipy.stats.chi2_contingency([[10, 20, 30, 0], [25, 15, 10, 5]], correction=False) and
  // lambda_="log-likelihood"
  CHECK(d.chi_squared().statistic == Approx(21.96699134199134).epsilon(1e-12));
  CHECK(d.chi_squared().p_value / 6.627088740070439e-05 == Approx(1).epsilon(1e-10));
  CHECK(d.g_test().statistic == Approx(24.53714158181795).epsilon(1e-12));
  CHECK(d.g_test().p_value / 1.9293248699754275e-05 == Approx(1).epsilon(1e-10));
  // scipy.spatial.distance.jensenshannon(r, c, base=2)
  CHECK(d.jensen_shannon().statistic == Approx(0.3915878895991985).epsilon(1e-12));
  CHECK(d.jensen_shannon().p_value == d.g_test().p_value);
  CHECK(d.cramers_v() == Approx(0.43705527798816934).epsilon(1e-12));
  CHECK(d.total_variation() == Approx(0.3787878787878788).epsilon(1e-12));
  CHECK(d.population_stability().statistic == Approx(0.8032792011920225).epsilon(1e-12));
}

TEST_CASE("divergence: equal shares are no divergence, disjoint ones the largest") {
  const counts r = {10, 20, 0}, same = {20, 40, 0}, other = {0, 0, 7};
  CHECK(divergence(r, same).jensen_shannon().statistic == Approx(0));
  CHECK(divergence(r, same).chi_squared().p_value == Approx(1));
  CHECK(divergence(r, other).jensen_shannon().statistic == 1);
  CHECK(divergence(r, other).cramers_v() == Approx(1));
  CHECK(divergence(r, other).total_variation() == Approx(1));
  CHECK(std::isfinite(divergence(r, other).population_stability().statistic));
}

TEST_CASE("divergence: an empty sample has none, a single bin has no freedom") {
  const counts r = {10, 20}, none = {0, 0}, one = {5}, two = {7};
  CHECK(std::isnan(divergence(r, none).population_stability().statistic));
  CHECK(std::isnan(divergence(r, none).chi_squared().p_value));
  CHECK(std::isnan(divergence(none, none).total_variation()));
  CHECK(divergence(one, two).chi_squared().statistic == 0);
  CHECK(divergence(one, two).chi_squared().p_value == 1);
  CHECK_THROWS_AS(divergence(r, one), argument_error);
}

TEST_CASE("divergence: two proportions") {
  CHECK(two_proportions(10, 100, 30, 100).statistic == Approx(12.5));
  CHECK(two_proportions(0, 100, 0, 50).p_value == 1);
  CHECK(std::isnan(two_proportions(0, 0, 1, 5).p_value));
}

TEST_CASE("divergence: PSI without drift is (bins - 1) (1/n + 1/m) in the mean, as its p-value assumes") {
  CHECK(divergence(counts{100, 100}, counts{100, 100}).population_stability().p_value == 1);
  const counts r = {1000, 1000, 1000}, c = {1010, 990, 1000};
  const auto psi = divergence(r, c).population_stability();
  CHECK(psi.p_value == Approx(null_distributions::chi_squared_tail(psi.statistic * 1500, 2)));
}
