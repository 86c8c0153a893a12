#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "colonnade/boosting/additive_trees.hpp"
#include "colonnade/boosting/base_margins.hpp"
#include "colonnade/boosting/batched_table.hpp"
#include "colonnade/boosting/boosting_extras.hpp"
#include "colonnade/boosting/boosting_input.hpp"
#include "colonnade/boosting/boosting_names.hpp"
#include "colonnade/boosting/boosting_trainer.hpp"
#include "colonnade/boosting/fit_options.hpp"
#include "colonnade/boosting/leaf_refitter.hpp"
#include "colonnade/core/accumulator.hpp"
#include "colonnade/core/archive.hpp"
#include "colonnade/core/class_labels.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/file.hpp"
#include "colonnade/core/parallel.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Gradient-boosted decision trees (Friedman 2001), with the second-order gain and the parameters of XGBoost
/// (Chen and Guestrin 2016), on histograms of at most 255 bins a column.
///
/// margin = base + sum of leaves;  squared_error predicts the margin, logistic sigmoid(margin), softmax the
/// softmax of a margin a class, poisson exp(margin),
/// custom the margin or the number of a class. Missing values (NaN) go to the side that gained more in
/// each split; infinities are values. Columns of category codes (`categorical_features`) are split by sets of
/// codes; what is no code that the fit has seen is missing there. Gradients are fixed-point integers, so a
/// model has the same bits for any number of threads and any instruction set. O(rows x columns) an iteration
/// and level. All queries are const and safe to call from several threads.
///
///     auto model = colonnade::fit<colonnade::gradient_boosted_trees>(colonnade::samples{x, y},
///     {.n_estimators = 300}); model.predict(view, out);
class gradient_boosted_trees {
 public:
  static constexpr std::string_view kind = "gradient_boosted_trees";
  static constexpr std::uint32_t archive_version = 4;
  using params = boosting_params;

  /// Learns from rows, targets and (optional) weights. Throws argument_error, and data_error where a column
  /// of categories holds something else.
  template <class T>
  static gradient_boosted_trees fit(const samples<matrix_view<T>>& data, const params& p = {},
                                    int threads = 0) {
    return fit(data, std::span<const evaluation_set<std::remove_const_t<T>>>{}, p, threads);
  }

  /// The same, scoring `evaluation` after every iteration (early stopping looks at the last set). `observer`
  /// is called after every iteration and may end the fit; `log` receives the scores; `custom` computes the
  /// gradients of a custom objective, and what it throws ends the fit. From `init_model` the fit goes on: its
  /// bins and trees are kept, n_estimators are added, and on the same rows the model has the bytes of one
  /// that was fitted in one go. `extras`: what else is known of the rows.
  template <class T>
  static gradient_boosted_trees fit(const samples<matrix_view<T>>& data,
                                    std::span<const evaluation_set<std::remove_const_t<T>>> evaluation,
                                    const params& p, int threads = 0, const boosting_observer& observer = {},
                                    boosting_log* log = nullptr, custom_gradients custom = {},
                                    const gradient_boosted_trees* init_model = nullptr,
                                    const boosting_extras& extras = {}) {
    using value = std::remove_const_t<T>;
    const samples<matrix_view<const value>> rows{data.x, data.target, data.weight};
    return fit_table<value>(rows, p, threads, {evaluation, observer, log, custom, extras, {}}, init_model);
  }

  /// The same from a sparse table, whose evaluation sets are sparse too. What has no entry is 0; the model
  /// has the bytes of a fit of the dense table. O(entries) an iteration and level; O(rows) for a column with
  /// an entry in more than one row of seven, and for all where fewer than fifteen have less.
  template <class T>
  static gradient_boosted_trees fit(const samples<csr_view<T>>& data, const params& p = {}, int threads = 0,
                                    const fit_options<T, csr_view<T>>& how = {},
                                    const gradient_boosted_trees* init_model = nullptr) {
    return fit_table<T>(data, p, threads, how, init_model);
  }

  /// The same from batches of rows that need not fit into memory, all of them together; the model has the
  /// bytes of a fit of all rows at once. Two bytes a value (eight in columns of over 255 bins) and 16 to 60
  /// bytes a row are held, and the sample that cuts are learned from; bins of a byte in a file of the folder
  /// `how.cache` if there is one. Three passes over the batches (more of wide tables). From `init_model` it
  /// goes on as in `fit`. Throws argument_error also for passes that differ, and what `source` throws.
  template <class T>
  static gradient_boosted_trees fit_batches(const batch_source<T>& source, const params& p = {},
                                            int threads = 0, const fit_options<T>& how = {},
                                            const gradient_boosted_trees* init_model = nullptr) {
    check_custom(p, how.custom);
    batched_table<T> table(source, p, threads);
    check_evaluation_sets(how.evaluation, table.columns(), p);
    const boosting_loss loss = table.take_loss(how.custom);
    gradient_boosted_trees model =
        before_fit(init_model, p, loss, table.columns(), [&] { return table.learn_cuts(); });
    const matrix_view<const double> base = how.extras.base_margin;
    starting_margins(base, model.trees_.base(), table.rows());  // throws if it is not one
    std::vector<double> margins = model.room_for_margins(table.rows(), base);
    const binned_matrix bins =
        table.bin(model.cuts(), how.cache, [&](std::size_t first, matrix_view<const T> x) {
          model.write_margins(x, first, base.empty() ? base : base.slice(first, x.rows()), threads, margins);
        });
    model.train(bins, loss, std::move(margins), p, threads, how);
    return model;
  }

  /// The same trees with leaves that other rows move: tree after tree a leaf becomes decay_rate x its value +
  /// (1 - decay_rate) x what it would be on `data` (LightGBM's refit). Base, splits, gains and covers stay,
  /// and so do leaves that no row reaches. `custom` as in `fit`, `base_margin` as in `predict_margin`. Throws
  /// argument_error and data_error. O(rows x trees x depth).
  template <class Table>
  gradient_boosted_trees refit(const samples<Table>& data, double decay_rate = 0.9, int threads = 0,
                               custom_gradients custom = {},
                               matrix_view<const double> base_margin = {}) const {
    const auto& x = data.x;
    check_columns(x, features());
    if (!(decay_rate >= 0 && decay_rate <= 1))
      throw argument_error("decay_rate", std::to_string(decay_rate), "a number from 0 to 1");
    check_custom(params_, custom);
    params p = with_outputs(params_, outputs());
    p.sampling_method = row_sampling::uniform;  // all rows count, with their weights
    const boosting_loss loss(p, data.target, data.weight, data.rows(), custom, target_use::borrow);
    gradient_boosted_trees model = *this;
    model.best_iteration_.reset();  // of other leaves
    model.best_score_.reset();
    tree_ensemble refitted = trees();
    leaf_refitter refitter(loss, p, decay_rate, threads);
    refitter.refit(
        refitted, by_output(starting_margins(base_margin, trees_.base(), data.rows())),
        [&](std::size_t tree, std::span<std::uint32_t> leaf) { trees_.apply_one(x, tree, leaf, threads); });
    model.trees_.set_ensemble(std::move(refitted));
    return model;
  }

  boosting_objective objective() const { return params_.objective; }
  const params& parameters() const { return params_; }
  std::size_t features() const { return trees_.features(); }
  /// Margins a row.
  std::size_t outputs() const { return trees_.outputs(); }
  /// Iterations whose trees the model has.
  std::uint32_t iterations() const {
    return static_cast<std::uint32_t>(trees().trees() / (outputs() * params_.num_parallel_tree));
  }
  /// Columns of predict_proba: 2 for logistic, the classes of softmax, 0 for regression.
  std::size_t classes() const { return params_.make_objective()->classes(outputs()); }
  std::span<const double> base_margins() const { return trees_.base(); }
  const feature_cuts& cuts() const { return trees_.cuts(); }
  const tree_ensemble& trees() const { return trees_.ensemble(); }
  std::optional<std::uint32_t> best_iteration() const { return best_iteration_; }
  std::optional<double> best_score() const { return best_score_; }
  const std::vector<std::string>& feature_names() const { return names_.features; }
  /// One name a column, or none.
  void set_feature_names(std::vector<std::string> names) {
    names_.set_features(std::move(names), features());
  }
  /// What the classes are called; none: 0, 1, ...
  const class_labels& labels() const { return names_.classes; }
  void set_labels(class_labels labels) { names_.set_classes(std::move(labels), classes()); }
  /// What the categories of a column are called: code k is label k. None for a column of numbers, or unnamed.
  class_labels categories(std::size_t column) const { return names_.categories_of(column, cuts()); }
  /// Throws argument_error unless the column is one of `categorical_features`.
  void set_categories(std::size_t column, class_labels labels) {
    names_.set_categories(column, std::move(labels), cuts());
  }

  /// out(i, k) = margin of output k. `out` is rows x outputs(); so is `base_margin`, which replaces the base
  /// of each row. `x`, here and below, is a `matrix_view` or a `csr_view`. Throws argument_error and
  /// data_error.
  template <class Table>
  void predict_margin(const Table& x, matrix_view<double> out, int threads = 0,
                      matrix_view<const double> base_margin = {}) const {
    check_scored(x, features(), out, outputs());
    trees_.margins(x, out, threads, base_margin);
  }

  /// Regression: the expected target. Otherwise the number of the likeliest class (the lowest of equal ones).
  template <class Table>
  void predict(const Table& x, std::span<double> out, int threads = 0,
               matrix_view<const double> base_margin = {}) const {
    if (out.size() != x.rows())
      throw argument_error("out", std::to_string(out.size()), std::to_string(x.rows()));
    std::vector<double> several(outputs() == 1 ? 0 : out.size() * outputs());
    const matrix_view<double> margins(outputs() == 1 ? out.data() : several.data(), out.size(), outputs());
    predict_margin(x, margins, threads, base_margin);
    const auto chosen = params_.make_objective();
    for_row_blocks(out.size(), threads, [&](std::size_t first, std::size_t count) {
      chosen->to_predictions(margins.slice(first, count), out.subspan(first, count));
    });
  }

  /// out(i, k) = probability of class k. `out` is rows x classes(). Throws argument_error for regression.
  template <class Table>
  void predict_proba(const Table& x, matrix_view<double> out, int threads = 0,
                     matrix_view<const double> base_margin = {}) const {
    if (classes() == 0) throw argument_error("predict_proba", "a model of a regression", "a classifier");
    check_scored(x, features(), out, classes());
    predict_margin(x, out.columns_slice(classes() - outputs(), outputs()), threads, base_margin);
    const auto chosen = params_.make_objective();
    for_row_blocks(out.rows(), threads, [&](std::size_t first, std::size_t count) {
      chosen->to_probabilities(out.slice(first, count));
    });
  }

  /// out(i, t) = index of the leaf of row i within tree t. `out` is rows x trees().
  template <class Table>
  void apply(const Table& x, matrix_view<std::uint32_t> out, int threads = 0) const {
    check_scored(x, features(), out, trees().trees());
    trees_.apply(x, out, threads);
  }

  /// One number a column; 0 for a column without splits.
  std::vector<double> feature_importances(importance type) const {
    return trees().importances(features(), type);
  }

  friend bool operator==(const gradient_boosted_trees& a, const gradient_boosted_trees& b) {
    return same_bytes(a, b);
  }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.params_, self.trees_, self.names_.features, self.best_iteration_, self.best_score_,
       self.names_.classes);
    if (ar.version() >= 3) ar(self.names_.categories);
  }
  void validate() const {
    const auto fail = [](const char* what) {
      throw format_error(std::string("saved gradient_boosted_trees: ") + what);
    };
    const bool any_number = params_.objective == boosting_objective::softmax;
    if (!any_number && outputs() != params_.make_objective()->outputs(0)) fail("not one base an output");
    names_.validate(cuts(), classes());
    const auto categorical = cuts().categorical();
    if (!std::equal(categorical.begin(), categorical.end(), params_.categorical_features.begin(),
                    params_.categorical_features.end()))
      fail("not the categories of its parameters");
  }

 private:
  friend struct archive_access;
  friend class boosting_session;
  static constexpr std::size_t rows_together = 4096;

  struct evaluation_rows {
    binned_matrix bins;
    boosting_loss loss;
  };

  gradient_boosted_trees() = default;

  // Of a fit that has no tree yet.
  gradient_boosted_trees(feature_cuts cuts, const boosting_loss& loss)
      : trees_(std::move(cuts), loss.base_margins()) {}

  template <class T, class Table>
  static gradient_boosted_trees fit_table(const samples<Table>& data, const params& p, int threads,
                                          const fit_options<T, Table>& how,
                                          const gradient_boosted_trees* init_model) {
    check_boosting_rows(data, p);
    check_evaluation_sets(how.evaluation, data.x.columns(), p);
    check_custom(p, how.custom);
    const boosting_loss loss(p, data.target, data.weight, data.rows(), how.custom, target_use::borrow);
    const auto& columns = by_columns(data.x);
    gradient_boosted_trees model = before_fit(init_model, p, loss, data.x.columns(),
                                              [&] { return cuts_for(columns, data.weight, p, threads); });
    const binned_matrix bins(columns, model.cuts(), binned_matrix::layout::rows_and_columns, threads);
    model.train(bins, loss, model.margins_before(data.x, how.extras.base_margin, threads), p, threads, how);
    return model;
  }

  // What a fit adds trees to: `init_model`, if it suits, or a model without trees that has the cuts
  // `learn()`.
  template <class Learn>
  static gradient_boosted_trees before_fit(const gradient_boosted_trees* init_model, const params& p,
                                           const boosting_loss& loss, std::size_t columns,
                                           const Learn& learn) {
    if (init_model == nullptr) return gradient_boosted_trees(learn(), loss);
    check_resumable(p, columns, loss.outputs(), init_model->params_, init_model->features(),
                    init_model->outputs());
    return *init_model;
  }

  // Margins that rows have before the trees that are to come; none: all of them the base.
  template <class Table>
  std::vector<double> margins_before(const Table& x, matrix_view<const double> base_margin,
                                     int threads) const {
    std::vector<double> margins = room_for_margins(x.rows(), base_margin);
    write_margins(x, 0, base_margin, threads, margins);
    return margins;
  }
  std::vector<double> room_for_margins(std::size_t rows, matrix_view<const double> base_margin) const {
    return std::vector<double>(trees().trees() == 0 && base_margin.empty() ? 0 : rows * outputs());
  }
  // Those of the rows from number `first` on, if there is room for them.
  template <class Table>
  void write_margins(const Table& x, std::size_t first, matrix_view<const double> base_margin, int threads,
                     std::vector<double>& margins) const {
    if (margins.empty()) return;
    const auto rows = static_cast<std::ptrdiff_t>(margins.size() / outputs());
    predict_margin(x, matrix_view<double>(margins.data() + first, x.rows(), outputs(), 1, rows), threads,
                   base_margin);
  }

  // Grows the trees of a fit whose rows begin with `margins` (none: with the base).
  template <class T, class Table>
  void train(const binned_matrix& bins, const boosting_loss& loss, std::vector<double> margins,
             const params& p, int threads, const fit_options<T, Table>& how) {
    boosting_trainer trainer(bins, cuts(), loss, p, trees_.base(), threads);
    std::deque<evaluation_rows> rows;
    for (const auto& set : how.evaluation) {
      rows.push_back({binned_matrix(by_columns(set.data.x), cuts(), binned_matrix::layout::columns, threads),
                      evaluation_loss(p, loss.outputs(), set.data.target, set.data.weight, set.data.rows(),
                                      target_use::borrow)});
      trainer.watch(set.name, rows.back().bins, rows.back().loss,
                    margins_before(set.data.x, set.base_margin, threads));
    }
    if (!margins.empty()) trainer.resume(trees(), std::move(margins));
    if (!how.extras.group.empty()) trainer.draw_groups(how.extras.group);
    const auto watch = [&](const boosting_progress& now) {
      const boosting_checkpoints& checkpoints = how.extras.checkpoints;
      if (checkpoints.due(now.iteration + 1)) checkpoints(so_far(p, trainer));
      return how.observer(now);
    };
    trainer.run(watch);
    const std::uint32_t before = iterations();  // of a model that the fit went on from
    params_ = p;
    params_.n_estimators += before;
    trees_.set_ensemble(trainer.take_ensemble());
    best_iteration_ = trainer.best_iteration();
    best_score_ = trainer.best_score();
    if (how.log != nullptr) how.log->histories = trainer.take_histories();
  }

  // The model of a fit that ends now.
  gradient_boosted_trees so_far(const params& p, const boosting_trainer& trainer) const {
    gradient_boosted_trees model = *this;
    model.params_ = p;
    model.params_.n_estimators = static_cast<std::uint32_t>(trainer.iteration());
    model.trees_.set_ensemble(trainer.ensemble());
    model.best_iteration_.reset();
    model.best_score_.reset();
    return model;
  }

  template <class Body>
  void for_row_blocks(std::size_t rows, int threads, const Body& body) const {
    const double work = static_cast<double>(rows * outputs()) * 8;
    for_blocks(block_count(rows, rows_together), useful_threads(threads, work), [&](std::size_t block) {
      const std::size_t first = block * rows_together;
      body(first, std::min(rows_together, rows - first));
    });
  }

  params params_;
  additive_trees trees_;
  boosting_names names_;
  std::optional<std::uint32_t> best_iteration_;
  std::optional<double> best_score_;
};

}  // namespace colonnade::inline COLONNADE_ABI
