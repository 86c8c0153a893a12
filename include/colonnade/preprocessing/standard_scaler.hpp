#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "colonnade/core/accumulator.hpp"
#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/kernels/affine.hpp"
#include "colonnade/kernels/column_moments.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Gives every column mean 0 and variance 1:  y = (x - mean) / scale,  scale = sqrt(variance), variance
/// divided by n.
///
/// Missing values (NaN) are skipped in learning and kept in `transform`. A column that is constant up to
/// rounding (scikit-learn's bound: variance <= n eps variance + (n mean eps)^2) is only centred; an
/// all-missing one becomes missing. Sums are exact, so any partition of the rows gives the same bits and a
/// row of weight 3 is three rows. O(rows x columns).
///
///     auto scaler = colonnade::fit<colonnade::standard_scaler>(colonnade::matrix_view<const double>(data,
///     rows, 3)); scaler.transform(view, out);
class standard_scaler {
 public:
  struct params {
    bool with_mean = true;  ///< whether the mean is subtracted
    bool with_std = true;   ///< whether values are divided by the standard deviation

    friend bool operator==(const params&, const params&) = default;

    template <class Archive, class Self>
    static void archive(Archive& ar, Self& self) {
      ar(self.with_mean, self.with_std);
    }
    int order() const { return with_std ? 2 : 1; }
  };

  class accumulator {
   public:
    static constexpr std::string_view kind = "standard_scaler.accumulator";
    static constexpr std::uint32_t archive_version = 1;
    static constexpr bool exact = true;

    accumulator() = default;
    explicit accumulator(const params& p) : params_(p), moments_(p.order()) {}
    /// Goes on where a fitted scaler ended.
    explicit accumulator(const standard_scaler& model) : params_(model.params_), moments_(model.moments_) {}

    /// Learns from a block of rows, with weights if they are `samples`; the first block says how many columns
    /// there are.
    template <class T>
    void update(matrix_view<const T> x) {
      moments_.update(x);
    }
    template <class T>
    void update(const samples<matrix_view<const T>>& batch) {
      moments_.update(batch);
    }
    void merge(const accumulator& other) { moments_.merge(other.moments_); }
    accumulator empty_copy() const { return accumulator(params_); }
    standard_scaler finalize() const { return standard_scaler(params_, moments_); }
    const column_moments& moments() const { return moments_; }
    friend bool operator==(const accumulator& a, const accumulator& b) { return same_bytes(a, b); }

    template <class Archive, class Self>
    static void archive(Archive& ar, Self& self) {
      ar(self.params_, self.moments_);
    }
    void validate() const { check_order(params_, moments_); }

   private:
    params params_;
    column_moments moments_;
  };

  static constexpr std::string_view kind = "standard_scaler";
  static constexpr std::uint32_t archive_version = 1;

  std::size_t columns() const { return moments_.columns(); }
  std::uint64_t rows() const { return moments_.rows(); }
  const params& parameters() const { return params_; }
  /// Mean of each column, NaN where all are missing. Known even if it is not subtracted.
  const std::vector<double>& mean() const { return mean_; }
  /// Variance of each column (divided by n); empty without `with_std`.
  const std::vector<double>& variance() const { return variance_; }
  /// What values are divided by: 1 for constant columns and without `with_std`.
  const std::vector<double>& scale() const { return scale_; }
  /// Counts, ranges and exact sums.
  const column_moments& moments() const { return moments_; }

  /// out = (x - mean) / scale. `out` may be the memory of `x`. Returns whether a value is infinite.
  template <class T>
  bool transform(std::type_identity_t<matrix_view<const T>> x, matrix_view<T> out, int threads = 0) const {
    return map_columns({affine_form::centre_divide, shift_, scale_}, x, out, threads);
  }
  /// out = x * scale + mean.
  template <class T>
  bool inverse_transform(std::type_identity_t<matrix_view<const T>> x, matrix_view<T> out,
                         int threads = 0) const {
    return map_columns({affine_form::multiply_add, shift_, scale_}, x, out, threads);
  }

  friend bool operator==(const standard_scaler& a, const standard_scaler& b) { return same_bytes(a, b); }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.params_, self.moments_);
    if constexpr (!std::is_const_v<Self>) {
      check_order(self.params_, self.moments_);
      self.derive();
    }
  }

 private:
  friend struct archive_access;
  standard_scaler() = default;
  standard_scaler(const params& p, column_moments moments) : params_(p), moments_(std::move(moments)) {
    derive();
  }

  static void check_order(const params& p, const column_moments& moments) {
    if (moments.order() == p.order()) return;
    throw format_error("saved standard_scaler: sums of squares where none are due, or none");
  }

  void derive() {
    mean_.clear();
    variance_.clear();
    scale_.assign(columns(), 1.0);
    for (std::size_t j = 0; j < columns(); ++j) {
      mean_.push_back(moments_.mean(j));
      if (!params_.with_std) continue;
      variance_.push_back(moments_.variance(j));
      if (!constant(j)) scale_[j] = real::sqrt(variance_[j]);
    }
    shift_ = params_.with_mean ? mean_ : std::vector<double>(columns(), 0.0);
  }
  bool constant(std::size_t j) const {
    constexpr double epsilon = std::numeric_limits<double>::epsilon();
    const double n = moments_.weight(j), error = n * mean_[j] * epsilon;
    return variance_[j] <= n * epsilon * variance_[j] + error * error;
  }
  std::vector<double> shift() const {
    return params_.with_mean ? mean_ : std::vector<double>(columns(), 0.0);
  }

  params params_;
  column_moments moments_;
  std::vector<double> mean_, variance_, scale_, shift_;
};

}  // namespace colonnade::inline COLONNADE_ABI
