#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "colonnade/drift/column_drift.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A drift report as HTML: a card a column with its verdict, its figures and the two distributions as an
/// inline SVG. Everything is in the text: no script, no font, no address.
class report_html {
 public:
  static std::string page(const std::string& summary, const std::vector<const column_drift*>& columns) {
    return "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
           "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><title>Drift report</title></head>"
           "<body style=\"margin:1rem auto;max-width:72rem;padding:0 .75rem\">\n<h1 style=\"font:600 1.4rem system-ui,sans-serif\">"
           "Drift report</h1>\n" +
           fragment(summary, columns) + "</body></html>\n";
  }

  static std::string fragment(const std::string& summary, const std::vector<const column_drift*>& columns) {
    std::string html =
        "<div class=\"colonnade-drift\"><style>" + std::string(style) + "</style>\n<p>" + escaped(summary) +
        ". <span class=\"key\"><b class=\"r\"></b>reference <b class=\"c\"></b>current</span></p>\n<div class=\"cards\">\n";
    for (const column_drift* column : columns) html += card(*column);
    return html + "</div></div>\n";
  }

  /// Text as HTML text, also inside quotes.
  static std::string escaped(std::string_view text) {
    std::string result;
    for (const char c : text) {
      switch (c) {
        case '&':
          result += "&amp;";
          break;
        case '<':
          result += "&lt;";
          break;
        case '>':
          result += "&gt;";
          break;
        case '"':
          result += "&quot;";
          break;
        case '\'':
          result += "&#39;";
          break;
        default:
          result += c;
      }
    }
    return result;
  }

 private:
  static constexpr std::string_view style =
      ".colonnade-drift{font:14px/1.4 system-ui,sans-serif;color:#1c2430}"
      ".colonnade-drift .cards{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,20rem),1fr));gap:.75rem}"
      ".colonnade-drift .card{border:1px solid #d5dae1;border-left:4px solid #3a8f5c;border-radius:6px;padding:.6rem .75rem;"
      "background:#fff;overflow-wrap:anywhere}"
      ".colonnade-drift .card.drift{border-left-color:#c2410c}"
      ".colonnade-drift h2{font-size:1rem;margin:0;display:flex;justify-content:space-between;gap:.5rem}"
      ".colonnade-drift h2 span{font-weight:400;color:#3a8f5c;white-space:nowrap}.colonnade-drift .drift h2 span{color:#c2410c}"
      ".colonnade-drift p{margin:.3rem 0;color:#4b5563}.colonnade-drift svg{width:100%;height:auto;display:block}"
      ".colonnade-drift table{width:100%;border-collapse:collapse;margin-top:.3rem}"
      ".colonnade-drift td{padding:.1rem 0;border-top:1px solid #eef0f3}"
      ".colonnade-drift td:last-child{text-align:right;font-variant-numeric:tabular-nums}"
      ".colonnade-drift .key{white-space:nowrap}.colonnade-drift .key b{display:inline-block;width:.7em;height:.7em;margin:0 .25em 0 .6em}"
      ".colonnade-drift .r{background:#94a3b8;fill:#94a3b8}.colonnade-drift .c{background:#2563eb;fill:#2563eb}"
      ".colonnade-drift text{font:11px system-ui,sans-serif;fill:#4b5563}";

  static std::string card(const column_drift& c) {
    std::string html = c.drifted ? "<div class=\"card drift\">" : "<div class=\"card\">";
    html += "<h2>" + escaped(c.name) + "<span>" + (c.drifted ? "drift" : "no drift") + "</span></h2><p>" +
            escaped(c.reason) + "</p>" + bars(c) + "<table>";
    row(html, "Effect (PSI less its expectation)", c.effect_size);
    row(html, c.test == "ks" ? "Wasserstein distance / deviation" : "Cramer's V", c.distance);
    row(html, c.test == "ks" ? "Kolmogorov-Smirnov D" : "Chi-squared", c.statistic);
    row(html, "p", c.p_value);
    row(html, "p, adjusted", c.adjusted_p_value);
    if (c.missing_p_value == c.missing_p_value) {
      row(html, "Missing",
          column_drift::percent(c.reference_missing_rate()) + " &rarr; " +
              column_drift::percent(c.current_missing_rate()));
    }
    names(html, "Unseen", c.unseen);
    names(html, "Vanished", c.vanished);
    return html + "</table></div>\n";
  }

  static void row(std::string& html, std::string_view label, const std::string& value) {
    html += "<tr><td>" + std::string(label) + "</td><td>" + value + "</td></tr>";
  }
  static void row(std::string& html, std::string_view label, double value) {
    if (value == value) row(html, label, column_drift::text(value));
  }
  static void names(std::string& html, std::string_view label, const std::vector<std::string>& values) {
    if (values.empty()) return;
    std::string list;
    for (const std::string& value : values) list += (list.empty() ? "" : ", ") + escaped(shortened(value));
    row(html, label, list);
  }

  /// At most 24 bytes, cut before a UTF-8 character.
  static std::string shortened(const std::string& text) {
    constexpr std::size_t most = 24;
    if (text.size() <= most) return text;
    std::size_t end = most - 3;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return text.substr(0, end) + "...";
  }

  /// Horizontal bars, one pair a bin, with its label: the text stays readable on a narrow screen.
  static std::string bars(const column_drift& c) {
    if (c.bins.empty()) return "";
    constexpr int line = 22, left = 118, width = 320, room = width - left - 44;
    double most = 0;
    for (std::size_t k = 0; k < c.bins.size(); ++k)
      most = std::max({most, c.reference_shares[k], c.current_shares[k]});
    const auto length = [&](double share) { return column_drift::text(most > 0 ? share / most * room : 0); };
    std::string svg = "<svg viewBox=\"0 0 " + std::to_string(width) + " " +
                      std::to_string(line * static_cast<int>(c.bins.size())) +
                      "\" role=\"img\" aria-label=\"Shares of " + escaped(c.name) + "\">";
    for (std::size_t k = 0; k < c.bins.size(); ++k) {
      const int top = line * static_cast<int>(k);
      const auto bar = [&](const char* name, double share, int y) {
        return "<rect class=\"" + std::string(name) + "\" x=\"" + std::to_string(left) + "\" y=\"" +
               std::to_string(y) + "\" width=\"" + length(share) + "\" height=\"8\"><title>" +
               column_drift::percent(share) + "</title></rect>";
      };
      svg += "<text x=\"" + std::to_string(left - 6) + "\" y=\"" + std::to_string(top + 14) +
             "\" text-anchor=\"end\">" + escaped(shortened(c.bins[k])) + "</text>" +
             bar("r", c.reference_shares[k], top + 2) + bar("c", c.current_shares[k], top + 11) +
             "<text x=\"" + std::to_string(width) + "\" y=\"" + std::to_string(top + 14) +
             "\" text-anchor=\"end\">" + column_drift::percent(c.current_shares[k]) + "</text>";
    }
    return svg + "</svg>";
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
