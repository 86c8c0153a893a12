#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "colonnade/core/accumulator.hpp"
#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/kernels/exact_sum.hpp"
#include "colonnade/metrics/class_margins.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Rows of a classification: the number of the true class and of the predicted class of each, counted from 0,
/// and perhaps a weight. A row with a negative number is left out.
struct class_pairs {
  column_view<const std::int32_t> truth, predicted;
  column_view<const double> weight = {};

  std::size_t rows() const { return truth.size(); }
  class_pairs slice(std::size_t first, std::size_t count) const {
    return {truth.slice(first, count), predicted.slice(first, count),
            weight.size() == 0 ? weight : weight.slice(first, count)};
  }
};

/// How often (or with what sum of weights) each class was predicted for each true class; what accuracy,
/// precision, recall, F, Matthews' correlation and Cohen's kappa are functions of. Memory: classes x classes
/// numbers.
///
///     auto matrix = fit<confusion_matrix>(class_pairs{truth, predicted}, {.classes = 3});
///     matrix.accuracy();
class confusion_matrix {
 public:
  struct params {
    std::size_t classes = 2;
    bool operator==(const params&) const = default;
  };
  class accumulator;

  static constexpr std::string_view kind = "confusion_matrix";
  static constexpr std::uint32_t archive_version = 1;

  /// `cells` in row-major order, the true class first.
  confusion_matrix(std::size_t classes, std::vector<double> cells)
      : classes_(classes), cells_(std::move(cells)) {
    if (classes_ == 0 || cells_.size() != classes_ * classes_) {
      throw argument_error("cells", std::to_string(cells_.size()), "classes x classes");
    }
  }

  std::size_t classes() const { return classes_; }
  double operator()(std::size_t truth, std::size_t predicted) const {
    return cells_[truth * classes_ + predicted];
  }
  const std::vector<double>& cells() const { return cells_; }

  /// Per class: sums of its cell on the diagonal, its column and its row.
  class_margins margins() const {
    class_margins m(classes_);
    for (std::size_t t = 0; t < classes_; ++t) {
      m.correct[t] = (*this)(t, t);
      for (std::size_t p = 0; p < classes_; ++p) {
        m.actual[t] += (*this)(t, p);
        m.predicted[p] += (*this)(t, p);
      }
    }
    return m;
  }
  /// Share of the rows (of their weight) that were predicted right.
  double accuracy() const { return margins().accuracy(); }

  friend bool operator==(const confusion_matrix&, const confusion_matrix&) = default;

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.classes_, self.cells_);
  }
  void validate() const {
    if (classes_ == 0 || classes_ > (std::uint64_t{1} << 31) || cells_.size() != classes_ * classes_) {
      throw format_error("saved confusion matrix: its cells do not fit its classes");
    }
    for (const double cell : cells_) {
      if (cell - cell != 0) throw format_error("saved confusion matrix: a cell is not finite");
    }
  }

 private:
  friend struct archive_access;
  confusion_matrix() = default;

  std::uint64_t classes_ = 1;
  std::vector<double> cells_;
};

/// Counts of pairs, merged exactly: any partition of the rows, any order and any number of threads give equal
/// bits, weights included.
class confusion_matrix::accumulator {
 public:
  static constexpr std::string_view kind = "confusion_counts";
  static constexpr std::uint32_t archive_version = 1;
  static constexpr bool exact = true;

  explicit accumulator(const params& p = {}) : classes_(p.classes), counts_(checked_cells(p.classes)) {}

  /// Counts a batch. Throws data_error for a class number of `classes` or more, or a weight that is not
  /// finite.
  void update(const class_pairs& x) {
    check_sizes(x);
    for (std::size_t i = 0; i < x.rows(); ++i) {
      const std::int64_t t = x.truth[i], p = x.predicted[i];
      if (t < 0 || p < 0) continue;
      const auto limit = static_cast<std::int64_t>(classes_);
      if (t >= limit || p >= limit)
        throw data_error("class number " + std::to_string(std::max(t, p)) + " of " + std::to_string(limit),
                         i);
      const auto cell = static_cast<std::size_t>(t * limit + p);
      if (x.weight.size() == 0) {
        ++counts_[cell];
      } else {
        add_weight(cell, x.weight[i], i);
      }
    }
  }
  void merge(const accumulator& other) {
    if (other.classes_ != classes_) {
      throw argument_error("classes", std::to_string(other.classes_), std::to_string(classes_));
    }
    for (std::size_t cell = 0; cell < counts_.size(); ++cell) counts_[cell] += other.counts_[cell];
    if (other.weights_.empty()) return;
    weights_.resize(counts_.size());
    for (std::size_t cell = 0; cell < counts_.size(); ++cell) weights_[cell] += other.weights_[cell];
  }
  accumulator empty_copy() const { return accumulator(params{static_cast<std::size_t>(classes_)}); }

  confusion_matrix finalize() const {
    std::vector<double> cells(counts_.size());
    for (std::size_t cell = 0; cell < cells.size(); ++cell) {
      if (weights_.empty()) {
        cells[cell] = static_cast<double>(counts_[cell]);
        continue;
      }
      exact_sum sum = weights_[cell];
      sum.add(static_cast<double>(counts_[cell]));
      cells[cell] = sum.value();
    }
    return {static_cast<std::size_t>(classes_), std::move(cells)};
  }

  friend bool operator==(const accumulator&, const accumulator&) = default;

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.classes_, self.counts_, self.weights_);
  }
  void validate() const {
    if (classes_ == 0 || classes_ > (std::uint64_t{1} << 31) || counts_.size() != classes_ * classes_ ||
        (!weights_.empty() && weights_.size() != counts_.size())) {
      throw format_error("saved confusion counts: the counts do not fit the classes");
    }
    for (const exact_sum& sum : weights_) {
      if (!sum.finite() || sum.value() - sum.value() != 0) {
        throw format_error("saved confusion counts: a sum of weights is not finite");
      }
    }
  }

 private:
  static std::size_t checked_cells(std::size_t classes) {
    if (classes == 0 || classes > 46'340)
      throw argument_error("classes", std::to_string(classes), "1 to 46,340");
    return classes * classes;
  }
  static void check_sizes(const class_pairs& x) {
    if (x.predicted.size() != x.rows()) {
      throw argument_error("predicted", std::to_string(x.predicted.size()) + " rows",
                           std::to_string(x.rows()));
    }
    if (x.weight.size() != 0 && x.weight.size() != x.rows()) {
      throw argument_error("weight", std::to_string(x.weight.size()) + " rows", std::to_string(x.rows()));
    }
  }
  void add_weight(std::size_t cell, double weight, std::size_t row) {
    if (weight - weight != 0) throw data_error("weight is not finite", row);
    if (weights_.empty()) weights_.resize(counts_.size());
    weights_[cell].add(weight);
  }

  std::uint64_t classes_;
  std::vector<std::uint64_t> counts_;
  std::vector<exact_sum> weights_;
};

/// The learning state under its own name.
using confusion_counts = confusion_matrix::accumulator;

}  // namespace colonnade::inline COLONNADE_ABI
