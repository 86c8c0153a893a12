#pragma once

#include <cstddef>
#include <limits>

#include "colonnade/metrics/confusion_matrix.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// How far apart two classes count in Cohen's kappa.
enum class kappa_weights { none, linear, quadratic };

/// Cohen's kappa: agreement of two raters beyond chance, 1 - sum(w observed) / sum(w expected), where w is 0
/// on the diagonal and elsewhere 1, |i - j| or (i - j)^2. NaN where nothing could disagree (an empty matrix
/// or one class). O(classes^2).
inline double cohen_kappa(const confusion_matrix& matrix, kappa_weights weights = kappa_weights::none) {
  const class_margins m = matrix.margins();
  const std::size_t classes = matrix.classes();
  double rows = 0;
  for (const double sum : m.predicted) rows += sum;
  if (rows == 0) return std::numeric_limits<double>::quiet_NaN();
  double observed = 0, expected = 0;
  for (std::size_t i = 0; i < classes; ++i) {
    for (std::size_t j = 0; j < classes; ++j) {
      const double apart = static_cast<double>(i > j ? i - j : j - i);
      const double w = weights == kappa_weights::quadratic ? apart * apart
                       : weights == kappa_weights::linear  ? apart
                                                           : (i == j ? 0.0 : 1.0);
      observed += w * matrix(i, j);
      expected += w * (m.predicted[i] * m.actual[j] / rows);
    }
  }
  return expected == 0 ? std::numeric_limits<double>::quiet_NaN() : 1 - observed / expected;
}

}  // namespace colonnade::inline COLONNADE_ABI
