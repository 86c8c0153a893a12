#include "colonnade/kernels/boosting_gradients.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "colonnade/core/random.hpp"
#include "tests/simd_levels.hpp"

using namespace colonnade;

namespace {

constexpr gradient_steps steps{0x1p17, 0x1p16, 31};

struct table {
  std::vector<double> margin, target, weight;
  explicit table(std::size_t rows, std::size_t classes = 1) {
    const random_stream random(2);
    for (std::size_t i = 0; i < rows * classes; ++i) margin.push_back(8 * random.uniform(i) - 4);
    for (std::size_t i = 0; i < rows; ++i) {
      target.push_back(
          std::floor(random.uniform(1'000'000 + i) * static_cast<double>(std::max<std::size_t>(2, classes))));
      weight.push_back(i % 5 == 0 ? 0 : random.uniform(2'000'000 + i));
    }
  }
  gradient_rows rows(bool weighted) const {
    return {margin.data(), target.data(), weighted ? weight.data() : nullptr, target.size()};
  }
};

void check_row(std::int64_t packed, double g, double h, double w) {
  const std::int64_t hessian = packed & ((std::int64_t{1} << 31) - 1), gradient = packed >> 31;
  CHECK(std::abs(static_cast<double>(gradient) - g * w * steps.gradient) <= 0.5001);
  if (w == 0) {
    CHECK(packed == 0);
  } else {
    CHECK(std::abs(static_cast<double>(hessian) - std::max(1.0, h * w * steps.hessian)) <= 0.5001);
    CHECK(hessian >= 1);
  }
}

template <class Run, class Check>
void on_all_levels(const Run& run, const Check& check) {
  std::vector<std::int64_t> first;
  for (const auto level : tests::simd_levels()) {
    const simd::scoped_level scope(level);
    const std::vector<std::int64_t> out = run();
    if (first.empty()) check(out);
    if (first.empty()) first = out;
    CHECK(out == first);
  }
}

}  // namespace

TEST_CASE(
    "boosting gradients: logistic, squared error and Poisson are rounded to the nearest step, zero weight is zero") {
  const table t(1003);
  for (const bool weighted : {false, true}) {
    on_all_levels(
        [&] {
          std::vector<std::int64_t> out(1003);
          simd::run<logistic_gradients>(t.rows(weighted), steps, out.data());
          return out;
        },
        [&](const auto& out) {
          for (std::size_t i = 0; i < 1003; ++i) {
            const double p = 1 / (1 + std::exp(-t.margin[i]));
            check_row(out[i], p - t.target[i], p * (1 - p), weighted ? t.weight[i] : 1);
          }
        });
    on_all_levels(
        [&] {
          std::vector<std::int64_t> out(1003);
          simd::run<squared_error_gradients>(t.rows(weighted), steps, out.data());
          return out;
        },
        [&](const auto& out) {
          for (std::size_t i = 0; i < 1003; ++i) {
            check_row(out[i], t.margin[i] - t.target[i], 1, weighted ? t.weight[i] : 1);
          }
        });
    on_all_levels(
        [&] {
          std::vector<std::int64_t> out(1003);
          simd::run<poisson_gradients>(t.rows(weighted), steps, out.data(), 2.0);
          return out;
        },
        [&](const auto& out) {
          for (std::size_t i = 0; i < 1003; ++i) {
            const double mean = std::exp(t.margin[i]);
            check_row(out[i], mean - t.target[i], 2 * mean, weighted ? t.weight[i] : 1);
          }
        });
  }
}

TEST_CASE("boosting gradients: a pinball has a slope below, at and above the target") {
  table t(1003);
  for (std::size_t i = 0; i < 1003; i += 7) t.margin[i] = t.target[i];
  on_all_levels(
      [&] {
        std::vector<std::int64_t> out(1003);
        simd::run<pinball_gradients>(t.rows(true), steps, out.data(), pinball_slopes{-0.25, 0.5, 0.75});
        return out;
      },
      [&](const auto& out) {
        for (std::size_t i = 0; i < 1003; ++i) {
          const double m = t.margin[i], y = t.target[i];
          check_row(out[i], m < y ? -0.25 : m > y ? 0.75 : 0.5, 1, t.weight[i]);
        }
      });
}

TEST_CASE("boosting gradients: given ones are packed as they are") {
  const table t(1003);
  std::vector<double> h(1003);
  for (std::size_t i = 0; i < 1003; ++i) h[i] = i % 9 == 0 ? 0 : t.weight[i];
  on_all_levels(
      [&] {
        std::vector<std::int64_t> out(1003);
        simd::run<given_gradients>(t.margin.data(), h.data(), std::size_t{1003}, steps, out.data());
        return out;
      },
      [&](const auto& out) {
        for (std::size_t i = 0; i < 1003; ++i) {
          CHECK(std::abs(static_cast<double>(out[i] >> 31) - t.margin[i] * steps.gradient) <= 0.5001);
          const auto hessian = static_cast<double>(out[i] & ((std::int64_t{1} << 31) - 1));
          CHECK(std::abs(hessian - (h[i] == 0 ? 0 : std::max(1.0, h[i] * steps.hessian))) <= 0.5001);
        }
      });
}

TEST_CASE("boosting gradients: the largest gradient and Hessian are those of a row") {
  const table t(1003);
  for (const auto level : tests::simd_levels()) {
    const simd::scoped_level scope(level);
    for (const bool weighted : {false, true}) {
      double largest[2], g = 0, h = 0, mean_g = 0, mean_h = 0;
      for (std::size_t i = 0; i < 1003; ++i) {
        const double w = weighted ? t.weight[i] : 1, mean = elementary::exp(t.margin[i]);
        g = std::max(g, std::abs((t.margin[i] - t.target[i]) * w));
        h = std::max(h, w);
        mean_g = std::max(mean_g, std::abs((mean - t.target[i]) * w));
        mean_h = std::max(mean_h, mean * 2.0 * w);
      }
      simd::run<largest_gradients<squared_error_gradients>>(t.rows(weighted), largest);
      CHECK(largest[0] == g);
      CHECK(largest[1] == h);
      simd::run<largest_gradients<poisson_gradients>>(t.rows(weighted), largest, 2.0);
      CHECK(largest[0] == mean_g);
      CHECK(largest[1] == mean_h);
    }
  }
}

TEST_CASE("boosting gradients: a Poisson margin beyond 300 counts as 300") {
  const double margin[] = {1e9}, target[] = {0}, weight[] = {0.5};
  double largest[2];
  simd::run<largest_gradients<poisson_gradients>>(gradient_rows{margin, target, weight, 1}, largest, 1.0);
  CHECK(largest[0] == elementary::exp(300.0) / 2);
  CHECK(largest[1] == largest[0]);
}

TEST_CASE("boosting gradients: softmax has the true Hessian p (1 - p)") {
  const table t(501, 3);
  on_all_levels(
      [&] {
        std::vector<std::int64_t> out(3 * 501);
        simd::run<softmax_gradients>(t.rows(true), std::size_t{3}, std::size_t{501}, steps, out.data());
        return out;
      },
      [&](const auto& out) {
        for (std::size_t i = 0; i < 501; ++i) {
          double sum = 0;
          for (std::size_t k = 0; k < 3; ++k) sum += std::exp(t.margin[k * 501 + i]);
          for (std::size_t k = 0; k < 3; ++k) {
            const double p = std::exp(t.margin[k * 501 + i]) / sum;
            check_row(out[k * 501 + i], p - (t.target[i] == static_cast<double>(k) ? 1 : 0), p * (1 - p),
                      t.weight[i]);
          }
        }
      });
}
