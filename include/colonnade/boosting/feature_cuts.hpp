#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/boosting/binning_rule.hpp"
#include "colonnade/boosting/category_bins.hpp"
#include "colonnade/boosting/cut_learner.hpp"
#include "colonnade/boosting/cut_rules.hpp"
#include "colonnade/boosting/uniform_cuts.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/core/views.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Where the bins of every column end: bin b of a column holds the values x with cut[b - 1] <= x < cut[b].
///
/// The cuts are quantiles of an evenly spaced sample of at most 200,000 rows, halfway between two values of
/// it, so that bins hold about equal weight; a value heavier than a bin has one of its own. A column with at
/// most `max_bin` values (in all of its rows) has a bin for each. Missing values (NaN) are skipped;
/// infinities are values; a constant or all-missing column has no cuts. Cuts may also be of equal width
/// (`uniform_cuts`, from all rows, however few values there are), or given. A column of categories has no
/// cuts but `category_bins`, from all rows and whatever `max_bin` is. O(rows x columns).
class feature_cuts {
 public:
  static constexpr std::size_t sample_rows = 200'000;
  /// Cuts of a column: a byte holds the bin, or that the value is missing, below 256 bins, 16 bits beyond.
  static constexpr std::size_t max_byte_cuts = 254, max_cuts = 65'534;

  /// Neighbouring columns share cache lines where rows are contiguous, so they are sampled together.
  static constexpr std::size_t columns_together = 8;

  feature_cuts() = default;

  /// Most bins that a column has by `max_bin`: 255 for 256, so that a byte holds a bin or a missing value.
  static std::size_t bins_of(std::size_t max_bin) {
    return max_bin == max_byte_cuts + 2 ? max_byte_cuts + 1 : std::min(max_bin, max_cuts + 1);
  }

  /// How many of so many rows are in the sample, and which row is the i-th of them.
  static std::size_t sample_of(std::size_t rows) { return std::min(rows, sample_rows); }
  static std::size_t sampled_row(std::size_t i, std::size_t rows) { return i * rows / sample_of(rows); }

  /// Learns at most `max_bin` bins a column (see bins_of); those of the columns `categorical`, which ascend,
  /// are their categories. `weight` may be empty; rows of weight 0 do not count. Cuts that `how` gives are
  /// taken as they are, at most `max_cuts` a column whatever `max_bin` is. Throws data_error for what is no
  /// code in a column of categories.
  template <class T>
  static feature_cuts learn(matrix_view<const T> x, column_view<const double> weight, std::size_t max_bin,
                            int threads, std::span<const std::uint32_t> categorical = {},
                            const binning_rule& how = {}) {
    const cut_rules rules(x.columns(), bins_of(max_bin), categorical, how);
    const auto cuts = rules.cuts([&] { return uniform_cuts::learn(x, weight, threads); },
                                 [&](auto& out) { learn_quantiles(x, weight, rules, threads, out); });
    return given(cuts, categorical, learn_categories(x, weight, threads, categorical));
  }

  /// The cuts given, at most `max_cuts` a column, finite and ascending.
  static feature_cuts given(std::span<const std::vector<double>> columns) {
    feature_cuts result;
    for (const auto& column : columns) result.append(column);
    return result;
  }
  /// The same with categories in the columns `categorical`, which ascend and have no cuts.
  static feature_cuts given(std::span<const std::vector<double>> columns,
                            std::span<const std::uint32_t> categorical,
                            std::vector<category_bins> categories) {
    feature_cuts result = given(columns);
    result.categorical_.assign(categorical.begin(), categorical.end());
    result.categories_ = std::move(categories);
    return result;
  }

  std::size_t features() const { return begin_.size() - 1; }
  /// Ascending cuts of a column.
  std::span<const double> cuts(std::size_t feature) const {
    return std::span(cuts_).subspan(begin_[feature], begin_[feature + 1] - begin_[feature]);
  }
  /// Columns of categories, ascending.
  std::span<const std::uint32_t> categorical() const { return categorical_; }
  /// The categories of a column; null if it has numbers.
  const category_bins* categories(std::size_t feature) const {
    const auto at = std::lower_bound(categorical_.begin(), categorical_.end(), feature);
    if (at == categorical_.end() || *at != feature) return nullptr;
    return &categories_[static_cast<std::size_t>(at - categorical_.begin())];
  }
  /// Bins of a column, without that of missing values.
  std::size_t bins(std::size_t feature) const {
    const category_bins* const some = categories(feature);
    return some != nullptr ? some->bins() : cuts(feature).size() + 1;
  }
  /// The value x of a split for which x < value means bin < `below`. -infinity for 0.
  double threshold(std::size_t feature, std::size_t below) const {
    return below == 0 ? -std::numeric_limits<double>::infinity() : cuts(feature)[below - 1];
  }

  friend bool operator==(const feature_cuts& a, const feature_cuts& b) = default;

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.begin_, self.cuts_);
    if (ar.version() >= 3) ar(self.categorical_, self.categories_);
  }
  void validate() const {
    if (begin_.empty() || begin_.front() != 0 || begin_.back() != cuts_.size())
      fail("the columns do not tile the cuts");
    for (std::size_t f = 0; f + 1 < begin_.size(); ++f) {
      if (begin_[f] > begin_[f + 1] || begin_[f + 1] > cuts_.size()) fail("the columns do not tile the cuts");
      if (begin_[f + 1] - begin_[f] > max_cuts) fail("a column has more than 65,534 cuts");
      for (std::size_t i = begin_[f]; i < begin_[f + 1]; ++i) {
        if (!real::isfinite(cuts_[i])) fail("a cut is not finite");
        if (i > begin_[f] && !(cuts_[i - 1] < cuts_[i])) fail("the cuts of a column do not ascend");
      }
    }
    validate_categories();
  }

 private:
  [[noreturn]] static void fail(const char* what) {
    throw format_error(std::string("saved feature cuts: ") + what);
  }

  void validate_categories() const {
    if (categorical_.size() != categories_.size()) fail("not one list of categories a column of them");
    for (std::size_t k = 0; k < categorical_.size(); ++k) {
      const std::uint32_t f = categorical_[k];
      if (f >= features() || (k > 0 && categorical_[k - 1] >= f)) fail("columns of categories do not ascend");
      if (!cuts(f).empty()) fail("a column of categories has cuts");
    }
  }

  template <class T>
  static std::vector<category_bins> learn_categories(matrix_view<const T> x, column_view<const double> weight,
                                                     int threads, std::span<const std::uint32_t> columns) {
    std::vector<category_bins> categories(columns.size());
    std::vector<std::optional<std::size_t>> invalid(columns.size());
    const double work = static_cast<double>(x.rows() * columns.size()) * 3;
    for_blocks(columns.size(), useful_threads(threads, work), [&](std::size_t k) {
      const column_view<const T> values(x.column(columns[k]), x.rows(), x.row_stride());
      invalid[k] = category_bins::first_invalid(values);
      if (!invalid[k]) categories[k] = category_bins::learn(values, weight);
    });
    for (std::size_t k = 0; k < columns.size(); ++k) {
      if (invalid[k]) category_bins::refuse(x(*invalid[k], columns[k]), *invalid[k], columns[k]);
    }
    return categories;
  }

  void append(const std::vector<double>& column) {
    cuts_.insert(cuts_.end(), column.begin(), column.end());
    begin_.push_back(static_cast<std::uint32_t>(cuts_.size()));
  }

  template <class T>
  static void learn_quantiles(matrix_view<const T> x, column_view<const double> weight,
                              const cut_rules& rules, int threads, std::span<std::vector<double>> cuts) {
    // Neighbouring columns share cache lines where rows are contiguous, so they are sampled together.
    const std::size_t features = x.columns(), tasks = block_count(features, columns_together);
    const double work = static_cast<double>(std::min(x.rows(), sample_rows) * features) * 20;
    for_blocks(tasks, useful_threads(threads, work), [&](std::size_t task) {
      const std::size_t first = task * columns_together;
      learn_columns(x.columns_slice(first, std::min(columns_together, features - first)), weight,
                    rules.bins(), rules.left_out().subspan(first), cuts.subspan(first));
    });
  }

  template <class T>
  static void learn_columns(matrix_view<const T> x, column_view<const double> weight, std::size_t bins,
                            std::span<const char> left_out, std::span<std::vector<double>> out) {
    const std::size_t sample = sample_of(x.rows());
    const auto weight_of = [&](std::size_t row) { return weight.size() == 0 ? 1.0 : weight[row]; };
    cut_learner<T> learner(bins, left_out.first(x.columns()), sample, weight.size() != 0);
    constexpr std::size_t ahead = 16;  // the memory of rows that far apart is waited for
    for (std::size_t i = 0; i < sample; ++i) {
      const std::size_t row = sampled_row(i, x.rows());
      const std::size_t later = sampled_row(std::min(i + ahead, sample - 1), x.rows());
      __builtin_prefetch(&x(later, 0));
      __builtin_prefetch(&x(later, x.columns() - 1));
      learner.add(x, row, weight_of(row));
    }
    for (std::size_t f = 0; f < x.columns(); ++f) {
      out[f] = learner.cuts(f, [&](few_values& all) {
        for (std::size_t i = 0; sample < x.rows() && i < x.rows() && !all.too_many(); ++i) {
          if (weight_of(i) > 0) all.add(static_cast<double>(x(i, f)));
        }
      });
    }
  }

  std::vector<double> cuts_;
  std::vector<std::uint32_t> begin_ = {0};
  std::vector<std::uint32_t> categorical_;
  std::vector<category_bins> categories_;
};

}  // namespace colonnade::inline COLONNADE_ABI
