#include "colonnade/boosting/amplified_gradients.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "colonnade/core/random.hpp"

using namespace colonnade;

namespace {

/// Gradients of some rows and outputs, packed at a scale for values up to `largest`.
struct packed_table {
  std::vector<double> g, h;
  std::vector<std::int64_t> packed;
  gradient_scale scale;
  packed_gradients all;

  packed_table(std::size_t rows, std::size_t outputs, double largest, bool constant)
      : packed(rows * outputs), scale(largest, constant ? 3 : largest / 4, constant, rows) {
    const random_stream random(rows);
    for (std::size_t i = 0; i < packed.size(); ++i) {
      g.push_back(largest * (2 * random.uniform(2 * i) - 1));
      h.push_back(constant ? 3 : largest / 4 * random.uniform(2 * i + 1));
      packed[i] = (std::llrint(g[i] * scale.steps().gradient) << scale.steps().shift) +
                  std::max(1LL, std::llrint(h[i] * scale.steps().hessian));
    }
    all = {packed.data(), rows, outputs, scale.steps().shift};
  }
};

}  // namespace

TEST_CASE("amplified_gradients: products are right within a step and stay inside their bounds") {
  for (const std::size_t rows : {1u, 3u, 1000u, 40'000u}) {
    for (const double largest : {1.0, 1e-12, 1e9}) {
      for (const bool constant : {false, true}) {
        const packed_table t(rows, 2, largest, constant);
        std::vector<std::uint32_t> some;
        for (std::uint32_t row = 0; row < rows; row += 2) some.push_back(row);
        for (const double highest : {1.0, 8.0, 1e7}) {
          const auto factor = [&](std::size_t row) { return row % 4 == 0 ? 1.0 : highest / 1.7; };
          amplified_gradients amplified(2);
          const auto scale = amplified.amplify(t.all, t.scale, some, factor);
          const packed_gradients out = {amplified.packed(), rows, 2, scale.steps().shift};
          std::int64_t most_g = 0, most_h = 0;
          double worst_g = 0, worst_h = 0;
          for (const std::uint32_t row : some) {
            for (std::size_t k = 0; k < 2; ++k) {
              const double g = t.all.gradient(row, k) * t.scale.gradient_unit() * factor(row),
                           h = t.all.hessian(row, k) * t.scale.hessian_unit() * factor(row);
              worst_g = std::max(worst_g, std::abs(out.gradient(row, k) - g / scale.gradient_unit()));
              worst_h = std::max(worst_h, std::abs(out.hessian(row, k) - h / scale.hessian_unit()));
              REQUIRE(out.hessian(row, k) >= 1);
              most_g = std::max(most_g, std::abs(static_cast<std::int64_t>(out.gradient(row, k))));
              most_h = std::max(most_h, static_cast<std::int64_t>(out.hessian(row, k)));
            }
          }
          CHECK(worst_g <= 0.5000001);
          CHECK(worst_h <= 1);
          // The bounds of gradient_scale: so many rows added before a flush neither mix nor overflow.
          const std::int64_t added = std::int64_t{1}
                                     << std::min(14, static_cast<int>(std::bit_width(some.size())));
          CHECK(most_h * added < std::int64_t{1} << scale.steps().shift);
          CHECK(static_cast<double>(most_g) * static_cast<double>(added) * std::exp2(scale.steps().shift) <=
                std::exp2(62));
        }
      }
    }
  }
}

TEST_CASE("amplified_gradients: any number of threads gives the same integers, and no weight stays none") {
  packed_table t(100'000, 3, 1, false);
  t.packed[5] = 0;
  std::vector<std::uint32_t> rows(100'000);
  std::iota(rows.begin(), rows.end(), 0u);
  const auto factor = [](std::size_t row) { return 1 + static_cast<double>(row % 7); };
  amplified_gradients one(1);
  one.amplify(t.all, t.scale, rows, factor);
  CHECK(one.packed()[5] == 0);
  for (const int threads : {2, 3, 7}) {
    amplified_gradients other(threads);
    other.amplify(t.all, t.scale, rows, factor);
    CHECK(std::equal(one.packed(), one.packed() + t.packed.size(), other.packed()));
  }
}

TEST_CASE("amplified_gradients: gradients of zero have a scale as well") {
  const std::vector<std::int64_t> zero(10);
  amplified_gradients amplified(1);
  const std::vector<std::uint32_t> rows = {0, 4};
  const auto scale = amplified.amplify({zero.data(), 10, 1, 5}, gradient_scale(0, 0, false, 10), rows,
                                       [](std::size_t) { return 9.0; });
  CHECK(std::isfinite(scale.gradient_unit()));
  CHECK(amplified.packed()[4] == 0);
}
