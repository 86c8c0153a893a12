#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "labels.hpp"

// Classes of labels in their order, and codes of rows over them.

namespace colonnade::python {

/// A class label by itself: a whole number or text.
struct class_label {
  bool is_text = false;
  std::int64_t number = 0;
  std::string text;

  friend bool operator==(const class_label&, const class_label&) = default;
  friend bool operator<(const class_label& a, const class_label& b) {
    return a.is_text || b.is_text ? a.text < b.text : a.number < b.number;
  }

  /// False for an object that is no label (a number that is not whole, None).
  static bool from_python(py::handle x, class_label& out) {
    if (PyUnicode_Check(x.ptr()) != 0) {
      out = {true, 0, x.cast<std::string>()};
      return true;
    }
    const double value = PyFloat_AsDouble(x.ptr());
    if (PyErr_Occurred() != nullptr) {
      PyErr_Clear();
      return false;
    }
    if (!(value >= -0x1p62 && value <= 0x1p62) ||
        value != static_cast<double>(static_cast<std::int64_t>(value)))
      return false;
    out = {false,
           PyLong_Check(x.ptr()) != 0 ? PyLong_AsLongLong(x.ptr()) : static_cast<std::int64_t>(value),
           {}};
    return true;
  }
  py::object to_python(char kind) const {
    if (is_text) return py::str(text);
    if (kind == 'b') return py::bool_(number != 0);
    if (kind == 'f') return py::float_(static_cast<double>(number));
    return py::int_(number);
  }
};

/// Sorted classes, of the kind that numpy gives to their array.
struct class_list {
  char kind = 'i';
  std::vector<class_label> labels;

  std::size_t size() const { return labels.size(); }
  /// Position of a label, or -1.
  std::ptrdiff_t find(py::handle x) const {
    class_label label;
    if (!class_label::from_python(x, label)) return -1;
    if (!labels.empty() && label.is_text != labels[0].is_text) return -1;
    const auto at = std::lower_bound(labels.begin(), labels.end(), label);
    return at != labels.end() && *at == label ? at - labels.begin() : -1;
  }
  py::list to_python() const {
    py::list list;
    for (const class_label& label : labels) list.append(label.to_python(kind));
    return list;
  }
  std::string repr() const {
    return py::str(py::module_::import("numpy").attr("array")(to_python())).cast<std::string>();
  }
};

/// Codes 0, 1, ... of the rows of one or two columns over the sorted classes of both.
struct coded_labels {
  class_list classes;
  std::vector<std::int32_t> first, second;
};

namespace detail {

inline char common_kind(const label_column& a, const label_column& b) {
  if (a.text()) return 'U';
  if (a.kind() == 'f' || b.kind() == 'f') return 'f';
  return a.kind() == 'b' && b.kind() == 'b' ? 'b' : 'i';
}

/// Ranks of the texts in a table, and the texts in order.
inline std::vector<std::int32_t> sorted_texts(const hash_table<std::string_view>& texts,
                                              class_list& classes) {
  std::vector<std::uint32_t> order(texts.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](auto a, auto b) { return texts[a] < texts[b]; });
  std::vector<std::int32_t> rank(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    rank[order[i]] = static_cast<std::int32_t>(i);
    classes.labels.push_back({true, 0, std::string(texts[order[i]])});
  }
  return rank;
}

inline void code_texts(const label_column& a, const label_column* b, coded_labels& out) {
  hash_table<std::string_view> texts;
  a.encode(texts, out.first.data());
  if (b != nullptr) b->encode(texts, out.second.data());
  const std::vector<std::int32_t> rank = sorted_texts(texts, out.classes);
  for (std::int32_t& code : out.first) code = rank[static_cast<std::size_t>(code)];
  for (std::int32_t& code : out.second) code = rank[static_cast<std::size_t>(code)];
}

template <class F>
void for_labels(const label_column& column, F&& f) {
  std::int64_t buffer[colonnade::detail::label_block_rows];
  for (std::size_t first = 0; first < column.rows(); first += colonnade::detail::label_block_rows) {
    const std::size_t count = std::min(colonnade::detail::label_block_rows, column.rows() - first);
    const std::int64_t* labels = column.read(first, count, buffer);
    for (std::size_t i = 0; i < count; ++i) f(first + i, labels[i]);
  }
}

inline void code_numbers(const label_column& a, const label_column* b, coded_labels& out) {
  auto range = range_of(a.reader());
  if (b != nullptr) {
    const auto other = range_of(b->reader());
    range = {std::min(range.first, other.first), std::max(range.second, other.second)};
  }
  const auto span = static_cast<std::uint64_t>(range.second) - static_cast<std::uint64_t>(range.first);
  const auto each = [&](auto&& f) {
    for_labels(a, [&](std::size_t i, std::int64_t label) { f(out.first[i], label); });
    if (b != nullptr) for_labels(*b, [&](std::size_t i, std::int64_t label) { f(out.second[i], label); });
  };
  if (span < 4 * (a.rows() + 256)) {
    std::vector<std::int32_t> code(static_cast<std::size_t>(span) + 1, -1);
    each([&](std::int32_t& c, std::int64_t label) {
      c = static_cast<std::int32_t>(label - range.first), code[static_cast<std::size_t>(c)] = 0;
    });
    for (std::size_t k = 0; k < code.size(); ++k) {
      if (code[k] < 0) continue;
      code[k] = static_cast<std::int32_t>(out.classes.size());
      out.classes.labels.push_back({false, range.first + static_cast<std::int64_t>(k), {}});
    }
    for (auto* codes : {&out.first, &out.second}) {
      for (std::int32_t& c : *codes) c = code[static_cast<std::size_t>(c)];
    }
    return;
  }
  hash_table<std::int64_t> numbers;
  each([&](std::int32_t& c, std::int64_t label) { c = static_cast<std::int32_t>(numbers.insert(label)); });
  std::vector<std::uint32_t> order(numbers.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&](auto x, auto y) { return numbers[x] < numbers[y]; });
  std::vector<std::int32_t> rank(order.size());
  for (std::size_t i = 0; i < order.size(); ++i) {
    rank[order[i]] = static_cast<std::int32_t>(i);
    out.classes.labels.push_back({false, numbers[order[i]], {}});
  }
  for (auto* codes : {&out.first, &out.second}) {
    for (std::int32_t& c : *codes) c = rank[static_cast<std::size_t>(c)];
  }
}

}  // namespace detail

inline void check_same_kind(const label_column& a, const label_column& b) {
  if (a.text() != b.text()) {
    throw py::value_error(std::string("Mix of label input types (string and number); found ") +
                          (a.text() ? "text" : "numbers") + " in " + a.name() + " and " +
                          (b.text() ? "text" : "numbers") + " in " + b.name());
  }
}

/// Codes of one column, or of two over common classes.
inline coded_labels code_labels(const label_column& a, const label_column* b = nullptr) {
  coded_labels out;
  out.first.resize(a.rows());
  if (b != nullptr) {
    check_same_kind(a, *b);
    out.second.resize(b->rows());
  }
  out.classes.kind = detail::common_kind(a, b == nullptr ? a : *b);
  if (a.rows() == 0) return out;
  a.text() ? detail::code_texts(a, b, out) : detail::code_numbers(a, b, out);
  return out;
}

inline void check_lengths(std::size_t a, std::size_t b) {
  if (a == b) return;
  throw py::value_error("Found input variables with inconsistent numbers of samples: [" + std::to_string(a) +
                        ", " + std::to_string(b) + "]");
}

/// Weights as the metrics take them: one a row, at least one not zero.
inline weight_argument metric_weights(py::handle x, std::size_t rows) {
  weight_argument weights(x, rows);
  const auto w = weights.view();
  for (std::size_t i = 0; i < w.size(); ++i) {
    if (w[i] != 0) return weights;
  }
  if (weights.given()) throw py::value_error("Sample weights must contain at least one non-zero number.");
  return weights;
}

/// Warns as scikit-learn does: `category` is a class of colonnade.exceptions, or empty for UserWarning.
inline void warn(const std::string& message, const char* category) {
  const py::object type = *category == '\0'
                              ? py::reinterpret_borrow<py::object>(PyExc_UserWarning)
                              : py::object(py::module_::import("colonnade.exceptions").attr(category));
  if (PyErr_WarnEx(type.ptr(), message.c_str(), 2) != 0) throw py::error_already_set();
}
inline constexpr const char* undefined_metric = "UndefinedMetricWarning";

}  // namespace colonnade::python
