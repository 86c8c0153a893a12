#pragma once

#include <charconv>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/core/config.hpp"
#include "colonnade/core/real.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What `compare` found about one column. NaN: not defined (a column that is gone, or without values).
struct column_drift {
  static constexpr double nan = std::numeric_limits<double>::quiet_NaN();

  std::string name;
  std::string reference_type, current_type;  ///< "number", "integer", "flag", "text" or "unknown"
  std::string test;                          ///< "ks" or "chi_squared"
  double statistic = nan;
  double p_value = nan;
  double adjusted_p_value = nan;  ///< Benjamini and Hochberg, over all tests of the report
  double effect_size = nan;       ///< PSI less its expectation without drift, at least 0
  double psi = nan;               ///< population stability index
  double distance = nan;          ///< Wasserstein distance / reference deviation, or Cramer's V
  std::uint64_t reference_rows = 0, current_rows = 0;
  std::uint64_t reference_missing = 0, current_missing = 0;
  double missing_p_value = nan;  ///< of equal rates of missing values; NaN if nothing is missing
  double missing_adjusted_p_value = nan;
  bool drifted = false;
  std::string reason;         ///< why it drifted or did not, one line
  std::string schema_change;  ///< "", or that the column is gone, new or of another type
  std::vector<std::string> unseen,
      vanished;                   ///< categories that only one of the two has, most frequent first
  std::vector<std::string> bins;  ///< labels of bins or categories, and the share of the rows in each
  std::vector<double> reference_shares, current_shares;

  static column_drift named(std::string name) {
    column_drift column;
    column.name = std::move(name);
    return column;
  }

  double reference_missing_rate() const { return rate(reference_missing, reference_rows); }
  double current_missing_rate() const { return rate(current_missing, current_rows); }

  /// "negligible" below 0.1, "moderate" below 0.25, else "large": the customary reading of PSI.
  std::string effect() const {
    if (real::isnan(effect_size)) return "";
    return effect_size < 0.1 ? "negligible" : effect_size < 0.25 ? "moderate" : "large";
  }

  /// Sets `drifted` and `reason` from the adjusted p-values.
  void judge(double alpha, double minimum_effect) {
    const bool significant = adjusted_p_value <= alpha, enough = effect_size >= minimum_effect;
    const bool missing = missing_adjusted_p_value <= alpha;
    drifted = !schema_change.empty() || (significant && enough) || missing;
    if (!schema_change.empty()) {
      reason = schema_change;
    } else if (significant && enough) {
      reason =
          test + " " + text(statistic) + ", adjusted p " + text(adjusted_p_value) + ", effect " + effect();
    } else if (missing) {
      reason = "missing " + percent(reference_missing_rate()) + " -> " + percent(current_missing_rate()) +
               ", adjusted p " + text(missing_adjusted_p_value);
    } else if (significant) {
      reason = "effect " + text(effect_size) + " is below " + text(minimum_effect);
    } else if (real::isnan(p_value)) {
      reason = "nothing to compare";
    } else {
      reason = "adjusted p " + text(adjusted_p_value);
    }
  }

  /// Three significant digits.
  static std::string text(double value) {
    char buffer[40];
    const auto end = std::to_chars(buffer, buffer + sizeof buffer, value, std::chars_format::general, 3).ptr;
    return {buffer, end};
  }
  static std::string percent(double share) { return text(100 * share) + "%"; }

 private:
  static double rate(std::uint64_t missing, std::uint64_t rows) {
    return static_cast<double>(missing) / static_cast<double>(rows);
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
