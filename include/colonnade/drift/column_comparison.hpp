#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "colonnade/core/real.hpp"
#include "colonnade/core/table.hpp"
#include "colonnade/core/visit.hpp"
#include "colonnade/drift/categorical.hpp"
#include "colonnade/drift/column_drift.hpp"
#include "colonnade/drift/column_profile.hpp"
#include "colonnade/drift/profile_ranks.hpp"
#include "colonnade/drift/two_sample.hpp"

namespace colonnade::inline COLONNADE_ABI {

namespace detail {

inline column_type type_of(const any_column_view& column) {
  return visit_held(
      []<class Column>(const Column&) {
        if constexpr (requires { typename Column::value_type; }) {
          using value_type = typename Column::value_type;
          if (std::is_same_v<value_type, bool>) return column_type::flag;
          return std::is_integral_v<value_type> ? column_type::integer : column_type::number;
        } else {
          return column_type::text;
        }
      },
      column);
}

inline bool has_values(const any_column_view& column) {
  return visit_held(
      [](const auto& c) {
        for (std::size_t i = 0; i < c.size(); ++i) {
          if (!c.is_missing(i)) return true;
        }
        return false;
      },
      column);
}

inline bool is_numeric(column_type type) {
  return type == column_type::number || type == column_type::integer;
}

/// Whether the two can be compared; where not, and both have values, that is said.
inline bool same_family(column_type reference, column_type current, column_drift& out) {
  out.reference_type = name_of(reference);
  out.current_type = name_of(current);
  if (reference == column_type::unknown || current == column_type::unknown) return false;
  if (is_numeric(reference) == is_numeric(current)) return true;
  out.schema_change = "the type changed from " + out.reference_type + " to " + out.current_type;
  return false;
}

inline void set_missing(column_drift& out, std::uint64_t reference_count, std::uint64_t current_count,
                        std::uint64_t reference_missing, std::uint64_t current_missing) {
  out.reference_rows = reference_count + reference_missing;
  out.current_rows = current_count + current_missing;
  out.reference_missing = reference_missing;
  out.current_missing = current_missing;
  if (reference_missing + current_missing == 0) return;
  out.missing_p_value =
      two_proportions(reference_missing, out.reference_rows, current_missing, out.current_rows).p_value;
}

inline void set_shares(column_drift& out, const std::vector<std::uint64_t>& reference,
                       const std::vector<std::uint64_t>& current) {
  const auto shares = [](const std::vector<std::uint64_t>& counts) {
    double total = 0;
    for (const auto count : counts) total += static_cast<double>(count);
    std::vector<double> result;
    for (const auto count : counts) result.push_back(total > 0 ? static_cast<double>(count) / total : 0);
    return result;
  };
  out.reference_shares = shares(reference);
  out.current_shares = shares(current);
}

inline void set_effect(column_drift& out, const std::vector<std::uint64_t>& reference,
                       const std::vector<std::uint64_t>& current, double n, double m) {
  const divergence distance(reference, current);
  out.psi = distance.population_stability().statistic;
  out.effect_size = std::max(0.0, out.psi - (distance.bins() - 1) * (1 / n + 1 / m));
}

/// Bins that are empty in both are left out of the picture.
inline void set_number_bins(column_drift& out, const std::vector<double>& edges,
                            std::vector<std::uint64_t> reference, std::vector<std::uint64_t> current) {
  std::vector<std::uint64_t> r, c;
  for (std::size_t k = 0; k < reference.size(); ++k) {
    if (reference[k] + current[k] == 0) continue;
    out.bins.push_back(bin_label(edges, k));
    r.push_back(reference[k]);
    c.push_back(current[k]);
  }
  set_shares(out, r, c);
}

inline void compare_categories(const categorical_result& found, column_drift& out) {
  out.test = "chi_squared";
  out.statistic = found.chi_squared.statistic;
  out.p_value = found.chi_squared.p_value;
  out.distance = found.cramers_v;
  if (found.reference_count == 0 || found.current_count == 0) return;
  set_effect(out, found.reference_counts, found.current_counts, static_cast<double>(found.reference_count),
             static_cast<double>(found.current_count));
  constexpr std::size_t shown = 12, listed = 20;
  const auto order = order_by(found.categories.size(), [&](std::size_t k) {
    return ~(found.reference_counts[k] + found.current_counts[k]);
  });
  std::vector<std::uint64_t> r, c;
  for (const std::size_t k : order) {
    const auto in_r = found.reference_counts[k], in_c = found.current_counts[k];
    if (in_r == 0 && out.unseen.size() < listed) out.unseen.push_back(found.categories[k]);
    if (in_c == 0 && out.vanished.size() < listed) out.vanished.push_back(found.categories[k]);
    if (out.bins.size() < shown) {
      out.bins.push_back(found.categories[k]);
      r.push_back(in_r);
      c.push_back(in_c);
    } else {
      if (out.bins.size() == shown) {
        out.bins.push_back("all others");
        r.push_back(0);
        c.push_back(0);
      }
      r.back() += in_r;
      c.back() += in_c;
    }
  }
  set_shares(out, r, c);
}

inline double deviation_of(const sorted_sample& sample) {
  double mean = 0, spread = 0, count = 0;
  for (const double value : sample.values()) {
    if (real::isinf(value)) continue;
    ++count;
    const double off = value - mean;
    mean += off / count;
    spread += off * (value - mean);
  }
  return real::sqrt(spread / (count - 1));
}

inline sorted_sample sorted(const any_column_view& column) {
  return visit_held(
      []<class Column>(const Column& c) {
        if constexpr (requires { typename Column::value_type; }) {
          return sorted_sample::of(c);
        } else {
          return sorted_sample();
        }
      },
      column);
}

inline void compare_numbers(const sorted_sample& reference, const sorted_sample& current, std::size_t bins,
                            column_drift& out) {
  two_sample_params params;
  params.statistics = {"ks", "wasserstein", "psi"};
  params.bins = bins;
  const auto found = two_sample(reference, current, params, 1);
  set_missing(out, found.reference_count, found.current_count, found.reference_missing,
              found.current_missing);
  out.test = "ks";
  out.statistic = found.ks.statistic;
  out.p_value = found.ks.p_value;
  if (found.reference_count == 0 || found.current_count == 0) return;
  out.distance = found.wasserstein.statistic / deviation_of(reference);
  set_effect(out, found.reference_bins, found.current_bins, static_cast<double>(found.reference_count),
             static_cast<double>(found.current_count));
  set_number_bins(out, found.bin_edges, found.reference_bins, found.current_bins);
}

}  // namespace detail

/// Compares two columns of tables, exactly.
inline void compare_columns(const any_column_view& reference, const any_column_view& current,
                            std::size_t bins, column_drift& out) {
  const auto type = [](const any_column_view& c) {
    return detail::has_values(c) ? detail::type_of(c) : column_type::unknown;
  };
  const column_type r = type(reference), c = type(current);
  if (!detail::same_family(r, c, out)) {
    const auto left = category_counts::of(reference), right = category_counts::of(current);
    detail::set_missing(out, left.total(), right.total(), left.missing(), right.missing());
    return;
  }
  if (detail::is_numeric(r)) {
    return detail::compare_numbers(detail::sorted(reference), detail::sorted(current), bins, out);
  }
  const auto found = categorical(reference, current, 1);
  detail::set_missing(out, found.reference_count, found.current_count, found.reference_missing,
                      found.current_missing);
  detail::compare_categories(found, out);
}

/// Compares two columns of profiles, through their sketches.
inline void compare_columns(const column_profile& reference, const column_profile& current, std::size_t bins,
                            column_drift& out) {
  detail::set_missing(out, reference.count(), current.count(), reference.missing(), current.missing());
  if (!detail::same_family(reference.type(), current.type(), out)) return;
  if (!reference.numeric()) {
    const auto [r, c] = comparable_counts(reference, current);
    return detail::compare_categories(categorical(r, c), out);
  }
  const profile_ranks ranks(reference.quantiles(), current.quantiles());
  const auto ks = ranks.kolmogorov_smirnov();
  out.test = "ks";
  out.statistic = ks.statistic;
  out.p_value = ks.p_value;
  out.distance = ranks.wasserstein() / reference.deviation();
  const auto cut = ranks.bins(bins);
  detail::set_effect(out, cut.reference, cut.current, static_cast<double>(reference.count()),
                     static_cast<double>(current.count()));
  detail::set_number_bins(out, cut.edges, cut.reference, cut.current);
}

}  // namespace colonnade::inline COLONNADE_ABI
