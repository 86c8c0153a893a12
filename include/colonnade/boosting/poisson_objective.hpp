#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "colonnade/boosting/objective_function.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/kernels/boosting_gradients.hpp"
#include "colonnade/kernels/elementary.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Counts: e^m - y m, the margin is the log of the mean. As in XGBoost, Hessians are e^max_delta_step times
/// the true ones, and no leaf changes a margin by more than max_delta_step (before the learning rate).
class poisson_objective : public objective_function {
 public:
  explicit poisson_objective(double max_delta_step)
      : largest_step_(max_delta_step), factor_(elementary::exp(max_delta_step)) {}

  std::size_t first_outside(std::span<const double> y) const override {
    return first_not(y, [](double value) { return value >= 0 && value <= 1e60; });
  }
  std::string_view domain() const override { return "a number from 0 to 1e60"; }

  double link(double mean) const override { return elementary::log(mean); }
  bool is_prediction(double value) const override { return value > 0 && real::isfinite(value); }
  std::string_view predictions() const override { return "a positive number"; }
  std::vector<double> first_margins(const weighted_targets& rows, std::size_t /*outputs*/) const override {
    const double mean = rows.mean();
    if (!(mean > 0)) throw argument_error("y", "only zeros", "a positive count where there is weight");
    return {link(mean)};
  }

  gradient_bounds bounds(const objective_rows& rows) const override {
    double largest[2];
    simd::run<largest_gradients<poisson_gradients>>(rows.in, largest, factor_);
    return {largest[0], largest[1]};
  }
  void gradients(const objective_rows& rows, const gradient_steps& steps, std::int64_t* out) const override {
    simd::run<poisson_gradients>(rows.in, steps, out, factor_);
  }
  double largest_step() const override { return largest_step_ == 0 ? no_limit : largest_step_; }

  void to_means(std::span<double> margins) const override {
    for (double& value : margins) value = elementary::exp(value);
  }

  std::string_view metrics() const override { return "poisson-nloglik rmse mae"; }

 private:
  double largest_step_, factor_;
};

}  // namespace colonnade::inline COLONNADE_ABI
