#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/boosting/amplified_gradients.hpp"
#include "colonnade/boosting/boosting_params.hpp"
#include "colonnade/boosting/gradient_ranking.hpp"
#include "colonnade/boosting/selected_rows.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/core/random.hpp"
#include "colonnade/core/real.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The rows that a tree sees, in ascending order, and their gradients. What happens to a row is a function of
/// the generator, the row and the gradients, so a sample is the same for any number of threads.
///
///   uniform  each row with probability `subsample` (times pos_bagging_fraction or neg_bagging_fraction);
///   goss     (Ke et al. 2017) the top_rate x n rows with the largest |g h|, summed over outputs, ties by row
///            number; each of the others with probability other_rate / (1 - top_rate), its gradients
///            multiplied by the inverse. As in LightGBM the first 1 / learning_rate iterations see all rows;
///   mvs      (Ibragimov and Gusev 2019) each row with probability p = min(1, m / mu), its gradients
///            multiplied by 1 / p, where m = sqrt(g^2 + reg_lambda h^2) over all outputs and mu is such that
///            the probabilities sum to subsample x n;
///   weighted each row with its probability of weighted_draw (`subsample`, without weights).
///
/// With groups, uniform draws them: each with probability `subsample`, and all of its rows with it.
///
/// Rows without weight are never among those of mvs. O(rows) a draw.
class row_sampler {
 public:
  /// `target`: of the rows, for the share of each class; `probability`: of the rows, for weighted draws, or
  /// none.
  row_sampler(const boosting_params& params, std::span<const double> target,
              std::span<const double> probability, int threads)
      : params_(params),
        target_(target),
        probability_(probability),
        threads_(threads),
        ranking_(target.size(), threads),
        amplified_(threads) {}

  /// Rows are drawn by groups: the first sizes[0] rows together, and so on. Throws argument_error unless the
  /// sizes are at least 1 and sum to the rows, and for other draws than uniform ones.
  void use_groups(std::span<const std::uint64_t> sizes) {
    if (params_.sampling_method != row_sampling::uniform || params_.pos_bagging_fraction != 1 ||
        params_.neg_bagging_fraction != 1) {
      throw argument_error("group", "rows that are not drawn uniformly", "sampling_method uniform");
    }
    group_ = group_numbers(sizes, target_.size());
  }

  /// The number of the group of every row. Throws argument_error unless the sizes are at least 1 and sum to
  /// the rows.
  static std::vector<std::uint32_t> group_numbers(std::span<const std::uint64_t> sizes, std::size_t rows) {
    std::vector<std::uint32_t> group;
    group.reserve(rows);
    for (std::size_t g = 0; g < sizes.size(); ++g) {
      if (sizes[g] == 0 || sizes[g] > rows - group.size()) {
        throw argument_error("group", "a group of " + std::to_string(sizes[g]) + " rows",
                             "sizes of at least 1 that sum to " + std::to_string(rows));
      }
      group.insert(group.end(), sizes[g], static_cast<std::uint32_t>(g));
    }
    if (group.size() != rows) {
      throw argument_error("group", "sizes that sum to " + std::to_string(group.size()),
                           std::to_string(rows));
    }
    return group;
  }

  /// Draws the rows of the next trees, at least one, given the gradients of an iteration.
  void draw(const random_stream& random, std::size_t iteration, const packed_gradients& gradients,
            const gradient_scale& scale) {
    gradients_ = gradients.packed;
    scale_ = scale;
    everything_ = sees_all(iteration);
    if (everything_) return;
    if (params_.sampling_method == row_sampling::goss) {
      draw_goss(random, gradients);
    } else if (params_.sampling_method == row_sampling::mvs) {
      draw_mvs(random, gradients);
    } else {
      draw_uniform(random);
    }
  }

  /// Whether the trees see all rows, and `rows` is not to be asked.
  bool everything() const { return everything_; }
  const std::vector<std::uint32_t>& rows() const { return rows_; }
  /// Gradients of the rows, in the layout of those that were given, and their scale.
  const std::int64_t* gradients() const { return gradients_; }
  const gradient_scale& scale() const { return scale_; }

 private:
  // The least magnitude of a row beside the largest, as far as its Hessian goes: so bounds the factor of a
  // row without gradient, beside whose Hessian the others' would be rounded away.
  static constexpr double least_share = 1.0 / 64;

  bool sees_all(std::size_t iteration) const {
    if (params_.sampling_method == row_sampling::goss) {
      return params_.top_rate + params_.other_rate >= 1 ||
             static_cast<double>(iteration) < real::floor(1 / params_.learning_rate);
    }
    return params_.subsample == 1 && params_.pos_bagging_fraction == 1 && params_.neg_bagging_fraction == 1;
  }

  void draw_uniform(const random_stream& random) {
    const double negative = params_.subsample * params_.neg_bagging_fraction,
                 positive = params_.subsample * params_.pos_bagging_fraction;
    if (!group_.empty()) {
      select(random, [&](std::size_t row) { return random.uniform(group_[row]) < positive; });
    } else if (!probability_.empty()) {
      select(random, [&](std::size_t row) { return random.uniform(row) < probability_[row]; });
    } else if (negative == positive) {
      select(random, [&](std::size_t row) { return random.uniform(row) < positive; });
    } else {
      select(random,
             [&](std::size_t row) { return random.uniform(row) < (target_[row] > 0 ? positive : negative); });
    }
  }

  void draw_goss(const random_stream& random, const packed_gradients& all) {
    ranking_.rank([&](std::size_t row) {
      double sum = 0;
      for (std::size_t k = 0; k < all.outputs; ++k) {
        const double g = all.gradient(row, k);
        sum += (g < 0 ? -g : g) * all.hessian(row, k);
      }
      return sum;
    });
    const auto top = std::min<std::uint64_t>(
        all.rows - 1, static_cast<std::uint64_t>(params_.top_rate * static_cast<double>(all.rows)));
    const auto least = ranking_.least([&](const auto& at) { return at.above <= top; });
    const std::size_t last_tie = end_of_ties(least.key - 1, top - least.above);
    const auto is_top = [&, key = least.key](std::size_t row) {
      return ranking_[row] >= key || (row < last_tie && ranking_[row] == key - 1);
    };
    const double share = params_.other_rate / (1 - params_.top_rate);
    select(random, [&](std::size_t row) { return random.uniform(row) < share || is_top(row); });
    amplify(all, [&](std::size_t row) { return is_top(row) ? 1.0 : 1 / share; });
  }

  // The row number before which there are `count` rows with that key.
  std::size_t end_of_ties(std::uint32_t key, std::uint64_t count) const {
    std::size_t row = 0;
    for (; count > 0; ++row) count -= ranking_[row] == key ? 1 : 0;
    return row;
  }

  void draw_mvs(const random_stream& random, const packed_gradients& all) {
    rank_by_norm(all);
    const double wanted = params_.subsample * static_cast<double>(all.rows);
    // At or above the threshold p is 1; the others share what room is left.
    const auto room = [&](const auto& at) { return wanted - static_cast<double>(at.above); };
    const auto least = ranking_.least([&](const auto& at) {
      return room(at) >= 0 && static_cast<double>(at.below) <= room(at) * static_cast<double>(at.key);
    });
    const double mu = least.below == 0 ? 0 : static_cast<double>(least.below) / room(least);
    const auto certain = [&, key = least.key](std::size_t row) { return ranking_[row] >= key; };
    select(random, [&](std::size_t row) {
      return certain(row) || random.uniform(row) * mu < static_cast<double>(ranking_[row]);
    });
    amplify(all, [&](std::size_t row) {
      return certain(row) || ranking_[row] == 0 ? 1.0 : mu / static_cast<double>(ranking_[row]);
    });
  }

  // m = sqrt(g^2 + (l h)^2) in steps, divided by max(1, l) so that nothing overflows.
  void rank_by_norm(const packed_gradients& all) {
    const auto most = gradient_extent::of(
        all, all.rows, [](std::size_t row) { return row; }, [](std::size_t) { return 1.0; }, threads_);
    const double wanted = real::sqrt(params_.reg_lambda) * (scale_.hessian_unit() / scale_.gradient_unit()),
                 least = least_share * most.gradient / std::max(1.0, most.hessian);
    const double l = std::min(std::max(wanted, least), 1e150), divisor = std::max(1.0, l);
    ranking_.rank([&](std::size_t row) {
      double sum = 0;
      for (std::size_t k = 0; k < all.outputs; ++k) {
        const double g = all.gradient(row, k) / divisor, h = all.hessian(row, k) * (l / divisor);
        sum += g * g + h * h;
      }
      return real::sqrt(sum);
    });
  }

  template <class Factor>
  void amplify(const packed_gradients& all, const Factor& factor) {
    scale_ = amplified_.amplify(all, scale_, rows_, factor);
    gradients_ = amplified_.packed();
  }

  // The rows for which `chosen(row)` holds, or any one.
  template <class Chosen>
  void select(const random_stream& random, const Chosen& chosen) {
    select_rows(rows_, target_.size(), threads_, chosen);
    if (rows_.empty()) draw_one(random);
  }

  // A row by itself, or a group.
  void draw_one(const random_stream& random) {
    const auto all = target_.size();
    if (group_.empty()) return rows_.push_back(static_cast<std::uint32_t>(random.below(all, all)));
    const auto group = static_cast<std::uint32_t>(random.below(all, group_.back() + std::uint64_t{1}));
    const auto [first, last] = std::equal_range(group_.begin(), group_.end(), group);
    for (auto row = first; row != last; ++row)
      rows_.push_back(static_cast<std::uint32_t>(row - group_.begin()));
  }

  const boosting_params& params_;
  std::span<const double> target_;
  std::span<const double> probability_;
  std::vector<std::uint32_t> group_;  // of each row; none: rows are drawn alone
  int threads_;
  gradient_ranking ranking_;
  amplified_gradients amplified_;
  bool everything_ = true;
  std::vector<std::uint32_t> rows_;
  const std::int64_t* gradients_ = nullptr;
  gradient_scale scale_{0, 0, false, 1};
};

}  // namespace colonnade::inline COLONNADE_ABI
