#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "arrays.hpp"
#include "bind.hpp"
#include "class_labels.hpp"
#include "label_codes.hpp"

namespace colonnade::python {

/// Targets as numbers: values, or codes over the classes of the training labels.
class target_argument {
 public:
  static target_argument values_of(py::handle y, const char* name) {
    const vector_argument given(y, name);
    target_argument target;
    for (std::size_t i = 0; i < given.size(); ++i) target.numbers_.push_back(given.view()[i]);
    return target;
  }
  static target_argument classes_of(py::handle y) {
    target_argument target;
    const label_column column = labels(y, "y");
    coded_labels coded = code_labels(column);
    target.numbers_.assign(coded.first.begin(), coded.first.end());
    target.array_ = classes_array(coded.classes, column.array());
    target.classes_ = std::move(coded.classes);
    return target;
  }
  /// Labels that must be among `classes`, those of `whose`.
  static target_argument known_classes_of(py::handle y, const char* name, const class_list& classes,
                                          const char* whose) {
    target_argument target;
    const coded_labels coded = code_labels(labels(y, name));
    std::vector<double> place;
    for (const class_label& label : coded.classes.labels) {
      const auto at = std::lower_bound(classes.labels.begin(), classes.labels.end(), label);
      if (at == classes.labels.end() || !(*at == label)) {
        throw py::value_error(std::string(name) + ": found a label that " + whose + " does not have, " +
                              py::repr(label.to_python(coded.classes.kind)).cast<std::string>());
      }
      place.push_back(static_cast<double>(at - classes.labels.begin()));
    }
    for (const auto code : coded.first) target.numbers_.push_back(place[static_cast<std::size_t>(code)]);
    return target;
  }

  column_view<const double> view() const { return {numbers_.data(), numbers_.size()}; }
  std::size_t size() const { return numbers_.size(); }
  const class_list& classes() const { return classes_; }
  const py::object& array() const { return array_; }

 private:
  static label_column labels(py::handle y, const char* name) {
    try {
      label_column column(y, name);
      if (column.multilabel()) throw py::value_error("y must be 1D array: found several columns");
      return column;
    } catch (const py::value_error& error) {
      if (std::string(error.what()).rfind("continuous", 0) != 0) throw;
      throw py::value_error(std::string("Unknown label type: ") + error.what());
    }
  }

  std::vector<double> numbers_;
  class_list classes_;
  py::object array_ = py::none();
};

}  // namespace colonnade::python
