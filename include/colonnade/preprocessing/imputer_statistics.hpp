#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/core/table.hpp"
#include "colonnade/core/visit.hpp"
#include "colonnade/kernels/column_moments.hpp"
#include "colonnade/preprocessing/column_categories.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Parameters of `simple_imputer`.
struct imputer_params {
  enum class strategy : std::uint8_t { mean, median, most_frequent, constant };

  strategy how = strategy::mean;
  std::optional<double> missing_number = {};     ///< a number that is missing, besides NaN
  std::optional<std::string> missing_text = {};  ///< a text that is missing, besides invalid ones
  double fill_number = 0;                        ///< the constant for numbers
  std::string fill_text = "missing_value";       ///< the constant for strings
  bool add_indicator = false;                    ///< whether columns of 0 and 1 say where values were missing
  bool keep_empty_features = false;              ///< whether columns of nothing but missing values are kept

  friend bool operator==(const imputer_params&, const imputer_params&) = default;

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.how, self.missing_number, self.missing_text, self.fill_number, self.fill_text, self.add_indicator,
       self.keep_empty_features);
  }
  void validate() const {
    if (how > strategy::constant) throw format_error("saved simple_imputer: unknown strategy");
  }
};

/// What stands for the missing values of a column.
struct imputer_fill {
  bool is_text = false;      ///< whether it is a column of strings
  bool is_empty = false;     ///< whether nothing but missing values was seen
  bool had_missing = false;  ///< whether a missing value was seen
  double number = std::numeric_limits<double>::quiet_NaN();
  std::string text = {};

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.is_text, self.is_empty, self.had_missing, self.number, self.text);
  }
};

namespace detail {

[[noreturn]] inline void refuse_text(const table_view& x, std::size_t j) {
  throw argument_error("column " + x.name(j), "text", "numbers; 'most_frequent' and 'constant' impute text");
}

template <class V>
double number_at(const V& column, std::size_t i) {
  if constexpr (std::is_same_v<V, string_column_view>) {
    return std::numeric_limits<double>::quiet_NaN();
  } else if constexpr (std::is_same_v<V, dictionary_column_view>) {
    const auto at = static_cast<std::size_t>(column[i]);
    return visit_held(
        [&](const auto& v) {
          return v.is_missing(at) ? std::numeric_limits<double>::quiet_NaN() : number_at(v, at);
        },
        column.values());
  } else {
    return static_cast<double>(column[i]);
  }
}

}  // namespace detail

/// Whether a column holds strings, itself or in its dictionary.
inline bool imputer_is_text(const any_column_view& column) {
  const auto* dictionary = std::get_if<dictionary_column_view>(&column);
  if (dictionary != nullptr) return std::holds_alternative<string_column_view>(dictionary->values());
  return std::holds_alternative<string_column_view>(column);
}
/// The string in row `i` of a column of strings.
inline std::string_view imputer_text(const any_column_view& column, std::size_t i) {
  if (const auto* s = std::get_if<string_column_view>(&column)) return (*s)[i];
  const auto& dictionary = std::get<dictionary_column_view>(column);
  return std::get<string_column_view>(dictionary.values())[static_cast<std::size_t>(dictionary[i])];
}
/// Column `j` as doubles, NaN where it is missing. Throws argument_error for text.
inline std::vector<double> imputer_numbers(const table_view& x, std::size_t j,
                                           const std::optional<double>& missing) {
  const any_column_view column = x.column(j);
  if (imputer_is_text(column)) detail::refuse_text(x, j);
  std::vector<double> values(x.rows(), std::numeric_limits<double>::quiet_NaN());
  visit_held(
      [&](const auto& c) {
        for (std::size_t i = 0; i < values.size(); ++i) {
          if (!c.is_missing(i)) values[i] = detail::number_at(c, i);
          if (missing && values[i] == *missing) values[i] = std::numeric_limits<double>::quiet_NaN();
        }
      },
      column);
  return values;
}
/// One byte a row: whether column `j` is missing.
inline std::vector<std::uint8_t> imputer_missing(const table_view& x, std::size_t j,
                                                 const imputer_params& p) {
  const any_column_view column = x.column(j);
  std::vector<std::uint8_t> missing(x.rows());
  if (!imputer_is_text(column)) {
    const auto values = imputer_numbers(x, j, p.missing_number);
    for (std::size_t i = 0; i < missing.size(); ++i) missing[i] = values[i] == values[i] ? 0 : 1;
    return missing;
  }
  for (std::size_t i = 0; i < missing.size(); ++i) {
    bool absent = visit_held([&](const auto& c) { return c.is_missing(i); }, column);
    if (!absent) absent = p.missing_text && imputer_text(column, i) == *p.missing_text;
    missing[i] = absent ? 1 : 0;
  }
  return missing;
}

/// What `simple_imputer` learns: missing counts, and as the strategy wants exact sums or the distinct values
/// with their counts. Exact and mergeable.
class imputer_statistics {
 public:
  using strategy = imputer_params::strategy;

  imputer_statistics() = default;
  explicit imputer_statistics(const imputer_params&) {}

  template <class T>
  void update(const imputer_params& p, matrix_view<const T> x) {
    adopt(x.columns());
    if (p.how == strategy::mean && !p.missing_number) {
      rows_ += x.rows();
      for (std::size_t j = 0; j < moments_.columns(); ++j) missing_[j] -= moments_.missing(j);
      moments_.update(x);
      for (std::size_t j = 0; j < moments_.columns(); ++j) missing_[j] += moments_.missing(j);
      return;
    }
    std::vector<any_column_view> columns;
    for (std::size_t j = 0; j < x.columns(); ++j) {
      columns.emplace_back(column_view<const T>(x.column(j), x.rows(), x.row_stride()));
    }
    update(p, table_view(columns, {}, x.rows()));
  }
  void update(const imputer_params& p, const table_view& x) {
    adopt(x.columns());
    rows_ += x.rows();
    for (std::size_t j = 0; j < x.columns(); ++j) {
      const auto missing = imputer_missing(x, j, p);
      const auto absent =
          static_cast<std::uint64_t>(std::count(missing.begin(), missing.end(), std::uint8_t{1}));
      missing_[j] += absent;
      if (absent < x.rows()) note_type(x, j);
      if (p.how == strategy::most_frequent) values_[j].update(x.column(j), 0, x.rows());
      if (p.how == strategy::median) update_values(j, imputer_numbers(x, j, p.missing_number));
    }
    if (p.how == strategy::mean) update_moments(p, x);
  }
  void merge(const imputer_statistics& other) {
    if (other.missing_.empty()) return;
    adopt(other.missing_.size());
    rows_ += other.rows_;
    moments_.merge(other.moments_);
    for (std::size_t j = 0; j < missing_.size(); ++j) {
      missing_[j] += other.missing_[j];
      if (other.types_[j] != 0) set_type(j, other.types_[j]);
      values_[j].merge(other.values_[j]);
    }
  }

  std::vector<imputer_fill> fills(const imputer_params& p) const {
    std::vector<imputer_fill> fills(missing_.size());
    for (std::size_t j = 0; j < fills.size(); ++j) {
      imputer_fill& fill = fills[j];
      fill.had_missing = missing_[j] > 0;
      fill.is_empty = missing_[j] == rows_;
      fill.is_text = types_[j] == text_type;
      if (p.how == strategy::constant) {
        fill.number = p.fill_number;
        if (fill.is_text) fill.text = p.fill_text;
      } else if (fill.is_empty) {
        if (p.keep_empty_features) fill.number = 0;
      } else if (p.how == strategy::mean) {
        fill.number = moments_.mean(j);
      } else {
        p.how == strategy::median ? set_median(values_[j], fill) : set_most_frequent(values_[j], p, fill);
      }
    }
    return fills;
  }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.rows_, self.missing_, self.types_, self.moments_, self.values_);
  }
  void validate_for(const imputer_params& p) const {
    const std::size_t n = missing_.size();
    const bool sums = p.how != strategy::mean || n == 0 || moments_.columns() == n;
    bool agree = types_.size() == n && values_.size() == n && sums && moments_.order() == 1;
    for (std::size_t j = 0; agree && j < n; ++j) agree = missing_[j] <= rows_ && types_[j] <= text_type;
    if (!agree) throw format_error("saved simple_imputer: its columns do not agree");
  }

 private:
  static constexpr std::uint8_t number_type = 1, text_type = 2;

  void adopt(std::size_t columns) {
    if (missing_.empty()) {
      missing_.assign(columns, 0);
      types_.assign(columns, 0);
      values_.resize(columns);
    }
    if (columns == missing_.size()) return;
    throw argument_error("x", std::to_string(columns) + " columns", std::to_string(missing_.size()));
  }
  void note_type(const table_view& x, std::size_t j) {
    set_type(j, imputer_is_text(x.column(j)) ? text_type : number_type);
  }
  void set_type(std::size_t j, std::uint8_t type) {
    if (types_[j] != 0 && types_[j] != type) {
      throw data_error("strings and numbers, expected uniformly strings or numbers", data_error::unknown,
                       std::to_string(j));
    }
    types_[j] = type;
  }
  void update_values(std::size_t j, const std::vector<double>& numbers) {
    values_[j].update(column_view<const double>(numbers.data(), numbers.size()), 0, numbers.size());
  }
  void update_moments(const imputer_params& p, const table_view& x) {
    std::vector<double> numbers(x.rows() * x.columns());
    for (std::size_t j = 0; j < x.columns(); ++j) {
      const auto column = imputer_numbers(x, j, p.missing_number);
      std::copy(column.begin(), column.end(), numbers.begin() + static_cast<std::ptrdiff_t>(j * x.rows()));
    }
    moments_.update(matrix_view<const double>(numbers.data(), x.rows(), x.columns(), 1,
                                              static_cast<std::ptrdiff_t>(x.rows())));
  }

  // Halfway between the two middle values where there is an even number.
  static void set_median(const column_categories& values, imputer_fill& fill) {
    const auto sorted = values.sorted();
    std::uint64_t total = 0;
    for (std::size_t k = 0; k < values.size(); ++k) total += sorted.counts[k];
    if (total == 0) return;
    const double low = nth(sorted, (total - 1) / 2), high = nth(sorted, total / 2);
    fill.number = low == high ? low : low / 2 + high / 2;
    if (real::isfinite(low + high)) fill.number = (low + high) / 2;
  }
  static double nth(const column_categories::ordered& sorted, std::uint64_t n) {
    std::size_t k = 0;
    double result = 0;
    std::uint64_t before = 0;
    sorted.categories.for_each([&](auto value) {
      if constexpr (std::is_arithmetic_v<decltype(value)>) {
        if (before <= n) result = static_cast<double>(value);
      }
      before += sorted.counts[k++];
    });
    return result;
  }
  static void set_most_frequent(const column_categories& values, const imputer_params& p,
                                imputer_fill& fill) {
    const auto sorted = values.sorted();
    std::size_t k = 0;
    std::uint64_t most = 0;
    sorted.categories.for_each([&](auto value) {
      const std::uint64_t count = sorted.counts[k++];
      if (count <= most) return;
      if constexpr (std::is_arithmetic_v<decltype(value)>) {
        if (p.missing_number && static_cast<double>(value) == *p.missing_number) return;
        fill.number = static_cast<double>(value);
      } else {
        if (p.missing_text && value == *p.missing_text) return;
        fill.text = std::string(value);
      }
      most = count;
    });
  }

  std::uint64_t rows_ = 0;
  std::vector<std::uint64_t> missing_;
  std::vector<std::uint8_t> types_;
  column_moments moments_{1};
  std::vector<column_categories> values_;
};

}  // namespace colonnade::inline COLONNADE_ABI
