#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

/// Ranking metrics by their definitions: all pairs of a positive and a negative row.
namespace colonnade::naive {

struct auc_and_error {
  double auc, standard_error;
};

inline double mean_of(const std::vector<double>& x) {
  double sum = 0;
  for (const double v : x) sum += v;
  return sum / static_cast<double>(x.size());
}

inline double variance_of(const std::vector<double>& x) {
  const double mean = mean_of(x);
  double sum = 0;
  for (const double v : x) sum += (v - mean) * (v - mean);
  return sum / static_cast<double>(x.size() - 1);
}

inline double win(double positive, double negative) {
  return positive > negative ? 1 : positive == negative ? 0.5 : 0;
}

inline double weighted_auc(const std::vector<double>& score, const std::vector<std::uint8_t>& positive,
                           const std::vector<double>& weight) {
  double won = 0, all = 0;
  for (std::size_t i = 0; i < score.size(); ++i) {
    for (std::size_t j = 0; j < score.size(); ++j) {
      if (positive[i] == 0 || positive[j] != 0) continue;
      won += weight[i] * weight[j] * win(score[i], score[j]);
      all += weight[i] * weight[j];
    }
  }
  return won / all;
}

/// DeLong: variances of the shares of the other class that each row beats.
inline auc_and_error delong(const std::vector<double>& score, const std::vector<std::uint8_t>& positive) {
  std::vector<double> of_positives, of_negatives;
  for (std::size_t i = 0; i < score.size(); ++i) {
    double won = 0, others = 0;
    for (std::size_t j = 0; j < score.size(); ++j) {
      if ((positive[i] != 0) == (positive[j] != 0)) continue;
      won += positive[i] != 0 ? win(score[i], score[j]) : win(score[j], score[i]);
      others += 1;
    }
    (positive[i] != 0 ? of_positives : of_negatives).push_back(won / others);
  }
  const double variance = variance_of(of_positives) / static_cast<double>(of_positives.size()) +
                          variance_of(of_negatives) / static_cast<double>(of_negatives.size());
  return {mean_of(of_positives), std::sqrt(variance)};
}

}  // namespace colonnade::naive
