#include "colonnade/drift/kolmogorov.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdlib>

using namespace colonnade;
using doctest::Approx;

namespace {

/// All orders of n and m values, by brute force.
double share_of_orders(int n, int m, long gap) {
  long orders = 0, reached = 0;
  for (unsigned mask = 0; mask < 1U << (n + m); ++mask) {
    if (__builtin_popcount(mask) != n) continue;
    long at = 0, largest = 0;
    for (int k = 0; k < n + m; ++k) {
      at += (mask >> k & 1) != 0 ? m : -n;
      largest = std::max(largest, std::labs(at));
    }
    ++orders;
    reached += largest >= gap ? 1 : 0;
  }
  return static_cast<double>(reached) / static_cast<double>(orders);
}

}  // namespace

TEST_CASE("kolmogorov: small samples have the share of all orders that reach the gap") {
  for (const auto& sizes : {std::pair{3, 3}, {5, 5}, {4, 6}, {1, 7}, {7, 5}, {2, 9}}) {
    const int n = sizes.first, m = sizes.second;
    for (long gap = 1; gap <= long{n} * m; ++gap) {
      // Equal sizes have only gaps that are multiples of n.
      if (n == m && gap % n != 0) continue;
      INFO(n << " " << m << " " << gap);
      CHECK(kolmogorov::p_value(static_cast<std::uint64_t>(n), static_cast<std::uint64_t>(m),
                                static_cast<std::uint64_t>(gap)) ==
            Approx(share_of_orders(n, m, gap)).epsilon(1e-12));
    }
  }
}

TEST_CASE("kolmogorov: exact p-values of larger samples are those of scipy") {
  // scipy.stats.ks_2samp(..., method="exact") by D and sizes
  CHECK(kolmogorov::p_value(100, 100, 20 * 100) == Approx(0.03638428787491733).epsilon(1e-10));
  CHECK(kolmogorov::p_value(5, 5, 0) == 1);
}

TEST_CASE("kolmogorov: exact and asymptotic agree where one takes over from the other") {
  for (const std::uint64_t gap_share : {1, 2, 3, 4}) {
    const std::uint64_t n = 9999, m = 10'000, gap = n * m * gap_share / 100;
    const double exact = kolmogorov::p_value(n, m, gap);
    const double limit = kolmogorov::asymptotic(5000, static_cast<double>(gap) / static_cast<double>(n * m));
    CHECK(exact == Approx(limit).epsilon(0.02));
  }
}

TEST_CASE("kolmogorov: the asymptotic p-value is scipy's kstwo.sf") {
  // scipy 1.17: kstwo.sf(z / sqrt(n), n)
  CHECK(kolmogorov::asymptotic(5000, 0.5 / std::sqrt(5000.)) == Approx(0.9624348682860043).epsilon(1e-9));
  CHECK(kolmogorov::asymptotic(5000, 1.0 / std::sqrt(5000.)) == Approx(0.2674850951575305).epsilon(1e-6));
  CHECK(kolmogorov::asymptotic(5000, 2.5 / std::sqrt(5000.)) == Approx(7.258404360512366e-06).epsilon(1e-9));
  CHECK(kolmogorov::asymptotic(50000, 1.5 / std::sqrt(50000.)) == Approx(0.022118298876953865).epsilon(1e-5));
  CHECK(kolmogorov::asymptotic(50000, 2.5 / std::sqrt(50000.)) ==
        Approx(7.3957995427423505e-06).epsilon(1e-3));
  CHECK(kolmogorov::asymptotic(50000, 1e-4) == 1);
}

TEST_CASE("kolmogorov: disjoint samples of any size have a p-value that is not negative") {
  CHECK(kolmogorov::p_value(10'000, 10'000, 100'000'000) >= 0);
  CHECK(kolmogorov::p_value(1'000'000, 2'000'000, 2'000'000'000'000) == 0);
  CHECK(kolmogorov::p_value(1, 1'000'000, 1'000'000) == Approx(2.0 / 1'000'001).epsilon(1e-9));
}
