#include "encoder_input.hpp"

#include <cstring>
#include <optional>
#include <string>

namespace colonnade::python {

namespace {

/// Whether the missing values of an array of objects are None (and none of them NaN).
missing_mark mark_of_objects(const py::array& a) {
  if (a.dtype().kind() != 'O') return missing_mark::nan;
  const auto* base = static_cast<const char*>(a.data());
  bool none = false;
  for (py::ssize_t i = 0; i < a.shape(0); ++i) {
    PyObject* v = nullptr;
    std::memcpy(&v, base + i * a.strides(0), sizeof v);
    if (v == Py_None || v == nullptr) none = true;
  }
  if (!none) return missing_mark::nan;
  for (py::ssize_t i = 0; i < a.shape(0); ++i) {
    PyObject* v = nullptr;
    std::memcpy(&v, base + i * a.strides(0), sizeof v);
    if (v != nullptr && PyFloat_Check(v) && PyFloat_AS_DOUBLE(v) != PyFloat_AS_DOUBLE(v))
      return missing_mark::nan;
  }
  return missing_mark::null;
}

}  // namespace

encoder_input::encoder_input(const py::object& x, const char* name) : table_(x, name) {
  marks_.assign(table_.columns(), missing_mark::nan);
  if (py::isinstance<py::array>(x)) {
    mark_array(py::reinterpret_borrow<py::array>(x));
  } else if (py::isinstance<py::dict>(x)) {
    std::size_t j = 0;
    for (const auto& [key, value] : py::reinterpret_borrow<py::dict>(x)) mark_column(j++, value);
  } else if (py::hasattr(x, "iloc")) {
    mark_frame(x);
  } else if (py::hasattr(x, "__arrow_c_stream__")) {
    for (std::size_t j = 0; j < marks_.size(); ++j) {
      if (type_of(view().column(j)) == category_type::strings) marks_[j] = missing_mark::null;
    }
  } else {
    mark_array(py::module_::import("numpy").attr("asarray")(x, py::arg("dtype") = "object"));
  }
}

void encoder_input::check_not_empty() const {
  const std::string shape = "(" + std::to_string(rows()) + ", " + std::to_string(columns()) + ")";
  if (columns() == 0) {
    throw py::value_error("Found array with 0 feature(s) (shape=" + shape +
                          ") while a minimum of 1 is required.");
  }
  if (rows() > 0) return;
  throw py::value_error("Found array with 0 sample(s) (shape=" + shape +
                        ") while a minimum of 1 is required.");
}

void encoder_input::mark_array(const py::array& a) {
  if (a.dtype().kind() != 'O' || a.ndim() != 2) return;
  for (std::size_t j = 0; j < marks_.size(); ++j) {
    marks_[j] = mark_of_objects(a.attr("__getitem__")(py::make_tuple(py::slice(0, a.shape(0), 1), j)));
  }
}

void encoder_input::mark_frame(const py::object& frame) {
  const py::list dtypes(frame.attr("dtypes"));
  const py::slice all(std::nullopt, std::nullopt, std::nullopt);
  for (std::size_t j = 0; j < marks_.size(); ++j) {
    const py::handle dtype = dtypes[j];
    if (!py::isinstance<py::dtype>(dtype) || dtype.cast<py::dtype>().kind() != 'O') continue;
    marks_[j] = mark_of_objects(frame.attr("iloc")[py::make_tuple(all, j)].attr("to_numpy")());
  }
}

void encoder_input::mark_column(std::size_t j, py::handle value) {
  if (value.is_none()) {
    marks_[j] = missing_mark::null;
  } else if (py::isinstance<py::list>(value) || py::isinstance<py::array>(value)) {
    const py::array a = py::module_::import("numpy").attr("asarray")(value);
    if (a.ndim() == 1) marks_[j] = mark_of_objects(a);
  }
}

}  // namespace colonnade::python
