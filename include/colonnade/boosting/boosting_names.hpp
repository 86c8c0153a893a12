#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/boosting/feature_cuts.hpp"
#include "colonnade/core/class_labels.hpp"
#include "colonnade/core/error.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What the columns, the classes and the categories of a model are called: fields that the model saves. How
/// many there are of each is the model's to know, so the functions are told.
struct boosting_names {
  /// One a column, or none.
  std::vector<std::string> features;
  /// None: the classes are 0, 1, ...
  class_labels classes;
  /// Of each column of categories, the label of code k at k; or none.
  std::vector<class_labels> categories;

  void set_features(std::vector<std::string> names, std::size_t columns) {
    check("feature_names", names.size(), columns);
    features = std::move(names);
  }
  void set_classes(class_labels labels, std::size_t count) {
    check("labels", labels.size(), count);
    classes = std::move(labels);
  }
  /// Throws argument_error unless the column is one of categories.
  void set_categories(std::size_t column, class_labels labels, const feature_cuts& cuts) {
    const std::size_t at = place_of(column, cuts);
    if (at == cuts.categorical().size()) {
      throw argument_error("categories", "column " + std::to_string(column) + " of numbers",
                           "one of categorical_features");
    }
    categories.resize(cuts.categorical().size());
    categories[at] = std::move(labels);
  }
  /// None for a column of numbers, or unnamed.
  class_labels categories_of(std::size_t column, const feature_cuts& cuts) const {
    const std::size_t at = place_of(column, cuts);
    return at < categories.size() ? categories[at] : class_labels();
  }

  /// Throws format_error unless there are as many as there should be.
  void validate(const feature_cuts& cuts, std::size_t class_count) const {
    const auto expect = [](std::size_t found, std::size_t expected, const char* what) {
      if (found != 0 && found != expected)
        throw format_error(std::string("saved gradient_boosted_trees: not one ") + what);
    };
    expect(features.size(), cuts.features(), "name a column");
    expect(classes.size(), class_count, "label a class");
    expect(categories.size(), cuts.categorical().size(), "list of labels a column of categories");
  }

 private:
  // Which of the columns of categories a column is; their number for others.
  static std::size_t place_of(std::size_t column, const feature_cuts& cuts) {
    const auto all = cuts.categorical();
    return static_cast<std::size_t>(std::find(all.begin(), all.end(), column) - all.begin());
  }
  static void check(const char* name, std::size_t found, std::size_t expected) {
    if (found != 0 && found != expected)
      throw argument_error(name, std::to_string(found), std::to_string(expected));
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
