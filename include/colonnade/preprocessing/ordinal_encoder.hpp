#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/preprocessing/category_accumulator.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Turns every column of categories into one column of codes 0, 1, 2, ... in the order of the categories.
///
/// A value is known (its code), infrequent (the code after the frequent ones), missing
/// (`encoded_missing_value`; where missing is marked as a null it is a category like another, as scikit-learn
/// has it), or unknown (an error that names it, or `unknown_value`). Missing that learning has not seen is
/// unknown. O(rows x columns).
class ordinal_encoder {
 public:
  enum class unknown_policy : std::uint8_t { error, use_encoded_value };

  struct params {
    /// Of each column, in order; empty: those that are learnt, ascending.
    std::vector<category_list> categories = {};
    unknown_policy handle_unknown = unknown_policy::error;
    double unknown_value = std::numeric_limits<double>::quiet_NaN();
    double encoded_missing_value = std::numeric_limits<double>::quiet_NaN();
    category_rarity rarity = {};

    void check() const {
      rarity.check();
      detail::check_policy("handle_unknown", handle_unknown, unknown_policy::use_encoded_value);
    }
    template <class Archive, class Self>
    static void archive(Archive& ar, Self& self) {
      ar(self.categories, self.handle_unknown, self.unknown_value, self.encoded_missing_value, self.rarity);
    }
  };

  static constexpr std::string_view kind = "ordinal_encoder";
  static constexpr std::string_view accumulator_kind = "ordinal_encoder.accumulator";
  static constexpr std::uint32_t archive_version = 1;
  using accumulator = category_accumulator<ordinal_encoder>;

  ordinal_encoder(params p, const category_stats& stats) : params_(std::move(p)) {
    detail::check_given(params_.categories, stats.columns());
    for (std::size_t j = 0; j < stats.columns(); ++j) {
      columns_.push_back(detail::fit_column(params_, stats, j, false));
      check_values(j);
    }
    prepare();
  }

  static ordinal_encoder fit(const table_view& x, const params& p, int threads = 0,
                             std::span<const missing_mark> marks = {}) {
    p.check();
    return accumulator(p, category_stats(coded_table(x, marks, false, threads))).finalize();
  }
  /// Writes the codes of rows that were coded in learning, so that values are hashed once. Only without given
  /// categories.
  template <class T>
  void transform(const coded_table& coded, const table_view& x, matrix_view<T> out, int threads = 0) const {
    write(coded, x, out, threads);
  }
  /// `fit` and `transform` in one pass over the values. Writes to `out` as `transform` does.
  template <class T>
  static ordinal_encoder fit_transform(const table_view& x, matrix_view<T> out) {
    return fit_transform(x, out, params());  // clang refuses `= {}` for a class that is not complete yet
  }
  template <class T>
  static ordinal_encoder fit_transform(const table_view& x, matrix_view<T> out, const params& p,
                                       int threads = 0, std::span<const missing_mark> marks = {}) {
    p.check();
    const coded_table coded(x, marks, true, threads);
    ordinal_encoder model(p, category_stats(coded));
    if (p.categories.empty()) {
      model.write(coded, x, out, threads);
    } else {
      model.transform(x, out, threads);
    }
    return model;
  }

  std::size_t columns() const { return columns_.size(); }
  std::size_t output_columns() const { return columns_.size(); }
  const params& parameters() const { return params_; }
  const fitted_column& operator[](std::size_t j) const { return columns_[j]; }
  /// Value that missing and unknown (-1) places, and every category, are encoded as.
  double encoded(std::size_t j, std::int32_t place) const {
    return values_[j][static_cast<std::size_t>(place + 1)];
  }

  /// Writes the codes of every row of `x` (rows x columns) to `out` of the same shape.
  template <class T>
  void transform(const table_view& x, matrix_view<T> out, int threads = 0) const {
    write(table_coder(columns_, x), x, out, threads);
  }

  /// `places(i, j)` = the category that code (i, j) stands for, `unknown_code` for the unknown value, or
  /// `missing_code` for the infrequent group. Throws data_error for anything else.
  template <class T>
  void inverse_transform(matrix_view<const T> x, matrix_view<std::int32_t> places) const {
    if (x.columns() != columns()) {
      throw argument_error("Shape of the passed X data is not correct. Expected " +
                           std::to_string(columns()) + " columns, got " + std::to_string(x.columns()) + ".");
    }
    for (std::size_t j = 0; j < columns(); ++j) {
      const auto frequent = frequent_places(j);
      for (std::size_t i = 0; i < x.rows(); ++i) {
        places(i, j) = place_of(static_cast<double>(x(i, j)), i, j, frequent);
      }
    }
  }

  friend bool operator==(const ordinal_encoder& a, const ordinal_encoder& b) { return same_bytes(a, b); }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.params_, self.columns_);
    if constexpr (std::is_same_v<Archive, reader>) self.restore();
  }

 private:
  friend struct archive_access;

  ordinal_encoder() = default;

  static bool same_value(double a, double b) { return a == b || (a != a && b != b); }
  bool has_nan(std::size_t j) const { return columns_[j].categories.missing() == missing_mark::nan; }

  void check_values(std::size_t j) const {
    const auto known = static_cast<double>(columns_[j].groups.size());
    const double unknown = params_.unknown_value, missing = params_.encoded_missing_value;
    if (params_.handle_unknown == unknown_policy::use_encoded_value && unknown >= 0 && unknown < known) {
      throw argument_error("The used value for unknown_value " + category_list::text_of(unknown, {}) +
                           " is one of the values already used for encoding the seen categories.");
    }
    if (has_nan(j) && missing >= 0 && missing < known) {
      throw argument_error("encoded_missing_value (" + category_list::text_of(missing, {}) +
                           ") is already used to encode a known category in features: [" + std::to_string(j) +
                           "]");
    }
  }

  void prepare() {
    values_.clear();
    for (const fitted_column& column : columns_) {
      std::vector<double> values = {params_.unknown_value};
      for (std::size_t place = 0; place < column.groups.categories(); ++place) {
        values.push_back(static_cast<double>(column.groups[place]));
      }
      if (column.categories.missing() == missing_mark::nan) values.push_back(params_.encoded_missing_value);
      values_.push_back(std::move(values));
    }
  }
  void restore() {
    detail::check_saved(kind, [&] { params_.check(); });
    for (fitted_column& column : columns_) {
      column.groups.restore(column.categories.missing() == missing_mark::nan ? column.categories.values()
                                                                             : column.categories.size());
    }
    prepare();
  }

  template <class Source, class T>
  void write(const Source& source, const table_view& x, matrix_view<T> out, int threads) const {
    detail::check_output(out, x.rows(), columns());
    const auto encode = [&](std::size_t first, std::size_t count, std::size_t j, const std::int32_t* places) {
      const double* value_of = values_[j].data() + 1;
      bool unknown = false;
      for (std::size_t i = 0; i < count; ++i) {
        out(first + i, j) = static_cast<T>(value_of[places[i]]);
        unknown |= places[i] < 0;
      }
      if (unknown && params_.handle_unknown == unknown_policy::error) {
        detail::refuse_unknown_values(x, j, columns_[j].categories);
      }
    };
    detail::for_places(source, x.rows(), columns(), threads, encode);
  }

  std::vector<std::int32_t> frequent_places(std::size_t j) const {
    std::vector<std::int32_t> places;
    for (std::size_t place = 0; place < columns_[j].groups.categories(); ++place) {
      if (!columns_[j].groups.is_infrequent(place)) places.push_back(static_cast<std::int32_t>(place));
    }
    return places;
  }
  std::int32_t place_of(double code, std::size_t row, std::size_t j,
                        const std::vector<std::int32_t>& frequent) const {
    const category_list& categories = columns_[j].categories;
    if (has_nan(j) && same_value(code, params_.encoded_missing_value)) return categories.code_of_missing();
    const bool known = code >= 0 && code < static_cast<double>(frequent.size());
    if (!known && params_.handle_unknown == unknown_policy::use_encoded_value &&
        same_value(code, params_.unknown_value)) {
      return unknown_code;
    }
    if (known) return frequent[static_cast<std::size_t>(code)];
    if (columns_[j].groups.has_infrequent() && code == static_cast<double>(frequent.size()))
      return missing_code;
    throw data_error("X: found code " + category_list::text_of(code, {}) + ", expected a code below " +
                         std::to_string(columns_[j].groups.size()),
                     row, std::to_string(j));
  }

  params params_;
  std::vector<fitted_column> columns_;
  std::vector<std::vector<double>> values_;
};

}  // namespace colonnade::inline COLONNADE_ABI
