#include "colonnade/kernels/error_sums.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cmath>
#include <vector>

#include "colonnade/core/random.hpp"
#include "tests/simd_levels.hpp"

TEST_CASE("error_sums: equal bits on every instruction set, near the plain sums") {
  const colonnade::random_stream random(1);
  std::vector<double> t(777), p(t.size()), w(t.size());
  for (std::size_t i = 0; i < t.size(); ++i) {
    t[i] = random.uniform(3 * i) * 10;
    p[i] = random.uniform(3 * i + 1) * 10;
    w[i] = random.uniform(3 * i + 2);
  }
  for (const std::size_t size : {0, 1, 8, 9, 777}) {
    for (const double* weight : {static_cast<const double*>(nullptr), static_cast<const double*>(w.data())}) {
      std::array<double, 5> plain{};
      for (std::size_t i = 0; i < size; ++i) {
        const double wi = weight == nullptr ? 1 : w[i], e = t[i] - p[i], d = t[i] - 2.5;
        const std::array<double, 5> terms = {wi, wi * d, wi * std::fabs(e), wi * e * e, wi * d * d};
        for (std::size_t k = 0; k < 5; ++k) plain[k] += terms[k];
      }
      std::vector<std::array<double, 5>> results;
      for (const auto level : colonnade::tests::simd_levels()) {
        const colonnade::simd::scoped_level scope(level);
        std::array<double, 5> sums{};
        colonnade::simd::run<colonnade::kernels::error_sums>(static_cast<const double*>(t.data()),
                                                             static_cast<const double*>(p.data()), weight,
                                                             size, 2.5, sums.data());
        results.push_back(sums);
      }
      for (const auto& sums : results) CHECK(sums == results[0]);
      for (std::size_t k = 0; k < 5; ++k) CHECK(results[0][k] == doctest::Approx(plain[k]).epsilon(1e-12));
    }
  }
}
