#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "bind.hpp"
#include "colonnade/core/class_labels.hpp"
#include "label_codes.hpp"

// Class labels between Python and the files of classifiers.

namespace colonnade::python {

/// The classes of coded labels as a numpy array of the kind that the labels came in.
inline py::object classes_array(const class_list& classes, const py::array& given) {
  const auto numpy = py::module_::import("numpy");
  const char kind = given.dtype().kind();
  const bool same = kind == 'b' || kind == 'i' || kind == 'u' || kind == 'f' || kind == 'O';
  if (same) return numpy.attr("array")(classes.to_python(), given.dtype());
  return numpy.attr("array")(classes.to_python());
}

inline class_labels saved_labels(const class_list& classes) {
  std::vector<std::int64_t> integers;
  std::vector<double> numbers;
  std::vector<std::string> text;
  for (const class_label& label : classes.labels) {
    if (label.is_text) text.push_back(label.text);
    if (!label.is_text && classes.kind == 'f') numbers.push_back(static_cast<double>(label.number));
    if (!label.is_text && classes.kind != 'f') integers.push_back(label.number);
  }
  if (!text.empty()) return class_labels(std::move(text));
  if (!numbers.empty()) return class_labels(std::move(numbers));
  return classes.kind == 'b' ? class_labels::booleans(std::move(integers))
                             : class_labels(std::move(integers));
}

/// The saved labels as an array; None where there are none.
inline py::object labels_array(const class_labels& labels) {
  using kind = class_labels::label_kind;
  if (labels.kind() == kind::none) return py::none();
  if (labels.kind() == kind::numbers) return as_array(labels.numbers());
  if (labels.kind() == kind::booleans) return as_array(labels.integers()).attr("astype")("bool");
  if (labels.kind() == kind::integers) return as_array(labels.integers());
  return py::module_::import("numpy").attr("array")(py::cast(labels.text()), "object");
}

}  // namespace colonnade::python
