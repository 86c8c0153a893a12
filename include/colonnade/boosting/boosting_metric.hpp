#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "colonnade/boosting/objective_function.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/kernels/elementary.hpp"
#include "colonnade/kernels/radix_sort.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Scores margins during a fit, by XGBoost's names: rmse, mae (of predictions, or probabilities),
/// logloss, error, auc, mlogloss, merror, poisson-nloglik, quantile. Sums go block by block, so the score has
/// the same bits for any number of threads.
class boosting_metric {
 public:
  /// Of margins of `objective`, which must outlive the metric; none: margins are predictions.
  explicit boosting_metric(std::string_view name, const objective_function* objective = nullptr)
      : kind_(kind_of(name)), objective_(objective) {}

  /// True when a larger score is better.
  bool larger_is_better() const { return kind_ == kind::auc; }

  /// Output k of row i is margins[k * rows + i]; `weight` may be empty.
  double operator()(const std::vector<double>& margins, std::span<const double> target,
                    const std::vector<double>& weight, int threads) const {
    if (kind_ == kind::auc) return auc(margins, target, weight, threads);
    const std::size_t rows = target.size(), blocks = block_count(rows, rows_together);
    std::vector<double> loss(blocks), weights(blocks);
    for_blocks(
        blocks, useful_threads(threads, static_cast<double>(margins.size()) * 20), [&](std::size_t block) {
          const std::size_t first = block * rows_together, last = std::min(rows, first + rows_together);
          double row[rows_together];
          row_losses(margins, target, first, last, row);
          for (std::size_t i = first; i < last; ++i) {
            const double w = weight.empty() ? 1.0 : weight[i];
            loss[block] += w * row[i - first];
            weights[block] += w;
          }
        });
    double sum = 0, total = 0;
    for (std::size_t block = 0; block < blocks; ++block) {
      sum += loss[block];
      total += weights[block];
    }
    const double mean = sum / total;
    return kind_ == kind::rmse ? real::sqrt(mean) : mean;
  }

 private:
  enum class kind { rmse, mae, logloss, error, auc, mlogloss, merror, poisson, quantile };
  static constexpr std::size_t rows_together = 4096;
  static constexpr double smallest_probability = 1e-16;

  static kind kind_of(std::string_view name) {
    constexpr std::string_view names[] = {"rmse",     "mae",    "logloss",         "error",   "auc",
                                          "mlogloss", "merror", "poisson-nloglik", "quantile"};
    for (std::size_t k = 0; k < std::size(names); ++k) {
      if (names[k] == name) return static_cast<kind>(k);
    }
    throw argument_error("eval_metric", "'" + std::string(name) + "'",
                         "one of rmse mae logloss error auc mlogloss merror poisson-nloglik quantile");
  }

  // The losses of rows first .. last - 1.
  void row_losses(const std::vector<double>& margins, std::span<const double> target, std::size_t first,
                  std::size_t last, double* out) const {
    const std::size_t rows = target.size(), count = last - first;
    if (kind_ == kind::mlogloss || kind_ == kind::merror) {
      for (std::size_t i = 0; i < count; ++i) {
        out[i] = class_loss(margins, first + i, rows, static_cast<std::size_t>(target[first + i]));
      }
      return;
    }
    std::copy_n(margins.data() + first, count, out);
    if (objective_ != nullptr && (kind_ == kind::rmse || kind_ == kind::mae)) {
      objective_->to_means(std::span(out, count));
    }
    for (std::size_t i = 0; i < count; ++i) out[i] = row_loss(out[i], target[first + i]);
  }

  double row_loss(double m, double y) const {
    switch (kind_) {
      case kind::rmse:
        return square(m - y);
      case kind::mae:
        return std::abs(m - y);
      // log(1 + e^m) - y m, without overflow
      case kind::logloss:
        return std::max(m, 0.0) + elementary::log1p(elementary::exp(-std::abs(m))) - y * m;
      case kind::error:
        return (m > 0) == (y > 0.5) ? 0 : 1;
      // -log of the probability of y
      case kind::poisson:
        return elementary::exp(m) - y * m + elementary::log_factorial(y);
      case kind::quantile: {
        const double alpha = objective_ == nullptr ? 0.5 : objective_->quantile();
        return y > m ? alpha * (y - m) : (1 - alpha) * (m - y);
      }
      default:
        return 0;  // not a loss of one margin a row
    }
  }

  static double square(double x) { return x * x; }

  static std::size_t best_class(const std::vector<double>& margins, std::size_t i, std::size_t rows) {
    std::size_t best = 0;
    for (std::size_t k = 1; k < margins.size() / rows; ++k) {
      if (margins[k * rows + i] > margins[best * rows + i]) best = k;
    }
    return best;
  }

  double class_loss(const std::vector<double>& margins, std::size_t i, std::size_t rows,
                    std::size_t y) const {
    const std::size_t best = best_class(margins, i, rows);
    if (kind_ == kind::merror) return best == y ? 0 : 1;
    const double most = margins[best * rows + i];
    double sum = 0;
    for (std::size_t k = 0; k < margins.size() / rows; ++k)
      sum += elementary::exp(margins[k * rows + i] - most);
    const double p = elementary::exp(margins[y * rows + i] - most) / sum;
    return -elementary::log(std::max(p, smallest_probability));
  }

  // Share of the pairs of a positive and a negative that are in order; a tie counts half. NaN with one class
  // only.
  static double auc(const std::vector<double>& margins, std::span<const double> target,
                    const std::vector<double>& weight, int threads) {
    std::vector<std::uint64_t> keys(margins.size());
    for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = ordered_bits(margins[i]);
    const auto order = radix_argsort(keys, threads);
    double negatives = 0, positives = 0, area = 0;
    for (std::size_t i = 0; i < order.size();) {
      double tied_negatives = 0, tied_positives = 0;
      for (const std::uint64_t key = keys[i]; i < order.size() && keys[i] == key; ++i) {
        const double w = weight.empty() ? 1.0 : weight[order[i]];
        tied_positives += w * target[order[i]];
        tied_negatives += w * (1 - target[order[i]]);
      }
      area += tied_positives * (negatives + tied_negatives / 2);
      positives += tied_positives;
      negatives += tied_negatives;
    }
    return area / (positives * negatives);
  }

  kind kind_;
  const objective_function* objective_;
};

}  // namespace colonnade::inline COLONNADE_ABI
