#include "colonnade/pipeline/predictor.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

using namespace colonnade;

TEST_CASE("predictor: nothing at the end takes any width and has no classes") {
  CHECK(predictor_columns(no_predictor{}, 7) == 7);
  CHECK(predictor_classes(no_predictor{}) == 0);
}

TEST_CASE("predictor: trees tell their columns and classes, and predict a block") {
  const std::vector<double> x = {0, 1, 2, 3}, y = {0, 0, 1, 1};
  boosting_params p;
  p.objective = boosting_objective::logistic;
  p.n_estimators = 5;
  p.min_child_weight = 0;
  const samples rows{matrix_view<const double>(x.data(), 4, 1), column_view<const double>(y.data(), 4)};
  const auto trees = fit<gradient_boosted_trees>(rows, p);
  CHECK(predictor_columns(trees, 9) == 1);
  CHECK(predictor_classes(trees) == 2);
  std::vector<double> values(4), probabilities(8);
  predict_values(trees, rows.x, values);
  predict_probabilities(trees, rows.x, matrix_view<double>(probabilities.data(), 4, 2));
  CHECK(values == y);
  CHECK(probabilities[1] < 0.5);
  CHECK(probabilities[0] + probabilities[1] == doctest::Approx(1));
}

TEST_CASE("predictor: k-means gives the cluster of each row, and refuses missing values") {
  const std::vector<double> x = {0, 1, 10, 11};
  const k_means clusters({0.5, 10.5}, 1);
  std::vector<double> values(4);
  CHECK(predictor_columns(clusters, 9) == 1);
  CHECK(predictor_classes(clusters) == 0);
  predict_values(clusters, matrix_view<const double>(x.data(), 4, 1), values);
  CHECK(values == std::vector<double>{0, 0, 1, 1});
  const double gap = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_AS(predict_values(clusters, matrix_view<const double>(&gap, 1, 1), std::span(values).first(1)),
                  data_error);
}
