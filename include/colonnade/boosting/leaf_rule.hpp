#pragma once

#include <algorithm>

#include "colonnade/boosting/boosting_params.hpp"
#include "colonnade/boosting/gradient_scale.hpp"
#include "colonnade/kernels/gradient_histogram.hpp"
#include "colonnade/kernels/split_gain.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The value of a leaf from the sums of its gradients: a Newton step with both penalties, no larger than the
/// objective lets it be, times the learning rate, over the number of trees that grow in parallel.
class leaf_rule {
 public:
  explicit leaf_rule(const boosting_params& params)
      : params_(params), largest_step_(params.make_objective()->largest_step()) {}

  /// The tree that grows now.
  void use(const gradient_scale& scale) {
    gradient_unit_ = scale.gradient_unit();
    hessian_unit_ = scale.hessian_unit();
  }

  double cover(const gradient_sum& sum) const { return static_cast<double>(sum.hessian) * hessian_unit_; }

  double value(const gradient_sum& sum) const {
    const double h = cover(sum) + params_.reg_lambda;
    if (!(h > 0)) return 0;
    const double g = soft_threshold(static_cast<double>(sum.gradient) * gradient_unit_, params_.reg_alpha);
    return g == 0 ? 0 : std::clamp(-g / h, -largest_step_, largest_step_) * params_.leaf_rate();
  }

 private:
  const boosting_params& params_;
  double largest_step_, gradient_unit_ = 1, hessian_unit_ = 1;
};

}  // namespace colonnade::inline COLONNADE_ABI
