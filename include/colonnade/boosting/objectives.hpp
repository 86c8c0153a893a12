#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "colonnade/boosting/custom_objective.hpp"
#include "colonnade/boosting/logistic_objective.hpp"
#include "colonnade/boosting/objective_function.hpp"
#include "colonnade/boosting/poisson_objective.hpp"
#include "colonnade/boosting/quantile_objective.hpp"
#include "colonnade/boosting/softmax_objective.hpp"
#include "colonnade/boosting/squared_error_objective.hpp"
#include "colonnade/core/error.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What boosted trees minimise: (y - m)^2 / 2; the logistic loss of y in [0, 1]; the softmax loss of y = 0 ..
/// K - 1; the Poisson loss of counts; the pinball loss of a quantile; |y - m|;
/// what a callable says (see custom_gradients).
enum class boosting_objective : std::uint8_t {
  squared_error,
  logistic,
  softmax,
  poisson,
  quantile,
  absolute_error,
  custom
};

/// XGBoost's names (and "custom"), in the same order.
inline constexpr std::string_view objective_names[] = {
    "reg:squarederror",  "binary:logistic",   "multi:softprob", "count:poisson",
    "reg:quantileerror", "reg:absoluteerror", "custom"};

/// An objective with its parameters.
struct objective_options {
  boosting_objective kind = boosting_objective::squared_error;
  std::uint32_t num_class = 0;
  double scale_pos_weight = 1;
  std::optional<double> max_delta_step;

  std::optional<double> quantile_alpha;

  /// Throws argument_error for a value that the objective cannot use.
  void check() const {
    check("max_delta_step", max_delta_step, boosting_objective::poisson,
          max_delta_step >= 0. && max_delta_step <= 100., "a number from 0 to 100");
    check("quantile_alpha", quantile_alpha, boosting_objective::quantile,
          quantile_alpha > 0. && quantile_alpha < 1., "a number between 0 and 1");
    if (kind == boosting_objective::quantile && !quantile_alpha)
      throw argument_error("quantile_alpha", "none", "a number between 0 and 1 for the quantile objective");
  }

 private:
  void check(std::string_view name, std::optional<double> value, boosting_objective user, bool good,
             std::string_view expected) const {
    if (!value || (kind == user && good)) return;
    throw argument_error(name, std::to_string(*value), kind == user ? expected : "none for this objective");
  }
};

inline std::unique_ptr<objective_function> make_objective(const objective_options& o,
                                                          custom_gradients custom = {}) {
  switch (o.kind) {
    case boosting_objective::squared_error:
      break;
    case boosting_objective::logistic:
      return std::make_unique<logistic_objective>(o.scale_pos_weight);
    case boosting_objective::softmax:
      return std::make_unique<softmax_objective>(o.num_class);
    case boosting_objective::poisson:
      return std::make_unique<poisson_objective>(o.max_delta_step.value_or(0.7));
    case boosting_objective::quantile:
      return std::make_unique<quantile_objective>(o.quantile_alpha.value_or(0.5));
    case boosting_objective::absolute_error:
      return std::make_unique<absolute_error_objective>();
    case boosting_objective::custom:
      return std::make_unique<custom_objective>(o.num_class, custom);
  }
  return std::make_unique<squared_error_objective>();
}

}  // namespace colonnade::inline COLONNADE_ABI
