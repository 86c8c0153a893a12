#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/kernels/gradient_histogram.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What workers of a `boosting_session` found out for one proposal: bounds of their gradients and weights, or
/// the cells of the histograms that were asked for, one after the other, each with the columns of the tree.
/// Integers, so merging in any order and grouping gives the same.
struct boosting_sums {
  static constexpr std::string_view kind = "boosting_sums";
  static constexpr std::uint32_t archive_version = 1;

  std::uint64_t step = 0;            ///< of the proposal
  std::uint64_t rows = 0;            ///< that were looked at
  double gradient = 0, hessian = 0;  ///< that none exceeds
  double least_weight = std::numeric_limits<double>::infinity(), largest_weight = 0;
  std::vector<std::int64_t> cells;  ///< gradient and Hessian in turn

  /// Adds the sums of other rows for the same proposal. Throws argument_error for those of another one.
  void merge(const boosting_sums& other) {
    if (other.step != step || other.cells.size() != cells.size()) {
      throw argument_error("sums", "those of step " + std::to_string(other.step),
                           "of step " + std::to_string(step) + ", as the others");
    }
    rows += other.rows;
    gradient = std::max(gradient, other.gradient);
    hessian = std::max(hessian, other.hessian);
    least_weight = std::min(least_weight, other.least_weight);
    largest_weight = std::max(largest_weight, other.largest_weight);
    for (std::size_t i = 0; i < cells.size(); ++i) {
      // Sums that nobody can have would overflow.
      cells[i] = static_cast<std::int64_t>(static_cast<std::uint64_t>(cells[i]) +
                                           static_cast<std::uint64_t>(other.cells[i]));
    }
  }

  void append(std::span<const gradient_sum> some) {
    for (const gradient_sum& sum : some) cells.insert(cells.end(), {sum.gradient, sum.hessian});
  }
  gradient_sum cell(std::size_t i) const { return {cells[2 * i], cells[2 * i + 1]}; }

  friend bool operator==(const boosting_sums& a, const boosting_sums& b) { return same_bytes(a, b); }
  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.step, self.rows, self.gradient, self.hessian, self.least_weight, self.largest_weight, self.cells);
  }
  void validate() const {
    const auto fail = [](const char* what) {
      throw format_error(std::string("saved boosting_sums: ") + what);
    };
    if (rows >= (std::uint64_t{1} << 32)) fail("too many rows");
    if (!(gradient >= 0) || !(hessian >= 0) || !real::isfinite(gradient) || !real::isfinite(hessian))
      fail("a bound is no number >= 0");
    if (!(least_weight >= 0) || !(largest_weight >= 0) || !real::isfinite(largest_weight))
      fail("a weight is no number >= 0");
    if (cells.size() % 2 != 0) fail("half a cell");
    // As much as gradient_scale lets all rows sum up to.
    for (const std::int64_t value : cells) {
      if (value < -most || value > most) fail("a sum is too large");
    }
  }

  static constexpr std::int64_t most = std::int64_t{1} << 51;
};

}  // namespace colonnade::inline COLONNADE_ABI
