#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "colonnade/core/accumulator.hpp"
#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/owned_table.hpp"
#include "colonnade/kernels/affine.hpp"
#include "colonnade/preprocessing/imputer_statistics.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Replaces missing values: by the mean, the median or the most frequent value of the column (the smallest of
/// several), or by a constant; columns of numbers, and with the last two also of strings.
///
/// Missing are NaN and invalid values, and besides a value that the parameters name. A column of nothing but
/// missing values is dropped, unless `keep_empty_features` (then 0 or the constant stands in it). With
/// `add_indicator` a column of 0 and 1 follows for each column that had missing values in learning.
/// Everything is exact (the mean too), so any partition of the rows gives the same bits. Median and most
/// frequent value count the distinct values in memory.
class simple_imputer {
 public:
  using params = imputer_params;
  using strategy = imputer_params::strategy;

  class accumulator {
   public:
    static constexpr std::string_view kind = "simple_imputer.accumulator";
    static constexpr std::uint32_t archive_version = 1;
    static constexpr bool exact = true;

    accumulator() : accumulator(params{}) {}
    explicit accumulator(params p) : params_(std::move(p)), statistics_(params_) {}

    /// Learns from rows of numbers.
    template <class T>
    void update(matrix_view<const T> x) {
      statistics_.update(params_, x);
    }
    /// Learns from rows of any kind. Throws argument_error for text where a mean or median is wanted.
    void update(const table_view& x) { statistics_.update(params_, x); }
    void merge(const accumulator& other) { statistics_.merge(other.statistics_); }
    const params& parameters() const { return params_; }
    accumulator empty_copy() const { return accumulator(params_); }
    simple_imputer finalize() const { return simple_imputer(params_, statistics_.fills(params_)); }
    friend bool operator==(const accumulator& a, const accumulator& b) { return same_bytes(a, b); }

    template <class Archive, class Self>
    static void archive(Archive& ar, Self& self) {
      ar(self.params_, self.statistics_);
    }
    void validate() const { statistics_.validate_for(params_); }

   private:
    params params_;
    imputer_statistics statistics_;
  };

  static constexpr std::string_view kind = "simple_imputer";
  static constexpr std::uint32_t archive_version = 1;

  /// An imputer with given values, for statistics of other kinds.
  simple_imputer(params p, std::vector<imputer_fill> fills)
      : params_(std::move(p)), fills_(std::move(fills)) {
    derive();
  }

  std::size_t columns() const { return fills_.size(); }
  std::size_t output_columns() const { return kept_.size() + indicated_.size(); }
  const params& parameters() const { return params_; }
  /// What stands for missing values, column by column.
  const std::vector<imputer_fill>& fills() const { return fills_; }
  /// Columns that are not dropped.
  const std::vector<std::uint32_t>& kept() const { return kept_; }
  /// Columns that have an indicator, after the kept ones.
  const std::vector<std::uint32_t>& indicated() const { return indicated_; }

  /// Imputes rows of numbers into `out` (rows x output_columns), which may be the memory of `x` where it has
  /// the same columns. Returns whether a value is infinite.
  template <class T>
  bool transform(std::type_identity_t<matrix_view<const T>> x, matrix_view<T> out, int threads = 0) const {
    check_shape(x.rows(), x.columns(), out.rows(), out.columns());
    if (!params_.missing_number && indicated_.empty() && kept_.size() == columns() && !any_text_) {
      return map_columns({affine_form::fill, numbers_, numbers_}, x, out, threads);
    }
    const double nanoseconds = 1.5 * static_cast<double>(x.rows()) * static_cast<double>(output_columns());
    for_blocks(block_count(x.rows(), block_rows), useful_threads(threads, nanoseconds), [&](std::size_t b) {
      const std::size_t first = b * block_rows, count = std::min(block_rows, x.rows() - first);
      const auto from = x.slice(first, count);
      const auto to = out.slice(first, count);
      for (std::size_t k = 0; k < kept_.size(); ++k) impute(from, kept_[k], to, k);
      for (std::size_t k = 0; k < indicated_.size(); ++k) indicate(from, indicated_[k], to, kept_.size() + k);
    });
    return false;
  }
  /// The same for columns of numbers of any type. Throws argument_error for text: that is imputed by
  /// `impute`.
  void transform(const table_view& x, matrix_view<double> out, int /*threads*/ = 0) const {
    check_shape(x.rows(), x.columns(), out.rows(), out.columns());
    for (std::size_t k = 0; k < kept_.size(); ++k) {
      const auto values = imputer_numbers(x, kept_[k], params_.missing_number);
      const double fill = fills_[kept_[k]].number;
      for (std::size_t i = 0; i < values.size(); ++i) out(i, k) = values[i] == values[i] ? values[i] : fill;
    }
    for (std::size_t k = 0; k < indicated_.size(); ++k) {
      const auto missing = imputer_missing(x, indicated_[k], params_);
      for (std::size_t i = 0; i < missing.size(); ++i) out(i, kept_.size() + k) = missing[i];
    }
  }
  /// Columns of any kind to a table: numbers as double, strings as strings (which point into `x` and must not
  /// outlive it), and then the indicators.
  table impute(const table_view& x) const {
    check_shape(x.rows(), x.columns(), x.rows(), output_columns());
    table out;
    for (const std::uint32_t j : kept_) {
      if (fills_[j].is_text) {
        out.add_strings(x.name(j), texts(x, j, out));
        continue;
      }
      auto values = imputer_numbers(x, j, params_.missing_number);
      for (double& value : values) value = value == value ? value : fills_[j].number;
      out.add(x.name(j), std::move(values));
    }
    for (const std::uint32_t j : indicated_) {
      const auto missing = imputer_missing(x, j, params_);
      out.add("missingindicator_" + x.name(j), std::vector<double>(missing.begin(), missing.end()));
    }
    return out;
  }
  /// One byte a row: whether column `j` of `x` is missing.
  std::vector<std::uint8_t> missing(const table_view& x, std::size_t j) const {
    return imputer_missing(x, j, params_);
  }

  friend bool operator==(const simple_imputer& a, const simple_imputer& b) { return same_bytes(a, b); }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.params_, self.fills_);
    if constexpr (!std::is_const_v<Self>) self.derive();
  }

 private:
  static constexpr std::size_t block_rows = 4096;

  friend struct archive_access;
  simple_imputer() = default;

  void derive() {
    kept_.clear();
    indicated_.clear();
    numbers_.clear();
    any_text_ = false;
    for (std::uint32_t j = 0; j < fills_.size(); ++j) {
      const imputer_fill& fill = fills_[j];
      if (!fill.is_empty || params_.keep_empty_features) kept_.push_back(j);
      if (params_.add_indicator && fill.had_missing) indicated_.push_back(j);
      numbers_.push_back(fill.number);
      any_text_ = any_text_ || fill.is_text;
    }
  }
  void check_shape(std::size_t rows, std::size_t found, std::size_t out_rows, std::size_t out_columns) const {
    if (found != columns())
      throw argument_error("x", std::to_string(found) + " columns", std::to_string(columns()));
    if (out_rows == rows && out_columns == output_columns()) return;
    throw argument_error("out", std::to_string(out_rows) + " x " + std::to_string(out_columns),
                         std::to_string(rows) + " x " + std::to_string(output_columns()));
  }

  template <class T>
  bool is_missing(T value) const {
    return value != value ||
           (params_.missing_number && static_cast<double>(value) == *params_.missing_number);
  }
  template <class T>
  void impute(matrix_view<const T> x, std::size_t j, matrix_view<T> out, std::size_t to) const {
    if (fills_[j].is_text)
      throw argument_error("x", "numbers in column " + std::to_string(j), "text, as in fit");
    const T fill = static_cast<T>(fills_[j].number);
    for (std::size_t i = 0; i < x.rows(); ++i) {
      const T value = x(i, j);
      out(i, to) = is_missing(value) ? fill : value;
    }
  }
  template <class T>
  void indicate(matrix_view<const T> x, std::size_t j, matrix_view<T> out, std::size_t to) const {
    for (std::size_t i = 0; i < x.rows(); ++i) out(i, to) = is_missing(x(i, j)) ? T{1} : T{0};
  }
  std::vector<std::string_view> texts(const table_view& x, std::size_t j, table& owner) const {
    const auto missing = imputer_missing(x, j, params_);
    const auto fill = owner.keep(std::vector<std::string>{fills_[j].text});
    std::vector<std::string_view> values(x.rows(), fill->front());
    const any_column_view column = x.column(j);
    const bool is_text = imputer_is_text(column);
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (missing[i] != 0) continue;
      if (!is_text) throw argument_error("column " + x.name(j), "numbers", "text, as in fit");
      values[i] = imputer_text(column, i);
    }
    return values;
  }

  params params_;
  std::vector<imputer_fill> fills_;
  std::vector<std::uint32_t> kept_, indicated_;
  std::vector<double> numbers_;
  bool any_text_ = false;
};

}  // namespace colonnade::inline COLONNADE_ABI
