#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "colonnade/boosting/boosting_params.hpp"
#include "colonnade/boosting/gradient_scale.hpp"
#include "colonnade/boosting/objective_function.hpp"
#include "colonnade/boosting/weighted_draw.hpp"
#include "colonnade/boosting/weighted_targets.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/kernels/boosting_gradients.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Whether a loss has its own copy of the targets, or may read them where they lie, which is possible if they
/// lie side by side; they must then stay there as long as the loss.
enum class target_use { copy, borrow };

/// Targets and weights of the rows of a fit, checked and contiguous, with the objective that their margins
/// have: first margins, gradients in fixed point, in the same bits for any number of threads.
class boosting_loss {
 public:
  /// Throws data_error for a target outside the objective's domain or a weight that is negative or not
  /// finite, and argument_error for lengths that differ from `rows`.
  boosting_loss(const boosting_params& params, column_view<const double> target,
                column_view<const double> weight, std::size_t rows, custom_gradients custom = {},
                target_use use = target_use::copy)
      : objective_(params.make_objective(custom)), base_score_(params.base_score) {
    if (rows == 0) throw argument_error("X", "0 rows", "at least 1");
    if (target.size() != rows)
      throw argument_error("y", std::to_string(target.size()) + " values", std::to_string(rows));
    if (use == target_use::borrow && target.stride() == 1 && target.validity().all_valid()) {
      target_ = {target.data(), rows};
    } else {
      copy_target(target);
    }
    check_target();
    copy_weight(weight);
    if (params.sampling_method == row_sampling::weighted && params.subsample < 1 && !weight_.empty())
      draw_by_weight(params.subsample);
    measure_weight();
    targets_ = weighted_targets(target_, weight_);
  }

  const objective_function& objective() const { return *objective_; }
  std::size_t rows() const { return target_.size(); }
  /// Trees an iteration, and margins a row: the number of classes of softmax, otherwise 1.
  std::size_t outputs() const { return outputs_; }
  std::span<const double> target() const { return target_; }
  /// Empty: all weights are 1. Of rows that are drawn in proportion to their weights: what they count as when
  /// they are drawn.
  const std::vector<double>& weight() const { return weight_; }
  /// Probability that a row is drawn; empty: it does not depend on weights.
  const std::vector<double>& draw_probability() const { return draw_probability_; }

  const weighted_targets& targets() const { return targets_; }

  /// Margins before the first tree, one an output: those of `base_score`, or else of the targets.
  std::vector<double> base_margins() const {
    if (base_score_) return std::vector<double>(outputs_, objective_->link(*base_score_));
    if (given_weight_.empty()) return objective_->first_margins(targets_, outputs_);
    return objective_->first_margins(weighted_targets(target_, given_weight_), outputs_);
  }

  /// Fixed-point gradients of all rows at `margins` (output k of row i at k * rows + i) into `out`, laid out
  /// alike.
  gradient_scale gradients(const std::vector<double>& margins, std::int64_t* out, int threads) const {
    const gradient_bounds largest = bounds(margins, threads);
    const bool constant = objective_->hessian_is_weight() && least_weight_ == largest_weight_;
    const gradient_scale scale(largest.gradient, largest.hessian, constant, rows());
    write_gradients(margins, scale, out, threads);
    return scale;
  }

  /// What no gradient and no Hessian at `margins` exceeds.
  gradient_bounds bounds(const std::vector<double>& margins, int threads) const {
    objective_->prepare(margins, targets_);
    std::vector<gradient_bounds> bounds(block_count(rows(), rows_together));
    for_blocks(bounds.size(), useful_threads(threads, static_cast<double>(rows())), [&](std::size_t block) {
      bounds[block] = objective_->bounds(block_of(margins, block * rows_together));
    });
    gradient_bounds all;
    for (const gradient_bounds& some : bounds) {
      all.gradient = std::max(all.gradient, some.gradient);
      all.hessian = std::max(all.hessian, some.hessian);
    }
    return all;
  }
  /// The gradients on a scale whose bounds hold for them, after `bounds` at the same margins.
  void write_gradients(const std::vector<double>& margins, const gradient_scale& scale, std::int64_t* out,
                       int threads) const {
    const int useful = useful_threads(threads, static_cast<double>(rows() * outputs_) * 4);
    for_blocks(block_count(rows(), rows_together), useful, [&](std::size_t block) {
      const std::size_t first = block * rows_together;
      objective_->gradients(block_of(margins, first), scale.steps(), out + first);
    });
  }
  double least_weight() const { return least_weight_; }
  double largest_weight() const { return largest_weight_; }

 private:
  static constexpr std::size_t rows_together = 4096;
  static constexpr double largest_allowed_weight = 1e30;

  void copy_target(column_view<const double> target) {
    own_target_.resize(target.size());
    for (std::size_t i = 0; i < target.size(); ++i)
      own_target_[i] = target.is_missing(i) ? std::numeric_limits<double>::quiet_NaN() : target[i];
    target_ = own_target_;
  }

  void check_target() {
    const std::size_t outside = objective_->first_outside(target_);
    if (outside < rows()) {
      throw data_error(
          "y: found " + std::to_string(target_[outside]) + ", expected " + std::string(objective_->domain()),
          outside);
    }
    outputs_ = objective_->outputs(std::max(0.0, *std::max_element(target_.begin(), target_.end())));
  }

  void copy_weight(column_view<const double> weight) {
    const double positive = objective_->positive_weight();
    if (weight.size() == 0 && positive == 1) return;
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
      if (!(w >= 0 && w <= largest_allowed_weight)) {
        throw data_error("sample_weight: found " + std::to_string(w) + ", expected a number from 0 to 1e30",
                         i);
      }
      weight_[i] = target_[i] == 1 ? w * positive : w;
      sum += w;
    }
    if (!(sum > 0)) throw argument_error("sample_weight", "only zeros", "a positive weight");
  }

  // Weights then decide which rows are drawn, and hardly what they count as.
  void draw_by_weight(double share) {
    const weighted_draw draw(weight_, share);
    given_weight_ = weight_;
    for (double& w : weight_) {
      draw_probability_.push_back(draw.probability(w));
      w = draw.weight_when_drawn(w);
    }
  }

  void measure_weight() {
    if (weight_.empty()) return;
    const auto [least, most] = std::minmax_element(weight_.begin(), weight_.end());
    least_weight_ = *least;
    largest_weight_ = *most;
  }

  objective_rows block_of(const std::vector<double>& margins, std::size_t first) const {
    return {{margins.data() + first, target_.data() + first,
             weight_.empty() ? nullptr : weight_.data() + first, std::min(rows_together, rows() - first)},
            first,
            outputs_,
            rows(),
            largest_weight_};
  }

  std::unique_ptr<objective_function> objective_;
  std::optional<double> base_score_;
  std::size_t outputs_ = 1;
  std::vector<double> own_target_, weight_, given_weight_, draw_probability_;
  // Views of them, or of targets elsewhere; they stay where they are when the loss is moved.
  std::span<const double> target_;
  weighted_targets targets_;
  double least_weight_ = 1, largest_weight_ = 1;
};

}  // namespace colonnade::inline COLONNADE_ABI
