#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/boosting/base_margins.hpp"
#include "colonnade/boosting/binned_matrix.hpp"
#include "colonnade/boosting/boosting_input.hpp"
#include "colonnade/boosting/boosting_metric.hpp"
#include "colonnade/boosting/boosting_trainer.hpp"
#include "colonnade/boosting/feature_cuts.hpp"
#include "colonnade/boosting/row_sampler.hpp"
#include "colonnade/boosting/sparse_columns.hpp"
#include "colonnade/core/real.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Numbers of the rows that a fold learns from and is scored on.
struct boosting_fold {
  std::vector<std::uint32_t> train, test;
};

/// Scores of a cross-validation, one an iteration: mean and standard deviation (of the population) over the
/// folds.
struct boosting_cv_scores {
  std::string metric;
  std::vector<double> train_mean, train_std, test_mean, test_std;
  std::uint32_t best_iteration = 0;  ///< that of the best mean on the rows that were left out
};

/// Cross-validation of boosted trees that bins once: cuts are learned from all rows (as lightgbm.cv and
/// xgboost.cv do), and a fold is a gather of bins. All folds make an iteration before the next one, so early
/// stopping looks at the mean of their scores. A fold is the fit of its rows with these cuts, bit by bit.
class boosting_cv {
 public:
  /// `evaluate(...)` with early stopping ends with the best iteration. `observer` sees the means as "train"
  /// and "test"; `custom`, `base_margin` and `group` are as in a fit: rows of a group that follow each other
  /// in a fold are drawn together. `Table` is a `matrix_view` or a `csr_view`, with equal scores. Throws
  /// argument_error (for a fold without rows, too) and data_error. O(folds) fits; every fold holds the bins
  /// of its rows.
  template <class Table>
  static boosting_cv_scores evaluate(const samples<Table>& data, std::span<const boosting_fold> folds,
                                     const boosting_params& params, int threads = 0,
                                     const boosting_observer& observer = {}, custom_gradients custom = {},
                                     matrix_view<const double> base_margin = {},
                                     std::span<const std::uint64_t> group = {}) {
    check_boosting_rows(data, params);
    check_custom(params, custom);
    check(folds, data.rows());
    // Checks all rows, and knows all classes.
    const boosting_loss all(params, data.target, data.weight, data.rows(), custom, target_use::borrow);
    const auto& columns = by_columns(data.x);
    const feature_cuts cuts = cuts_for(columns, data.weight, params, threads);
    const binned_matrix bins(columns, cuts, binned_matrix::layout::rows_and_columns, threads);
    const boosting_params p = with_outputs(params, all.outputs());
    const table rows{
        bins,
        cuts,
        all.target(),
        data.weight,
        base_margin,
        group.empty() ? std::vector<std::uint32_t>() : row_sampler::group_numbers(group, data.rows())};
    std::deque<fold_fit> fits;
    for (const boosting_fold& fold : folds) fits.emplace_back(rows, fold, p, custom, threads);
    return run(fits, p, boosting_metric(p.metric(), &all.objective()), observer, threads);
  }

 private:
  struct table {
    const binned_matrix& bins;
    const feature_cuts& cuts;
    std::span<const double> target;
    column_view<const double> weight;
    matrix_view<const double> base_margin;
    std::vector<std::uint32_t> group;  // number of each row's, or none

    /// Sizes of the groups of some rows.
    std::vector<std::uint64_t> groups_of(std::span<const std::uint32_t> rows) const {
      std::vector<std::uint64_t> sizes;
      for (std::size_t i = 0; i < rows.size() && !group.empty(); ++i) {
        if (i == 0 || group[rows[i]] != group[rows[i - 1]]) sizes.push_back(0);
        ++sizes.back();
      }
      return sizes;
    }
  };

  /// Targets, weights and margins of some rows of the table.
  struct chosen_rows {
    std::vector<double> target, weight, margins;
    std::size_t outputs = 0;

    chosen_rows(const table& all, std::span<const std::uint32_t> rows) : outputs(all.base_margin.columns()) {
      for (const std::uint32_t row : rows) {
        target.push_back(all.target[row]);
        if (all.weight.size() > 0) weight.push_back(all.weight[row]);
        for (std::size_t k = 0; k < outputs; ++k) margins.push_back(all.base_margin(row, k));
      }
    }
    column_view<const double> targets() const { return {target.data(), target.size()}; }
    column_view<const double> weights() const { return {weight.data(), weight.size()}; }
    std::vector<double> starting(const std::vector<double>& base) const {
      const matrix_view<const double> given(margins.data(), outputs == 0 ? 0 : target.size(), outputs);
      return by_output(starting_margins(given, base, target.size()));
    }
  };

  class fold_fit {
   public:
    fold_fit(const table& all, const boosting_fold& fold, const boosting_params& p, custom_gradients custom,
             int threads)
        : fold_fit(all, fold, chosen_rows(all, fold.train), chosen_rows(all, fold.test), p, custom, threads) {
    }

    void step(const boosting_metric& metric) {
      trainer_.step();
      trainer_.score(metric);
    }
    double train_score(const boosting_metric& metric, int threads) const {
      return metric(trainer_.margins(), train_scored_.target(), train_scored_.weight(), threads);
    }
    double test_score() const { return trainer_.histories().front().scores.back(); }

   private:
    fold_fit(const table& all, const boosting_fold& fold, const chosen_rows& train, const chosen_rows& test,
             const boosting_params& p, custom_gradients custom, int threads)
        : train_bins_(all.bins.gather(fold.train, binned_matrix::layout::rows_and_columns, threads)),
          test_bins_(all.bins.gather(fold.test, binned_matrix::layout::columns, threads)),
          loss_(p, train.targets(), train.weights(), fold.train.size(), custom),
          train_scored_(scored(train, p)),
          test_scored_(scored(test, p)),
          trainer_(train_bins_, all.cuts, loss_, p, loss_.base_margins(), threads) {
      if (const auto groups = all.groups_of(fold.train); !groups.empty()) trainer_.draw_groups(groups);
      trainer_.resume({}, train.starting(loss_.base_margins()));
      trainer_.watch("test", test_bins_, test_scored_, test.starting(loss_.base_margins()));
    }

    static boosting_loss scored(const chosen_rows& rows, const boosting_params& p) {
      return evaluation_loss(p, p.num_class, rows.targets(), rows.weights(), rows.target.size());
    }

    binned_matrix train_bins_, test_bins_;
    boosting_loss loss_, train_scored_, test_scored_;
    boosting_trainer trainer_;
  };

  static void check(std::span<const boosting_fold> folds, std::size_t rows) {
    if (folds.empty()) throw argument_error("cv", "no fold", "at least one");
    for (const boosting_fold& fold : folds) {
      if (fold.train.empty() || fold.test.empty())
        throw argument_error("cv", "a fold without rows", "rows to learn from and rows to score");
      for (const auto* some : {&fold.train, &fold.test}) {
        for (const std::uint32_t row : *some) {
          if (row >= rows)
            throw argument_error("cv", "row " + std::to_string(row), "below " + std::to_string(rows));
        }
      }
    }
  }

  static boosting_cv_scores run(std::deque<fold_fit>& fits, const boosting_params& p,
                                const boosting_metric& metric, const boosting_observer& observer,
                                int threads) {
    boosting_cv_scores out;
    out.metric = p.metric();
    evaluation_history means[] = {{"train", out.metric, {}}, {"test", out.metric, {}}};
    std::vector<double> train(fits.size()), test(fits.size());
    bool stop = false;
    for (std::uint32_t i = 0; i < p.n_estimators && !stop; ++i) {
      for (std::size_t k = 0; k < fits.size(); ++k) {
        fits[k].step(metric);
        train[k] = fits[k].train_score(metric, threads);
        test[k] = fits[k].test_score();
      }
      add(train, out.train_mean, out.train_std);
      add(test, out.test_mean, out.test_std);
      means[0].scores.push_back(out.train_mean.back());
      means[1].scores.push_back(out.test_mean.back());
      const double now = out.test_mean.back(), best = out.test_mean[out.best_iteration];
      if (metric.larger_is_better() ? now > best : now < best) out.best_iteration = i;
      stop = p.early_stopping_rounds > 0 && i - out.best_iteration >= p.early_stopping_rounds;
      stop = observer({i, p.n_estimators, means}) || stop;
    }
    if (p.early_stopping_rounds > 0 && !out.test_mean.empty()) {
      for (auto* scores : {&out.train_mean, &out.train_std, &out.test_mean, &out.test_std})
        scores->resize(out.best_iteration + 1);
    }
    return out;
  }

  static void add(const std::vector<double>& scores, std::vector<double>& means, std::vector<double>& stds) {
    const auto count = static_cast<double>(scores.size());
    double sum = 0, squares = 0;
    for (const double score : scores) sum += score;
    const double mean = sum / count;
    for (const double score : scores) squares += (score - mean) * (score - mean);
    means.push_back(mean);
    stds.push_back(real::sqrt(squares / count));
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
