#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Bins of numbers by ascending upper edges: bin k is (edge k-1, edge k], the first and the last are open.
///
/// `of_quantiles` cuts at the quantiles 1/B, 2/B, ... of a sample, equal edges once. A value that alone holds
/// the share of a bin gets a bin of its own, so a constant column has the bins "less", "equal" and "greater".
class quantile_bins {
 public:
  quantile_bins() = default;
  explicit quantile_bins(std::vector<double> edges) : edges_(std::move(edges)) {}

  /// `quantile(p)` is the smallest value with a share of at least p at or below it; `share(value)` the share
  /// of values that are equal to it.
  template <class Quantile, class Share>
  static quantile_bins of_quantiles(std::size_t bins, const Quantile& quantile, const Share& share) {
    if (bins < 2 || bins > 10'000) throw argument_error("bins", std::to_string(bins), "2 to 10000");
    std::vector<double> edges;
    const double part = 1 / static_cast<double>(bins);
    // The last one (k = bins) is the maximum, which is an edge only if it has a bin of its own.
    for (std::size_t k = 1; k <= bins; ++k) {
      const double value = quantile(static_cast<double>(k) / static_cast<double>(bins));
      const bool alone = share(value) >= part;
      if (alone) add(edges, real::nextafter(value, -std::numeric_limits<double>::infinity()));
      if (alone || k < bins) add(edges, value);
    }
    return quantile_bins(std::move(edges));
  }

  std::size_t size() const { return edges_.size() + 1; }
  const std::vector<double>& edges() const { return edges_; }

  /// Counts of the bins, where `at_most(edge)` is how many values are at most `edge`, of `total`.
  template <class AtMost>
  std::vector<std::uint64_t> counts(const AtMost& at_most, std::uint64_t total) const {
    std::vector<std::uint64_t> result;
    std::uint64_t before = 0;
    for (const double edge : edges_) {
      const std::uint64_t here = at_most(edge);
      result.push_back(here - before);
      before = here;
    }
    result.push_back(total - before);
    return result;
  }

 private:
  /// Quantiles come in ascending order, some of them more than once.
  static void add(std::vector<double>& edges, double edge) {
    if (edges.empty() || edges.back() < edge) edges.push_back(edge);
  }

  std::vector<double> edges_;
};

}  // namespace colonnade::inline COLONNADE_ABI
