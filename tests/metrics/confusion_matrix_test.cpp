#include "colonnade/metrics/confusion_matrix.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <limits>
#include <vector>

#include "tests/laws.hpp"

namespace {

using namespace colonnade;

struct labelled {
  std::vector<std::int32_t> truth, predicted;
  std::vector<double> weight;

  class_pairs view(bool weighted) const {
    return {{truth.data(), truth.size()},
            {predicted.data(), predicted.size()},
            weighted ? column_view<const double>(weight.data(), weight.size()) : column_view<const double>()};
  }
};

labelled random_pairs(std::size_t rows, std::uint64_t classes) {
  const random_stream random(3);
  labelled x;
  for (std::size_t i = 0; i < rows; ++i) {
    x.truth.push_back(static_cast<std::int32_t>(random.below(3 * i, classes + 1)) - 1);
    x.predicted.push_back(static_cast<std::int32_t>(random.below(3 * i + 1, classes)));
    x.weight.push_back(std::ldexp(random.uniform(3 * i + 2), static_cast<int>(i % 80) - 40));
  }
  return x;
}

}  // namespace

TEST_CASE("confusion_matrix: the laws hold with and without weights") {
  const labelled x = random_pairs(9001, 3);
  tests::check_laws<confusion_matrix>(x.view(false), {.classes = 3});
  tests::check_laws<confusion_matrix>(x.view(true), {.classes = 3});
}

TEST_CASE("confusion_matrix: cells count pairs, negative classes are left out") {
  const std::vector<std::int32_t> truth = {0, 1, 1, -1, 2, 0}, predicted = {0, 1, 0, 1, -1, 0};
  const auto m = fit<confusion_matrix>(class_pairs{{truth.data(), 6}, {predicted.data(), 6}}, {.classes = 3});
  CHECK(m(0, 0) == 2);
  CHECK(m(1, 0) == 1);
  CHECK(m(1, 1) == 1);
  CHECK(m(2, 2) == 0);
  CHECK(m.accuracy() == 0.75);
  CHECK(m.margins().actual == std::vector<double>{2, 2, 0});
  CHECK(m.margins().predicted == std::vector<double>{3, 1, 0});
}

TEST_CASE("confusion_matrix: weighted and plain batches may be mixed") {
  const std::vector<std::int32_t> codes = {0, 1};
  const std::vector<double> weight = {0.25, 0.5};
  confusion_counts counts({.classes = 2});
  counts.update({{codes.data(), 2}, {codes.data(), 2}});
  counts.update({{codes.data(), 2}, {codes.data(), 2}, {weight.data(), 2}});
  CHECK(counts.finalize()(0, 0) == 1.25);
  CHECK(counts.finalize()(1, 1) == 1.5);
}

TEST_CASE("confusion_matrix: bad classes, weights and sizes are refused") {
  const std::vector<std::int32_t> codes = {0, 5};
  const std::vector<double> weight = {1, std::numeric_limits<double>::quiet_NaN()};
  const column_view<const std::int32_t> view(codes.data(), 2);
  confusion_counts counts({.classes = 2});
  CHECK_THROWS_AS(counts.update({view, view}), data_error);
  CHECK_THROWS_AS(counts.update({view, view.slice(0, 1)}), argument_error);
  CHECK_THROWS_AS(counts.update({view, view, {weight.data(), 1}}), argument_error);
  confusion_counts six({.classes = 6});
  CHECK_THROWS_AS(six.update({view, view, {weight.data(), 2}}), data_error);
  CHECK_THROWS_AS(six.merge(counts), argument_error);
  CHECK_THROWS_AS(confusion_counts({.classes = 0}), argument_error);
  CHECK_THROWS_AS(confusion_matrix(2, {1, 2, 3}), argument_error);
}
