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
#include "colonnade/boosting/uniform_cuts.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/kernels/radix_sort.hpp"

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

  feature_cuts() = default;

  /// Most bins that a column has by `max_bin`: 255 for 256, so that a byte holds a bin or a missing value.
  static std::size_t bins_of(std::size_t max_bin) {
    return max_bin == max_byte_cuts + 2 ? max_byte_cuts + 1 : std::min(max_bin, max_cuts + 1);
  }

  /// Learns at most `max_bin` bins a column (see bins_of); those of the columns `categorical`, which ascend,
  /// are their categories. `weight` may be empty; rows of weight 0 do not count. Cuts that `how` gives are
  /// taken as they are, at most `max_cuts` a column whatever `max_bin` is. Throws data_error for what is no
  /// code in a column of categories.
  template <class T>
  static feature_cuts learn(matrix_view<const T> x, column_view<const double> weight, std::size_t max_bin,
                            int threads, std::span<const std::uint32_t> categorical = {},
                            const binning_rule& how = {}) {
    const std::size_t bins = bins_of(max_bin), features = x.columns();
    std::vector<std::vector<double>> cuts(features);
    std::vector<char> left_out(features);
    for (const std::uint32_t f : categorical) left_out[f] = 1;
    for (const column_cuts& some : how.given) left_out[some.column] = 1;
    if (how.method == binning_method::uniform) {
      const auto uniform = uniform_cuts::learn(x, weight, threads);
      for (std::size_t f = 0; f < features; ++f) {
        if (left_out[f] == 0) cuts[f] = uniform.cuts(f, bins);
      }
    } else {
      learn_quantiles(x, weight, bins, threads, left_out, cuts);
    }
    for (const column_cuts& some : how.given) cuts[some.column] = some.cuts;
    feature_cuts result = given(cuts);
    result.learn_categories(x, weight, threads, categorical);
    return result;
  }

  /// The cuts given, at most `max_cuts` a column, finite and ascending.
  static feature_cuts given(std::span<const std::vector<double>> columns) {
    feature_cuts result;
    for (const auto& column : columns) result.append(column);
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
  static constexpr std::size_t columns_together = 8;

  struct weighted_value {
    double value, weight;
  };

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
  void learn_categories(matrix_view<const T> x, column_view<const double> weight, int threads,
                        std::span<const std::uint32_t> columns) {
    categorical_.assign(columns.begin(), columns.end());
    categories_.resize(columns.size());
    std::vector<std::optional<std::size_t>> invalid(columns.size());
    const double work = static_cast<double>(x.rows() * columns.size()) * 3;
    for_blocks(columns.size(), useful_threads(threads, work), [&](std::size_t k) {
      const column_view<const T> values(x.column(columns[k]), x.rows(), x.row_stride());
      invalid[k] = category_bins::first_invalid(values);
      if (!invalid[k]) categories_[k] = category_bins::learn(values, weight);
    });
    for (std::size_t k = 0; k < columns.size(); ++k) {
      if (!invalid[k]) continue;
      const auto found = std::to_string(x(*invalid[k], columns[k]));
      throw data_error("X: found " + found + " among categories, expected whole numbers from 0 to 2^24 - 1",
                       *invalid[k], std::to_string(columns[k]));
    }
  }

  void append(const std::vector<double>& column) {
    cuts_.insert(cuts_.end(), column.begin(), column.end());
    begin_.push_back(static_cast<std::uint32_t>(cuts_.size()));
  }

  template <class T>
  static void learn_quantiles(matrix_view<const T> x, column_view<const double> weight, std::size_t bins,
                              int threads, std::span<const char> left_out,
                              std::span<std::vector<double>> cuts) {
    // Neighbouring columns share cache lines where rows are contiguous, so they are sampled together.
    const std::size_t features = x.columns(), tasks = block_count(features, columns_together);
    const double work = static_cast<double>(std::min(x.rows(), sample_rows) * features) * 20;
    for_blocks(tasks, useful_threads(threads, work), [&](std::size_t task) {
      const std::size_t first = task * columns_together;
      learn_columns(x.columns_slice(first, std::min(columns_together, features - first)), weight, bins,
                    left_out.subspan(first), cuts.subspan(first));
    });
  }

  template <class T>
  static void learn_columns(matrix_view<const T> x, column_view<const double> weight, std::size_t bins,
                            std::span<const char> left_out, std::span<std::vector<double>> out) {
    const std::size_t sample = std::min(x.rows(), sample_rows);
    std::vector<std::vector<T>> values(x.columns());
    for (std::size_t f = 0; f < x.columns(); ++f) values[f].reserve(left_out[f] != 0 ? 0 : sample);
    std::vector<std::vector<double>> weights(weight.size() == 0 ? 0 : x.columns());
    for (std::size_t i = 0; i < sample; ++i) {
      const std::size_t row = i * x.rows() / sample;
      const double w = weight.size() == 0 ? 1.0 : weight[row];
      if (!(w > 0)) continue;
      for (std::size_t f = 0; f < x.columns(); ++f) {
        const T value = x(row, f);
        if (left_out[f] != 0 || real::isnan(value)) continue;
        values[f].push_back(value);
        if (!weights.empty()) weights[f].push_back(w);
      }
    }
    for (std::size_t f = 0; f < x.columns(); ++f) {
      if (left_out[f] != 0) continue;
      auto distinct = weights.empty() ? count_distinct(values[f]) : weigh_distinct(values[f], weights[f]);
      if (distinct.size() <= bins && sample < x.rows()) add_rare_values(x, f, weight, bins, distinct);
      out[f] = choose(distinct, bins);
    }
  }

  template <class T>
  static std::vector<weighted_value> count_distinct(const std::vector<T>& values) {
    std::vector<ordered_bits_of<T>> keys(values.size()), scratch(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) keys[i] = ordered_bits(values[i]);
    const auto* sorted = radix_sort(keys.data(), scratch.data(), keys.size(), 1);
    std::vector<weighted_value> distinct;
    for (std::size_t i = 0; i < values.size();) {
      const std::size_t first = i;
      while (i < values.size() && sorted[i] == sorted[first]) ++i;
      distinct.push_back(
          {static_cast<double>(from_ordered_bits<T>(sorted[first])), static_cast<double>(i - first)});
    }
    return distinct;
  }

  template <class T>
  static std::vector<weighted_value> weigh_distinct(const std::vector<T>& values,
                                                    const std::vector<double>& weights) {
    std::vector<ordered_bits_of<T>> keys(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) keys[i] = ordered_bits(values[i]);
    const auto order = radix_argsort(keys, 1);
    std::vector<weighted_value> distinct;
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double value = static_cast<double>(values[order[i]]);
      if (distinct.empty() || distinct.back().value != value) distinct.push_back({value, 0});
      distinct.back().weight += weights[order[i]];
    }
    return distinct;
  }

  // A column of few values in the sample may have rarer ones elsewhere; when all are still few, each has its
  // bin.
  template <class T>
  static void add_rare_values(matrix_view<const T> x, std::size_t f, column_view<const double> weight,
                              std::size_t bins, std::vector<weighted_value>& distinct) {
    auto all = distinct;
    const auto less = [](const weighted_value& a, double value) { return a.value < value; };
    for (std::size_t i = 0; i < x.rows(); ++i) {
      const double value = static_cast<double>(x(i, f));
      if (real::isnan(value) || (weight.size() != 0 && !(weight[i] > 0))) continue;
      const auto at = std::lower_bound(all.begin(), all.end(), value, less);
      if (at != all.end() && at->value == value) continue;
      if (all.size() == bins) return;
      all.insert(at, {value, 0});
    }
    distinct = std::move(all);
  }

  static std::vector<double> choose(const std::vector<weighted_value>& distinct, std::size_t bins) {
    std::vector<double> cuts;
    double left = 0, here = 0;
    for (const auto& value : distinct) left += value.weight;
    std::size_t bins_left = bins;
    for (std::size_t i = 0; i + 1 < distinct.size() && bins_left > 1; ++i) {
      here += distinct[i].weight;
      const double share = left / static_cast<double>(bins_left);
      const bool enough =
          distinct.size() <= bins || here >= share || here + distinct[i + 1].weight / 2 > share;
      const bool before_heavy = here > 0 && distinct[i + 1].weight >= share;
      if (!enough && !before_heavy) continue;
      const double cut = between(distinct[i].value, distinct[i + 1].value);
      if (!real::isfinite(cut)) continue;
      cuts.push_back(cut);
      left -= here;
      here = 0;
      --bins_left;
    }
    return cuts;
  }

  // A finite number above a and not above b, halfway where that is possible.
  static double between(double a, double b) {
    constexpr double largest = std::numeric_limits<double>::max();
    if (real::isinf(a)) return -largest;
    if (real::isinf(b)) return a < largest ? largest : b;
    const double middle = a / 2 + b / 2;
    return middle > a && middle <= b ? middle : b;
  }

  std::vector<double> cuts_;
  std::vector<std::uint32_t> begin_ = {0};
  std::vector<std::uint32_t> categorical_;
  std::vector<category_bins> categories_;
};

}  // namespace colonnade::inline COLONNADE_ABI
