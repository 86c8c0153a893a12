#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/preprocessing/fitted_categories.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Where the ones of a one-hot encoding go: for every feature, the output column of each category, with the
/// dropped one left out. Follows from the fitted categories and the parameters; is not saved.
class one_hot_layout {
 public:
  enum class unknown_policy : std::uint8_t { error, ignore, infrequent_if_exist, warn };
  enum class drop_policy : std::uint8_t { none, first, if_binary, given };

  /// Mark of a feature without a dropped group.
  static constexpr std::size_t nothing = static_cast<std::size_t>(-1);

  one_hot_layout() = default;
  one_hot_layout(const std::vector<fitted_column>& columns, unknown_policy unknown, drop_policy drop,
                 const std::vector<category_list>& dropped) {
    if (drop == drop_policy::given) check_dropped(columns, dropped);
    start_.push_back(0);
    for (std::size_t j = 0; j < columns.size(); ++j) {
      feature f;
      f.dropped = dropped_group(columns[j], drop, dropped, j);
      f.unknown_is_infrequent =
          unknown >= unknown_policy::infrequent_if_exist && columns[j].groups.has_infrequent();
      number(f, columns[j]);
      start_.push_back(start_.back() + f.places.size());
      features_.push_back(std::move(f));
    }
  }

  /// Number of output columns: of all features, or of one.
  std::size_t width() const { return start_.empty() ? 0 : start_.back(); }
  std::size_t width(std::size_t j) const { return features_[j].places.size(); }
  /// First output column of a feature.
  std::size_t start(std::size_t j) const { return start_[j]; }
  /// Group of a feature that has no column, or `nothing`.
  std::size_t dropped_group(std::size_t j) const { return features_[j].dropped; }
  /// Category of column k of feature j, or -1 for the group of infrequent ones.
  std::int32_t place_of(std::size_t j, std::size_t k) const { return features_[j].places[k]; }
  /// Column of a place within its feature, -1 for none (dropped, or unknown and ignored).
  std::int32_t target(std::size_t j, std::int32_t place) const {
    return features_[j].targets[static_cast<std::size_t>(place + 1)];
  }
  /// Whether unknown values of feature j are encoded as infrequent ones.
  bool unknown_is_infrequent(std::size_t j) const { return features_[j].unknown_is_infrequent; }

  /// Turns places into columns in place; tells whether any was unknown.
  bool to_targets(std::size_t j, std::int32_t* places, std::size_t count) const {
    const std::int32_t* target_of = features_[j].targets.data() + 1;
    std::int32_t sign = 0;
    for (std::size_t i = 0; i < count; ++i) {
      sign |= places[i];
      places[i] = target_of[places[i]];
    }
    return sign < 0;
  }

 private:
  struct feature {
    std::size_t dropped = nothing;
    bool unknown_is_infrequent = false;
    std::vector<std::int32_t> targets;  // of unknown (-1), then of each place
    std::vector<std::int32_t> places;   // of each column
  };

  static void check_dropped(const std::vector<fitted_column>& columns,
                            const std::vector<category_list>& dropped) {
    if (dropped.size() == columns.size()) return;
    throw argument_error("`drop` should have length equal to the number of features (" +
                         std::to_string(columns.size()) + "), got " + std::to_string(dropped.size()));
  }

  static std::size_t dropped_group(const fitted_column& column, drop_policy drop,
                                   const std::vector<category_list>& dropped, std::size_t j) {
    const std::size_t groups = column.groups.size();
    if (drop == drop_policy::first) return groups > 0 ? 0 : nothing;
    if (drop == drop_policy::if_binary) return groups == 2 ? 0 : nothing;
    if (drop == drop_policy::none) return nothing;
    const std::int32_t place = place_in(column.categories, dropped[j]);
    if (place < 0) {
      throw argument_error(
          "The following categories were supposed to be dropped, but were not found in the training data.\nCategory: " +
          (dropped[j].size() == 0 ? std::string("none") : dropped[j].text(0)) +
          ", Feature: " + std::to_string(j));
    }
    const auto at = static_cast<std::size_t>(place);
    if (column.groups.is_infrequent(at)) {
      throw argument_error("Unable to drop category " + column.categories.quoted(at) + " from feature " +
                           std::to_string(j) + " because it is infrequent");
    }
    return column.groups[at];
  }
  static std::int32_t place_in(const category_list& categories, const category_list& one) {
    if (one.size() != 1) return unknown_code;
    if (one.missing() != missing_mark::none) return categories.code_of_missing();
    std::int32_t place = unknown_code;
    one.for_each([&]<class Value>(const Value& value) {
      if constexpr (std::is_same_v<Value, std::string_view>) {
        categories.find(string_column_view(std::span<const std::string_view>(&value, 1)), 0, 1, &place);
      } else {
        categories.find(column_view<const Value>(&value, 1), 0, 1, &place);
      }
    });
    return place;
  }

  static void number(feature& f, const fitted_column& column) {
    const category_groups& groups = column.groups;
    const auto column_of = [&](std::size_t group) {
      if (group == f.dropped) return std::int32_t{-1};
      return static_cast<std::int32_t>(group - (f.dropped != nothing && group > f.dropped ? 1 : 0));
    };
    f.targets.push_back(f.unknown_is_infrequent ? column_of(groups.infrequent_group()) : -1);
    f.places.assign(groups.size() - (f.dropped == nothing ? 0 : 1), -1);
    for (std::size_t place = 0; place < groups.categories(); ++place) {
      const std::int32_t to = column_of(groups[place]);
      f.targets.push_back(to);
      if (to >= 0 && !groups.is_infrequent(place))
        f.places[static_cast<std::size_t>(to)] = static_cast<std::int32_t>(place);
    }
  }

  std::vector<feature> features_;
  std::vector<std::size_t> start_;
};

}  // namespace colonnade::inline COLONNADE_ABI
