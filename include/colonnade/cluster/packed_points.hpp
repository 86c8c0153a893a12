#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "colonnade/cluster/center_search.hpp"
#include "colonnade/cluster/data_extent.hpp"
#include "colonnade/core/large_array.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI::cluster_detail {

/// A matrix as float tiles with the norms of its points, read in every pass of k-means. What is computed from
/// it alone (seeds) depends on the matrix, not on threads. 4 bytes a value and 4 a row.
class packed_points {
 public:
  static constexpr std::size_t block_tiles = 128;
  static constexpr std::size_t block_rows = block_tiles * kernels::tile_points;

  /// Packs the rows of `batch.x` in `order` (empty: as they are).
  template <class T>
  packed_points(const samples<matrix_view<const T>>& batch, const data_extent& extent,
                std::vector<std::uint32_t> order, int threads)
      : order_(std::move(order)),
        rows_(batch.rows()),
        columns_(batch.x.columns()),
        tiles_(block_count(rows_, kernels::tile_points)),
        points_(tiles_ * kernels::tile_points * columns_),
        norms_(tiles_ * kernels::tile_points) {
    take_weights(batch);
    frame_.shift = middle_of_some(batch.x);
    double reach = 0;
    for (std::size_t j = 0; j < columns_; ++j) {
      reach = std::max({reach, extent.maximum()[j] - frame_.shift[j], frame_.shift[j] - extent.minimum()[j]});
    }
    frame_.scale = tile_frame::scale_for(reach);
    std::vector<std::vector<double>> moments(blocks(), std::vector<double>(2 * columns_ + 1));
    for_blocks(blocks(), threads, [&](std::size_t block) {
      pack(batch.x, block);
      moments[block] = moments_of(block);
    });
    summarize(moments);
  }

  /// Puts at position i what lies at `from[i]`. `batch` is what was packed.
  template <class T>
  void reorder(const samples<matrix_view<const T>>& batch, const std::vector<std::uint32_t>& from,
               int threads) {
    std::vector<std::uint32_t> order(rows_);
    for (std::size_t i = 0; i < rows_; ++i) order[i] = static_cast<std::uint32_t>(row(from[i]));
    order_ = std::move(order);
    take_weights(batch);
    for_blocks(blocks(), threads, [&](std::size_t block) { pack(batch.x, block); });
  }

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  std::size_t tiles() const { return tiles_; }
  std::size_t blocks() const { return block_count(rows_, block_rows); }
  /// Row of the matrix that lies at a position.
  std::size_t row(std::size_t position) const { return order_.empty() ? position : order_[position]; }
  /// Weights by position, filled up with zeros to whole blocks; empty when all rows weigh 1.
  const std::vector<double>& weights() const { return weights_; }
  /// Rows of a block.
  std::size_t rows_of(std::size_t block) const { return std::min(block_rows, rows_ - block * block_rows); }
  std::size_t tiles_of(std::size_t block) const { return block_count(rows_of(block), kernels::tile_points); }
  const float* points(std::size_t block) const { return points_.data() + block * block_rows * columns_; }
  const float* norms(std::size_t block) const { return norms_.data() + block * block_rows; }
  /// Says that tile `t` of a block will be read soon.
  void prefetch(std::size_t block, std::size_t t) const {
    const float* tile = points(block) + t * kernels::tile_points * columns_;
    for (std::size_t i = 0; i < std::min<std::size_t>(columns_, 16) * kernels::tile_points; i += 16)
      __builtin_prefetch(tile + i);
  }
  /// Value j of a row, as it stands in its tile.
  float value(std::size_t row, std::size_t j) const {
    return points_.data()[row / kernels::tile_points * kernels::tile_points * columns_ +
                          j * kernels::tile_points + row % kernels::tile_points];
  }
  const tile_frame& frame() const { return frame_; }
  /// Mean over the columns of their weighted variances.
  double mean_variance() const { return mean_variance_; }

 private:
  /// Means of at most 4096 rows, evenly spaced: floats are finest near it.
  template <class T>
  std::vector<double> middle_of_some(const matrix_view<const T>& x) const {
    const std::size_t count = std::min<std::size_t>(rows_, 4096);
    std::vector<double> sum(columns_);
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t some = row(k * (rows_ / count));
      for (std::size_t j = 0; j < columns_; ++j) {
        sum[j] += static_cast<double>(x(some, j)) / static_cast<double>(count);
      }
    }
    return sum;
  }

  template <class T>
  void take_weights(const samples<matrix_view<const T>>& batch) {
    if (batch.weight.size() == 0) return;
    weights_.assign(blocks() * block_rows, 0.0);
    for (std::size_t i = 0; i < rows_; ++i) weights_[i] = batch.weight[row(i)];
  }

  template <class T>
  void pack(const matrix_view<const T>& x, std::size_t block) {
    for (std::size_t t = 0; t < tiles_of(block); ++t) {
      const std::size_t first = block * block_rows + t * kernels::tile_points;
      const std::size_t count = std::min(kernels::tile_points, rows_ - first);
      const auto offsets = offsets_of(x, count, [&](std::size_t i) { return row(first + i); });
      // Rows of an order of their own come from anywhere.
      for (std::size_t i = first + count; i < std::min(rows_, first + count + kernels::tile_points); ++i)
        __builtin_prefetch(x.data() + static_cast<std::ptrdiff_t>(row(i)) * x.row_stride());
      float* tile = points_.data() + first * columns_;
      simd::run<kernels::pack_points>(x.data(), offsets.data(), x.column_stride(), columns_,
                                      std::as_const(frame_.shift).data(), frame_.scale, tile);
      simd::run<kernels::point_norms>(static_cast<const float*>(tile), columns_, norms_.data() + first);
    }
  }

  /// Weighted sums and sums of squares of the columns, and the sum of weights.
  std::vector<double> moments_of(std::size_t block) const {
    std::vector<double> moments(2 * columns_ + 1);
    double weights[kernels::tile_points];
    for (std::size_t t = 0; t < tiles_of(block); ++t) {
      const std::size_t first = block * block_rows + t * kernels::tile_points;
      for (std::size_t i = 0; i < kernels::tile_points; ++i) {
        weights[i] = first + i >= rows_ ? 0.0 : weights_.empty() ? 1.0 : weights_[first + i];
      }
      simd::run<kernels::tile_moments>(points_.data() + first * columns_, static_cast<const double*>(weights),
                                       columns_, moments.data());
      moments.back() += fold_weights(weights);
    }
    return moments;
  }

  static double fold_weights(const double* weights) {
    double sum = 0;
    for (std::size_t i = 0; i < kernels::tile_points; ++i) sum += weights[i];
    return sum;
  }

  void summarize(const std::vector<std::vector<double>>& moments) {
    std::vector<double> sum(2 * columns_ + 1);
    for (const auto& part : moments) {
      for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += part[j];
    }
    const double n = sum.back();
    double total = 0;
    for (std::size_t j = 0; j < columns_; ++j) {
      const double mean = sum[j] / n;
      total += std::max(0.0, sum[columns_ + j] / n - mean * mean);
    }
    mean_variance_ = total / static_cast<double>(columns_) / frame_.scale / frame_.scale;
  }

  std::vector<std::uint32_t> order_;
  std::size_t rows_, columns_, tiles_;
  std::vector<double> weights_;
  large_array<float> points_, norms_;
  tile_frame frame_;
  double mean_variance_ = 0;
};

}  // namespace colonnade::inline COLONNADE_ABI::cluster_detail
