#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include "colonnade/boosting/boosting_loss.hpp"
#include "colonnade/boosting/boosting_params.hpp"
#include "colonnade/boosting/boosting_progress.hpp"
#include "colonnade/boosting/feature_cuts.hpp"
#include "colonnade/boosting/sparse_cuts.hpp"
#include "colonnade/core/accumulator.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/kernels/tree_walk.hpp"

// What fits of boosted trees check of what they are given, and how they look at rows that are scored.

namespace colonnade::inline COLONNADE_ABI {

/// Throws argument_error unless a fit with these parameters can learn from `data`.
template <class Table>
void check_boosting_rows(const samples<Table>& data, const boosting_params& p) {
  p.check();
  if (data.x.columns() == 0) throw argument_error("X", "0 columns", "at least 1");
  if (data.rows() >= (std::uint64_t{1} << 32))
    throw argument_error("X", std::to_string(data.rows()) + " rows", "below 2^32");
  if (data.x.columns() > tree_node::feature_mask) throw argument_error("X", "over 2^29 columns", "fewer");
  if (!p.categorical_features.empty() && p.categorical_features.back() >= data.x.columns()) {
    throw argument_error("categorical_features", std::to_string(p.categorical_features.back()),
                         "column numbers below " + std::to_string(data.x.columns()));
  }
  for (const column_cuts& some : p.cut_points) {
    if (some.column >= data.x.columns()) {
      throw argument_error("cut_points", "column " + std::to_string(some.column),
                           "column numbers below " + std::to_string(data.x.columns()));
    }
    if (some.cuts.size() > feature_cuts::max_cuts) {
      throw argument_error("cut_points",
                           std::to_string(some.cuts.size()) + " of column " + std::to_string(some.column),
                           "at most " + std::to_string(feature_cuts::max_cuts));
    }
  }
  if (!p.feature_weights.empty() && p.feature_weights.size() != data.x.columns()) {
    throw argument_error("feature_weights", std::to_string(p.feature_weights.size()) + " values",
                         std::to_string(data.x.columns()));
  }
}

/// The cuts that a fit of these rows learns, or is given.
template <class T>
feature_cuts cuts_for(matrix_view<const T> x, column_view<const double> weight, const boosting_params& p,
                      int threads) {
  return feature_cuts::learn(x, weight, p.max_bin, threads, p.categorical_features,
                             {p.binning, p.cut_points});
}

template <class T>
feature_cuts cuts_for(const sparse_columns<T>& x, column_view<const double> weight, const boosting_params& p,
                      int threads) {
  return sparse_cuts<T>::learn(x, weight, p, threads);
}

/// Throws argument_error for sets of other columns, and where early stopping has none to look at.
template <class T, class Table>
void check_evaluation_sets(std::span<const evaluation_set<T, Table>> sets, std::size_t columns,
                           const boosting_params& p) {
  for (const auto& set : sets) {
    if (set.data.x.columns() != columns) {
      throw argument_error("eval_set", std::to_string(set.data.x.columns()) + " columns",
                           std::to_string(columns));
    }
  }
  if (p.early_stopping_rounds > 0 && sets.empty())
    throw argument_error("early_stopping_rounds", "no evaluation set", "at least one");
}

/// Throws argument_error unless a callable is given just where the objective needs one.
inline void check_custom(const boosting_params& p, custom_gradients custom) {
  const bool given = static_cast<bool>(custom);
  if ((p.objective == boosting_objective::custom) == given) return;
  throw argument_error("objective", given ? "a callable for another one" : "custom without a callable",
                       "custom and a callable, or neither");
}

/// Throws argument_error unless a fit with `p` on so many columns and outputs may go on from a model with the
/// parameters `before`, of so many.
inline void check_resumable(const boosting_params& p, std::size_t columns, std::size_t outputs,
                            const boosting_params& before, std::size_t columns_before,
                            std::size_t outputs_before) {
  const auto expect = [](bool holds, const std::string& found, const std::string& expected) {
    if (!holds) throw argument_error("init_model", found, expected);
  };
  const auto counted = [](std::size_t count, const char* what) { return std::to_string(count) + what; };
  expect(columns == columns_before, counted(columns_before, " columns"), std::to_string(columns));
  expect(p.objective == before.objective, "another objective", "that of the fit");
  expect(outputs == outputs_before, counted(outputs_before, " outputs"), std::to_string(outputs));
  expect(p.categorical_features == before.categorical_features, "other categorical_features",
         "those of the fit");
  expect(p.num_parallel_tree == before.num_parallel_tree,
         "num_parallel_tree " + std::to_string(before.num_parallel_tree),
         std::to_string(p.num_parallel_tree));
}

/// Throws argument_error for rows of other columns than those of a model.
template <class Table>
void check_columns(const Table& x, std::size_t columns) {
  if (x.columns() != columns)
    throw argument_error("X", std::to_string(x.columns()) + " columns", std::to_string(columns));
}
/// The same, and unless `out` has as many rows, of `width` numbers each.
template <class Table, class Out>
void check_scored(const Table& x, std::size_t columns, const Out& out, std::size_t width) {
  check_columns(x, columns);
  if (out.rows() == x.rows() && out.columns() == width) return;
  throw argument_error("out", std::to_string(out.rows()) + " x " + std::to_string(out.columns()),
                       std::to_string(x.rows()) + " x " + std::to_string(width));
}

/// Parameters for rows that may lack the last classes.
inline boosting_params with_outputs(boosting_params p, std::size_t outputs) {
  if (p.objective == boosting_objective::softmax) p.num_class = static_cast<std::uint32_t>(outputs);
  return p;
}

/// The loss of rows that are scored: with their weights, and none is drawn.
inline boosting_loss evaluation_loss(boosting_params p, std::size_t outputs, column_view<const double> target,
                                     column_view<const double> weight, std::size_t rows,
                                     target_use use = target_use::copy) {
  p.scale_pos_weight = 1;
  p.sampling_method = row_sampling::uniform;
  return boosting_loss(with_outputs(p, outputs), target, weight, rows, {}, use);
}

}  // namespace colonnade::inline COLONNADE_ABI
