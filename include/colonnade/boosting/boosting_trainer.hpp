#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/boosting/binned_margins.hpp"
#include "colonnade/boosting/binned_matrix.hpp"
#include "colonnade/boosting/boosting_loss.hpp"
#include "colonnade/boosting/boosting_metric.hpp"
#include "colonnade/boosting/boosting_params.hpp"
#include "colonnade/boosting/boosting_progress.hpp"
#include "colonnade/boosting/column_sampler.hpp"
#include "colonnade/boosting/row_sampler.hpp"
#include "colonnade/boosting/tree_ensemble.hpp"
#include "colonnade/boosting/tree_grower.hpp"
#include "colonnade/core/random.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The loop of boosting over one binned table: each `step` computes gradients, grows trees and moves the
/// margins; `run` steps until the iterations, the observer or early stopping end it.
class boosting_trainer {
 public:
  /// `base` holds the margin of every output before the first tree.
  boosting_trainer(const binned_matrix& bins, const feature_cuts& cuts, const boosting_loss& loss,
                   const boosting_params& params, std::vector<double> base, int threads)
      : bins_(bins),
        loss_(loss),
        params_(params),
        threads_(threads),
        base_(std::move(base)),
        row_sampler_(params, loss.target(), loss.draw_probability(), threads),
        column_sampler_(params, bins.features()),
        grower_(bins, cuts, params, threads),
        margins_(first_margins(loss.rows())),
        packed_(margins_.size()) {}

  /// Goes on after the iterations that made `trees`, which gave the training rows these margins.
  void resume(tree_ensemble trees, std::vector<double> margins) {
    iteration_ = trees.trees() / (params_.num_parallel_tree * loss_.outputs());
    ensemble_ = std::move(trees);
    margins_ = std::move(margins);
  }

  /// Draws rows by groups of these sizes. Throws argument_error: see row_sampler.
  void draw_groups(std::span<const std::uint64_t> sizes) { row_sampler_.use_groups(sizes); }

  /// A set to score after every step, whose rows have these margins (none: the first ones). `bins` and `loss`
  /// must outlive the trainer.
  void watch(std::string name, const binned_matrix& bins, const boosting_loss& loss,
             std::vector<double> margins = {}) {
    if (margins.empty()) margins = first_margins(loss.rows());
    watched_.push_back({&bins, &loss, std::move(margins)});
    histories_.push_back({std::move(name), params_.metric(), {}});
  }

  /// One iteration: num_parallel_tree rounds of a tree an output, all on the gradients of its beginning.
  void step() {
    const gradient_scale scale = loss_.gradients(margins_, packed_.data(), threads_);
    // Leaves are renewed at the margins of the beginning, which the first trees of an iteration move.
    if (params_.num_parallel_tree > 1 && loss_.objective().renews_leaves()) before_ = margins_;
    for (std::size_t k = 0; k < params_.num_parallel_tree; ++k) {
      grow_round(scale,
                 random_stream(params_.random_state).substream(iteration_ * params_.num_parallel_tree + k));
    }
    ++iteration_;
  }

  /// Adds the scores of the watched sets to their histories.
  void score(const boosting_metric& metric) {
    for (std::size_t s = 0; s < watched_.size(); ++s) {
      const boosting_loss& loss = *watched_[s].loss;
      histories_[s].scores.push_back(metric(watched_[s].margins, loss.target(), loss.weight(), threads_));
    }
  }

  /// Steps n_estimators times, unless the observer or early stopping ends it before. The trees after the best
  /// iteration are dropped when early stopping is on.
  void run(const boosting_observer& observer) {
    const std::size_t first = iteration_, last = first + params_.n_estimators;
    const boosting_metric metric(params_.metric(), &loss_.objective());
    bool stop = false;
    while (!stop && iteration_ < last) {
      step();
      score(metric);
      stop = stops_early(metric.larger_is_better());
      stop = observer({iteration_ - first - 1, params_.n_estimators, histories_}) || stop;
    }
    if (best_iteration_)
      ensemble_.truncate((*best_iteration_ + 1) * params_.num_parallel_tree * loss_.outputs());
  }

  std::size_t iteration() const { return iteration_; }
  /// Output k of training row i is at k * rows + i.
  const std::vector<double>& margins() const { return margins_; }
  const tree_ensemble& ensemble() const { return ensemble_; }
  tree_ensemble take_ensemble() { return std::move(ensemble_); }
  const std::vector<evaluation_history>& histories() const { return histories_; }
  std::vector<evaluation_history> take_histories() { return std::move(histories_); }
  /// Known with early stopping.
  std::optional<std::uint32_t> best_iteration() const { return best_iteration_; }
  std::optional<double> best_score() const { return best_score_; }

 private:
  struct watched {
    const binned_matrix* bins;
    const boosting_loss* loss;
    std::vector<double> margins;
  };

  std::vector<double> first_margins(std::size_t rows) const {
    std::vector<double> margins;
    margins.reserve(base_.size() * rows);
    for (const double base : base_) margins.insert(margins.end(), rows, base);
    return margins;
  }

  // A tree an output, on one sample of rows.
  void grow_round(const gradient_scale& scale, const random_stream& random) {
    row_sampler_.draw(random.substream(0), iteration_, all_gradients(scale), scale);
    for (std::size_t k = 0; k < loss_.outputs(); ++k) {
      check_interrupt();
      column_sampler_.draw(random.substream(1 + k));
      if (row_sampler_.everything()) grower_.partition().reset();
      if (!row_sampler_.everything()) grower_.partition().reset(row_sampler_.rows());
      grown_tree tree =
          grower_.grow(row_sampler_.gradients() + k * loss_.rows(), row_sampler_.scale(), column_sampler_);
      if (loss_.objective().renews_leaves()) renew_leaves(tree, k);
      add_to_training(tree, k);
      for (watched& set : watched_)
        add_to_margins(tree, *set.bins, std::span(set.margins).subspan(k * set.bins->rows()), threads_);
      ensemble_.append(tree.nodes, tree.gain, tree.cover, tree.sets);
    }
  }

  void renew_leaves(grown_tree& tree, std::size_t output) {
    const double* const margins = (before_.empty() ? margins_ : before_).data() + output * loss_.rows();
    grower_.renew_leaves(tree, [&](row_span rows, double grown) {
      const auto value = loss_.objective().renewed_leaf({rows, margins, loss_.targets()});
      return value ? *value * params_.leaf_rate() : grown;
    });
  }

  packed_gradients all_gradients(const gradient_scale& scale) const {
    return {packed_.data(), loss_.rows(), loss_.outputs(), scale.steps().shift};
  }

  void add_to_training(const grown_tree& tree, std::size_t output) {
    const auto margins = std::span(margins_).subspan(output * loss_.rows());
    if (!row_sampler_.everything()) return add_to_margins(tree, bins_, margins, threads_);
    grower_.for_leaves([&](row_span rows, double value) {
      for (const std::uint32_t row : rows) margins[row] += value;
    });
  }

  bool stops_early(bool larger_is_better) {
    if (params_.early_stopping_rounds == 0 || histories_.empty()) return false;
    const double score = histories_.back().scores.back();
    const bool better = !best_score_ || (larger_is_better ? score > *best_score_ : score < *best_score_);
    const auto now = static_cast<std::uint32_t>(iteration_ - 1);
    if (better) {
      best_score_ = score;
      best_iteration_ = now;
    }
    return now - *best_iteration_ >= params_.early_stopping_rounds;
  }

  const binned_matrix& bins_;
  const boosting_loss& loss_;
  const boosting_params& params_;
  int threads_;
  std::vector<double> base_;
  row_sampler row_sampler_;
  column_sampler column_sampler_;
  tree_grower grower_;
  std::vector<double> margins_, before_;
  large_array<std::int64_t> packed_;
  std::vector<watched> watched_;
  std::vector<evaluation_history> histories_;
  tree_ensemble ensemble_;
  std::size_t iteration_ = 0;
  std::optional<std::uint32_t> best_iteration_;
  std::optional<double> best_score_;
};

}  // namespace colonnade::inline COLONNADE_ABI
