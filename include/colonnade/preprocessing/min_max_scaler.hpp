#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "colonnade/core/accumulator.hpp"
#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/kernels/affine.hpp"
#include "colonnade/kernels/column_range.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Maps the range of every column onto `[low, high]`:  y = x * scale + shift,  scale = (high - low) / (max -
/// min), shift = low - min * scale.
///
/// Missing values (NaN) are skipped in learning and kept in `transform`. A constant column maps to `low`; an
/// all-missing column to missing. O(rows x columns); exact, so any partition of the rows gives the same bits.
///
///     auto scaler = colonnade::fit<colonnade::min_max_scaler>(colonnade::matrix_view<const double>(data,
///     rows, 3)); scaler.transform(view, out);
class min_max_scaler {
 public:
  struct params {
    double low = 0;     ///< smallest value of the output
    double high = 1;    ///< largest value of the output
    bool clip = false;  ///< whether values outside the learnt range are cut to it

    friend bool operator==(const params&, const params&) = default;

    bool valid() const { return low < high && real::isfinite(high - low); }
    void check() const {
      if (valid()) return;
      throw argument_error("feature_range", "(" + std::to_string(low) + ", " + std::to_string(high) + ")",
                           "a minimum smaller than the maximum");
    }
    template <class Archive, class Self>
    static void archive(Archive& ar, Self& self) {
      ar(self.low, self.high, self.clip);
    }
    void validate() const {
      if (!valid()) throw format_error("saved min_max_scaler: the range is empty or not finite");
    }
  };

  class accumulator {
   public:
    static constexpr std::string_view kind = "min_max_scaler.accumulator";
    static constexpr std::uint32_t archive_version = 1;
    static constexpr bool exact = true;

    accumulator() = default;
    explicit accumulator(const params& p) : params_(p) { p.check(); }
    /// Goes on where a fitted scaler ended.
    explicit accumulator(const min_max_scaler& model)
        : params_(model.params_), rows_(model.rows_), minimum_(model.minimum_), maximum_(model.maximum_) {
      for (double& m : minimum_) m = m == m ? m : std::numeric_limits<double>::infinity();
      for (double& m : maximum_) m = m == m ? m : -std::numeric_limits<double>::infinity();
    }

    /// Learns from a block of rows; the first block says how many columns there are.
    template <class T>
    void update(matrix_view<const T> x) {
      adopt(x.columns());
      rows_ += x.rows();
      if (x.row_stride() == 1 || x.column_stride() == 1) return take(x, 0);
      // Other strides: a piece of a column is copied.
      T piece[256];
      for (std::size_t j = 0; j < x.columns(); ++j) {
        for (std::size_t first = 0; first < x.rows(); first += 256) {
          const std::size_t count = std::min<std::size_t>(256, x.rows() - first);
          for (std::size_t i = 0; i < count; ++i) piece[i] = x(first + i, j);
          take(matrix_view<const T>(piece, count, 1), j);
        }
      }
    }
    void merge(const accumulator& other) {
      if (other.minimum_.empty()) return;
      adopt(other.minimum_.size());
      rows_ += other.rows_;
      for (std::size_t j = 0; j < minimum_.size(); ++j) {
        minimum_[j] = std::min(minimum_[j], other.minimum_[j]);
        maximum_[j] = std::max(maximum_[j], other.maximum_[j]);
      }
    }
    accumulator empty_copy() const { return accumulator(params_); }
    min_max_scaler finalize() const { return min_max_scaler(params_, rows_, minimum_, maximum_); }
    /// Whether an infinite value was seen.
    bool infinite() const {
      for (std::size_t j = 0; j < minimum_.size(); ++j) {
        if (minimum_[j] <= maximum_[j] && (real::isinf(minimum_[j]) || real::isinf(maximum_[j]))) return true;
      }
      return false;
    }
    friend bool operator==(const accumulator& a, const accumulator& b) { return same_bytes(a, b); }

    template <class Archive, class Self>
    static void archive(Archive& ar, Self& self) {
      ar(self.params_, self.rows_, self.minimum_, self.maximum_);
    }
    void validate() const {
      if (minimum_.size() != maximum_.size())
        throw format_error("saved min_max_scaler: columns do not agree");
    }

   private:
    void adopt(std::size_t columns) {
      if (minimum_.empty()) {
        minimum_.assign(columns, std::numeric_limits<double>::infinity());
        maximum_.assign(columns, -std::numeric_limits<double>::infinity());
      }
      if (columns == minimum_.size()) return;
      throw argument_error("x", std::to_string(columns) + " columns", std::to_string(minimum_.size()));
    }
    template <class T>
    void take(matrix_view<const T> x, std::size_t first) {
      constexpr T largest = std::numeric_limits<T>::infinity();
      std::vector<T> low(x.columns(), largest), high(x.columns(), -largest);
      std::vector<std::int64_t> missing(x.columns());
      simd::run<kernels::column_range>(x.data(), x.rows(), x.columns(), x.row_stride(), x.column_stride(),
                                       low.data(), high.data(), missing.data());
      for (std::size_t j = 0; j < x.columns(); ++j) {
        // Adding zero makes a negative zero positive, whichever of the two came first.
        minimum_[first + j] = std::min(minimum_[first + j], static_cast<double>(low[j]) + 0.0);
        maximum_[first + j] = std::max(maximum_[first + j], static_cast<double>(high[j]) + 0.0);
      }
    }

    params params_;
    std::uint64_t rows_ = 0;
    std::vector<double> minimum_, maximum_;
  };

  static constexpr std::string_view kind = "min_max_scaler";
  static constexpr std::uint32_t archive_version = 1;

  std::size_t columns() const { return minimum_.size(); }
  std::uint64_t rows() const { return rows_; }
  const params& parameters() const { return params_; }
  /// Smallest value of each column; NaN where all are missing.
  const std::vector<double>& minimum() const { return minimum_; }
  /// Largest value of each column; NaN where all are missing.
  const std::vector<double>& maximum() const { return maximum_; }
  /// Factor of each column.
  const std::vector<double>& scale() const { return scale_; }
  /// What is added after multiplying.
  const std::vector<double>& shift() const { return shift_; }

  /// out = x * scale + shift, cut to the range with `clip`. `out` may be the memory of `x`. Returns whether a
  /// value is infinite.
  template <class T>
  bool transform(std::type_identity_t<matrix_view<const T>> x, matrix_view<T> out, int threads = 0) const {
    const affine_form form = params_.clip ? affine_form::clipped : affine_form::multiply_add;
    return map_columns({form, shift_, scale_, params_.low, params_.high}, x, out, threads);
  }
  /// out = (x - shift) / scale.
  template <class T>
  bool inverse_transform(std::type_identity_t<matrix_view<const T>> x, matrix_view<T> out,
                         int threads = 0) const {
    return map_columns({affine_form::centre_divide, shift_, scale_}, x, out, threads);
  }

  friend bool operator==(const min_max_scaler& a, const min_max_scaler& b) { return same_bytes(a, b); }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.params_, self.rows_, self.minimum_, self.maximum_);
    if constexpr (!std::is_const_v<Self>) {
      if (self.minimum_.size() != self.maximum_.size())
        throw format_error("saved min_max_scaler: columns do not agree");
      self.derive();
    }
  }

 private:
  friend struct archive_access;
  min_max_scaler() = default;
  min_max_scaler(const params& p, std::uint64_t rows, std::vector<double> minimum,
                 std::vector<double> maximum)
      : params_(p), rows_(rows), minimum_(std::move(minimum)), maximum_(std::move(maximum)) {
    derive();
  }

  void derive() {
    scale_.clear();
    shift_.clear();
    for (std::size_t j = 0; j < minimum_.size(); ++j) {
      if (!(minimum_[j] <= maximum_[j])) minimum_[j] = maximum_[j] = std::numeric_limits<double>::quiet_NaN();
      const double range = maximum_[j] - minimum_[j];
      const bool constant = range < 10 * std::numeric_limits<double>::epsilon();
      scale_.push_back((params_.high - params_.low) / (constant ? 1.0 : range));
      shift_.push_back(params_.low - minimum_[j] * scale_[j]);
    }
  }

  params params_;
  std::uint64_t rows_ = 0;
  std::vector<double> minimum_, maximum_, scale_, shift_;
};

}  // namespace colonnade::inline COLONNADE_ABI
