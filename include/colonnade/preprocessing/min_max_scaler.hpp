#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "colonnade/core/accumulator.hpp"
#include "colonnade/core/archive.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Maps the range of every column onto `[low, high]`:  y = x * scale + shift,  scale = (high - low) / (max - min).
///
/// Missing values (NaN) are skipped in learning and kept in `transform`. A constant column maps to `low`; an all-missing
/// column to missing. O(rows x columns); exact, so any partition of the rows gives the same bits.
///
///     auto scaler = colonnade::fit<colonnade::min_max_scaler>(colonnade::matrix_view<const double>(data, rows, 3));
///     scaler.transform(view, out);
class min_max_scaler {
 public:
  struct params {
    double low = 0;    ///< smallest value of the output
    double high = 1;   ///< largest value of the output
    bool clip = false; ///< whether values outside the learnt range are cut to it

    friend bool operator==(const params&, const params&) = default;

    void check() const {
      if (!(low < high)) {
        throw argument_error("feature_range", "(" + std::to_string(low) + ", " + std::to_string(high) + ")",
                             "a minimum smaller than the maximum");
      }
    }
    template <class Archive, class Self>
    static void archive(Archive& ar, Self& self) {
      ar(self.low, self.high, self.clip);
    }
  };

  class accumulator {
   public:
    static constexpr std::string_view kind = "min_max_scaler.accumulator";
    static constexpr std::uint32_t archive_version = 1;
    static constexpr bool exact = true;

    accumulator() = default;
    explicit accumulator(const params& p) : params_(p) { p.check(); }

    /// Learns from a block of rows; the first block says how many columns there are.
    template <class T>
    void update(matrix_view<const T> x) {
      adopt(x.columns());
      rows_ += x.rows();
      for (std::size_t j = 0; j < x.columns(); ++j) {
        for (std::size_t i = 0; i < x.rows(); ++i) {
          const double value = static_cast<double>(x(i, j));
          minimum_[j] = value < minimum_[j] ? value : minimum_[j];
          maximum_[j] = value > maximum_[j] ? value : maximum_[j];
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
    friend bool operator==(const accumulator& a, const accumulator& b) { return same_bytes(a, b); }

    template <class Archive, class Self>
    static void archive(Archive& ar, Self& self) {
      ar(self.params_, self.rows_, self.minimum_, self.maximum_);
    }
    void validate() const {
      if (minimum_.size() != maximum_.size()) throw format_error("saved min_max_scaler: columns do not agree");
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

    params params_;
    std::uint64_t rows_ = 0;
    std::vector<double> minimum_, maximum_;
  };

  static constexpr std::string_view kind = "min_max_scaler";
  static constexpr std::uint32_t archive_version = 1;

  std::size_t columns() const { return minimum_.size(); }
  std::uint64_t rows() const { return rows_; }
  /// Smallest value of each column; NaN where all are missing.
  const std::vector<double>& minimum() const { return minimum_; }
  /// Largest value of each column; NaN where all are missing.
  const std::vector<double>& maximum() const { return maximum_; }

  friend bool operator==(const min_max_scaler& a, const min_max_scaler& b) { return same_bytes(a, b); }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.params_, self.rows_, self.minimum_, self.maximum_);
  }
  void validate() const {
    if (minimum_.size() != maximum_.size()) throw format_error("saved min_max_scaler: columns do not agree");
  }

 private:
  friend struct archive_access;
  min_max_scaler() = default;
  min_max_scaler(const params& p, std::uint64_t rows, std::vector<double> minimum, std::vector<double> maximum)
      : params_(p), rows_(rows), minimum_(std::move(minimum)), maximum_(std::move(maximum)) {
    for (std::size_t j = 0; j < minimum_.size(); ++j) {
      if (minimum_[j] <= maximum_[j]) continue;
      minimum_[j] = maximum_[j] = std::numeric_limits<double>::quiet_NaN();
    }
  }

  params params_;
  std::uint64_t rows_ = 0;
  std::vector<double> minimum_, maximum_;
};

}  // namespace colonnade::inline COLONNADE_ABI
