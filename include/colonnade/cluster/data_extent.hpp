#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include "colonnade/core/accumulator.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/kernels/column_range.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Rows, range of every column and largest weight of the rows that k-means is to learn from: what fixes the
/// scale of its integer sums. Mergeable and exact. Missing values and infinities are refused (data_error), so
/// are weights that are negative or not finite.
class data_extent {
 public:
  static constexpr std::string_view kind = "data_extent";
  static constexpr std::uint32_t archive_version = 1;
  static constexpr bool exact = true;

  template <class T>
  void update(matrix_view<const T> x) {
    update(samples<matrix_view<const T>>{x});
  }
  template <class T>
  void update(const samples<matrix_view<const T>>& batch) {
    if (batch.rows() == 0) return;
    if (batch.x.columns() == 0) throw argument_error("x", "0 columns", "at least 1");
    adopt(batch.x.columns());
    rows_ += batch.rows();
    update_weights(batch.weight, batch.rows());
    for (std::size_t i = 0; i < batch.rows(); i += stripe) {
      update_stripe(batch.x.slice(i, std::min(stripe, batch.rows() - i)));
    }
  }
  void merge(const data_extent& other) {
    if (other.rows_ == 0) return;
    adopt(other.minimum_.size());
    rows_ += other.rows_;
    largest_weight_ = std::max(largest_weight_, other.largest_weight_);
    for (std::size_t j = 0; j < minimum_.size(); ++j) {
      minimum_[j] = std::min(minimum_[j], other.minimum_[j]);
      maximum_[j] = std::max(maximum_[j], other.maximum_[j]);
    }
  }
  data_extent empty_copy() const { return {}; }
  const data_extent& finalize() const { return *this; }

  std::uint64_t rows() const { return rows_; }
  std::size_t columns() const { return minimum_.size(); }
  double largest_weight() const { return largest_weight_; }
  const std::vector<double>& minimum() const { return minimum_; }
  const std::vector<double>& maximum() const { return maximum_; }
  /// Whether all of `other` lies within.
  bool contains(const data_extent& other) const {
    if (other.rows_ == 0) return true;
    if (other.columns() != columns() || other.rows_ > rows_ || other.largest_weight_ > largest_weight_)
      return false;
    for (std::size_t j = 0; j < columns(); ++j) {
      if (other.minimum_[j] < minimum_[j] || other.maximum_[j] > maximum_[j]) return false;
    }
    return true;
  }

  friend bool operator==(const data_extent&, const data_extent&) = default;
  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.rows_, self.largest_weight_, self.minimum_, self.maximum_);
  }
  void validate() const {
    bool valid = minimum_.size() == maximum_.size() && (rows_ == 0) == minimum_.empty() && rows_ < max_rows &&
                 largest_weight_ >= 0 && real::isfinite(largest_weight_);
    for (std::size_t j = 0; valid && j < minimum_.size(); ++j) {
      valid = real::isfinite(minimum_[j]) && real::isfinite(maximum_[j]) && minimum_[j] <= maximum_[j];
    }
    if (!valid) throw format_error("saved data_extent: its ranges contradict each other");
  }

 private:
  static constexpr std::size_t stripe = 4096;
  static constexpr std::uint64_t max_rows = std::uint64_t{1} << 48;

  void adopt(std::size_t columns) {
    if (minimum_.empty()) {
      minimum_.assign(columns, std::numeric_limits<double>::infinity());
      maximum_.assign(columns, -std::numeric_limits<double>::infinity());
    }
    if (columns == minimum_.size()) return;
    throw argument_error("x", std::to_string(columns) + " columns", std::to_string(minimum_.size()));
  }

  void update_weights(const column_view<const double>& weight, std::size_t rows) {
    if (weight.size() == 0) {
      largest_weight_ = std::max(largest_weight_, 1.0);
      return;
    }
    if (weight.size() != rows) {
      throw argument_error("weight", std::to_string(weight.size()) + " values", std::to_string(rows));
    }
    for (std::size_t i = 0; i < rows; ++i) {
      if (!(weight[i] >= 0) || real::isinf(weight[i])) {
        throw data_error(
            "weight: found " + std::to_string(weight[i]) + ", expected a finite number of at least 0", i);
      }
      largest_weight_ = std::max(largest_weight_, weight[i]);
    }
  }

  template <class T>
  void update_stripe(matrix_view<const T> x) {
    std::vector<T> packed;
    if (x.row_stride() != 1 && x.column_stride() != 1) {
      packed.reserve(x.rows() * x.columns());
      for (std::size_t i = 0; i < x.rows(); ++i) {
        for (std::size_t j = 0; j < x.columns(); ++j) packed.push_back(x(i, j));
      }
      x = matrix_view<const T>(packed.data(), x.rows(), x.columns());
    }
    std::vector<T> low(x.columns(), std::numeric_limits<T>::infinity()), high(x.columns(), -low[0]);
    std::vector<std::int64_t> missing(x.columns());
    simd::run<kernels::column_range>(x.data(), x.rows(), x.columns(), x.row_stride(), x.column_stride(),
                                     low.data(), high.data(), missing.data());
    for (std::size_t j = 0; j < x.columns(); ++j) {
      if (missing[j] != 0 || real::isinf(low[j]) || real::isinf(high[j])) refuse(x);
      minimum_[j] = std::min(minimum_[j], static_cast<double>(low[j]));
      maximum_[j] = std::max(maximum_[j], static_cast<double>(high[j]));
    }
  }

  template <class T>
  [[noreturn]] static void refuse(matrix_view<const T> x) {
    for (std::size_t i = 0; i < x.rows(); ++i) {
      for (std::size_t j = 0; j < x.columns(); ++j) {
        if (real::isfinite(x(i, j))) continue;
        throw data_error(real::isnan(x(i, j))
                             ? "x: found NaN, expected a number (k-means has no rule for missing values)"
                             : "x: found infinity, expected a finite number",
                         data_error::unknown, std::to_string(j));
      }
    }
    throw data_error("x: found a value that is not finite");
  }

  std::uint64_t rows_ = 0;
  double largest_weight_ = 0;
  std::vector<double> minimum_, maximum_;
};

}  // namespace colonnade::inline COLONNADE_ABI
