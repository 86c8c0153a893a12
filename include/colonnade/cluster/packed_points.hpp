#pragma once

#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include "colonnade/cluster/aligned_buffer.hpp"
#include "colonnade/cluster/center_search.hpp"
#include "colonnade/cluster/data_extent.hpp"

namespace colonnade::inline COLONNADE_ABI::cluster_detail {

/// A matrix as float tiles with the norms of its points: packed once, read in every pass of k-means. What is
/// computed from it alone (seeds) depends on the matrix, not on threads. 4 bytes a value and 4 a row.
class packed_points {
 public:
  static constexpr std::size_t block_tiles = 128;
  static constexpr std::size_t block_rows = block_tiles * kernels::tile_points;

  template <class T>
  packed_points(matrix_view<const T> x, const data_extent& extent, int threads)
      : rows_(x.rows()),
        columns_(x.columns()),
        tiles_(block_count(rows_, kernels::tile_points)),
        points_(tiles_ * kernels::tile_points * columns_),
        norms_(tiles_ * kernels::tile_points) {
    frame_.shift = middle_of_some(x);
    double reach = 0;
    for (std::size_t j = 0; j < columns_; ++j) {
      reach = std::max({reach, extent.maximum()[j] - frame_.shift[j], frame_.shift[j] - extent.minimum()[j]});
    }
    frame_.scale = tile_frame::scale_for(reach);
    std::vector<std::vector<double>> moments(blocks(), std::vector<double>(2 * columns_));
    for_blocks(blocks(), threads, [&](std::size_t block) { pack(x, block, moments[block]); });
    summarize(moments);
  }

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  std::size_t blocks() const { return block_count(rows_, block_rows); }
  /// Rows of a block.
  std::size_t rows_of(std::size_t block) const { return std::min(block_rows, rows_ - block * block_rows); }
  std::size_t tiles_of(std::size_t block) const { return block_count(rows_of(block), kernels::tile_points); }
  const float* points(std::size_t block) const { return points_.data() + block * block_rows * columns_; }
  const float* norms(std::size_t block) const { return norms_.data() + block * block_rows; }
  /// Value j of a row, as it stands in its tile.
  float value(std::size_t row, std::size_t j) const {
    return points_.data()[row / kernels::tile_points * kernels::tile_points * columns_ +
                          j * kernels::tile_points + row % kernels::tile_points];
  }
  const tile_frame& frame() const { return frame_; }
  /// Mean over the columns of their variances.
  double mean_variance() const { return mean_variance_; }

 private:
  /// Means of at most 4096 rows, evenly spaced: floats are finest near it.
  template <class T>
  static std::vector<double> middle_of_some(matrix_view<const T> x) {
    const std::size_t count = std::min<std::size_t>(x.rows(), 4096);
    std::vector<double> sum(x.columns());
    for (std::size_t k = 0; k < count; ++k) {
      const std::size_t row = k * (x.rows() / count);
      for (std::size_t j = 0; j < x.columns(); ++j) {
        sum[j] += static_cast<double>(x(row, j)) / static_cast<double>(count);
      }
    }
    return sum;
  }

  template <class T>
  void pack(matrix_view<const T> x, std::size_t block, std::vector<double>& moments) {
    for (std::size_t t = 0; t < tiles_of(block); ++t) {
      const std::size_t first = block * block_rows + t * kernels::tile_points;
      const auto some = x.slice(first, std::min(kernels::tile_points, rows_ - first));
      float* tile = points_.data() + first * columns_;
      simd::run<kernels::pack_points>(some.data(), some.row_stride(), some.column_stride(), some.rows(),
                                      columns_, std::as_const(frame_.shift).data(), frame_.scale, tile);
      simd::run<kernels::point_norms>(static_cast<const float*>(tile), columns_, norms_.data() + first);
      simd::run<kernels::tile_moments>(static_cast<const float*>(tile), some.rows(), columns_,
                                       moments.data());
    }
  }

  void summarize(const std::vector<std::vector<double>>& moments) {
    std::vector<double> sum(2 * columns_);
    for (const auto& part : moments) {
      for (std::size_t j = 0; j < sum.size(); ++j) sum[j] += part[j];
    }
    const auto n = static_cast<double>(rows_);
    double total = 0;
    for (std::size_t j = 0; j < columns_; ++j) {
      const double mean = sum[j] / n;
      total += std::max(0.0, sum[columns_ + j] / n - mean * mean);
    }
    mean_variance_ = total / static_cast<double>(columns_) / frame_.scale / frame_.scale;
  }

  std::size_t rows_, columns_, tiles_;
  aligned_buffer<float> points_, norms_;
  tile_frame frame_;
  double mean_variance_ = 0;
};

}  // namespace colonnade::inline COLONNADE_ABI::cluster_detail
