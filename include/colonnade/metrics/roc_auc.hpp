#pragma once

#include <cstdint>
#include <limits>
#include <string>

#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/metrics/ranked_scores.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// An area under the ROC curve with its standard error and a confidence interval.
struct auc_interval {
  double auc, low, high, standard_error;
};

namespace detail {

__extension__ typedef unsigned __int128 wide_count;

inline double as_double(wide_count x) {
  return static_cast<double>(static_cast<std::uint64_t>(x >> 64)) * 0x1p64 +
         static_cast<double>(static_cast<std::uint64_t>(x));
}

/// z with P(|N(0, 1)| <= z) = confidence, by bisection.
inline double two_sided_quantile(double confidence) {
  double low = 0, high = 40;
  for (int step = 0; step < 70; ++step) {
    const double middle = low + (high - low) / 2;
    (real::erfc(middle / real::sqrt(2.0)) > 1 - confidence ? low : high) = middle;
  }
  return low + (high - low) / 2;
}

}  // namespace detail

/// Area under the ROC curve: the probability that a positive row scores higher than a negative one, ties
/// counting half (Mann and Whitney). Counted in integers, so exact up to the one division. NaN when a class
/// is empty.
inline double roc_auc(const ranked_scores& ranked) {
  detail::wide_count twice = 0, below = 0;
  ranked.for_groups([&](std::uint64_t positives, std::uint64_t negatives) {
    twice += positives * (2 * below + negatives);
    below += negatives;
  });
  const detail::wide_count pairs = static_cast<detail::wide_count>(ranked.positives()) * ranked.negatives();
  if (pairs == 0) return std::numeric_limits<double>::quiet_NaN();
  return detail::as_double(twice) / (2 * detail::as_double(pairs));
}

/// The same from scores and classes (`positive[i]` not 0: the positive class). O(rows). Throws data_error for
/// a score that is not finite.
template <class T>
double roc_auc(column_view<const T> score, column_view<const std::uint8_t> positive, int threads = 0) {
  return roc_auc(ranked_scores(score, positive, threads));
}

/// The area with DeLong's standard error (DeLong, DeLong and Clarke-Pearson 1988), from one sort (Sun and Xu
/// 2014), and the normal interval auc -/+ z se, cut to [0, 1]. Sums are integers, exact below 2^31 rows. NaN
/// where a class is empty; the error is NaN where a class has one row.
inline auc_interval roc_auc_interval(const ranked_scores& ranked, double confidence = 0.95) {
  if (!(confidence > 0 && confidence < 1)) {
    throw argument_error("confidence", std::to_string(confidence), "a number between 0 and 1");
  }
  using detail::as_double;
  using detail::wide_count;
  const wide_count positives = ranked.positives(), negatives = ranked.negatives();
  wide_count below = 0, above = positives, wins = 0, wins_squared = 0, losses_squared = 0;
  ranked.for_groups([&](std::uint64_t p, std::uint64_t n) {
    // Twice the negatives that a positive of this group beats, and twice the positives that beat a negative
    // of it.
    const wide_count beaten = 2 * below + n, beating = 2 * (above - p) + p;
    wins += p * beaten;
    wins_squared += p * beaten * beaten;
    losses_squared += n * beating * beating;
    below += n;
    above -= p;
  });
  constexpr double nan = std::numeric_limits<double>::quiet_NaN();
  if (positives == 0 || negatives == 0) return {nan, nan, nan, nan};
  const double p = as_double(positives), n = as_double(negatives);
  const double auc = as_double(wins) / (2 * p * n);
  // Sample variances of the shares won, from sums of squares of integers: nothing cancels.
  const double of_positives = as_double(positives * wins_squared - wins * wins) / (4 * n * n * p * (p - 1));
  const double of_negatives = as_double(negatives * losses_squared - wins * wins) / (4 * p * p * n * (n - 1));
  const double error = real::sqrt(of_positives / p + of_negatives / n);
  const double reach = detail::two_sided_quantile(confidence) * error;
  return {auc, auc - reach < 0 ? 0 : auc - reach, auc + reach > 1 ? 1 : auc + reach, error};
}

}  // namespace colonnade::inline COLONNADE_ABI
