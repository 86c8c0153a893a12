#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/drift/column_drift.hpp"
#include "colonnade/drift/report_html.hpp"
#include "colonnade/kernels/radix_sort.hpp"
#include "colonnade/sketches/order_by.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The answer of `compare`: one entry a column, in the order of the reference.
class drift_report {
 public:
  drift_report(std::vector<column_drift> columns, double alpha, double minimum_effect)
      : columns_(std::move(columns)), alpha_(alpha), minimum_effect_(minimum_effect) {}

  const std::vector<column_drift>& columns() const { return columns_; }
  double alpha() const { return alpha_; }
  double minimum_effect() const { return minimum_effect_; }
  /// Names of the columns that drift, in the order of the table.
  std::vector<std::string> drifted() const {
    std::vector<std::string> names;
    for (const column_drift& column : columns_) {
      if (column.drifted) names.push_back(column.name);
    }
    return names;
  }
  /// Throws argument_error where there is no such column.
  const column_drift& operator[](std::string_view name) const {
    for (const column_drift& column : columns_) {
      if (column.name == name) return column;
    }
    throw argument_error("column", "'" + std::string(name) + "'", "a column of the report");
  }

  /// A table of text, the drifted columns first, the largest effects first.
  std::string to_text() const {
    std::vector<std::vector<std::string>> rows = {
        {"column", "type", "verdict", "effect", "test", "statistic", "p", "adjusted p", "missing"}};
    for (const column_drift* c : ranked()) {
      rows.push_back({c->name, c->current_type.empty() ? c->reference_type : c->current_type,
                      c->drifted ? "DRIFT" : "ok", shown(c->effect_size), c->test, shown(c->statistic),
                      shown(c->p_value), shown(c->adjusted_p_value),
                      c->missing_p_value != c->missing_p_value
                          ? ""
                          : column_drift::percent(c->reference_missing_rate()) + " -> " +
                                column_drift::percent(c->current_missing_rate())});
    }
    std::string text = summary() + "\n\n";
    std::vector<std::size_t> width(rows[0].size());
    for (const auto& row : rows) {
      for (std::size_t k = 0; k < row.size(); ++k) width[k] = std::max(width[k], row[k].size());
    }
    for (const auto& row : rows) {
      std::string line;
      for (std::size_t k = 0; k < row.size(); ++k)
        line += row[k] + std::string(width[k] + 2 - row[k].size(), ' ');
      text += line.substr(0, line.find_last_not_of(' ') + 1) + "\n";
    }
    return text;
  }
  /// "2 of 20 columns drift (5% of the alarms are expected to be false at most)."
  std::string summary() const {
    return std::to_string(drifted().size()) + " of " + std::to_string(columns_.size()) +
           " columns drift (Benjamini-Hochberg at " + column_drift::text(alpha_) + ")";
  }

  /// One page with a picture a column; no scripts, nothing from the network, readable on a phone.
  std::string to_html() const { return report_html::page(summary(), ranked()); }
  /// The same without the frame of a page, for a notebook.
  std::string to_html_fragment() const { return report_html::fragment(summary(), ranked()); }

 private:
  static std::string shown(double value) { return value != value ? "" : column_drift::text(value); }

  std::vector<const column_drift*> ranked() const {
    const auto places = order_by(columns_.size(), [&](std::size_t k) {
      const column_drift& column = columns_[k];
      // Effects are at least 0, so a drifted column of any effect comes before every other.
      const double effect = column.effect_size == column.effect_size ? column.effect_size : -1;
      return ~ordered_bits(effect) >> 1 | (column.drifted ? 0 : std::uint64_t{1} << 63);
    });
    std::vector<const column_drift*> order;
    for (const std::size_t place : places) order.push_back(&columns_[place]);
    return order;
  }

  std::vector<column_drift> columns_;
  double alpha_, minimum_effect_;
};

}  // namespace colonnade::inline COLONNADE_ABI
