#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "colonnade/boosting/logistic_objective.hpp"
#include "colonnade/boosting/objective_function.hpp"
#include "colonnade/boosting/poisson_objective.hpp"
#include "colonnade/boosting/softmax_objective.hpp"
#include "colonnade/boosting/squared_error_objective.hpp"
#include "colonnade/core/error.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What boosted trees minimise: (y - m)^2 / 2; the logistic loss of y in [0, 1]; the softmax loss of y = 0 ..
/// K - 1; the Poisson loss of counts.
enum class boosting_objective : std::uint8_t { squared_error, logistic, softmax, poisson };

/// XGBoost's names, in the same order.
inline constexpr std::string_view objective_names[] = {"reg:squarederror", "binary:logistic",
                                                       "multi:softprob", "count:poisson"};

/// An objective with its parameters.
struct objective_options {
  boosting_objective kind = boosting_objective::squared_error;
  std::uint32_t num_class = 0;
  double scale_pos_weight = 1;
  std::optional<double> max_delta_step;

  /// Throws argument_error for a value that the objective cannot use.
  void check() const {
    if (!max_delta_step) return;
    if (kind != boosting_objective::poisson)
      refuse("max_delta_step", *max_delta_step, "none for this objective");
    if (!(*max_delta_step >= 0 && *max_delta_step <= 100))
      refuse("max_delta_step", *max_delta_step, "a number from 0 to 100");
  }

 private:
  [[noreturn]] static void refuse(std::string_view name, double found, std::string_view expected) {
    throw argument_error(name, std::to_string(found), expected);
  }
};

inline std::unique_ptr<objective_function> make_objective(const objective_options& o) {
  switch (o.kind) {
    case boosting_objective::squared_error:
      break;
    case boosting_objective::logistic:
      return std::make_unique<logistic_objective>(o.scale_pos_weight);
    case boosting_objective::softmax:
      return std::make_unique<softmax_objective>(o.num_class);
    case boosting_objective::poisson:
      return std::make_unique<poisson_objective>(o.max_delta_step.value_or(0.7));
  }
  return std::make_unique<squared_error_objective>();
}

}  // namespace colonnade::inline COLONNADE_ABI
