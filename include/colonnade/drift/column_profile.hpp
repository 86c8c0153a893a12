#pragma once

#include <algorithm>
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
#include "colonnade/core/interrupt.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/core/table.hpp"
#include "colonnade/core/visit.hpp"
#include "colonnade/drift/category_counts.hpp"
#include "colonnade/kernels/column_moments.hpp"
#include "colonnade/kernels/radix_sort.hpp"
#include "colonnade/sketches/distinct_sketch.hpp"
#include "colonnade/sketches/frequent_items.hpp"
#include "colonnade/sketches/quantile_sketch.hpp"
#include "colonnade/sketches/stable_hash.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What a column holds. `unknown`: nothing but missing values so far.
enum class column_type : std::uint8_t { unknown, number, integer, flag, text };

inline std::string_view name_of(column_type type) {
  constexpr std::string_view names[] = {"unknown", "number", "integer", "flag", "text"};
  return names[static_cast<std::size_t>(type)];
}

struct profile_params {
  std::uint32_t quantile_k = 1024;         ///< see `quantile_sketch`
  std::uint32_t category_capacity = 1024;  ///< distinct texts whose counts are kept, see `frequent_items`
  std::uint32_t number_capacity = 256;     ///< the same for numbers

  friend bool operator==(const profile_params&, const profile_params&) = default;
  void check() const {
    static_cast<void>(quantile_sketch(quantile_k));
    static_cast<void>(frequent_items<std::string>(category_capacity));
    static_cast<void>(frequent_items<double>(number_capacity));
  }
  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.quantile_k, self.category_capacity, self.number_capacity);
  }
};

/// Summary of one column: what `profile` keeps of it, and its learning state at once.
///
/// Missing values (NaN, validity bit 0) are counted and left out. Mean and deviation are of the finite
/// values, from exact sums; rows, missing, minimum, maximum, infinities, distinct and exact counts do not
/// depend on partition or order; quantiles and counts over capacity keep the bounds of their sketches.
class column_profile {
 public:
  explicit column_profile(const profile_params& params = {})
      : quantiles_(params.quantile_k), texts_(params.category_capacity), numbers_(params.number_capacity) {}

  column_type type() const { return type_; }
  bool numeric() const { return type_ == column_type::number || type_ == column_type::integer; }
  std::uint64_t rows() const { return rows_; }
  std::uint64_t missing() const { return missing_; }
  std::uint64_t count() const { return rows_ - missing_; }
  double missing_rate() const { return static_cast<double>(missing_) / static_cast<double>(rows_); }
  /// Infinite values of either sign.
  std::uint64_t infinite() const { return infinite_; }
  /// Number of distinct values: exact up to 512, then within 1.6 % (one standard error).
  double distinct() const { return distinct_.estimate(); }
  bool distinct_exact() const { return distinct_.exact(); }

  /// Of numbers, else NaN; `deviation` is that of the sample (n - 1), as in pandas.
  double mean() const { return moments_.columns() == 0 ? not_defined : moments_.mean(0); }
  double deviation() const {
    if (finite() < 2) return not_defined;
    const double n = static_cast<double>(finite());
    return real::sqrt(moments_.variance(0) * (n / (n - 1)));
  }
  double minimum() const { return quantiles_.minimum(); }
  double maximum() const { return quantiles_.maximum(); }
  double quantile(double p) const { return quantiles_.quantile(p); }
  const quantile_sketch& quantiles() const { return quantiles_; }
  const distinct_sketch& distinct_values() const { return distinct_; }
  /// Counts of texts and flags.
  const frequent_items<std::string>& categories() const { return texts_; }
  /// Counts of numbers.
  const frequent_items<double>& numbers() const { return numbers_; }
  /// The most frequent values with their counts, as text.
  std::vector<std::pair<std::string, std::uint64_t>> top(std::size_t n) const {
    if (!numeric()) return texts_.top(n);
    std::vector<std::pair<std::string, std::uint64_t>> result;
    for (const auto& [value, count] : numbers_.top(n))
      result.emplace_back(category_counts::text_of(value), count);
    return result;
  }

  void update(const any_column_view& column) {
    visit_held([this](const auto& c) { learn(c); }, column);
  }
  void merge(const column_profile& other) {
    if (other.rows_ == 0) return;
    adopt(other.type_);
    rows_ += other.rows_;
    missing_ += other.missing_;
    infinite_ += other.infinite_;
    moments_.merge(other.moments_);
    quantiles_.merge(other.quantiles_);
    distinct_.merge(other.distinct_);
    texts_.merge(other.texts_);
    numbers_.merge(other.numbers_);
  }
  friend bool operator==(const column_profile& a, const column_profile& b) { return same_bytes(a, b); }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.type_, self.rows_, self.missing_, self.infinite_, self.moments_, self.quantiles_, self.distinct_,
       self.texts_, self.numbers_);
  }
  void validate() const {
    const auto fail = [](const char* what) {
      throw format_error(std::string("saved column profile: ") + what);
    };
    if (type_ > column_type::text) fail("the type is not known");
    if (missing_ > rows_) fail("more missing values than rows");
    const std::uint64_t values = count();
    if (quantiles_.count() != (numeric() ? values : 0)) fail("the quantiles do not agree with the rows");
    if (numbers_.total() != (numeric() ? values : 0))
      fail("the counts of numbers do not agree with the rows");
    if (texts_.total() != (numeric() ? 0 : values))
      fail("the counts of categories do not agree with the rows");
    if (type_ == column_type::unknown && values != 0) fail("values without a type");
    if (infinite_ > quantiles_.count()) fail("more infinite values than numbers");
    const bool moments =
        moments_.columns() == 0 ? finite() == 0 : moments_.columns() == 1 && moments_.count(0) == finite();
    if (!moments || moments_.order() != 2 || moments_.weighted()) fail("the sums do not agree with the rows");
  }

 private:
  static constexpr std::size_t block_rows = quantile_sketch::block;

  std::uint64_t finite() const { return numeric() ? count() - infinite_ : 0; }
  static constexpr double not_defined = std::numeric_limits<double>::quiet_NaN();

  void adopt(column_type type) {
    if (type == column_type::unknown || type == type_) return;
    const auto is_number = [](column_type t) {
      return t == column_type::number || t == column_type::integer;
    };
    if (type_ == column_type::unknown) {
      type_ = type;
    } else if (is_number(type) && is_number(type_)) {
      type_ = column_type::number;
    } else if (!is_number(type) && !is_number(type_)) {
      type_ = column_type::text;
    } else {
      throw data_error("found values of type " + std::string(name_of(type)) + ", expected " +
                       std::string(name_of(type_)));
    }
  }

  template <class T>
  void learn(const column_view<T>& column) {
    using value_type = std::remove_const_t<T>;
    if constexpr (std::is_same_v<value_type, bool>) {
      learn_categories(column, column_type::flag);
    } else {
      learn_numbers(column,
                    std::is_floating_point_v<value_type> ? column_type::number : column_type::integer);
    }
  }
  void learn(const string_column_view& column) { learn_categories(column, column_type::text); }
  void learn(const dictionary_column_view& column) { learn_categories(column, column_type::text); }

  template <class Column>
  void learn_categories(const Column& column, column_type type) {
    for (std::size_t first = 0; first < column.size(); first += category_rows) {
      check_interrupt();
      const auto part = column.slice(first, std::min(category_rows, column.size() - first));
      const auto counts = category_counts::of(any_column_view(part));
      if (!counts.items().empty()) adopt(type);
      rows_ += part.size();
      missing_ += counts.missing();
      std::vector<std::pair<std::string_view, std::uint64_t>> batch;
      for (const auto& [text, count] : counts.items()) {
        distinct_.update(stable_hash::of(std::string_view(text)));
        batch.emplace_back(text, count);
      }
      texts_.update_sorted(batch);
    }
  }
  static constexpr std::size_t category_rows = std::size_t{1} << 16;

  template <class T>
  void learn_numbers(const column_view<T>& column, column_type type) {
    std::vector<double> values(std::min(block_rows, column.size()));
    std::vector<std::uint64_t> keys(values.size()), scratch(values.size());
    std::vector<std::pair<double, std::uint64_t>> runs;
    for (std::size_t first = 0; first < column.size(); first += block_rows) {
      check_interrupt();
      const auto part = column.slice(first, std::min(block_rows, column.size() - first));
      std::size_t count = 0;
      for (std::size_t i = 0; i < part.size(); ++i) {
        if (!part.is_missing(i)) keys[count++] = ordered_bits(static_cast<double>(part[i]));
      }
      if (count > 0) adopt(type);
      rows_ += part.size();
      missing_ += part.size() - count;
      const std::uint64_t* sorted = radix_sort(keys.data(), scratch.data(), count, 1);
      for (std::size_t i = 0; i < count; ++i) values[i] = from_ordered_bits<double>(sorted[i]);
      learn_sorted(std::span(values).first(count), runs);
    }
  }

  void learn_sorted(std::span<const double> sorted, std::vector<std::pair<double, std::uint64_t>>& runs) {
    runs.clear();
    for (std::size_t i = 0; i < sorted.size();) {
      const std::size_t first = i;
      const double value = sorted[first];
      while (i < sorted.size() && sorted[i] == value) ++i;
      runs.emplace_back(value, i - first);
      distinct_.update(stable_hash::of(value));
    }
    constexpr double infinity = std::numeric_limits<double>::infinity();
    const auto first = std::upper_bound(sorted.begin(), sorted.end(), -infinity);
    const auto finite_values = std::span(first, std::lower_bound(first, sorted.end(), infinity));
    infinite_ += sorted.size() - finite_values.size();
    if (!finite_values.empty())
      moments_.update(matrix_view<const double>(finite_values.data(), finite_values.size(), 1));
    numbers_.update_sorted(runs);
    quantiles_.update_sorted(sorted);
  }

  column_type type_ = column_type::unknown;
  std::uint64_t rows_ = 0, missing_ = 0, infinite_ = 0;
  column_moments moments_;
  quantile_sketch quantiles_;
  distinct_sketch distinct_;
  frequent_items<std::string> texts_;
  frequent_items<double> numbers_;
};

}  // namespace colonnade::inline COLONNADE_ABI
