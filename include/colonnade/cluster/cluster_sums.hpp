#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "colonnade/cluster/fixed_point_frame.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/kernels/fixed_point_sums.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Weight and weighted sum of the rows of every cluster, as integers of a `fixed_point_frame`: the same for
/// any order and grouping of additions, and a row can leave again without a trace.
class cluster_sums {
 public:
  cluster_sums() = default;
  cluster_sums(std::size_t clusters, std::size_t columns)
      : columns_(columns), weights_(clusters), sums_(clusters * columns) {}

  std::size_t clusters() const { return weights_.size(); }

  /// Moves rows of `batch` between clusters (`kernels::row_move`).
  template <class T>
  void move(const fixed_point_frame& frame, const samples<matrix_view<const T>>& batch,
            std::span<const kernels::row_move> moves) {
    const auto& w = batch.weight;
    const double* weights = w.size() == 0 ? nullptr : w.data();
    simd::run<kernels::fixed_point_sums>(batch.x.data(), batch.x.row_stride(), batch.x.column_stride(),
                                         columns_, weights, w.stride(), frame.origin(), frame.scale(),
                                         moves.data(), moves.size(), sums_.data());
    const double scale = frame.weight_scale();
    const std::uint64_t one = kernels::to_fixed(scale);
    for (const kernels::row_move& m : moves) {
      const std::uint64_t q = weights == nullptr ? one : kernels::to_fixed(w[m.row] * scale);
      if (m.to != kernels::row_move::none) weights_[m.to] += q;
      if (m.from != kernels::row_move::none) weights_[m.from] -= q;
    }
  }

  bool has_shape(std::size_t clusters, std::size_t columns) const {
    return weights_.size() == clusters && columns_ == columns;
  }

  void merge(const cluster_sums& other) {
    for (std::size_t i = 0; i < sums_.size(); ++i) sums_[i] += other.sums_[i];
    for (std::size_t c = 0; c < weights_.size(); ++c) weights_[c] += other.weights_[c];
  }
  void clear() {
    std::fill(sums_.begin(), sums_.end(), 0);
    std::fill(weights_.begin(), weights_.end(), 0);
  }

  bool empty(std::size_t cluster) const { return weight(cluster) <= 0; }
  std::size_t empty_count() const {
    std::size_t count = 0;
    for (std::size_t c = 0; c < clusters(); ++c) count += empty(c) ? 1 : 0;
    return count;
  }

  /// Means of the clusters, rows of `columns` values. An empty cluster lies where the heaviest one (the first
  /// of several) lies, as in scikit-learn.
  std::vector<double> means(const fixed_point_frame& frame) const {
    std::size_t heaviest = 0;
    for (std::size_t c = 0; c < clusters(); ++c) {
      if (weight(c) > weight(heaviest)) heaviest = c;
    }
    std::vector<double> result;
    result.reserve(sums_.size());
    for (std::size_t c = 0; c < clusters(); ++c) {
      const std::size_t of = empty(c) ? heaviest : c;
      for (std::size_t j = 0; j < columns_; ++j) {
        const auto sum = static_cast<std::int64_t>(sums_[of * columns_ + j]);
        result.push_back(empty(of) ? frame.origin()[j] : frame.mean(j, sum, weight(of)));
      }
    }
    return result;
  }

  friend bool operator==(const cluster_sums&, const cluster_sums&) = default;
  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.columns_, self.weights_, self.sums_);
  }
  void validate() const {
    const bool valid = weights_.empty() ? sums_.empty()
                                        : columns_ > 0 && sums_.size() / columns_ == weights_.size() &&
                                              sums_.size() % columns_ == 0;
    if (!valid)
      throw format_error("saved cluster_sums: the number of sums does not agree with clusters and columns");
  }

 private:
  std::int64_t weight(std::size_t cluster) const { return static_cast<std::int64_t>(weights_[cluster]); }

  std::uint64_t columns_ = 0;
  std::vector<std::uint64_t> weights_, sums_;
};

}  // namespace colonnade::inline COLONNADE_ABI
