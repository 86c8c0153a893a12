#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "colonnade/core/large_array.hpp"
#include "colonnade/core/parallel.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// How much the gradients of each row matter, as whole numbers (keys) from 0 to 2^30 - 1, and thresholds that
/// part the rows by them. Counts and sums of keys are integers, so a threshold is exact and the same for any
/// number of threads. O(rows), four passes.
class gradient_ranking {
 public:
  gradient_ranking(std::size_t rows, int threads) : rows_(rows), threads_(threads) {}

  /// Ranks the rows by magnitude(row), a finite number >= 0. Only 0 gets the key 0, the largest gets
  /// 2^30 - 1.
  template <class Magnitude>
  void rank(const Magnitude& magnitude) {
    if (magnitudes_.size() == 0) magnitudes_ = large_array<double>(rows_);
    std::vector<double> most(block_count(rows_, rows_together));
    for_each_block([&](std::size_t block, std::size_t first, std::size_t last, std::size_t) {
      double largest = 0;
      for (std::size_t row = first; row < last; ++row) {
        magnitudes_[row] = magnitude(row);
        largest = std::max(largest, magnitudes_[row]);
      }
      most[block] = largest;
    });
    const double largest = *std::max_element(most.begin(), most.end());
    scale_ = largest > 0 ? (end_of_keys - 2) / largest : 0;
  }

  /// Key of a row.
  std::uint32_t operator[](std::size_t row) const {
    const double magnitude = magnitudes_[row];
    return magnitude > 0 ? 1 + static_cast<std::uint32_t>(magnitude * scale_) : 0;
  }

  /// A key, the number of rows at or above it, and the sum of the keys below it.
  struct threshold {
    std::uint32_t key = end_of_keys;
    std::uint64_t above = 0, below = 0;
  };

  /// The least threshold for which `holds` is true: 0 to 2^30. It must stay true from there on; of 2^30 it is
  /// taken to be true.
  template <class Holds>
  threshold least(const Holds& holds) const {
    threshold at;  // what is looked at: at first the end of all keys, later the ends of ever smaller ranges
    std::uint32_t first = 0;
    for (int shift = key_bits - digit_bits;; shift -= digit_bits) {
      const digits found = count(first, shift);
      if (shift == key_bits - digit_bits) {
        for (const digit& d : found) at.below += d.sum;
      }
      std::size_t d = found.size();
      for (; d > 0; --d) {
        const threshold next = {first + (static_cast<std::uint32_t>(d - 1) << shift),
                                at.above + found[d - 1].rows, at.below - found[d - 1].sum};
        if (!holds(next)) break;
        at = next;
      }
      if (d == 0 || shift == 0) return at;
      first += static_cast<std::uint32_t>(d - 1) << shift;
    }
  }

 private:
  static constexpr int key_bits = 30, digit_bits = 10;
  static constexpr std::uint32_t end_of_keys = std::uint32_t{1} << key_bits;
  static constexpr std::size_t rows_together = 16384;

  struct digit {
    std::uint64_t rows = 0, sum = 0;  // at most 2^32 rows, so at most 2^62
  };
  using digits = std::array<digit, std::size_t{1} << digit_bits>;

  // body(block, first row, last row, worker)
  template <class Body>
  void for_each_block(const Body& body) const {
    for_blocks(block_count(rows_, rows_together), useful(), [&](std::size_t block, int worker) {
      const std::size_t first = block * rows_together;
      body(block, first, std::min(first + rows_together, rows_), static_cast<std::size_t>(worker));
    });
  }
  int useful() const { return useful_threads(threads_, static_cast<double>(rows_) * 3); }

  // Rows and keys of the range from `first` that the digits above `shift` allow, by their digit at `shift`.
  digits count(std::uint32_t first, int shift) const {
    const auto workers = static_cast<std::size_t>(threads_for(block_count(rows_, rows_together), useful()));
    std::vector<digits> parts(std::max<std::size_t>(1, workers));
    for_each_block([&](std::size_t, std::size_t begin, std::size_t end, std::size_t worker) {
      digits& part = parts[worker];
      for (std::size_t row = begin; row < end; ++row) {
        const std::uint32_t key = (*this)[row], place = (key - first) >> shift;
        if (key < first || place >= part.size()) continue;
        ++part[place].rows;
        part[place].sum += key;
      }
    });
    for (std::size_t k = 1; k < parts.size(); ++k) {
      for (std::size_t d = 0; d < parts[0].size(); ++d) {
        parts[0][d].rows += parts[k][d].rows;
        parts[0][d].sum += parts[k][d].sum;
      }
    }
    return parts[0];
  }

  std::size_t rows_;
  int threads_;
  large_array<double> magnitudes_;
  double scale_ = 0;
};

}  // namespace colonnade::inline COLONNADE_ABI
