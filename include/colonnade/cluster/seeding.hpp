#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "colonnade/cluster/packed_points.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/random.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/kernels/seed_potential.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI::cluster_detail {

/// Chooses rows to start k-means from. All masses are integers and every draw is a pure function of seed and
/// round, so the choice does not depend on threads or instruction sets.
class seeding {
 public:
  seeding(const packed_points& packed, random_stream random, int threads)
      : packed_(packed), weights_(packed.weights()), random_(random), threads_(threads) {}

  /// Greedy k-means++ (Arthur and Vassilvitskii 2007, section 5): each seed is the best of 2 + log(k) rows
  /// drawn with probability weight x squared distance to the seeds so far. O(k n d log k), one pass over the
  /// points a seed. Where all rows lie on seeds the rest is drawn by weight.
  std::vector<std::size_t> plus_plus(std::size_t clusters) {
    std::vector<std::size_t> seeds = distinct(1);
    nearest_ = large_array<float>(packed_.blocks() * packed_points::block_rows);
    for (std::size_t i = 0; i < packed_.blocks() * packed_points::block_rows; ++i) {
      nearest_.data()[i] = i < packed_.rows() ? std::numeric_limits<float>::max() : 0.0f;
    }
    folded_.assign(packed_.blocks(), 0);
    // Points lie within 1 of the frame's zero in each column, so a squared distance is at most 4 columns.
    mass_scale_ = real::ldexp(weight_scale(), -2 - static_cast<int>(std::bit_width(packed_.columns())));
    measure(seeds, mass_scale_);
    take(seeds, 0);
    const std::size_t trials = trial_count(clusters);
    while (seeds.size() < clusters) {
      const auto candidates = draw_by_potential(trials);
      // The total never grows, so this keeps every sum below 2^50, as the rounding to integers needs.
      const double scale = real::ldexp(mass_scale_, 49 - static_cast<int>(std::bit_width(total_ | 1)));
      measure(candidates, scale);
      mass_scale_ = scale;
      seeds.push_back(candidates[take(candidates, best_candidate(candidates.size()))]);
    }
    return seeds;
  }

  /// `count` different rows, each drawn with probability proportional to the weight of those left.
  std::vector<std::size_t> distinct(std::size_t count) {
    std::vector<std::uint64_t> mass(packed_.blocks());
    std::vector<bool> taken(packed_.rows());
    const double scale = weight_scale();
    const auto mass_of = [&](std::size_t row) {
      return taken[row] ? 0 : weights_.empty() ? 1 : kernels::to_fixed(weights_[row] * scale);
    };
    for (std::size_t row = 0; row < packed_.rows(); ++row)
      mass[row / packed_points::block_rows] += mass_of(row);
    std::vector<std::size_t> rows;
    for (std::size_t i = 0; i < count; ++i) {
      const position at = find(mass, i);
      if (!at.found) {
        throw data_error("weight: found " + std::to_string(i) +
                         " rows of positive weight, expected at least " + std::to_string(count));
      }
      rows.push_back(row_at(at, mass_of));
      mass[at.block] -= mass_of(rows.back());
      taken[rows.back()] = true;
    }
    next_draw_ += count;
    return rows;
  }

 private:
  struct position {
    std::size_t block;
    std::uint64_t rest;  ///< mass of the block's rows before the drawn point
    bool found;
  };

  /// 2 + floor(log k), without a logarithm that could differ between machines.
  static std::size_t trial_count(std::size_t clusters) {
    std::size_t count = 2;
    for (double power = 2.718281828459045; power <= static_cast<double>(clusters); power *= 2.718281828459045)
      ++count;
    return count;
  }

  /// The power of two that keeps each weight below 2^50 and their sum below 2^61.
  double weight_scale() const {
    double largest = weights_.empty() ? 1.0 : 0.0;
    for (const double w : weights_) largest = w > largest ? w : largest;
    int exponent = 0;
    real::frexp(largest, &exponent);
    const int bits = 50 - static_cast<int>(std::bit_width(packed_.rows()));
    return real::ldexp(1.0, std::min(bits - exponent, 1000));
  }

  /// A point drawn uniformly from the total mass of the blocks.
  position find(const std::vector<std::uint64_t>& mass, std::size_t draw) const {
    std::uint64_t total = 0;
    for (const std::uint64_t m : mass) total += m;
    if (total == 0) return {0, 0, false};
    std::uint64_t rest = random_.below(next_draw_ + draw, total);
    std::size_t block = 0;
    while (rest >= mass[block]) rest -= mass[block++];
    return {block, rest, true};
  }

  template <class Mass>
  std::size_t row_at(const position& at, const Mass& mass_of) const {
    std::size_t row = at.block * packed_points::block_rows;
    for (std::uint64_t rest = at.rest, m = mass_of(row); rest >= m; m = mass_of(++row)) rest -= m;
    return row;
  }

  std::vector<std::size_t> draw_by_potential(std::size_t trials) {
    if (total_ == 0) return distinct(trials < packed_.rows() ? trials : 1);
    std::vector<std::size_t> rows;
    for (std::size_t l = 0; l < trials; ++l) {
      const position at = find(mass_, l);
      fold(at.block);
      rows.push_back(row_at(at, [&](std::size_t row) {
        const double least = static_cast<double>(nearest_.data()[row]);
        return kernels::to_fixed((weights_.empty() ? least : weights_[row] * least) * mass_scale_);
      }));
    }
    next_draw_ += trials;
    return rows;
  }

  const double* weights_of(std::size_t block) const {
    return weights_.empty() ? nullptr : weights_.data() + block * packed_points::block_rows;
  }

  /// Takes the last seed into `nearest_` of a block.
  void fold(std::size_t block) {
    const float* chosen = folded_[block] == seeds_taken_ ? nullptr : chosen_.data();
    run_block(block, chosen, nullptr, 0, 0, nullptr);
    folded_[block] = seeds_taken_;
  }

  void run_block(std::size_t block, const float* chosen, const float* candidates, std::size_t count,
                 double scale, std::uint64_t* potentials) {
    simd::run<kernels::seed_potential>(packed_.points(block), packed_.tiles_of(block), packed_.columns(),
                                       chosen, candidates, count, weights_of(block), scale,
                                       nearest_.data() + block * packed_points::block_rows, potentials);
  }

  /// Potentials of all candidates, block by block.
  void measure(const std::vector<std::size_t>& rows, double scale) {
    std::vector<float> candidates;
    for (const std::size_t row : rows) {
      for (std::size_t j = 0; j < packed_.columns(); ++j) candidates.push_back(packed_.value(row, j));
    }
    potentials_.assign(packed_.blocks() * rows.size(), 0);
    const double work = static_cast<double>(packed_.rows() * packed_.columns() * rows.size()) * 0.1;
    for_blocks(packed_.blocks(), useful_threads(threads_, work), [&](std::size_t block) {
      const float* chosen = folded_[block] == seeds_taken_ ? nullptr : chosen_.data();
      run_block(block, chosen, candidates.data(), rows.size(), scale,
                potentials_.data() + block * rows.size());
      folded_[block] = seeds_taken_;
    });
  }

  /// The candidate of least potential, the first of several.
  std::size_t best_candidate(std::size_t trials) const {
    std::vector<std::uint64_t> totals(trials);
    for (std::size_t i = 0; i < potentials_.size(); ++i) totals[i % trials] += potentials_[i];
    return static_cast<std::size_t>(std::min_element(totals.begin(), totals.end()) - totals.begin());
  }

  /// Makes a candidate the last seed. Returns its index.
  std::size_t take(const std::vector<std::size_t>& rows, std::size_t best) {
    chosen_.clear();
    for (std::size_t j = 0; j < packed_.columns(); ++j) chosen_.push_back(packed_.value(rows[best], j));
    ++seeds_taken_;
    mass_.resize(packed_.blocks());
    total_ = 0;
    for (std::size_t block = 0; block < mass_.size(); ++block) {
      mass_[block] = potentials_[block * rows.size() + best];
      total_ += mass_[block];
    }
    return best;
  }

  const packed_points& packed_;
  const std::vector<double>& weights_;
  random_stream random_;
  int threads_;
  large_array<float> nearest_;
  std::vector<std::size_t> folded_;
  std::vector<float> chosen_;
  std::vector<std::uint64_t> potentials_, mass_;
  std::uint64_t total_ = 0, next_draw_ = 0;
  std::size_t seeds_taken_ = 0;
  double mass_scale_ = 0;
};

}  // namespace colonnade::inline COLONNADE_ABI::cluster_detail
