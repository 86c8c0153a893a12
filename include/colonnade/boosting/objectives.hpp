#pragma once

#include <cstdint>
#include <memory>

#include "colonnade/boosting/logistic_objective.hpp"
#include "colonnade/boosting/objective_function.hpp"
#include "colonnade/boosting/softmax_objective.hpp"
#include "colonnade/boosting/squared_error_objective.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What boosted trees minimise: (y - m)^2 / 2; the logistic loss of y in [0, 1]; the softmax loss of y = 0 ..
/// K - 1.
enum class boosting_objective : std::uint8_t { squared_error, logistic, softmax };

inline constexpr boosting_objective last_objective = boosting_objective::softmax;

/// An objective with its parameters.
struct objective_options {
  boosting_objective kind = boosting_objective::squared_error;
  std::uint32_t num_class = 0;
  double scale_pos_weight = 1;
};

inline std::unique_ptr<objective_function> make_objective(const objective_options& o) {
  switch (o.kind) {
    case boosting_objective::squared_error:
      break;
    case boosting_objective::logistic:
      return std::make_unique<logistic_objective>(o.scale_pos_weight);
    case boosting_objective::softmax:
      return std::make_unique<softmax_objective>(o.num_class);
  }
  return std::make_unique<squared_error_objective>();
}

}  // namespace colonnade::inline COLONNADE_ABI
