#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <vector>

#include "colonnade/drift/category_counts.hpp"
#include "colonnade/drift/divergence.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What `categorical` found. NaN where a sample has no values.
struct categorical_result {
  std::uint64_t reference_count = 0, current_count = 0;  ///< values that are not missing
  std::uint64_t reference_missing = 0, current_missing = 0;
  test_result missing;         ///< chi-squared test of the two rates of missing values
  test_result chi_squared;     ///< Pearson's test of the table of counts
  test_result psi;             ///< population stability index over the categories
  test_result jensen_shannon;  ///< distance, base 2, 0 to 1; p-value of the G-test
  double cramers_v = std::numeric_limits<double>::quiet_NaN();
  std::vector<std::string> categories;  ///< of both samples, ascending
  std::vector<std::uint64_t> reference_counts, current_counts;

  /// Categories that only the current sample has, and those that it has lost.
  std::vector<std::string> unseen() const { return only_in(current_counts, reference_counts); }
  std::vector<std::string> vanished() const { return only_in(reference_counts, current_counts); }

 private:
  std::vector<std::string> only_in(const std::vector<std::uint64_t>& some,
                                   const std::vector<std::uint64_t>& none) const {
    std::vector<std::string> names;
    for (std::size_t k = 0; k < categories.size(); ++k) {
      if (some[k] > 0 && none[k] == 0) names.push_back(categories[k]);
    }
    return names;
  }
};

/// The same from counts.
inline categorical_result categorical(const category_counts& reference, const category_counts& current) {
  categorical_result result;
  result.reference_missing = reference.missing();
  result.current_missing = current.missing();
  auto r = reference.items().begin();
  auto c = current.items().begin();
  while (r != reference.items().end() || c != current.items().end()) {
    const bool has_r = r != reference.items().end() && (c == current.items().end() || r->first <= c->first);
    const bool has_c = c != current.items().end() && (r == reference.items().end() || c->first <= r->first);
    result.categories.push_back(has_r ? r->first : c->first);
    result.reference_counts.push_back(has_r ? (r++)->second : 0);
    result.current_counts.push_back(has_c ? (c++)->second : 0);
    result.reference_count += result.reference_counts.back();
    result.current_count += result.current_counts.back();
  }
  result.missing =
      two_proportions(result.reference_missing, result.reference_count + result.reference_missing,
                      result.current_missing, result.current_count + result.current_missing);
  const divergence distance(result.reference_counts, result.current_counts);
  result.chi_squared = distance.chi_squared();
  result.psi = distance.population_stability();
  result.jensen_shannon = distance.jensen_shannon();
  result.cramers_v = distance.cramers_v();
  return result;
}

/// Compares two columns of categories: strings, codes into a dictionary, flags or numbers, also of different
/// kinds.
///
/// A category that only one sample has counts with 0 in the other. Missing values are not a category; their
/// rates are tested apart. O(rows + categories log categories); the bits do not depend on the number of
/// threads.
///
///     auto drift = colonnade::categorical(reference.column(0), current.column(0));
///     drift.chi_squared.p_value, drift.unseen()
inline categorical_result categorical(const any_column_view& reference, const any_column_view& current,
                                      int threads = 0) {
  const auto counts = category_counts::of(reference, threads);
  return categorical(counts, category_counts::of(current, threads));
}

}  // namespace colonnade::inline COLONNADE_ABI
