#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string_view>

#include "colonnade/boosting/objective_function.hpp"
#include "colonnade/kernels/boosting_gradients.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// (y - m)^2 / 2: predicts the mean.
class squared_error_objective : public objective_function {
 public:
  std::size_t first_outside(std::span<const double> y) const override {
    return first_not(y, [](double value) { return std::abs(value) <= 1e60; });
  }
  std::string_view domain() const override { return "a finite number of at most 1e60"; }

  gradient_bounds bounds(const objective_rows& rows) const override {
    double largest[2];
    simd::run<largest_gradients<squared_error_gradients>>(rows.in, largest);
    return {largest[0], rows.largest_weight};
  }
  bool hessian_is_weight() const override { return true; }
  void gradients(const objective_rows& rows, const gradient_steps& steps, std::int64_t* out) const override {
    simd::run<squared_error_gradients>(rows.in, steps, out);
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
