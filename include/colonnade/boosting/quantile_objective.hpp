#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "colonnade/boosting/objective_function.hpp"
#include "colonnade/boosting/weighted_quantile.hpp"
#include "colonnade/kernels/boosting_gradients.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The pinball loss: alpha (y - m) above the margin, (1 - alpha) (m - y) below it; its least is the
/// alpha-quantile. The gradient knows sides but no distances and the Hessian is 0 (the weight stands in for
/// it), so splits are found with them and leaves are then set to the quantile of what is left of their rows.
class quantile_objective : public objective_function {
 public:
  explicit quantile_objective(double alpha) : quantile_objective(alpha, {-alpha, 1 - alpha, 1 - alpha}) {}

  std::size_t first_outside(std::span<const double> y) const override {
    return first_not(y, [](double value) { return std::abs(value) <= 1e60; });
  }
  std::string_view domain() const override { return "a finite number of at most 1e60"; }
  std::vector<double> first_margins(const weighted_targets& rows, std::size_t /*outputs*/) const override {
    std::vector<weighted_value> all(rows.rows());
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = {rows.target(i), rows.weight_steps(i)};
    return {*weighted_quantile(all, alpha_)};
  }

  gradient_bounds bounds(const objective_rows& rows) const override {
    return {std::max(-slopes_.below, slopes_.above) * rows.largest_weight, rows.largest_weight};
  }
  bool hessian_is_weight() const override { return true; }
  void gradients(const objective_rows& rows, const gradient_steps& steps, std::int64_t* out) const override {
    simd::run<pinball_gradients>(rows.in, steps, out, slopes_);
  }

  bool renews_leaves() const override { return true; }
  std::optional<double> renewed_leaf(const leaf_rows& leaf) const override {
    std::vector<weighted_value> left(leaf.rows.size());
    for (std::size_t i = 0; i < left.size(); ++i) {
      const std::uint32_t row = leaf.rows[i];
      left[i] = {leaf.targets.target(row) - leaf.margins[row], leaf.targets.weight_steps(row)};
    }
    return weighted_quantile(left, alpha_);
  }

  double quantile() const override { return alpha_; }
  std::string_view metrics() const override { return "quantile mae rmse"; }

 protected:
  quantile_objective(double alpha, pinball_slopes slopes) : alpha_(alpha), slopes_(slopes) {}

 private:
  double alpha_;
  pinball_slopes slopes_;
};

/// |y - m|, whose least is the median: twice the pinball loss of 1/2, and no gradient where y = m.
class absolute_error_objective : public quantile_objective {
 public:
  absolute_error_objective() : quantile_objective(0.5, {-1, 0, 1}) {}

  std::string_view metrics() const override { return "mae rmse"; }
};

}  // namespace colonnade::inline COLONNADE_ABI
