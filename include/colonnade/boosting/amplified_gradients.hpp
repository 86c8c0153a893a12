#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "colonnade/boosting/gradient_scale.hpp"
#include "colonnade/core/large_array.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/core/real.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Packed gradients of all rows as they are read here: output k of row i at packed[k * rows + i].
struct packed_gradients {
  const std::int64_t* packed = nullptr;
  std::size_t rows = 0, outputs = 1;
  int shift = 1;

  std::int64_t both(std::size_t row, std::size_t output) const { return packed[output * rows + row]; }
  double gradient(std::size_t row, std::size_t output) const {
    return static_cast<double>(both(row, output) >> shift);
  }
  double hessian(std::size_t row, std::size_t output) const {
    return static_cast<double>(both(row, output) & ((std::int64_t{1} << shift) - 1));
  }
};

/// Largest |gradient| and Hessian, in steps.
struct gradient_extent {
  double gradient = 0, hessian = 0;

  /// Of the rows row_of(0) .. row_of(count - 1), each multiplied by factor(row).
  template <class Row, class Factor>
  static gradient_extent of(const packed_gradients& all, std::size_t count, const Row& row_of,
                            const Factor& factor, int threads) {
    std::vector<gradient_extent> parts(block_count(count, rows_together));
    const double work = static_cast<double>(count * all.outputs) * 2;
    for_blocks(parts.size(), useful_threads(threads, work), [&](std::size_t block) {
      gradient_extent most;
      const std::size_t last = std::min((block + 1) * rows_together, count);
      for (std::size_t i = block * rows_together; i < last; ++i) {
        const std::size_t row = row_of(i);
        const double times = factor(row);
        for (std::size_t k = 0; k < all.outputs; ++k) {
          const double g = all.gradient(row, k) * times;
          most.gradient = std::max(most.gradient, g < 0 ? -g : g);
          most.hessian = std::max(most.hessian, all.hessian(row, k) * times);
        }
      }
      parts[block] = most;
    });
    gradient_extent most;
    for (const gradient_extent& part : parts) {
      most.gradient = std::max(most.gradient, part.gradient);
      most.hessian = std::max(most.hessian, part.hessian);
    }
    return most;
  }

  static constexpr std::size_t rows_together = 16384;
};

/// Gradients of some rows, each multiplied by a factor of its own, as fixed point again.
///
/// The new scale is made for the largest product |g| f and h f that there is among those rows, and for their
/// number, so the bounds of gradient_scale hold whatever the factors are. A product is one double, rounded
/// once when it becomes an integer: |g| f <= 2^a new steps before (steps of gradients differ by powers of
/// two) and therefore after rounding; h f likewise, but for an error of 2^-52 that rounding to integers takes
/// away. The Hessian is no longer the same for all rows and takes its half of the bits.
class amplified_gradients {
 public:
  explicit amplified_gradients(int threads) : threads_(threads) {}

  /// Multiplies the gradients of `rows` by factor(row) > 0; the scale that they have in `packed()`, laid out
  /// like `all`, where the other rows have any content. O(rows x outputs).
  template <class Factor>
  gradient_scale amplify(const packed_gradients& all, const gradient_scale& scale,
                         std::span<const std::uint32_t> rows, const Factor& factor) {
    if (packed_.size() == 0) packed_ = large_array<std::int64_t>(all.rows * all.outputs);
    const auto most = gradient_extent::of(
        all, rows.size(), [&](std::size_t i) { return std::size_t{rows[i]}; }, factor, threads_);
    const gradient_scale fresh(most.gradient * scale.gradient_unit(), most.hessian * scale.hessian_unit(),
                               false, rows.size());
    const gradient_steps steps = {scale.gradient_unit() * fresh.steps().gradient,
                                  scale.hessian_unit() * fresh.steps().hessian, fresh.steps().shift};
    const double work = static_cast<double>(rows.size() * all.outputs) * 3;
    for_blocks(
        block_count(rows.size(), rows_together), useful_threads(threads_, work), [&](std::size_t block) {
          const std::size_t first = block * rows_together;
          for (const std::uint32_t row : rows.subspan(first, std::min(rows_together, rows.size() - first))) {
            write(all, row, factor(row), steps);
          }
        });
    return fresh;
  }

  const std::int64_t* packed() const { return packed_.data(); }

 private:
  static constexpr std::size_t rows_together = gradient_extent::rows_together;

  void write(const packed_gradients& all, std::size_t row, double factor, const gradient_steps& steps) {
    for (std::size_t k = 0; k < all.outputs; ++k) {
      const double g = all.gradient(row, k) * factor, h = all.hessian(row, k) * factor;
      const std::int64_t gradient = real::llrint(g * steps.gradient);
      const std::int64_t hessian = h > 0 ? std::max(1LL, real::llrint(h * steps.hessian)) : 0;
      packed_[k * all.rows + row] = (gradient << steps.shift) + hessian;
    }
  }

  int threads_;
  large_array<std::int64_t> packed_;
};

}  // namespace colonnade::inline COLONNADE_ABI
