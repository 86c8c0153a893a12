#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "colonnade/core/error.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// When a category is infrequent. At most one of `min_frequency` and `min_fraction` is set.
struct category_rarity {
  std::optional<std::uint64_t> min_frequency = {};  ///< rows below which a category is infrequent
  std::optional<double> min_fraction = {};          ///< the same as a fraction of all rows, in (0, 1)
  std::optional<std::uint64_t> max_categories =
      {};  ///< largest number of groups, the infrequent one among them

  bool enabled() const { return min_frequency || min_fraction || max_categories; }
  void check() const {
    if (min_frequency && *min_frequency < 1) throw argument_error("min_frequency", "0", "at least 1");
    if (min_fraction && !(*min_fraction > 0 && *min_fraction < 1)) {
      throw argument_error("min_frequency", std::to_string(*min_fraction), "a fraction between 0 and 1");
    }
    if (max_categories && *max_categories < 1) throw argument_error("max_categories", "0", "at least 1");
  }
  friend bool operator==(const category_rarity&, const category_rarity&) = default;

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.min_frequency, self.min_fraction, self.max_categories);
  }
};

/// The groups that the categories of one column fall into: every frequent category is its own, in order; all
/// infrequent ones are the last group.
class category_groups {
 public:
  category_groups() = default;
  /// Every category its own group.
  explicit category_groups(std::size_t categories) : categories_(categories) { number(); }
  /// `counts`: rows of each category; `rows`: of the whole column. Of equally frequent ones the first become
  /// infrequent.
  category_groups(std::span<const std::uint64_t> counts, std::uint64_t rows, const category_rarity& rarity)
      : categories_(counts.size()) {
    std::vector<bool> rare(counts.size());
    for (std::size_t i = 0; i < counts.size(); ++i) rare[i] = below(counts[i], rows, rarity);
    const auto frequent = static_cast<std::uint64_t>(std::count(rare.begin(), rare.end(), false));
    if (rarity.max_categories && *rarity.max_categories < frequent + 1)
      keep_largest(counts, *rarity.max_categories - 1, rare);
    for (std::size_t i = 0; i < rare.size(); ++i) {
      if (rare[i]) infrequent_.push_back(static_cast<std::uint32_t>(i));
    }
    number();
  }

  std::size_t categories() const { return categories_; }
  /// Number of groups.
  std::size_t size() const { return categories_ - infrequent_.size() + (infrequent_.empty() ? 0 : 1); }
  bool has_infrequent() const { return !infrequent_.empty(); }
  /// Places of the infrequent categories, ascending.
  const std::vector<std::uint32_t>& infrequent() const { return infrequent_; }
  bool is_infrequent(std::size_t place) const {
    return std::binary_search(infrequent_.begin(), infrequent_.end(), static_cast<std::uint32_t>(place));
  }
  /// The group of all infrequent categories; meaningful if there are any.
  std::size_t infrequent_group() const { return categories_ - infrequent_.size(); }
  std::size_t operator[](std::size_t place) const { return group_of_[place]; }
  /// First category of a group.
  std::size_t first_of(std::size_t group) const {
    return static_cast<std::size_t>(std::find(group_of_.begin(), group_of_.end(), group) - group_of_.begin());
  }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.categories_, self.infrequent_);
  }
  /// Whoever reads groups calls this with the number of categories that their list has.
  void restore(std::size_t categories) {
    bool valid = categories_ == categories && infrequent_.size() <= categories;
    for (std::size_t i = 0; valid && i < infrequent_.size(); ++i) {
      valid = infrequent_[i] < categories && (i == 0 || infrequent_[i - 1] < infrequent_[i]);
    }
    if (!valid) throw format_error("saved categories: infrequent ones that do not fit");
    number();
  }

 private:
  static bool below(std::uint64_t count, std::uint64_t rows, const category_rarity& rarity) {
    if (rarity.min_frequency) return count < *rarity.min_frequency;
    if (rarity.min_fraction)
      return static_cast<double>(count) < static_cast<double>(rows) * *rarity.min_fraction;
    return false;
  }
  static void keep_largest(std::span<const std::uint64_t> counts, std::uint64_t kept,
                           std::vector<bool>& rare) {
    std::vector<std::size_t> order(counts.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return counts[a] != counts[b] ? counts[a] < counts[b] : a < b;
    });
    for (std::size_t i = 0; i + kept < order.size(); ++i) rare[order[i]] = true;
  }
  void number() {
    group_of_.assign(categories_, infrequent_group());
    std::uint32_t group = 0;
    auto rare = infrequent_.begin();
    for (std::size_t i = 0; i < categories_; ++i) {
      if (rare != infrequent_.end() && *rare == i) {
        ++rare;
      } else {
        group_of_[i] = group++;
      }
    }
  }

  std::uint64_t categories_ = 0;
  std::vector<std::uint32_t> infrequent_;
  std::vector<std::size_t> group_of_;
};

}  // namespace colonnade::inline COLONNADE_ABI
