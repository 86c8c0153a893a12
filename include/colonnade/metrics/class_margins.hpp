#pragma once

#include <cstddef>
#include <limits>
#include <numeric>
#include <vector>

#include "colonnade/core/config.hpp"
#include "colonnade/core/real.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Precision, recall and F of each class (or of each row of a multilabel table), and whether one of them had
/// to be set because its denominator was 0.
struct class_scores {
  std::vector<double> precision, recall, f;
  bool precision_undefined = false, recall_undefined = false, f_undefined = false;
};

/// Per class: rows predicted right, rows predicted as the class, and rows of the class, as sums of weights.
struct class_margins {
  std::vector<double> correct, predicted, actual;

  explicit class_margins(std::size_t classes = 0) : correct(classes), predicted(classes), actual(classes) {}

  std::size_t classes() const { return correct.size(); }

  /// All classes as one ("micro" averaging).
  class_margins pooled() const {
    class_margins all(1);
    all.correct[0] = std::accumulate(correct.begin(), correct.end(), 0.0);
    all.predicted[0] = std::accumulate(predicted.begin(), predicted.end(), 0.0);
    all.actual[0] = std::accumulate(actual.begin(), actual.end(), 0.0);
    return all;
  }

  /// Sum of correct / sum of all.
  double accuracy() const {
    const class_margins all = pooled();
    return all.correct[0] / all.actual[0];
  }

  /// precision = correct / predicted, recall = correct / actual, F = (1 + beta^2) correct / (beta^2 actual +
  /// predicted); `undefined` where a denominator is 0. F is recall for an infinite beta and precision for 0.
  class_scores scores(double beta = 1, double undefined = 0) const {
    class_scores s;
    const double beta2 = beta * beta;
    for (std::size_t c = 0; c < classes(); ++c) {
      s.precision.push_back(ratio(correct[c], predicted[c], undefined, s.precision_undefined));
      s.recall.push_back(ratio(correct[c], actual[c], undefined, s.recall_undefined));
      if (real::isinf(beta)) {
        s.f.push_back(s.recall.back());
      } else if (beta == 0) {
        s.f.push_back(s.precision.back());
      } else {
        s.f.push_back(
            ratio((1 + beta2) * correct[c], beta2 * actual[c] + predicted[c], undefined, s.f_undefined));
      }
    }
    return s;
  }

  /// Mean recall of the classes that have rows; `adjusted`: scaled so that chance is 0 and the best is 1.
  double balanced_accuracy(bool adjusted = false) const {
    double sum = 0;
    std::size_t found = 0;
    for (std::size_t c = 0; c < classes(); ++c) {
      if (actual[c] == 0) continue;
      sum += correct[c] / actual[c];
      ++found;
    }
    const double score = sum / static_cast<double>(found);
    if (!adjusted) return score;
    const double chance = 1 / static_cast<double>(found);
    return (score - chance) / (1 - chance);
  }

  /// Matthews' correlation, for any number of classes (Gorodkin 2004); 0 where it is not defined.
  double matthews_correlation() const {
    double rows = 0, right = 0, product = 0, predicted2 = 0, actual2 = 0;
    for (std::size_t c = 0; c < classes(); ++c) {
      rows += predicted[c];
      right += correct[c];
      product += actual[c] * predicted[c];
      predicted2 += predicted[c] * predicted[c];
      actual2 += actual[c] * actual[c];
    }
    const double spread = (rows * rows - predicted2) * (rows * rows - actual2);
    return spread == 0 ? 0.0 : (right * rows - product) / real::sqrt(spread);
  }

 private:
  static double ratio(double numerator, double denominator, double undefined, bool& flag) {
    if (denominator != 0) return numerator / denominator;
    flag = true;
    return undefined;
  }
};

/// Mean of `values` without the NaNs among them, weighted if `weights` is not empty (plain where all weights
/// are 0); NaN when nothing is left.
inline double average_of(const std::vector<double>& values, const std::vector<double>& weights = {}) {
  double sum = 0, weighted = 0, weight = 0, count = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (real::isnan(values[i])) continue;
    sum += values[i];
    count += 1;
    if (weights.empty()) continue;
    weighted += weights[i] * values[i];
    weight += weights[i];
  }
  if (count == 0) return std::numeric_limits<double>::quiet_NaN();
  return weights.empty() || weight == 0 ? sum / count : weighted / weight;
}

}  // namespace colonnade::inline COLONNADE_ABI
