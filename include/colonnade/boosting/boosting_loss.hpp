#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/boosting/boosting_params.hpp"
#include "colonnade/boosting/gradient_scale.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/kernels/boosting_gradients.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Targets and weights of the rows of a fit, checked and contiguous, and the loss that their margins have:
/// first margins, gradients in fixed point, in the same bits for any number of threads.
class boosting_loss {
 public:
  /// Throws data_error for a target outside the objective's domain or a weight that is negative or not
  /// finite, and argument_error for lengths that differ from `rows`.
  boosting_loss(const boosting_params& params, column_view<const double> target,
                column_view<const double> weight, std::size_t rows)
      : objective_(params.objective), base_score_(params.base_score) {
    if (rows == 0) throw argument_error("X", "0 rows", "at least 1");
    if (target.size() != rows)
      throw argument_error("y", std::to_string(target.size()) + " values", std::to_string(rows));
    copy_target(target, params);
    copy_weight(weight, params);
  }

  std::size_t rows() const { return target_.size(); }
  /// Trees an iteration, and margins a row: the number of classes of softmax, otherwise 1.
  std::size_t outputs() const { return outputs_; }
  const std::vector<double>& target() const { return target_; }
  /// Empty: all weights are 1.
  const std::vector<double>& weight() const { return weight_; }

  /// Margins before the first tree, one an output: the link of the weighted mean (or of `base_score`).
  /// Softmax: log of the class shares, centred.
  std::vector<double> base_margins() const {
    if (base_score_) return std::vector<double>(outputs_, link(*base_score_));
    if (objective_ != boosting_objective::softmax)
      return {link(weighted_mean([this](std::size_t i) { return target_[i]; }))};
    std::vector<double> margins;
    for (std::size_t k = 0; k < outputs_; ++k) {
      const double share =
          weighted_mean([&](std::size_t i) { return target_[i] == static_cast<double>(k) ? 1.0 : 0.0; });
      margins.push_back(elementary::log(std::max(share, smallest_share)));
    }
    double mean = 0;
    for (const double margin : margins) mean += margin / static_cast<double>(outputs_);
    for (double& margin : margins) margin -= mean;
    return margins;
  }

  /// Fixed-point gradients of all rows at `margins` (output k of row i at k * rows + i) into `out`, laid out
  /// alike.
  gradient_scale gradients(const std::vector<double>& margins, std::int64_t* out, int threads) const {
    const gradient_scale scale = choose_scale(margins, threads);
    const std::size_t blocks = block_count(rows(), rows_together);
    const int useful = useful_threads(threads, static_cast<double>(rows() * outputs_) * 4);
    for_blocks(blocks, useful, [&](std::size_t block) {
      const std::size_t first = block * rows_together;
      const gradient_rows in = block_of(margins, first);
      if (objective_ == boosting_objective::logistic) {
        simd::run<logistic_gradients>(in, scale.steps(), out + first);
      } else if (objective_ == boosting_objective::softmax) {
        simd::run<softmax_gradients>(in, outputs_, rows(), scale.steps(), out + first);
      } else {
        simd::run<squared_error_gradients>(in, scale.steps(), out + first);
      }
    });
    return scale;
  }

 private:
  static constexpr std::size_t rows_together = 4096;
  static constexpr double smallest_share = 1e-6;
  static constexpr double largest_target = 1e60, largest_weight = 1e30;

  void copy_target(column_view<const double> target, const boosting_params& params) {
    target_.resize(target.size());
    double most = 0;
    for (std::size_t i = 0; i < target.size(); ++i) {
      const double y = target.is_missing(i) ? std::numeric_limits<double>::quiet_NaN() : target[i];
      if (!in_domain(y)) throw data_error("y: found " + std::to_string(y) + ", expected " + domain(), i);
      target_[i] = y;
      most = std::max(most, y);
    }
    if (objective_ != boosting_objective::softmax) return;
    outputs_ = params.num_class == 0 ? static_cast<std::size_t>(most) + 1 : params.num_class;
    if (most >= static_cast<double>(outputs_)) {
      throw argument_error("num_class", std::to_string(outputs_),
                           "more than the largest target " + std::to_string(most));
    }
  }

  bool in_domain(double y) const {
    if (objective_ == boosting_objective::logistic) return y >= 0 && y <= 1;
    if (objective_ == boosting_objective::softmax) return y >= 0 && y < 65536 && y == real::floor(y);
    return std::abs(y) <= largest_target;
  }
  const char* domain() const {
    if (objective_ == boosting_objective::logistic) return "0 to 1";
    if (objective_ == boosting_objective::softmax) return "a class number 0, 1, ...";
    return "a finite number of at most 1e60";
  }

  void copy_weight(column_view<const double> weight, const boosting_params& params) {
    const bool scaled = objective_ == boosting_objective::logistic && params.scale_pos_weight != 1;
    if (weight.size() == 0 && !scaled) return;
    if (weight.size() != 0 && weight.size() != rows()) {
      throw argument_error("sample_weight", std::to_string(weight.size()) + " values",
                           std::to_string(rows()));
    }
    weight_.resize(rows());
    double sum = 0;
    for (std::size_t i = 0; i < rows(); ++i) {
      const double w = weight.size() == 0     ? 1.0
                       : weight.is_missing(i) ? std::numeric_limits<double>::quiet_NaN()
                                              : weight[i];
      if (!(w >= 0 && w <= largest_weight)) {
        throw data_error("sample_weight: found " + std::to_string(w) + ", expected a number from 0 to 1e30",
                         i);
      }
      weight_[i] = scaled && target_[i] == 1 ? w * params.scale_pos_weight : w;
      sum += w;
    }
    if (!(sum > 0)) throw argument_error("sample_weight", "only zeros", "a positive weight");
  }

  double link(double mean) const {
    if (objective_ != boosting_objective::logistic) return mean;
    const double p = std::clamp(mean, smallest_share, 1 - smallest_share);
    return elementary::log(p / (1 - p));
  }

  // Sums of integers, so that the mean is the same for any order of the rows.
  template <class Value>
  double weighted_mean(const Value& value) const {
    double largest = 0, largest_weight_seen = weight_.empty() ? 1 : 0;
    for (std::size_t i = 0; i < rows(); ++i) largest = std::max(largest, std::abs(value(i) * weight_at(i)));
    for (const double w : weight_) largest_weight_seen = std::max(largest_weight_seen, w);
    const int bits = 61 - static_cast<int>(std::bit_width(rows()));
    const double value_step = step(largest, bits), weight_step = step(largest_weight_seen, bits);
    std::int64_t sum = 0, weights = 0;
    for (std::size_t i = 0; i < rows(); ++i) {
      sum += real::llrint(value(i) * weight_at(i) * value_step);
      weights += real::llrint(weight_at(i) * weight_step);
    }
    return static_cast<double>(sum) / value_step / (static_cast<double>(weights) / weight_step);
  }
  static double step(double largest, int bits) {
    return real::ldexp(1.0, largest > 0 ? bits - (real::ilogb(largest) + 1) : 0);
  }
  double weight_at(std::size_t i) const { return weight_.empty() ? 1.0 : weight_[i]; }

  gradient_rows block_of(const std::vector<double>& margins, std::size_t first) const {
    return {margins.data() + first, target_.data() + first,
            weight_.empty() ? nullptr : weight_.data() + first, std::min(rows_together, rows() - first)};
  }

  gradient_scale choose_scale(const std::vector<double>& margins, int threads) const {
    const auto [least, most] = weight_range();
    if (objective_ != boosting_objective::squared_error) return gradient_scale(most, most / 4, false, rows());
    std::vector<double> largest(block_count(rows(), rows_together));
    for_blocks(largest.size(), useful_threads(threads, static_cast<double>(rows())), [&](std::size_t block) {
      simd::run<largest_residual>(block_of(margins, block * rows_together), &largest[block]);
    });
    return gradient_scale(*std::max_element(largest.begin(), largest.end()), most, least == most, rows());
  }

  std::pair<double, double> weight_range() const {
    if (weight_.empty()) return {1, 1};
    const auto range = std::minmax_element(weight_.begin(), weight_.end());
    return {*range.first, *range.second};
  }

  boosting_objective objective_;
  std::optional<double> base_score_;
  std::size_t outputs_ = 1;
  std::vector<double> target_, weight_;
};

}  // namespace colonnade::inline COLONNADE_ABI
