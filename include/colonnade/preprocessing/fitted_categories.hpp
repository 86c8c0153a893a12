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
#include "colonnade/core/visit.hpp"
#include "colonnade/preprocessing/category_groups.hpp"
#include "colonnade/preprocessing/category_stats.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What happens to a value at `transform`, column by column: the states that every encoder tells apart.
enum class category_state : std::uint8_t { known, missing, infrequent, unknown };

/// One fitted column of an encoder: its categories and the groups they fall into.
struct fitted_column {
  category_list categories;
  category_groups groups;

  /// State of a place that `categories.find` gave.
  category_state state(std::int32_t place) const {
    if (place < 0) return category_state::unknown;
    if (static_cast<std::size_t>(place) < groups.categories() &&
        groups.is_infrequent(static_cast<std::size_t>(place))) {
      return category_state::infrequent;
    }
    return place == categories.code_of_missing() ? category_state::missing : category_state::known;
  }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.categories, self.groups);
  }
};

namespace detail {

/// "['a', 'b']" for at most 20 of the places.
inline std::string listed(const category_list& categories, const std::vector<std::size_t>& places) {
  std::string text = "[";
  for (std::size_t i = 0; i < places.size() && i < 20; ++i) {
    text += (i == 0 ? "" : ", ") + categories.quoted(places[i]);
  }
  return text + (places.size() > 20 ? ", ...]" : "]");
}

[[noreturn]] inline void refuse_unknown(const category_list& found, const std::vector<std::size_t>& unknown,
                                        std::size_t column, const char* when, const std::string& name) {
  throw data_error("Found unknown categories " + listed(found, unknown) + " in column " +
                       std::to_string(column) + " during " + when,
                   data_error::unknown, name);
}

/// Where each category of `found` stands in `known`, or `unknown_code`.
inline std::vector<std::int32_t> places_among(const category_list& found, const category_list& known) {
  std::vector<std::int32_t> places(found.values());
  visit_held(
      [&]<class Key>(const hash_table<Key>& t) {
        std::vector<Key> keys;
        for (std::uint32_t i = 0; i < t.size(); ++i) keys.push_back(t[i]);
        if constexpr (std::is_same_v<Key, std::string_view>) {
          known.find(string_column_view(std::span<const std::string_view>(keys)), 0, keys.size(),
                     places.data());
        } else {
          known.find(column_view<const Key>(keys.data(), keys.size()), 0, keys.size(), places.data());
        }
      },
      found.table());
  if (found.missing() != missing_mark::none) places.push_back(known.code_of_missing());
  return places;
}

/// Places in `found` of what is not in `known`.
inline std::vector<std::size_t> unknown_places(const category_list& found, const category_list& known) {
  const auto places = places_among(found, known);
  std::vector<std::size_t> unknown;
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (places[i] < 0) unknown.push_back(i);
  }
  return unknown;
}

/// The categories of column j of a table.
inline category_list categories_of(const table_view& table, std::size_t j) {
  column_categories seen;
  seen.update(table.column(j), 0, table.rows());
  return seen.sorted().categories;
}

/// Throws the error that names what `transform` found in column j and `known` has not.
[[noreturn]] inline void refuse_unknown_values(const table_view& table, std::size_t j,
                                               const category_list& known) {
  const category_list found = categories_of(table, j);
  refuse_unknown(found, unknown_places(found, known), j, "transform",
                 table.names().empty() ? "" : table.name(j));
}

/// Categories of a column with the rows of each: the learnt ones in order, or those that were given. What was
/// learnt but not given is refused, or does not count.
struct counted_categories {
  category_list categories;
  std::vector<std::uint64_t> counts;

  counted_categories(const column_categories& learnt, const category_list* given, std::size_t column,
                     bool refuse_others) {
    auto ordered = learnt.sorted();
    if (given == nullptr) {
      categories = std::move(ordered.categories);
      counts = std::move(ordered.counts);
      return;
    }
    categories = *given;
    counts.resize(given->size());
    const auto unknown = unknown_places(ordered.categories, *given);
    if (refuse_others && !unknown.empty()) refuse_unknown(ordered.categories, unknown, column, "fit", "");
    const auto places = places_among(ordered.categories, *given);
    for (std::size_t i = 0; i < places.size(); ++i) {
      if (places[i] >= 0) counts[static_cast<std::size_t>(places[i])] += ordered.counts[i];
    }
  }
};

/// What an encoder with `params` fits to column j: its categories, learnt or given, and the groups of them.
/// NaN is in no group unless `group_nan`.
template <class Params>
fitted_column fit_column(const Params& params, const category_stats& stats, std::size_t j, bool group_nan) {
  const bool refuse_others = params.handle_unknown == decltype(params.handle_unknown)::error;
  const category_list* given = params.categories.empty() ? nullptr : &params.categories[j];
  counted_categories counted(stats[j], given, j, refuse_others);
  if (!group_nan && counted.categories.missing() == missing_mark::nan) counted.counts.pop_back();
  return {std::move(counted.categories), category_groups(counted.counts, stats.rows(), params.rarity)};
}

/// Checks a policy that may have come from a file.
template <class Policy>
void check_policy(const char* name, Policy found, Policy last) {
  if (found > last) throw argument_error(std::string(name) + ": not a policy");
}

/// Calls `check` and turns what it says of an argument into what it means for a saved object.
template <class Check>
void check_saved(std::string_view kind, const Check& check) {
  try {
    check();
  } catch (const argument_error& error) {
    throw format_error("saved " + std::string(kind) + ": " + error.what());
  }
}

/// Checks the number of lists of categories against that of columns.
inline void check_given(const std::vector<category_list>& given, std::size_t columns) {
  if (given.empty() || given.size() == columns) return;
  throw argument_error(
      "Shape mismatch: if categories is an array, it has to be of shape (n_features,): found " +
      std::to_string(given.size()) + " lists, expected " + std::to_string(columns));
}

}  // namespace detail

}  // namespace colonnade::inline COLONNADE_ABI
