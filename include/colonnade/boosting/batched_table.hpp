#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/boosting/batch_source.hpp"
#include "colonnade/boosting/binned_matrix.hpp"
#include "colonnade/boosting/boosting_input.hpp"
#include "colonnade/boosting/boosting_loss.hpp"
#include "colonnade/boosting/category_bins.hpp"
#include "colonnade/boosting/cut_learner.hpp"
#include "colonnade/boosting/cut_rules.hpp"
#include "colonnade/boosting/feature_cuts.hpp"
#include "colonnade/boosting/uniform_cuts.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/parallel.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The rows of a `batch_source` as a fit needs them, learned in three passes: targets and weights; the cuts,
/// from the rows that `feature_cuts` samples of the whole table; the bins. Values are held only as long as
/// their batch, but for the sample.
template <class T>
class batched_table {
 public:
  /// The first pass. Throws argument_error and data_error as a fit of all rows would.
  batched_table(const batch_source<T>& source, const boosting_params& p, int threads)
      : source_(source), params_(p), threads_(threads) {
    p.check();
    source_.visit([&](const batch_rows& batch) {
      if (batch.rows() == 0) return;
      if (rows_ == 0) begin(batch);
      learn(batch);
    });
    check_boosting_rows(samples<matrix_view<const T>>{{nullptr, rows_, columns_}}, p);
  }

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }

  /// The loss of all rows; hands over their targets and weights.
  boosting_loss take_loss(custom_gradients custom) {
    const auto target = std::exchange(target_, {}), weight = std::exchange(weight_, {});
    return boosting_loss(params_, {target.data(), target.size()}, {weight.data(), weight.size()}, rows_,
                         custom);
  }

  /// The second pass: as many of them as it takes to hold the sample in about `sample_bytes`, a part of the
  /// columns in each.
  feature_cuts learn_cuts(std::size_t sample_bytes = std::size_t{1} << 30) const {
    const std::size_t bytes = feature_cuts::sample_of(rows_) * (sizeof(T) + (weighted_ ? sizeof(double) : 0)),
                      at_once = std::max<std::size_t>(1, sample_bytes / bytes / together) * together;
    const auto cuts = rules_.cuts([&] { return uniform_; },
                                  [&](auto& out) {
                                    for (std::size_t first = 0; first < columns_; first += at_once)
                                      learn_quantiles({first, std::min(first + at_once, columns_)}, out);
                                  });
    std::vector<category_bins> categories;
    for (const auto& learner : categories_) categories.push_back(learner.finalize());
    return feature_cuts::given(cuts, params_.categorical_features, std::move(categories));
  }

  /// The last pass. The bins lie in a file of the folder `cache`, unless that is empty. `also(first, x)` sees
  /// each batch, too, with the number of its first row.
  template <class Also>
  binned_matrix bin(const feature_cuts& cuts, const std::string& cache, const Also& also) const {
    binned_matrix bins(rows_, cuts, binned_matrix::layout::rows_and_columns, cache);
    const bin_finder<T> finder(cuts);
    pass([&](std::size_t first, const batch_rows& batch) {
      bins.fill(first, batch.x, finder, threads_);
      also(first, batch.x);
    });
    bins.finish();
    return bins;
  }

 private:
  using batch_rows = samples<matrix_view<const T>>;
  static constexpr std::size_t together = feature_cuts::columns_together;

  // `body(k, group)` for each group of neighbouring columns; a column takes so many nanoseconds.
  template <class Body>
  void for_groups(const column_range& columns, std::size_t nanoseconds, const Body& body) const {
    const double work = static_cast<double>(nanoseconds * columns.size());
    for_blocks(block_count(columns.size(), together), useful_threads(threads_, work), [&](std::size_t k) {
      const std::size_t first = columns.first + k * together;
      body(k, column_range{first, std::min(first + together, columns.last)});
    });
  }

  void learn_quantiles(const column_range& columns, std::vector<std::vector<double>>& cuts) const {
    const std::size_t sample = feature_cuts::sample_of(rows_);
    std::vector<std::optional<cut_learner<T>>> learners(block_count(columns.size(), together));
    for_groups(columns, sample, [&](std::size_t k, const column_range& group) {
      learners[k].emplace(rules_.bins(), rules_.left_out().subspan(group.first, group.size()), sample,
                          weighted_);
    });
    std::vector<std::size_t> chosen;
    std::size_t next = 0;
    pass([&](std::size_t first, const batch_rows& batch) {
      chosen.clear();
      for (; next < sample && feature_cuts::sampled_row(next, rows_) < first + batch.rows(); ++next)
        chosen.push_back(feature_cuts::sampled_row(next, rows_) - first);
      for_groups(columns, chosen.size(), [&](std::size_t k, const column_range& group) {
        const auto x = batch.x.columns_slice(group.first, group.size());
        for (const std::size_t row : chosen) learners[k]->add(x, row, weighted_ ? batch.weight[row] : 1.0);
      });
    });
    for_groups(columns, sample * 20, [&](std::size_t k, const column_range& group) {
      for (std::size_t f = group.first; f < group.last; ++f)
        cuts[f] = learners[k]->cuts(f - group.first, [&](few_values& all) { all.merge(values_[f]); });
    });
  }

  void begin(const batch_rows& batch) {
    columns_ = batch.x.columns();
    weighted_ = batch.weight.size() != 0;
    check_boosting_rows(batch, params_);
    rules_ = cut_rules(columns_, feature_cuts::bins_of(params_.max_bin), params_.categorical_features,
                       {params_.binning, params_.cut_points});
    uniform_ = uniform_cuts(columns_);
    values_.assign(columns_, few_values(rules_.bins()));
    categories_.resize(params_.categorical_features.size());
  }

  // Counts the rows, keeps their targets and weights, and looks for few values and for categories.
  void learn(const batch_rows& batch) {
    check(batch);
    keep(batch.target, target_);
    if (weighted_) keep(batch.weight, weight_);
    if (rules_.uniform()) {
      uniform_.merge(uniform_cuts::learn(batch.x, batch.weight, threads_));
    } else {
      for_groups({0, columns_}, batch.rows(), [&](std::size_t, const column_range& group) {
        for (std::size_t f = group.first; f < group.last; ++f) {
          if (rules_.left_out()[f] == 0) find_values(batch, f);
        }
      });
    }
    for (std::size_t k = 0; k < categories_.size(); ++k) find_categories(batch, k);
    hash_ = hashed(hash_, batch);
    rows_ += batch.rows();
  }

  void find_values(const batch_rows& batch, std::size_t f) {
    few_values& all = values_[f];
    for (std::size_t i = 0; i < batch.rows() && !all.too_many(); ++i) {
      if (!weighted_ || batch.weight[i] > 0) all.add(static_cast<double>(batch.x(i, f)));
    }
  }

  void find_categories(const batch_rows& batch, std::size_t k) {
    const std::uint32_t f = params_.categorical_features[k];
    const column_view<const T> values(batch.x.column(f), batch.rows(), batch.x.row_stride());
    if (const auto row = category_bins::first_invalid(values))
      category_bins::refuse(values[*row], rows_ + *row, f);
    categories_[k].update(values, batch.weight);
  }

  static void keep(column_view<const double> values, std::vector<double>& to) {
    for (std::size_t i = 0; i < values.size(); ++i)
      to.push_back(values.is_missing(i) ? std::numeric_limits<double>::quiet_NaN() : values[i]);
  }

  void check(const batch_rows& batch) const {
    if (batch.x.columns() != columns_) {
      throw argument_error("X", std::to_string(batch.x.columns()) + " columns in a batch",
                           std::to_string(columns_) + " as in the first one");
    }
    check_length("y", batch.target.size(), batch.rows());
    if (weighted_) return check_length("sample_weight", batch.weight.size(), batch.rows());
    if (batch.weight.size() != 0)
      throw argument_error("sample_weight", "weights in a batch", "none as in the first one");
  }
  static void check_length(const char* name, std::size_t found, std::size_t rows) {
    if (found == rows) return;
    throw argument_error(name, std::to_string(found) + " values in a batch",
                         std::to_string(rows) + ", its rows");
  }

  // Another pass: `body(first, batch)`, where `first` is the number of the batch's first row.
  template <class Body>
  void pass(const Body& body) const {
    std::size_t first = 0;
    std::uint64_t hash = 0;
    source_.visit([&](const batch_rows& batch) {
      if (batch.rows() == 0) return;
      check(batch);
      if (first + batch.rows() > rows_) refuse("a pass of more rows");
      body(first, batch);
      hash = hashed(hash, batch);
      first += batch.rows();
    });
    if (first < rows_) refuse("a pass of " + std::to_string(first) + " rows");
    if (hash != hash_) refuse("a pass with other targets or weights, or in another order");
  }
  [[noreturn]] void refuse(const std::string& found) const {
    throw argument_error("batches", found, "the " + std::to_string(rows_) + " rows of the first pass again");
  }

  // A number that hardly ever stays the same when targets or weights, or their order, change.
  static std::uint64_t hashed(std::uint64_t hash, const batch_rows& batch) {
    const auto mix = [&](double value) {
      hash = (hash ^ std::bit_cast<std::uint64_t>(value)) * 0x9e3779b97f4a7c15;
      hash ^= hash >> 29;
    };
    for (std::size_t i = 0; i < batch.rows(); ++i) {
      mix(batch.target[i]);
      if (batch.weight.size() != 0) mix(batch.weight[i]);
    }
    return hash;
  }

  batch_source<T> source_;
  const boosting_params& params_;
  int threads_;
  std::size_t rows_ = 0, columns_ = 0;
  bool weighted_ = false;
  std::uint64_t hash_ = 0;
  std::vector<double> target_, weight_;
  cut_rules rules_{0, 0, {}, {}};
  uniform_cuts uniform_{0};
  std::vector<few_values> values_;  // of each column, in all rows
  std::vector<category_bins::learner> categories_;
};

}  // namespace colonnade::inline COLONNADE_ABI
