#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "colonnade/boosting/objective_function.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/kernels/boosting_gradients.hpp"
#include "colonnade/kernels/elementary.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The softmax loss of y = 0 .. K - 1, with one margin a class.
class softmax_objective : public objective_function {
 public:
  /// `classes` 0: the largest target + 1.
  explicit softmax_objective(std::size_t classes) : classes_(classes) {}

  std::size_t first_outside(std::span<const double> y) const override {
    return first_not(y, [](double v) { return v >= 0 && v < 65536 && v == real::floor(v); });
  }
  std::string_view domain() const override { return "a class number 0, 1, ..."; }
  std::size_t outputs(double largest_target) const override {
    if (classes_ == 0) return static_cast<std::size_t>(largest_target) + 1;
    if (largest_target >= static_cast<double>(classes_)) {
      throw argument_error("num_class", std::to_string(classes_),
                           "more than the largest target " + std::to_string(largest_target));
    }
    return classes_;
  }

  /// Logs of the class shares, centred.
  std::vector<double> first_margins(const weighted_targets& rows, std::size_t outputs) const override {
    std::vector<double> margins;
    for (std::size_t k = 0; k < outputs; ++k) {
      const double share =
          rows.mean([&](std::size_t i) { return rows.target(i) == static_cast<double>(k) ? 1.0 : 0.0; });
      margins.push_back(elementary::log(std::max(share, smallest_share)));
    }
    double mean = 0;
    for (const double margin : margins) mean += margin / static_cast<double>(outputs);
    for (double& margin : margins) margin -= mean;
    return margins;
  }

  gradient_bounds bounds(const objective_rows& rows) const override {
    return {rows.largest_weight, rows.largest_weight / 4};
  }
  void gradients(const objective_rows& rows, const gradient_steps& steps, std::int64_t* out) const override {
    simd::run<softmax_gradients>(rows.in, rows.outputs, rows.plane, steps, out);
  }

  std::size_t classes(std::size_t outputs) const override { return outputs; }
  void to_predictions(matrix_view<const double> margins, std::span<double> out) const override {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = largest_output(margins, i);
  }
  void to_probabilities(matrix_view<double> rows) const override {
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      double most = rows(i, 0), sum = 0;
      for (std::size_t k = 1; k < rows.columns(); ++k) most = std::max(most, rows(i, k));
      for (std::size_t k = 0; k < rows.columns(); ++k) sum += rows(i, k) = elementary::exp(rows(i, k) - most);
      for (std::size_t k = 0; k < rows.columns(); ++k) rows(i, k) /= sum;
    }
  }

  std::string_view metrics() const override { return "mlogloss merror"; }

 private:
  static constexpr double smallest_share = 1e-6;

  std::size_t classes_;
};

}  // namespace colonnade::inline COLONNADE_ABI
