#include "colonnade/metrics/probability_losses.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "colonnade/core/random.hpp"

namespace {

using namespace colonnade;

const std::vector<std::int32_t> truth = {1, 0, 0, 1};
const column_view<const std::int32_t> classes(truth.data(), truth.size());

}  // namespace

TEST_CASE("probability_losses: log loss is the mean of -log of the probability of the truth") {
  const std::vector<double> p = {0.9, 0.1, 0.2, 0.65};
  const matrix_view<const double> column(p.data(), 4, 1);
  const double expected = -(std::log(0.9) + std::log(0.9) + std::log(0.8) + std::log(0.65)) / 4;
  CHECK(log_loss(classes, column).mean() == doctest::Approx(expected).epsilon(1e-14));
  std::vector<double> both;
  for (const double x : p) both.insert(both.end(), {1 - x, x});
  CHECK(log_loss(classes, matrix_view<const double>(both.data(), 4, 2)).mean() ==
        log_loss(classes, column).mean());
}

TEST_CASE("probability_losses: probabilities of 0 are clipped") {
  const std::vector<double> p = {0, 0, 0, 1};
  CHECK(log_loss(classes, matrix_view<const double>(p.data(), 4, 1)).loss ==
        doctest::Approx(-std::log(0x1p-52)));
}

TEST_CASE("probability_losses: the Brier score sums over the classes") {
  const std::vector<double> p = {0.9, 0.1, 0.2, 0.65};
  const double half = (0.01 + 0.01 + 0.04 + 0.35 * 0.35) / 4;
  CHECK(brier_score(classes, matrix_view<const double>(p.data(), 4, 1)).mean() == doctest::Approx(2 * half));
  const std::vector<double> three = {0.2, 0.5, 0.3, 1, 0, 0, 0, 1, 0, 0, 0, 1};
  const double expected = (0.04 + 0.25 + 0.09) + 0 + 2 + 2;
  CHECK(brier_score(classes, matrix_view<const double>(three.data(), 4, 3)).loss ==
        doctest::Approx(expected));
}

TEST_CASE("probability_losses: weights count like repeated rows, bits do not depend on threads") {
  const random_stream random(1);
  std::vector<std::int32_t> y;
  std::vector<float> p;
  std::vector<double> w;
  for (std::size_t i = 0; i < 20'000; ++i) {
    y.push_back(static_cast<std::int32_t>(random.below(3 * i, 2)));
    p.push_back(static_cast<float>(random.uniform(3 * i + 1)));
    w.push_back(random.uniform(3 * i + 2));
  }
  const column_view<const std::int32_t> of(y.data(), y.size());
  const matrix_view<const float> proba(p.data(), p.size(), 1);
  const loss_sums one = log_loss(of, proba, {w.data(), w.size()}, 0x1p-23, 1);
  for (int threads : {2, 3, 7})
    CHECK(log_loss(of, proba, {w.data(), w.size()}, 0x1p-23, threads).loss == one.loss);
  const std::vector<double> twice(y.size(), 2.0);
  CHECK(log_loss(of, proba, {twice.data(), w.size()}).mean() == doctest::Approx(log_loss(of, proba).mean()));
}
