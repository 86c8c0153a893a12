#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <string>
#include <vector>

#include "colonnade/core/accumulator.hpp"
#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/kernels/column_range.hpp"
#include "colonnade/kernels/digit_sums.hpp"
#include "colonnade/kernels/exact_sum.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Count, missing count, minimum, maximum, sum and (order 2) sum of squares of every column. The sums are
/// exact
/// (`exact_sum`), so any order, partition and merging gives the same bits, the variance needs no shift (mean
/// 1e9 and deviation 1 are no problem), and a row of weight 3 is three rows. Missing values (NaN) are counted
/// and skipped; rows of weight 0 are absent; infinity is data. float32 is not rounded either. O(rows x
/// columns).
class column_moments {
 public:
  static constexpr bool exact = true;

  column_moments() = default;
  /// `order` 1: sums only, which is faster; 2: squares too.
  explicit column_moments(int order) : order_(static_cast<std::uint8_t>(order)) {}

  template <class T>
  void update(matrix_view<const T> x) {
    adopt(x.columns());
    rows_ += x.rows();
    if (x.columns() == 0) return;
    for (std::size_t j = 0; j < weights_.size(); ++j)
      weights_[j].add_scaled(static_cast<std::int64_t>(x.rows()), 0);
    const bool lanes_ready = x.row_stride() == 1 || (x.column_stride() == 1 && x.columns() >= 4);
    lanes_ready ? update_blocks(x) : update_gathered(x);
    if (weights_.empty()) return;
    for (std::size_t j = 0; j < x.columns(); ++j) subtract_missing(j, x);
  }
  /// With weights, unless there are none.
  template <class T>
  void update(const samples<matrix_view<const T>>& batch) {
    if (batch.weight.size() == 0) return update(batch.x);
    check_weights(batch.weight, batch.x.rows());
    adopt(batch.x.columns());
    start_weights();
    for (std::size_t j = 0; j < batch.x.columns(); ++j) update_weighted(j, batch.x, batch.weight);
    for (std::size_t i = 0; i < batch.x.rows(); ++i) rows_ += batch.weight[i] != 0 ? 1 : 0;
  }

  void merge(const column_moments& other) {
    if (other.columns() == 0) return;
    if (other.order_ != order_) throw argument_error("other", "sums of another order", "those of this one");
    adopt(other.columns());
    if (!other.weights_.empty()) start_weights();
    for (std::size_t j = 0; j < columns(); ++j) {
      missing_[j] += other.missing_[j];
      minimum_[j] = std::min(minimum_[j], other.minimum_[j]);
      maximum_[j] = std::max(maximum_[j], other.maximum_[j]);
      sums_[j] += other.sums_[j];
      if (order_ > 1) squares_[j] += other.squares_[j];
      if (!weights_.empty()) weights_[j] += other.weight_sum(j);
    }
    rows_ += other.rows_;
  }
  column_moments empty_copy() const { return column_moments(order_); }

  std::size_t columns() const { return missing_.size(); }
  /// Rows seen, without those of weight 0.
  std::uint64_t rows() const { return rows_; }
  bool weighted() const { return !weights_.empty(); }
  int order() const { return order_; }
  std::uint64_t missing(std::size_t j) const { return missing_[j]; }
  /// Rows where column j is not missing.
  std::uint64_t count(std::size_t j) const { return rows_ - missing_[j]; }
  /// Sum of the weights of those rows (their number if there are no weights).
  double weight(std::size_t j) const { return weight_sum(j).value(); }
  double sum(std::size_t j) const { return sums_[j].value(); }
  double sum_of_squares(std::size_t j) const { return squares_[j].value(); }
  /// Infinity if all are missing.
  double minimum(std::size_t j) const { return minimum_[j]; }
  /// Minus infinity if all are missing.
  double maximum(std::size_t j) const { return maximum_[j]; }
  /// Whether an infinite value was seen.
  bool infinite() const {
    for (std::size_t j = 0; j < columns(); ++j) {
      if (minimum_[j] <= maximum_[j] && (real::isinf(minimum_[j]) || real::isinf(maximum_[j]))) return true;
    }
    return false;
  }
  /// Rounded once or twice; NaN if all are missing.
  double mean(std::size_t j) const { return exact_sum::ratio(sums_[j], weight_sum(j)); }
  /// Of the population (divided by the weight, not by one less). NaN if all are missing or one is infinite.
  double variance(std::size_t j) const {
    if (!sums_[j].finite()) return std::numeric_limits<double>::quiet_NaN();
    const exact_sum w = weight_sum(j);
    exact_sum deviation = w * squares_[j];
    deviation -= sums_[j] * sums_[j];
    return exact_sum::ratio(deviation, w * w);
  }

  friend bool operator==(const column_moments& a, const column_moments& b) { return same_bytes(a, b); }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.order_, self.rows_, self.missing_, self.minimum_, self.maximum_, self.sums_, self.squares_,
       self.weights_);
  }
  void validate() const {
    const std::size_t n = missing_.size();
    const bool agree = order_ >= 1 && order_ <= 2 && minimum_.size() == n && maximum_.size() == n &&
                       sums_.size() == n && squares_.size() == (order_ > 1 ? n : 0) &&
                       (weights_.empty() || weights_.size() == n);
    if (!agree) throw format_error("saved column moments: their columns do not agree");
    for (const std::uint64_t m : missing_) {
      if (m > rows_) throw format_error("saved column moments: more missing values than rows");
    }
  }

 private:
  // Columns whose sums are made with the same number of digits.
  static constexpr std::size_t group = 8;
  static constexpr std::size_t max_rows = 4096;  // of digit_sums

  // The state of one block on its way through the kernels.
  template <class T>
  struct block {
    explicit block(std::size_t columns)
        : minimum(columns, std::numeric_limits<T>::infinity()),
          maximum(columns, -std::numeric_limits<T>::infinity()),
          missing(columns),
          scale(columns, 1.0),
          exponent(columns),
          sums(9 * columns),
          inexact(columns) {}

    std::vector<T> minimum, maximum;
    std::vector<std::int64_t> missing;
    std::vector<double> scale;
    std::vector<int> exponent;
    std::vector<std::uint64_t> sums, inexact;
  };

  void adopt(std::size_t columns) {
    if (missing_.empty()) {
      missing_.assign(columns, 0);
      minimum_.assign(columns, std::numeric_limits<double>::infinity());
      maximum_.assign(columns, -std::numeric_limits<double>::infinity());
      sums_.assign(columns, {});
      if (order_ > 1) squares_.assign(columns, {});
    }
    if (columns == missing_.size()) return;
    throw argument_error("x", std::to_string(columns) + " columns", std::to_string(missing_.size()));
  }

  exact_sum weight_sum(std::size_t j) const {
    if (!weights_.empty()) return weights_[j];
    exact_sum n;
    n.add_scaled(static_cast<std::int64_t>(count(j)), 0);
    return n;
  }

  template <class T>
  void update_blocks(matrix_view<const T> x) {
    // A block is read twice, the second time from the cache.
    const std::size_t fitting = (std::size_t{192} << 10) / (x.columns() * sizeof(T));
    const std::size_t rows = std::clamp<std::size_t>(fitting / 32 * 32, 128, max_rows);
    for (std::size_t first = 0; first < x.rows(); first += rows) {
      update_block(x.slice(first, std::min(rows, x.rows() - first)));
    }
  }

  // Other strides: a tile is copied, columns one after the other.
  template <class T>
  void update_gathered(matrix_view<const T> x) {
    constexpr std::size_t rows = 1024;
    std::vector<T> tile(std::min(rows, x.rows()) * x.columns());
    for (std::size_t first = 0; first < x.rows(); first += rows) {
      const matrix_view<const T> part = x.slice(first, std::min(rows, x.rows() - first));
      for (std::size_t j = 0; j < x.columns(); ++j) {
        T* to = tile.data() + j * part.rows();
        for (std::size_t i = 0; i < part.rows(); ++i) to[i] = part(i, j);
      }
      update_block(matrix_view<const T>(tile.data(), part.rows(), x.columns(), 1,
                                        static_cast<std::ptrdiff_t>(part.rows())));
    }
  }

  template <class T>
  void update_block(matrix_view<const T> x) {
    block<T> b(x.columns());
    simd::run<kernels::column_range>(x.data(), x.rows(), x.columns(), x.row_stride(), x.column_stride(),
                                     b.minimum.data(), b.maximum.data(), b.missing.data());
    for (std::size_t j = 0; j < x.columns(); ++j) take_range(b, j, x.rows());
    digits_.resize((x.columns() + group - 1) / group, 2);
    for (std::size_t g = 0; g < digits_.size(); ++g) {
      const std::size_t first = g * group, last = std::min(first + group, x.columns());
      std::uint8_t digits = order_ == 1 ? std::uint8_t{1} : digits_[g];
      run_digits(digits, x, b, first, last);
      if (digits == 2 && any_inexact(b, first, last)) run_digits(digits = digits_[g] = 3, x, b, first, last);
      for (std::size_t j = first; j < last; ++j) deposit(digits, x, b, j);
    }
  }

  template <class T>
  void take_range(block<T>& b, std::size_t j, std::size_t rows) {
    missing_[j] += static_cast<std::uint64_t>(b.missing[j]);
    if (b.missing[j] == static_cast<std::int64_t>(rows)) return;
    // Adding zero makes a negative zero positive, whichever of the two came first.
    minimum_[j] = std::min(minimum_[j], static_cast<double>(b.minimum[j]) + 0.0);
    maximum_[j] = std::max(maximum_[j], static_cast<double>(b.maximum[j]) + 0.0);
    const double largest = static_cast<double>(std::max(std::abs(b.minimum[j]), std::abs(b.maximum[j])));
    if (largest == 0) return;
    int& e = b.exponent[j];
    if (real::isfinite(largest)) real::frexp(largest, &e);
    if (real::isfinite(largest) && e >= -400 && e <= 400) {
      b.scale[j] = real::ldexp(1.0, e);
    } else {
      b.exponent[j] = outside;
    }
  }
  static constexpr int outside = 1 << 20;

  template <class T>
  void run_digits(int digits, matrix_view<const T> x, block<T>& b, std::size_t first,
                  std::size_t last) const {
    const auto run = [&]<class Kernel>(Kernel) {
      for (int k = 0; k < Kernel::sums; ++k) {
        std::fill_n(
            b.sums.begin() + static_cast<std::ptrdiff_t>(static_cast<std::size_t>(k) * x.columns() + first),
            last - first, 0);
      }
      std::fill_n(b.inexact.begin() + static_cast<std::ptrdiff_t>(first), last - first, 0);
      // The next block of rows.
      const std::ptrdiff_t ahead = static_cast<std::ptrdiff_t>(x.rows() * sizeof(T)) * x.row_stride();
      simd::run<Kernel>(static_cast<const T*>(x.column(first)), x.rows(), last - first, x.row_stride(),
                        x.column_stride(), static_cast<const double*>(b.scale.data() + first),
                        b.sums.data() + first, x.columns(), b.inexact.data() + first, ahead);
    };
    if (digits == 1) run(kernels::digit_sums<1>{});
    if (digits == 2) run(kernels::digit_sums<2>{});
    if (digits == 3) run(kernels::digit_sums<3>{});
  }
  template <class T>
  static bool any_inexact(const block<T>& b, std::size_t first, std::size_t last) {
    for (std::size_t j = first; j < last; ++j) {
      if (b.inexact[j] != 0 && b.exponent[j] != outside) return true;
    }
    return false;
  }

  template <class T>
  void deposit(int digits, matrix_view<const T> x, const block<T>& b, std::size_t j) {
    if (b.inexact[j] != 0 || b.exponent[j] == outside) return update_slowly(j, x);
    const auto add = [&]<class Kernel>(Kernel) {
      for (int k = 0; k < Kernel::sums; ++k) {
        const auto count = static_cast<std::int64_t>(b.sums[static_cast<std::size_t>(k) * x.columns() + j]);
        if (k < Kernel::levels) {
          sums_[j].add_scaled(count, Kernel::exponent(k) + b.exponent[j]);
        } else {
          squares_[j].add_scaled(count, Kernel::exponent(k) + 2 * b.exponent[j]);
        }
      }
    };
    if (digits == 1) add(kernels::digit_sums<1>{});
    if (digits == 2) add(kernels::digit_sums<2>{});
    if (digits == 3) add(kernels::digit_sums<3>{});
  }

  // Values too different in size for the digits: one by one.
  template <class T>
  void update_slowly(std::size_t j, matrix_view<const T> x) {
    for (std::size_t i = 0; i < x.rows(); ++i) {
      const double value = static_cast<double>(x(i, j));
      if (value != value) continue;
      sums_[j].add(value);
      if (order_ > 1) squares_[j].add_product(value, value);
    }
  }

  // Weights

  static void check_weights(column_view<const double> weight, std::size_t rows) {
    if (weight.size() != rows) {
      throw argument_error("sample_weight", std::to_string(weight.size()) + " weights", std::to_string(rows));
    }
    for (std::size_t i = 0; i < rows; ++i) {
      if (!real::isfinite(weight[i])) throw data_error("sample_weight: a weight is not finite", i);
    }
  }
  void start_weights() {
    if (!weights_.empty() || missing_.empty()) return;
    for (std::size_t j = 0; j < columns(); ++j) weights_.push_back(weight_sum_of(count(j)));
  }
  static exact_sum weight_sum_of(std::uint64_t count) {
    exact_sum n;
    n.add_scaled(static_cast<std::int64_t>(count), 0);
    return n;
  }
  template <class T>
  void subtract_missing(std::size_t j, matrix_view<const T> x) {
    for (std::size_t i = 0; i < x.rows(); ++i) {
      if (x(i, j) != x(i, j)) weights_[j].add_scaled(-1, 0);
    }
  }
  template <class T>
  void update_weighted(std::size_t j, matrix_view<const T> x, column_view<const double> weight) {
    for (std::size_t i = 0; i < x.rows(); ++i) {
      const double value = static_cast<double>(x(i, j)), w = weight[i];
      if (w == 0) continue;
      if (value != value) {
        ++missing_[j];
        continue;
      }
      minimum_[j] = std::min(minimum_[j], value + 0.0);
      maximum_[j] = std::max(maximum_[j], value + 0.0);
      weights_[j].add(w);
      sums_[j].add_product(w, value);
      if (order_ > 1) squares_[j].add_product(w, value, value);
    }
  }

  std::uint8_t order_ = 2;
  std::uint64_t rows_ = 0;
  std::vector<std::uint64_t> missing_;
  std::vector<double> minimum_, maximum_;
  std::vector<exact_sum> sums_, squares_, weights_;
  // Digits that the last block of each group needed: a guess for the next, no part of the state.
  std::vector<std::uint8_t> digits_;
};

}  // namespace colonnade::inline COLONNADE_ABI
