#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/core/views.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The bins of a column of category codes (whole numbers below 2^24): one a category in the order of the
/// codes. Of more than 254 categories, the heaviest 254 (of equal ones, the lower codes) have a bin each and
/// the rare ones share the last.
class category_bins {
 public:
  static constexpr std::size_t most_kept = 254;
  static constexpr std::uint32_t code_limit = std::uint32_t{1} << 24;

  category_bins() = default;

  /// The first row whose value is neither a code nor missing (NaN).
  template <class T>
  static std::optional<std::size_t> first_invalid(column_view<const T> values) {
    for (std::size_t i = 0; i < values.size(); ++i) {
      const T value = values[i];
      if (value == value && !code_of(value)) return i;
    }
    return std::nullopt;
  }

  /// A value as a code, if it is one.
  template <class T>
  static std::optional<std::uint32_t> code_of(T value) {
    if (!(value >= 0 && value < static_cast<T>(code_limit))) return std::nullopt;
    const auto code = static_cast<std::uint32_t>(value);
    if (static_cast<T>(code) != value) return std::nullopt;
    return code;
  }

  /// Throws data_error: this value, which is no code, is in that row of a column.
  template <class T>
  [[noreturn]] static void refuse(T value, std::size_t row, std::uint32_t column) {
    throw data_error(
        "X: found " + std::to_string(value) + " among categories, expected whole numbers from 0 to 2^24 - 1",
        row, std::to_string(column));
  }

  /// Learns the categories of a column, from one batch of its rows after the other.
  class learner {
   public:
    /// Rows of weight 0 and missing values do not count. `weight` may be empty.
    template <class T>
    void update(column_view<const T> values, column_view<const double> weight) {
      if (pages_.empty()) pages_.resize(code_limit / page_codes);
      for (std::size_t i = 0; i < values.size(); ++i) {
        const auto code = code_of(values[i]);
        const double w = weight.size() == 0 ? 1.0 : weight[i];
        if (!code || !(w > 0)) continue;
        auto& page = pages_[*code / page_codes];
        if (page.empty()) page.resize(page_codes);
        page[*code % page_codes] += w;
      }
    }
    category_bins finalize() const {
      std::vector<weighted_code> found;
      for (std::size_t p = 0; p < pages_.size(); ++p) {
        for (std::size_t k = 0; k < pages_[p].size(); ++k) {
          if (pages_[p][k] > 0)
            found.push_back({static_cast<std::uint32_t>(p * page_codes + k), pages_[p][k]});
        }
      }
      return chosen(std::move(found));
    }

   private:
    // Weights by code in pages: as quick as one array, in as much memory as there are codes.
    std::vector<std::vector<double>> pages_;
  };

  /// The categories of a column; rows of weight 0 and missing values do not count. `weight` may be empty.
  template <class T>
  static category_bins learn(column_view<const T> values, column_view<const double> weight) {
    learner all;
    all.update(values, weight);
    return all.finalize();
  }

  /// Ascending codes with a bin of their own, in the order of these bins.
  std::span<const std::uint32_t> kept() const { return kept_; }
  /// Ascending codes that share the last bin.
  std::span<const std::uint32_t> rare() const { return rare_; }
  /// Bins, without that of missing values; at least one.
  std::size_t bins() const { return std::max<std::size_t>(1, kept_.size() + (rare_.empty() ? 0 : 1)); }

  friend bool operator==(const category_bins&, const category_bins&) = default;

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.kept_, self.rare_);
  }
  void validate() const {
    check(kept_);
    check(rare_);
    if (kept_.size() > most_kept || (!rare_.empty() && kept_.size() < most_kept)) fail("not 254 are kept");
    for (const std::uint32_t code : kept_) {
      if (std::binary_search(rare_.begin(), rare_.end(), code)) fail("a code has two bins");
    }
  }

 private:
  static constexpr std::size_t page_codes = 4096;

  struct weighted_code {
    std::uint32_t code;
    double weight;
  };

  [[noreturn]] static void fail(const char* what) {
    throw format_error(std::string("saved categories: ") + what);
  }
  static void check(const std::vector<std::uint32_t>& codes) {
    for (std::size_t i = 0; i < codes.size(); ++i) {
      if (codes[i] >= code_limit) fail("a code is not below 2^24");
      if (i > 0 && codes[i - 1] >= codes[i]) fail("the codes do not ascend");
    }
  }

  static category_bins chosen(std::vector<weighted_code> found) {
    std::sort(found.begin(), found.end(), [](const weighted_code& a, const weighted_code& b) {
      return a.weight != b.weight ? a.weight > b.weight : a.code < b.code;
    });
    category_bins result;
    for (std::size_t k = 0; k < found.size(); ++k)
      (k < most_kept ? result.kept_ : result.rare_).push_back(found[k].code);
    std::sort(result.kept_.begin(), result.kept_.end());
    std::sort(result.rare_.begin(), result.rare_.end());
    return result;
  }

  std::vector<std::uint32_t> kept_, rare_;
};

}  // namespace colonnade::inline COLONNADE_ABI
