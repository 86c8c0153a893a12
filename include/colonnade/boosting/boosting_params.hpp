#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "colonnade/boosting/binning_rule.hpp"
#include "colonnade/boosting/objectives.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Which leaf is split next: all of a level, or the one that gains most, or all of a level by one split that
/// they share (symmetric, also called oblivious, trees).
enum class grow_policy : std::uint8_t { depthwise, lossguide, symmetric };

/// How the rows of a tree are drawn: see row_sampler.
enum class row_sampling : std::uint8_t { uniform, goss, mvs, weighted };

/// Parameters of gradient-boosted trees, with the names and defaults of XGBoost.
struct boosting_params {
  boosting_objective objective = boosting_objective::squared_error;
  std::uint32_t num_class = 0;  ///< softmax: number of classes; 0: the largest target + 1. custom: 0: none
  std::uint32_t n_estimators = 100;  ///< iterations; softmax grows one tree a class in each
  double learning_rate = 0.3;        ///< factor of every leaf
  std::uint32_t max_depth = 6;       ///< 0: no limit
  std::uint32_t max_leaves = 0;      ///< 0: no limit
  grow_policy policy = grow_policy::depthwise;
  /// Bins a column, 2 to 65,535; missing values have one more of their own. 256 is 255, so that a byte holds
  /// a bin; columns with more take four times the memory and are slower.
  std::uint32_t max_bin = 256;
  double min_child_weight = 1;  ///< least sum of Hessians in a child
  double reg_lambda = 1;        ///< L2 penalty of leaf values
  double reg_alpha = 0;         ///< L1 penalty of leaf values
  double gamma = 0;             ///< least gain of a split
  double subsample = 1;         ///< share of the rows (or groups of rows) that a tree sees
  double colsample_bytree = 1;  ///< share of the columns that a tree sees
  double scale_pos_weight = 1;  ///< logistic: factor of the weight of positive rows
  std::optional<double>
      base_score;  ///< first prediction (a probability for logistic); none: from the targets
  std::uint32_t early_stopping_rounds =
      0;                           ///< stop after so many iterations without a better score; 0: never
  std::string eval_metric;         ///< see boosting_metric; empty: by objective
  std::uint64_t random_state = 0;  ///< seed of the sampling
  /// Poisson: no leaf changes a margin by more, before the learning rate; 0: no limit, none: 0.7.
  std::optional<double> max_delta_step;
  std::optional<double> quantile_alpha;  ///< quantile: which one, between 0 and 1
  row_sampling sampling_method = row_sampling::uniform;
  double top_rate = 0.2;                ///< goss: share of the rows that are kept for their gradients
  double other_rate = 0.1;              ///< goss: share of all rows that is drawn from the others
  double pos_bagging_fraction = 1;      ///< logistic, uniform: factor of `subsample` for rows with y > 0
  double neg_bagging_fraction = 1;      ///< the same for rows with y = 0
  double colsample_bylevel = 1;         ///< share of the tree's columns that a level sees
  double colsample_bynode = 1;          ///< share of the level's columns that a node sees
  std::vector<double> feature_weights;  ///< columns are drawn in proportion to these; 0: never; none: all 1
  std::uint32_t num_parallel_tree = 1;  ///< trees an iteration and output; their leaves are divided by this
  /// Columns whose values are category codes (whole numbers below 2^24): they are split by sets of
  /// categories.
  std::vector<std::uint32_t> categorical_features;
  std::uint32_t max_cat_to_onehot = 4;   ///< columns of so many categories are split one against the rest
  std::uint32_t max_cat_threshold = 64;  ///< most categories on the smaller side of a split
  /// Added to the Hessians of categories by whose g / h they are ordered; lighter ones (that are less than a
  /// sixteenth of the node) go with the missing values.
  double cat_smooth = 10;
  double cat_l2 = 10;  ///< added to reg_lambda in the gains of splits of more than max_cat_to_onehot
  binning_method binning = binning_method::quantile;  ///< how the cuts of columns of numbers are learned
  std::vector<column_cuts> cut_points;                ///< cuts of some columns, which are then not learned

  friend bool operator==(const boosting_params&, const boosting_params&) = default;

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.objective, self.num_class, self.n_estimators, self.learning_rate, self.max_depth, self.max_leaves,
       self.policy, self.max_bin, self.min_child_weight, self.reg_lambda, self.reg_alpha, self.gamma,
       self.subsample, self.colsample_bytree, self.scale_pos_weight, self.base_score,
       self.early_stopping_rounds, self.eval_metric, self.random_state);
    if (ar.version() >= 2) {
      ar(self.max_delta_step, self.quantile_alpha, self.sampling_method, self.top_rate, self.other_rate,
         self.pos_bagging_fraction, self.neg_bagging_fraction, self.colsample_bylevel, self.colsample_bynode,
         self.feature_weights, self.num_parallel_tree);
    }
    if (ar.version() >= 3) {
      ar(self.categorical_features, self.max_cat_to_onehot, self.max_cat_threshold, self.cat_smooth,
         self.cat_l2);
    }
    if (ar.version() >= 4) ar(self.binning, self.cut_points);
  }
  void validate() const {
    if (static_cast<std::size_t>(objective) >= std::size(objective_names) ||
        policy > grow_policy::symmetric || sampling_method > row_sampling::weighted ||
        binning > binning_method::uniform) {
      throw format_error("saved boosting parameters: an objective, a policy or a method is not known");
    }
    try {
      check();
    } catch (const argument_error& error) {
      throw format_error(std::string("saved boosting parameters: ") + error.what());
    }
  }

  /// Throws argument_error for a value that cannot be used.
  void check() const {
    require(learning_rate > 0 && learning_rate <= 1e6, "learning_rate", learning_rate, "a positive number");
    require(max_bin >= 2 && max_bin <= 65'535, "max_bin", max_bin, "2 to 65535");
    require(not_negative(min_child_weight), "min_child_weight", min_child_weight, "a number >= 0");
    require(not_negative(reg_lambda), "reg_lambda", reg_lambda, "a number >= 0");
    require(not_negative(reg_alpha), "reg_alpha", reg_alpha, "a number >= 0");
    require(not_negative(gamma), "gamma", gamma, "a number >= 0");
    require(subsample > 0 && subsample <= 1, "subsample", subsample, "a number in (0, 1]");
    require(colsample_bytree > 0 && colsample_bytree <= 1, "colsample_bytree", colsample_bytree,
            "a number in (0, 1]");
    require(policy != grow_policy::symmetric || (max_depth >= 1 && max_depth <= 16), "max_depth", max_depth,
            "1 to 16 for symmetric trees");
    check_sampling();
    check_categories();
    check_cut_points();
    require(scale_pos_weight > 0 && real::isfinite(scale_pos_weight), "scale_pos_weight", scale_pos_weight,
            "a positive number");
    options().check();
    check_objective(*make_objective());
  }

  /// Factor of the leaves of each tree.
  double leaf_rate() const { return learning_rate / num_parallel_tree; }

  /// The metric that is computed on evaluation sets.
  std::string metric() const {
    if (!eval_metric.empty()) return eval_metric;
    const std::string_view known = make_objective()->metrics();
    return std::string(known.substr(0, known.find(' ')));
  }

  std::unique_ptr<objective_function> make_objective(custom_gradients custom = {}) const {
    return colonnade::make_objective(options(), custom);
  }

 private:
  objective_options options() const {
    return {objective, num_class, scale_pos_weight, max_delta_step, quantile_alpha};
  }
  static bool not_negative(double value) { return value >= 0 && real::isfinite(value); }
  template <class Value>
  static void require(bool holds, std::string_view name, Value found, std::string_view expected) {
    if (!holds) throw argument_error(name, std::to_string(found), expected);
  }
  void check_sampling() const {
    require(num_parallel_tree >= 1, "num_parallel_tree", num_parallel_tree, "at least 1");
    require(top_rate >= 0 && top_rate < 1, "top_rate", top_rate, "a number in [0, 1)");
    require(other_rate > 0 && top_rate + other_rate <= 1 + 1e-9, "other_rate", other_rate,
            "a positive number, at most 1 - top_rate");
    require(pos_bagging_fraction > 0 && pos_bagging_fraction <= 1, "pos_bagging_fraction",
            pos_bagging_fraction, "a number in (0, 1]");
    require(neg_bagging_fraction > 0 && neg_bagging_fraction <= 1, "neg_bagging_fraction",
            neg_bagging_fraction, "a number in (0, 1]");
    require(colsample_bylevel > 0 && colsample_bylevel <= 1, "colsample_bylevel", colsample_bylevel,
            "a number in (0, 1]");
    require(colsample_bynode > 0 && colsample_bynode <= 1, "colsample_bynode", colsample_bynode,
            "a number in (0, 1]");
    check_feature_weights();
    require(sampling_method != row_sampling::goss || subsample == 1, "subsample", subsample,
            "1 with goss, whose shares are top_rate and other_rate");
    if (pos_bagging_fraction == 1 && neg_bagging_fraction == 1) return;
    if (objective != boosting_objective::logistic || sampling_method != row_sampling::uniform) {
      throw argument_error("pos_bagging_fraction, neg_bagging_fraction", "one below 1",
                           "both 1 unless rows of two classes are sampled uniformly");
    }
  }
  void check_categories() const {
    require(max_cat_threshold >= 1, "max_cat_threshold", max_cat_threshold, "at least 1");
    require(not_negative(cat_smooth), "cat_smooth", cat_smooth, "a number >= 0");
    require(not_negative(cat_l2), "cat_l2", cat_l2, "a number >= 0");
    for (std::size_t k = 1; k < categorical_features.size(); ++k) {
      require(categorical_features[k - 1] < categorical_features[k], "categorical_features",
              categorical_features[k], "ascending column numbers, each once");
    }
  }
  void check_cut_points() const {
    const auto refuse = [](const column_cuts& some, const char* found, const char* expected) {
      throw argument_error("cut_points", "column " + std::to_string(some.column) + found, expected);
    };
    for (std::size_t k = 0; k < cut_points.size(); ++k) {
      const column_cuts& some = cut_points[k];
      if (k > 0 && cut_points[k - 1].column >= some.column) refuse(some, "", "ascending columns, each once");
      for (const std::uint32_t f : categorical_features) {
        if (f == some.column) refuse(some, " of categories", "columns of numbers");
      }
      for (std::size_t i = 0; i < some.cuts.size(); ++i) {
        const bool ascends = i == 0 || some.cuts[i - 1] < some.cuts[i];
        if (!ascends || !real::isfinite(some.cuts[i]))
          refuse(some, " with other ones", "finite numbers that ascend");
      }
    }
  }
  void check_feature_weights() const {
    bool positive = feature_weights.empty();
    for (const double weight : feature_weights) {
      require(not_negative(weight), "feature_weights", weight, "numbers >= 0");
      positive = positive || weight > 0;
    }
    if (!positive) throw argument_error("feature_weights", "only zeros", "a positive weight");
  }
  void check_objective(const objective_function& chosen) const {
    if (base_score)
      require(chosen.is_prediction(*base_score), "base_score", *base_score, chosen.predictions());
    const bool by_gradients = sampling_method == row_sampling::goss || sampling_method == row_sampling::mvs;
    if (chosen.renews_leaves() && by_gradients) {
      throw argument_error("sampling_method", "one by gradients",
                           "uniform or weighted with an objective whose gradients are all alike");
    }
    if (eval_metric.empty()) return;
    const std::string padded = " " + std::string(chosen.metrics()) + " ";
    if (eval_metric.find(' ') == std::string::npos &&
        padded.find(" " + eval_metric + " ") != std::string::npos)
      return;
    throw argument_error("eval_metric", "'" + eval_metric + "'", "one of " + std::string(chosen.metrics()));
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
