#pragma once

#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include "colonnade/core/error.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/kernels/finite_scan.hpp"

// The one gate for arrays. numpy's own conversion is used only where values have to be converted anyway; what
// is decided here is decided by dtype kind, size, byte order, alignment and strides, because pybind11's typed
// casters drop masks and imaginary parts, hand out misaligned pointers, and its Eigen casters read out of
// bounds on broadcast arrays.

namespace colonnade::python {

namespace py = pybind11;

/// Which values an array may hold.
enum class values { finite, finite_or_missing, any };

namespace detail {

inline std::string shape_text(const py::array& a) { return py::str(a.attr("shape")).cast<std::string>(); }

/// An array and of no class derived from it.
inline bool plain_array(py::handle x) { return Py_TYPE(x.ptr()) == py::detail::npy_api::get().PyArray_Type_; }

inline std::string dtype_text(const py::array& a) { return py::str(a.dtype()).cast<std::string>(); }

/// Refuses what would lose something silently.
inline void refuse_special(py::handle x, const char* name) {
  if (py::isinstance<py::array>(x)) {
    if (py::hasattr(x, "mask") && py::hasattr(x, "filled")) {
      throw argument_error(name, "a masked array",
                           "a plain array; fill it with NaN first: x.filled(numpy.nan)");
    }
    return;
  }
  if (py::hasattr(x, "toarray") && py::hasattr(x, "nnz")) {
    throw py::type_error(std::string("Sparse data was passed for ") + name +
                         ", but dense data is required. Use '.toarray()' to convert to a dense numpy array.");
  }
}

inline py::array numpy_array(py::handle x, const char* name) {
  if (plain_array(x)) return py::reinterpret_borrow<py::array>(x);
  refuse_special(x, name);
  if (py::isinstance<py::array>(x)) return py::reinterpret_borrow<py::array>(x);
  const auto numpy = py::module_::import("numpy");
  py::array a = numpy.attr("asarray")(x);
  if (a.dtype().kind() == 'O' && py::hasattr(x, "to_numpy") && py::hasattr(x, "iloc")) {
    // pandas with nullable columns: pd.NA becomes NaN. Text stays an object array, and is refused below by
    // column.
    try {
      return x.attr("to_numpy")(py::arg("dtype") = "float64", py::arg("na_value") = py::float_(NAN));
    } catch (py::error_already_set& e) {
      if (!e.matches(PyExc_ValueError) && !e.matches(PyExc_TypeError)) throw;
    }
  }
  return a;
}

/// The first column of a frame or an object array that numpy cannot read as numbers, for the message.
inline std::string text_column(py::handle x, const py::array& a) {
  const auto numpy = py::module_::import("numpy");
  if (a.ndim() != 2) return "";
  for (py::ssize_t j = 0; j < a.shape(1); ++j) {
    const py::object column = a.attr("__getitem__")(py::make_tuple(py::slice(0, a.shape(0), 1), j));
    try {
      column.attr("astype")("float64");
    } catch (py::error_already_set&) {
      if (!py::hasattr(x, "columns")) return ", column " + std::to_string(j);
      const py::object names = py::list(x.attr("columns"));
      return ", column '" + py::str(names.attr("__getitem__")(j)).cast<std::string>() + "'";
    }
  }
  return "";
}

/// As float64 or float32, native, aligned; the array itself when it is that already.
inline py::array numbers(py::handle x, const char* name) {
  py::array a = numpy_array(x, name);
  const auto dtype = a.dtype();
  const char kind = dtype.kind();
  const auto size = dtype.itemsize();
  if (kind == 'c')
    throw py::value_error("Complex data not supported: " + std::string(name) + " has dtype " + dtype_text(a));
  if (kind == 'M' || kind == 'm') {
    throw py::type_error(std::string(name) + ": found dtype " + dtype_text(a) +
                         ", expected numbers; convert dates first, for example to days since a start");
  }
  if (kind == 'V')
    throw py::type_error(std::string(name) + ": found a structured array, expected a plain 2-D array");
  const bool native = dtype.byteorder() == '=' || dtype.byteorder() == '|';
  const bool is_float = kind == 'f' && (size == 4 || size == 8);
  bool usable = is_float && native && (a.flags() & py::detail::npy_api::NPY_ARRAY_ALIGNED_) != 0;
  for (py::ssize_t k = 0; usable && k < a.ndim(); ++k) usable = a.strides(k) % size == 0;
  if (usable) return a;
  try {
    const char* target = is_float && size == 4 ? "float32" : kind == 'f' && size == 2 ? "float32" : "float64";
    return a.attr("astype")(target, py::arg("order") = "K", py::arg("copy") = true);
  } catch (py::error_already_set& e) {
    if (!e.matches(PyExc_ValueError)) throw;
    const std::string why = py::str(e.value()).cast<std::string>();
    throw py::value_error(
        std::string(name) + text_column(x, a) + ": " + why +
        "; expected numbers (encode text first, with OneHotEncoder, OrdinalEncoder or TargetEncoder)");
  }
}

template <class T>
[[noreturn]] void report_nonfinite(matrix_view<const T> x, const char* name, bool missing_allowed) {
  for (std::size_t j = 0; j < x.columns(); ++j) {
    for (std::size_t i = 0; i < x.rows(); ++i) {
      const T value = x(i, j);
      if (value - value == T{} || (missing_allowed && value != value)) continue;
      throw data_error(std::string("Input ") + name +
                           (value != value ? " contains NaN"
                                           : std::string(" contains infinity or a value too large for ") +
                                                 (sizeof(T) == 4 ? "float32" : "float64")),
                       i, std::to_string(j));
    }
  }
  throw data_error(std::string("Input ") + name + " contains values that are not finite");
}

template <class T>
void check_values(matrix_view<const T> x, const char* name, values allowed) {
  if (allowed == values::any || all_finite(x)) return;
  if (allowed == values::finite) report_nonfinite(x, name, false);
  for (std::size_t j = 0; j < x.columns(); ++j) {
    for (std::size_t i = 0; i < x.rows(); ++i) {
      if (std::isinf(x(i, j))) report_nonfinite(x, name, true);
    }
  }
}

template <class T>
matrix_view<const T> view_of(const py::array& a) {
  const auto size = static_cast<py::ssize_t>(sizeof(T));
  return {static_cast<const T*>(a.data()), static_cast<std::size_t>(a.shape(0)),
          static_cast<std::size_t>(a.shape(1)), a.strides(0) / size, a.strides(1) / size};
}

}  // namespace detail

/// A matrix of numbers from Python, checked and kept alive. float32 and float64 arrays of any strides are
/// viewed where they are; everything else is converted to float64 once.
class matrix_argument {
 public:
  /// `rows` and `columns` of at least 1 unless `allow_empty`.
  explicit matrix_argument(py::handle x, const char* name = "X", values allowed = values::finite,
                           bool allow_empty = false)
      : array_(detail::numbers(x, name)) {
    check_shape(name, allow_empty);
    if (is_float32()) {
      detail::check_values(detail::view_of<float>(array_), name, allowed);
    } else {
      detail::check_values(detail::view_of<double>(array_), name, allowed);
    }
  }

  bool is_float32() const { return array_.dtype().itemsize() == 4; }
  std::size_t rows() const { return static_cast<std::size_t>(array_.shape(0)); }
  std::size_t columns() const { return static_cast<std::size_t>(array_.shape(1)); }
  const py::array& array() const { return array_; }

  /// Calls `f` with `matrix_view<const float>` or `matrix_view<const double>`.
  template <class F>
  decltype(auto) visit(F&& f) const {
    return is_float32() ? f(detail::view_of<float>(array_)) : f(detail::view_of<double>(array_));
  }

 private:
  void check_shape(const char* name, bool allow_empty) const {
    if (array_.ndim() < 2) {
      throw py::value_error(
          "Expected 2D array, got " + std::string(array_.ndim() == 1 ? "1D" : "scalar") +
          " array instead for " + name + ": shape " + detail::shape_text(array_) +
          ". Reshape your data either using array.reshape(-1, 1) if your data has a single feature "
          "or array.reshape(1, -1) if it contains a single sample.");
    }
    if (array_.ndim() > 2) {
      throw py::value_error("Found array with dim " + std::to_string(array_.ndim()) + " for " + name +
                            ", expected 2");
    }
    if (allow_empty) return;
    if (array_.shape(0) == 0) {
      throw py::value_error("Found array with 0 sample(s) (shape=" + detail::shape_text(array_) +
                            ") while a minimum of 1 is required.");
    }
    if (array_.shape(1) == 0) {
      throw py::value_error("Found array with 0 feature(s) (shape=" + detail::shape_text(array_) +
                            ") while a minimum of 1 is required.");
    }
  }

  py::array array_;
};

/// A vector of numbers from Python as float64, checked and kept alive: targets, weights, scores.
class vector_argument {
 public:
  explicit vector_argument(py::handle x, const char* name, values allowed = values::finite) {
    py::array a = detail::numbers(x, name);
    if (a.ndim() == 2 && a.shape(1) == 1) a = a.attr("ravel")();
    if (a.ndim() != 1) {
      throw py::value_error(std::string(name) + " must be 1D array: found shape " + detail::shape_text(a));
    }
    if (a.dtype().itemsize() == 4) a = a.attr("astype")("float64");
    array_ = a;
    const auto c = view();
    detail::check_values(matrix_view<const double>(c.data(), c.size(), 1, c.stride(), 1), name, allowed);
  }

  std::size_t size() const { return static_cast<std::size_t>(array_.shape(0)); }
  column_view<const double> view() const {
    return {static_cast<const double*>(array_.data()), size(), array_.strides(0) / 8};
  }
  const py::array& array() const { return array_; }

 private:
  py::array array_;
};

/// Weights of `rows` rows: None or a scalar (then all rows weigh the same) or one number a row, none negative
/// unless allowed.
class weight_argument {
 public:
  weight_argument(py::handle x, std::size_t rows, const char* name = "sample_weight") {
    if (x.is_none()) return;
    if (py::isinstance<py::float_>(x) || py::isinstance<py::int_>(x)) {
      scalar_ = x.cast<double>();
      const auto numpy = py::module_::import("numpy");
      given_.emplace(numpy.attr("broadcast_to")(numpy.attr("float64")(scalar_), rows), name);
      return;
    }
    try {
      given_.emplace(x, name);
    } catch (const py::value_error& e) {
      if (std::string(e.what()).find("must be 1D") == std::string::npos) throw;
      throw py::value_error("Sample weights must be 1D array or scalar");
    }
    if (given_->size() != rows) {
      throw py::value_error(std::string(name) + ".shape == (" + std::to_string(given_->size()) +
                            ",), expected (" + std::to_string(rows) + ",)!");
    }
  }

  /// Empty when all rows weigh 1.
  column_view<const double> view() const { return given_ ? given_->view() : column_view<const double>(); }
  bool given() const { return given_.has_value(); }

 private:
  double scalar_ = 1;
  std::optional<vector_argument> given_;
};

/// A new array in C order, filled by `fill(matrix_view<T>)`.
template <class T>
py::array_t<T> new_matrix(std::size_t rows, std::size_t columns) {
  return py::array_t<T>({static_cast<py::ssize_t>(rows), static_cast<py::ssize_t>(columns)});
}

template <class T>
matrix_view<T> writable(py::array_t<T>& a) {
  return {a.mutable_data(), static_cast<std::size_t>(a.shape(0)), static_cast<std::size_t>(a.shape(1)),
          a.strides(0) / static_cast<py::ssize_t>(sizeof(T)),
          a.strides(1) / static_cast<py::ssize_t>(sizeof(T))};
}

/// The scikit-learn message for a wrong number of columns.
inline void check_columns(std::size_t found, std::size_t expected, const char* who) {
  if (found == expected) return;
  throw py::value_error("X has " + std::to_string(found) + " features, but " + who + " is expecting " +
                        std::to_string(expected) + " features as input.");
}

}  // namespace colonnade::python
