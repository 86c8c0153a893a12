#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "colonnade/boosting/objective_function.hpp"
#include "colonnade/kernels/boosting_gradients.hpp"
#include "colonnade/kernels/elementary.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The logistic loss of y in [0, 1]: the margin is the log-odds of class 1.
class logistic_objective : public objective_function {
 public:
  explicit logistic_objective(double positive_weight) : positive_weight_(positive_weight) {}

  std::size_t first_outside(std::span<const double> y) const override {
    return first_not(y, [](double value) { return value >= 0 && value <= 1; });
  }
  std::string_view domain() const override { return "0 to 1"; }
  double positive_weight() const override { return positive_weight_; }

  double link(double mean) const override {
    const double p = std::clamp(mean, smallest_share, 1 - smallest_share);
    return elementary::log(p / (1 - p));
  }
  bool is_prediction(double value) const override { return value > 0 && value < 1; }
  std::string_view predictions() const override { return "a probability between 0 and 1"; }

  gradient_bounds bounds(const objective_rows& rows) const override {
    return {rows.largest_weight, rows.largest_weight / 4};
  }
  void gradients(const objective_rows& rows, const gradient_steps& steps, std::int64_t* out) const override {
    simd::run<logistic_gradients>(rows.in, steps, out);
  }

  std::size_t classes(std::size_t /*outputs*/) const override { return 2; }
  void to_means(std::span<double> margins) const override {
    for (double& value : margins) value = elementary::sigmoid(value);
  }
  void to_predictions(matrix_view<const double> margins, std::span<double> out) const override {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = margins(i, 0) > 0 ? 1 : 0;
  }
  void to_probabilities(matrix_view<double> rows) const override {
    simd::run<logistic_probabilities>(rows.data(), rows.row_stride(), rows.column_stride(), rows.rows());
  }

  std::string_view metrics() const override { return "logloss error auc rmse mae"; }

 private:
  static constexpr double smallest_share = 1e-6;

  double positive_weight_;
};

}  // namespace colonnade::inline COLONNADE_ABI
