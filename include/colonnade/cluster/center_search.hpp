#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "colonnade/cluster/row_order.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/kernels/center_distance.hpp"
#include "colonnade/kernels/nearest_center.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Where the float tiles of k-means have their zero, per column, and their unit, a power of two.
struct tile_frame {
  std::vector<double> shift;
  double scale = 1;

  /// The power of two that brings `reach` to at most 1.
  static double scale_for(double reach) {
    int exponent = 0;
    if (reach > 0) real::frexp(reach, &exponent);
    return real::ldexp(1.0, std::clamp(-exponent, -1000, 1000));
  }
};

/// Finds the nearest of a set of centres, for many points. A point's label is the lowest index among the
/// centres of least squared distance, where that distance is the sum over j of (x_j - c_j)^2, in doubles and
/// in this order: the same on every instruction set. Most labels are found by a float kernel that knows when
/// rounding could have decided
/// (`kernels::nearest_center`); only those points are then measured in doubles.
class center_search {
 public:
  /// `centers` are rows of `frame.shift.size()` values.
  center_search(std::span<const double> centers, const tile_frame& frame)
      : frame_(frame), columns_(frame.shift.size()), count_(centers.size() / columns_), zero_(columns_) {
    const std::size_t pairs = (count_ + 1) / 2;
    weights_.assign(pairs * 2 * columns_, 0.0f);
    norms_.assign(pairs * 2, std::numeric_limits<float>::infinity());
    double reach = 0;
    for (std::size_t c = 0; c < count_; ++c) {
      double norm = 0;
      for (std::size_t j = 0; j < columns_; ++j) {
        const double value = (centers[c * columns_ + j] - frame_.shift[j]) * frame_.scale;
        weights_[(c / 2 * columns_ + j) * 2 + c % 2] = static_cast<float>(-2 * value);
        norm += value * value;
        rounded_.push_back(static_cast<float>(value));
        scaled_.push_back(centers[c * columns_ + j] * frame_.scale);
      }
      norms_[c] = static_cast<float>(norm);
      reach = std::max(reach, norm);
    }
    reach_ = static_cast<float>(real::sqrt(reach)) * (1 + 0x1p-20f);
  }

  std::size_t count() const { return count_; }
  std::size_t columns() const { return columns_; }
  /// Centres in the coordinates of the tiles, and the greatest of their norms.
  const float* rounded() const { return rounded_.data(); }
  float reach() const { return reach_; }

  /// Labels of `tiles` tiles that were packed in this search's frame; some carry `kernels::unsure`.
  void label_tiles(const float* points, const float* norms, std::size_t tiles, std::uint32_t* labels,
                   kernels::bounds_out bounds = {nullptr, nullptr}) const {
    const float error = static_cast<float>(columns_ + 8) * 0x1p-24f;
    const kernels::center_panel panel = {weights_.data(), norms_.data(), (count_ + 1) / 2,
                                         columns_,        error,         reach_};
    simd::run<kernels::nearest_center>(points, norms, tiles, panel, labels, bounds);
  }

  /// Replaces unsure labels by the right ones: `labels[i]` is the label of row `row_of(i)` of x, i < count.
  template <class T, class RowOf>
  void settle(const matrix_view<const T>& x, std::size_t count, const RowOf& row_of,
              std::uint32_t* labels) const {
    std::vector<std::size_t> open;
    for (std::size_t i = 0; i < count; ++i) {
      if ((labels[i] & kernels::unsure) == 0) continue;
      open.push_back(i);
      if (open.size() == kernels::tile_points) settle_tile(x, row_of, open, labels);
    }
    if (!open.empty()) settle_tile(x, row_of, open, labels);
  }

  /// Labels of any rows.
  template <class T>
  void label_rows(matrix_view<const T> x, std::uint32_t* labels) const {
    std::vector<float> tile(kernels::tile_points * columns_);
    float norms[kernels::tile_points];
    std::uint32_t found[kernels::tile_points];
    for (std::size_t first = 0; first < x.rows(); first += kernels::tile_points) {
      const std::size_t count = std::min(kernels::tile_points, x.rows() - first);
      const auto row_of = [&](std::size_t i) { return first + i; };
      const auto offsets = cluster_detail::offsets_of(x, count, row_of);
      simd::run<kernels::pack_points>(x.data(), offsets.data(), x.column_stride(), columns_,
                                      frame_.shift.data(), frame_.scale, tile.data());
      simd::run<kernels::point_norms>(static_cast<const float*>(tile.data()), columns_,
                                      static_cast<float*>(norms));
      label_tiles(tile.data(), norms, 1, found);
      settle(x, count, row_of, found);
      std::copy_n(found, count, labels + first);
    }
  }

  /// `out(i, c)` becomes the distance of row i to centre c.
  template <class T, class Out>
  void distances(matrix_view<const T> x, matrix_view<Out> out) const {
    std::vector<double> tile(kernels::tile_points * columns_), found(kernels::tile_points * chunk);
    for (std::size_t i = 0; i < x.rows(); i += kernels::tile_points) {
      const std::size_t rows = std::min(kernels::tile_points, x.rows() - i);
      pack(x, rows, [&](std::size_t r) { return i + r; }, tile.data());
      for (std::size_t c = 0; c < count_; c += chunk) {
        const std::size_t some = measure(tile.data(), c, found.data());
        for (std::size_t r = 0; r < rows; ++r) {
          for (std::size_t k = 0; k < some; ++k) {
            const double square = found[k * kernels::tile_points + r];
            if (!real::isfinite(square)) refuse();
            out(i + r, c + k) = static_cast<Out>(real::sqrt(square) / frame_.scale);
          }
        }
      }
    }
  }

  /// Squared distance of a row to centre `c`, times the square of the frame's scale: what `label_rows`
  /// compares.
  template <class T>
  double squared(matrix_view<const T> x, std::size_t row, std::size_t c) const {
    const double* center = scaled_.data() + c * columns_;
    double sum = 0;
    for (std::size_t j = 0; j < columns_; ++j) {
      const double difference = static_cast<double>(x(row, j)) * frame_.scale - center[j];
      sum += difference * difference;
    }
    return sum;
  }
  /// How far the centres of `before` have moved to become these, in the units of the tiles and rounded up.
  std::vector<float> moves_from(const center_search& before) const {
    std::vector<float> moves(count_);
    for (std::size_t c = 0; c < count_; ++c) {
      double sum = 0;
      for (std::size_t j = c * columns_; j < (c + 1) * columns_; ++j) {
        sum += (scaled_[j] - before.scaled_[j]) * (scaled_[j] - before.scaled_[j]);
      }
      moves[c] = sum == 0 ? 0.0f : static_cast<float>(real::sqrt(sum)) * (1 + 0x1p-20f) + 0x1p-120f;
    }
    return moves;
  }
  /// Distance of every centre to the nearest of `others` that is not itself, in the units of the tiles and
  /// rounded down.
  std::vector<float> gaps_to(std::span<const std::uint32_t> others) const {
    std::vector<float> gaps(count_, std::numeric_limits<float>::infinity());
    for (std::size_t c = 0; c < count_; ++c) {
      for (const std::uint32_t other : others) {
        if (other == c) continue;
        double sum = 0;
        for (std::size_t j = 0; j < columns_; ++j) {
          const double apart = scaled_[c * columns_ + j] - scaled_[other * columns_ + j];
          sum += apart * apart;
        }
        gaps[c] = std::min(gaps[c], static_cast<float>(real::sqrt(sum)) * (1 - 0x1p-20f));
      }
    }
    return gaps;
  }
  /// Undoes the scale of `squared`.
  double unscaled(double squared) const { return squared / frame_.scale / frame_.scale; }

 private:
  static constexpr std::size_t chunk = 64;

  template <class T, class RowOf>
  void pack(const matrix_view<const T>& x, std::size_t count, const RowOf& row_of, double* tile) const {
    const auto offsets = cluster_detail::offsets_of(x, count, row_of);
    simd::run<kernels::pack_points>(x.data(), offsets.data(), x.column_stride(), columns_, zero_.data(),
                                    frame_.scale, tile);
  }

  std::size_t measure(const double* tile, std::size_t first, double* found) const {
    const std::size_t some = std::min(chunk, count_ - first);
    simd::run<kernels::center_distances>(tile, columns_, scaled_.data() + first * columns_, some, found);
    return some;
  }

  template <class T, class RowOf>
  void settle_tile(const matrix_view<const T>& x, const RowOf& row_of, std::vector<std::size_t>& open,
                   std::uint32_t* labels) const {
    std::vector<double> tile(kernels::tile_points * columns_), found(kernels::tile_points * chunk);
    pack(x, open.size(), [&](std::size_t i) { return row_of(open[i]); }, tile.data());
    std::vector<double> least(open.size(), std::numeric_limits<double>::infinity());
    for (std::size_t c = 0; c < count_; c += chunk) {
      const std::size_t some = measure(tile.data(), c, found.data());
      for (std::size_t k = 0; k < some; ++k) {
        for (std::size_t i = 0; i < open.size(); ++i) {
          const double distance = found[k * kernels::tile_points + i];
          if (!(distance < least[i])) continue;
          least[i] = distance;
          labels[open[i]] = static_cast<std::uint32_t>(c + k);
        }
      }
    }
    for (const double distance : least) {
      if (real::isinf(distance)) refuse();
    }
    open.clear();
  }

  /// Values that are not finite are never sure, so they are found where they are measured.
  [[noreturn]] static void refuse() {
    throw data_error(
        "x: found NaN, infinity or a value beyond the range of squares, expected finite numbers");
  }

  tile_frame frame_;
  std::size_t columns_, count_;
  std::vector<double> zero_, scaled_;
  std::vector<float> weights_, norms_, rounded_;
  float reach_ = 0;
};

}  // namespace colonnade::inline COLONNADE_ABI
