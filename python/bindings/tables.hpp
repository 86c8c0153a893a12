#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include "colonnade/core/owned_table.hpp"
#include "colonnade/interop/arrow_c.hpp"
#include "colonnade/kernels/hash_table.hpp"

// The one gate for tables: anything tabular becomes a table_view over the memory that Python holds. A column
// whose values are all missing and without a type (None) comes as float64 NaN; consumers take that for any
// kind of column.

namespace colonnade::python {

namespace py = pybind11;

/// A table from Python, kept alive: pandas and polars frames, anything with `__arrow_c_stream__`, 2-D and
/// structured numpy arrays, lists of rows, a dict of columns, or one row as a dict of plain values.
class table_argument {
 public:
  explicit table_argument(py::handle x, const char* name = "X") : what_(name) {
    refuse(x);
    if (PyDict_Check(x.ptr())) {
      add_dict(py::reinterpret_borrow<py::dict>(x));
    } else if (py::hasattr(x, "iloc") && py::hasattr(x, "columns")) {
      add_pandas(x);
    } else if (!py::isinstance<py::array>(x) && py::hasattr(x, "__arrow_c_stream__")) {
      add_arrow(x);
    } else {
      add_numpy(x);
    }
    view_ = table_.view();
  }
  table_argument(const table_argument&) = delete;
  table_argument& operator=(const table_argument&) = delete;

  const table_view& view() const { return view_; }
  std::size_t rows() const { return view_.rows(); }
  std::size_t columns() const { return view_.columns(); }
  /// Whether the columns came with names of their own.
  bool named() const { return named_; }

 private:
  void refuse(py::handle x) const {
    if (py::hasattr(x, "toarray") && py::hasattr(x, "nnz")) {
      throw py::type_error(
          "Sparse data was passed for " + what_ +
          ", but dense data is required. Use '.toarray()' to convert to a dense numpy array.");
    }
    if (py::hasattr(x, "mask") && py::hasattr(x, "filled")) {
      throw argument_error(what_, "a masked array",
                           "a plain array; fill it with NaN first: x.filled(numpy.nan)");
    }
  }

  void hold(py::object owner) {
    // Released with the table, which may happen without the GIL.
    table_.keep_alive(std::shared_ptr<const void>(owner.release().ptr(), [](const void* p) {
      const py::gil_scoped_acquire gil;
      Py_DECREF(const_cast<PyObject*>(static_cast<const PyObject*>(p)));
    }));
  }

  static bool is_scalar(PyObject* v) {
    return v == Py_None || PyUnicode_Check(v) || PyFloat_Check(v) || PyLong_Check(v) || PyBytes_Check(v) ||
           is_numpy_scalar(v);
  }
  static bool is_numpy_scalar(PyObject* v) {
    static PyObject* generic = py::object(py::module_::import("numpy").attr("generic")).release().ptr();
    return PyObject_IsInstance(v, generic) == 1;
  }

  void add_dict(const py::dict& columns) {
    named_ = true;
    bool scalars = !columns.empty();
    for (const auto& [key, value] : columns)
      scalars = scalars && (is_scalar(value.ptr()) || is_missing(value.ptr()));
    for (const auto& [key, value] : columns) {
      const std::string name = py::str(key).cast<std::string>();
      if (scalars) {
        add_scalar(name, value.ptr());
      } else {
        add_column(name, py::reinterpret_borrow<py::object>(value));
      }
    }
  }

  /// One value of a one-row table.
  void add_scalar(const std::string& name, PyObject* v) {
    if (PyUnicode_Check(v)) {
      table_.add_strings(name, {utf8(v, name)});
      hold(py::reinterpret_borrow<py::object>(v));
    } else if (PyBool_Check(v)) {
      table_.add_flags(name, {static_cast<std::uint8_t>(v == Py_True ? 1 : 0)});
    } else if (PyLong_Check(v)) {
      table_.add(name, std::vector<std::int64_t>{integer(v, name)});
    } else if (PyFloat_Check(v)) {
      table_.add(name, std::vector<double>{PyFloat_AS_DOUBLE(v)});
    } else if (is_missing(v)) {
      table_.add(name, std::vector<double>{NAN});
    } else {
      const py::object plain = py::handle(v).attr("item")();
      if (!is_scalar(plain.ptr()) || is_numpy_scalar(plain.ptr())) refuse_type(name, v);
      add_scalar(name, plain.ptr());
    }
  }

  void add_pandas(py::handle frame) {
    named_ = true;
    const py::object columns = frame.attr("columns");
    const py::object by_position = frame.attr("iloc");
    const auto count = py::len(columns);
    const py::slice all_rows(std::nullopt, std::nullopt, std::nullopt);
    for (std::size_t j = 0; j < count; ++j) {
      const std::string name = py::str(columns[py::int_(j)]).cast<std::string>();
      add_series(name, by_position[py::make_tuple(all_rows, j)]);
    }
  }

  /// A pandas Series by the kind of its dtype; extension types that pyarrow holds come through Arrow.
  void add_series(const std::string& name, const py::object& series) {
    const py::object dtype = series.attr("dtype");
    if (py::hasattr(dtype, "categories")) return add_categories(name, series.attr("array"));
    if (py::isinstance<py::dtype>(dtype)) return add_array(name, series.attr("to_numpy")());
    const py::object array = series.attr("array");
    if (py::hasattr(array, "_pa_array")) return add_arrow_column(name, array.attr("_pa_array"));
    const std::string kind =
        py::hasattr(dtype, "kind") ? py::str(dtype.attr("kind")).cast<std::string>() : "O";
    if (kind == "b" || kind == "i" || kind == "u" || kind == "f") return add_nullable(name, series, kind[0]);
    add_array(name, series.attr("to_numpy")(py::arg("dtype") = "object"));
  }

  void add_nullable(const std::string& name, const py::object& series, char kind) {
    const char* type = kind == 'b' ? "bool" : kind == 'f' ? "float64" : "int64";
    const py::object filler = kind == 'b' ? py::object(py::bool_(false)) : py::object(py::int_(0));
    const py::array values = series.attr("to_numpy")(py::arg("dtype") = type, py::arg("na_value") = filler);
    const py::array missing = series.attr("isna")().attr("to_numpy")();
    const auto rows = static_cast<std::size_t>(values.shape(0));
    std::vector<std::uint8_t> valid(rows);
    const auto* bytes = static_cast<const std::uint8_t*>(missing.data());
    for (std::size_t i = 0; i < rows; ++i)
      valid[i] = bytes[static_cast<py::ssize_t>(i) * missing.strides(0)] == 0;
    const validity_view validity = table_.keep_validity(valid);
    if (kind == 'b') {
      table_.add_view(name, column_view<const bool>(static_cast<const bool*>(values.data()), rows,
                                                    values.strides(0), validity));
    } else if (kind == 'f') {
      table_.add_view(name, column_view<const double>(static_cast<const double*>(values.data()), rows,
                                                      values.strides(0) / 8, validity));
    } else {
      table_.add_view(name, column_view<const std::int64_t>(static_cast<const std::int64_t*>(values.data()),
                                                            rows, values.strides(0) / 8, validity));
    }
    hold(values);
  }

  /// A pandas Categorical: its codes as they are, and its categories.
  void add_categories(const std::string& name, const py::object& categorical) {
    const py::array codes = py::module_::import("numpy").attr("ascontiguousarray")(categorical.attr("codes"));
    table_argument values;
    values.what_ = what_;
    values.add_column(name, categorical.attr("categories").attr("to_series")());
    const dictionary_values dictionary = values_of(values.table_.view().column(0), name);
    const auto kept = std::make_shared<table>(std::move(values.table_));
    table_.keep_alive(kept);
    const auto rows = static_cast<std::size_t>(codes.shape(0));
    const auto add = [&]<class Code>(Code) {
      table_.add_view(name, dictionary_column_view(static_cast<const Code*>(codes.data()), rows, dictionary));
    };
    switch (codes.dtype().itemsize()) {
      case 1:
        add(std::int8_t{});
        break;
      case 2:
        add(std::int16_t{});
        break;
      case 4:
        add(std::int32_t{});
        break;
      default:
        add(std::int64_t{});
        break;
    }
    hold(codes);
  }

  dictionary_values values_of(const any_column_view& column, const std::string& name) {
    if (const auto* s = std::get_if<string_column_view>(&column)) return *s;
    if (const auto* d = std::get_if<column_view<const double>>(&column)) return *d;
    if (const auto* i = std::get_if<column_view<const std::int64_t>>(&column)) return *i;
    if (const auto* b = std::get_if<column_view<const bool>>(&column)) {
      std::vector<std::int64_t> flags(b->size());
      for (std::size_t i = 0; i < flags.size(); ++i) flags[i] = (*b)[i] ? 1 : 0;
      return column_view<const std::int64_t>(table_.keep(std::move(flags))->data(), b->size());
    }
    throw argument_error(what_ + ", column '" + name + "'", "categories of an unusual type",
                         "text or numbers");
  }

  static ArrowArrayStream take_stream(const py::object& holder) {
    const py::capsule capsule = holder.attr("__arrow_c_stream__")();
    auto* stream = static_cast<ArrowArrayStream*>(PyCapsule_GetPointer(capsule.ptr(), "arrow_array_stream"));
    if (stream == nullptr) throw py::error_already_set();
    const ArrowArrayStream taken = *stream;
    stream->release = nullptr;
    return taken;
  }

  void add_arrow(py::handle x) {
    named_ = true;
    table_ = read_arrow(take_stream(py::reinterpret_borrow<py::object>(x)));
  }

  /// A column that is an Arrow array of its own, as a stream of one nameless column.
  void add_arrow_column(const std::string& name, const py::object& chunked) {
    const py::object arrow = py::module_::import("pyarrow");
    const py::object one =
        arrow.attr("table")(py::make_tuple(chunked), py::arg("names") = py::make_tuple(name));
    const auto part = std::make_shared<table>(read_arrow(take_stream(one)));
    table_.add_view(name, part->view().column(0));
    table_.keep_alive(part);
  }

  void add_numpy(py::handle x) {
    const py::object numpy = py::module_::import("numpy");
    py::array a = numpy.attr("asarray")(x);
    if (!py::hasattr(x, "dtype") && (a.dtype().kind() == 'U' || a.dtype().kind() == 'S')) {
      a = numpy.attr("asarray")(x,
                                py::arg("dtype") = "object");  // a list of rows keeps the types of its values
    }
    const py::object names = a.dtype().attr("names");
    if (!names.is_none()) {
      named_ = true;
      for (const auto& field : names)
        add_column(py::str(field).cast<std::string>(), a.attr("__getitem__")(field));
      return;
    }
    if (a.ndim() != 2) {
      throw py::value_error(
          "Expected 2D array, got " + std::to_string(a.ndim()) + "D array instead for " + what_ +
          ". Reshape your data either using array.reshape(-1, 1) if your data has a single feature or "
          "array.reshape(1, -1) if it contains a single sample.");
    }
    for (py::ssize_t j = 0; j < a.shape(1); ++j) {
      add_array("x" + std::to_string(j),
                a.attr("__getitem__")(py::make_tuple(py::slice(0, a.shape(0), 1), j)));
    }
  }

  /// A column of a dict: a Series, an Arrow array, an ndarray or a list.
  void add_column(const std::string& name, const py::object& values) {
    if (py::hasattr(values, "iloc")) return add_series(name, values);
    if (!py::isinstance<py::array>(values) && py::hasattr(values, "__arrow_c_stream__")) {
      return add_arrow_column(name, py::module_::import("pyarrow").attr("chunked_array")(values));
    }
    const py::object numpy = py::module_::import("numpy");
    py::array a = numpy.attr("asarray")(values);
    if (!py::hasattr(values, "dtype") && (a.dtype().kind() == 'U' || a.dtype().kind() == 'S')) {
      a = numpy.attr("asarray")(values, py::arg("dtype") = "object");
    }
    if (a.ndim() != 1) {
      throw argument_error(what_ + ", column '" + name + "'", std::to_string(a.ndim()) + " dimensions",
                           "one");
    }
    add_array(name, a);
  }

  void add_array(const std::string& name, py::array a) {
    const char kind = a.dtype().kind();
    if (kind == 'O') return add_objects(name, a);
    if (kind == 'U' || kind == 'S' || kind == 'T') return add_objects(name, a.attr("astype")("object"));
    if (kind == 'c')
      throw py::value_error("Complex data not supported: " + what_ + ", column '" + name + "'");
    if (kind != 'b' && kind != 'i' && kind != 'u' && kind != 'f') {
      throw py::type_error(what_ + ", column '" + name + "': found dtype " +
                           py::str(a.dtype()).cast<std::string>() +
                           ", expected numbers, text or categories; convert dates first");
    }
    const auto size = a.dtype().itemsize();
    const bool kept = kind == 'b' || (kind == 'f' && (size == 4 || size == 8)) || (kind == 'i' && size == 8);
    const char order = a.dtype().byteorder();
    const bool aligned = (a.flags() & py::detail::npy_api::NPY_ARRAY_ALIGNED_) != 0;
    if (!kept || (order != '=' && order != '|') || !aligned || a.strides(0) % size != 0) {
      const bool beyond = kind == 'u' && size == 8;
      const char* target = kind == 'b'   ? "bool"
                           : kind == 'f' ? (size <= 4 ? "float32" : "float64")
                           : beyond      ? "float64"
                                         : "int64";
      a = a.attr("astype")(target);
    }
    const auto rows = static_cast<std::size_t>(a.shape(0));
    const auto stride = a.strides(0) / a.dtype().itemsize();
    if (a.dtype().kind() == 'b') {
      table_.add_view(name, column_view<const bool>(static_cast<const bool*>(a.data()), rows, stride));
    } else if (a.dtype().kind() == 'i') {
      table_.add_view(
          name, column_view<const std::int64_t>(static_cast<const std::int64_t*>(a.data()), rows, stride));
    } else if (a.dtype().itemsize() == 4) {
      table_.add_view(name, column_view<const float>(static_cast<const float*>(a.data()), rows, stride));
    } else {
      table_.add_view(name, column_view<const double>(static_cast<const double*>(a.data()), rows, stride));
    }
    hold(a);
  }

  static bool is_missing(PyObject* v) {
    if (v == Py_None) return true;
    if (PyFloat_Check(v)) return PyFloat_AS_DOUBLE(v) != PyFloat_AS_DOUBLE(v);
    if (PyUnicode_Check(v) || PyLong_Check(v)) return false;
    const std::string_view type = Py_TYPE(v)->tp_name;
    return type.ends_with("NAType") || type.ends_with("NaTType");
  }

  std::string_view utf8(PyObject* v, const std::string& name) const {
    Py_ssize_t size = 0;
    const char* text = PyUnicode_AsUTF8AndSize(v, &size);
    if (text != nullptr) return {text, static_cast<std::size_t>(size)};
    PyErr_Clear();
    throw argument_error(what_ + ", column '" + name + "'", "text with a lone surrogate",
                         "text that UTF-8 can hold");
  }
  std::int64_t integer(PyObject* v, const std::string& name) const {
    int overflow = 0;
    const long long value = PyLong_AsLongLongAndOverflow(v, &overflow);
    if (overflow == 0) return value;
    throw argument_error(what_ + ", column '" + name + "'", "an integer beyond 64 bits",
                         "a smaller one, or a float");
  }
  [[noreturn]] void refuse_type(const std::string& name, PyObject* v) const {
    throw py::type_error(what_ + ", column '" + name + "': argument must be a string or a number, found '" +
                         std::string(Py_TYPE(v)->tp_name) + "'");
  }

  /// Python objects: all text, all numbers, or all flags, besides missing ones.
  void add_objects(const std::string& name, const py::array& a) {
    const auto rows = static_cast<std::size_t>(a.shape(0));
    const auto* base = static_cast<const char*>(a.data());
    const auto at = [&](std::size_t i) {
      PyObject* v = nullptr;
      std::memcpy(&v, base + static_cast<py::ssize_t>(i) * a.strides(0), sizeof v);
      return v == nullptr ? Py_None : v;
    };
    std::size_t first = 0;
    while (first < rows && is_missing(at(first))) ++first;
    if (first == rows) {
      table_.add(name, std::vector<double>(rows, NAN));
    } else if (PyUnicode_Check(at(first))) {
      add_text(name, rows, at);
    } else {
      add_object_numbers(name, rows, at);
    }
    hold(a);
  }

  /// Text that is few Python objects in many rows, as columns of categories are: codes and the distinct
  /// values. Looks at addresses only. False where the objects differ too much for that to pay.
  template <class At>
  bool add_repeated_text(const std::string& name, std::size_t rows, const At& at) {
    constexpr std::size_t worthwhile = 1024, slots = 4096;
    if (rows < worthwhile) return false;
    struct known {
      PyObject* object = nullptr;
      std::int32_t code = 0;
    };
    std::vector<known> recent(slots);
    hash_table<std::int64_t> addresses;
    hash_table<std::string_view> texts;
    std::vector<std::int32_t> code_of, codes(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      PyObject* v = at(i);
      const auto address = reinterpret_cast<std::uintptr_t>(v);
      known& slot = recent[(address >> 4 ^ address >> 16) % slots];
      if (slot.object != v) {
        const std::size_t id = addresses.insert(static_cast<std::int64_t>(address));
        if (id == code_of.size()) code_of.push_back(text_code(name, v, texts));
        if (code_of.size() > worthwhile + i / 4) return false;
        slot = {v, code_of[id]};
      }
      codes[i] = slot.code;
    }
    std::vector<std::string_view> values;
    for (std::uint32_t k = 0; k < texts.size(); ++k) values.push_back(texts[k]);
    add_coded_text(name, std::move(codes), values);
    return true;
  }
  std::int32_t text_code(const std::string& name, PyObject* v, hash_table<std::string_view>& texts) const {
    if (PyUnicode_Check(v)) return static_cast<std::int32_t>(texts.insert(utf8(v, name)));
    if (is_missing(v)) return -1;
    if (PyFloat_Check(v) || PyLong_Check(v)) refuse_mixed(name);
    refuse_type(name, v);
  }
  void add_coded_text(const std::string& name, std::vector<std::int32_t> codes,
                      const std::vector<std::string_view>& values) {
    std::string bytes;
    std::vector<std::int64_t> ends = {0};
    for (const std::string_view value : values) {
      bytes += value;
      ends.push_back(static_cast<std::int64_t>(bytes.size()));
    }
    const auto kept = table_.keep(std::vector<char>(bytes.begin(), bytes.end()));
    const auto offsets = table_.keep(std::move(ends));
    const auto data = table_.keep(std::move(codes));
    table_.add_view(name,
                    dictionary_column_view(data->data(), data->size(),
                                           string_column_view(offsets->data(), kept->data(), values.size())));
  }

  template <class At>
  void add_text(const std::string& name, std::size_t rows, const At& at) {
    if (add_repeated_text(name, rows, at)) return;
    std::vector<std::string_view> values(rows);
    std::vector<std::uint8_t> valid(rows, 1);
    for (std::size_t i = 0; i < rows; ++i) {
      PyObject* v = at(i);
      if (PyUnicode_Check(v)) {
        values[i] = utf8(v, name);
      } else if (is_missing(v)) {
        valid[i] = 0;
      } else if (PyFloat_Check(v) || PyLong_Check(v)) {
        refuse_mixed(name);
      } else {
        refuse_type(name, v);
      }
    }
    table_.add_strings(name, std::move(values), valid);
  }

  template <class At>
  void add_object_numbers(const std::string& name, std::size_t rows, const At& at) {
    std::vector<double> reals(rows, NAN);
    std::vector<std::int64_t> integers(rows);
    std::vector<std::uint8_t> valid(rows, 1), flags(rows);
    bool real = false, flag = false, other = false;
    for (std::size_t i = 0; i < rows; ++i) {
      PyObject* v = at(i);
      if (PyBool_Check(v)) {
        flag = true;
        flags[i] = v == Py_True ? 1 : 0;
        integers[i] = flags[i];
        reals[i] = flags[i];
      } else if (PyLong_Check(v)) {
        other = true;
        integers[i] = integer(v, name);
        reals[i] = static_cast<double>(integers[i]);
      } else if (is_missing(v)) {
        valid[i] = 0;
      } else if (PyUnicode_Check(v)) {
        refuse_mixed(name);
      } else {
        real = true;
        reals[i] = number(name, v);
      }
    }
    if (flag && !other && !real) {
      table_.add_flags(name, flags, valid);
    } else if (real) {
      table_.add(name, std::move(reals), valid);
    } else {
      table_.add(name, std::move(integers), valid);
    }
  }

  double number(const std::string& name, PyObject* v) const {
    const double value = PyFloat_AsDouble(v);
    if (value != -1 || PyErr_Occurred() == nullptr) return value;
    PyErr_Clear();
    refuse_type(name, v);
  }
  [[noreturn]] void refuse_mixed(const std::string& name) const {
    throw py::type_error(
        what_ + ", column '" + name +
        "': Encoders require their input argument must be uniformly strings or numbers, found both");
  }

  table_argument() = default;

  std::string what_ = "X";
  bool named_ = false;
  table table_;
  table_view view_;
};

}  // namespace colonnade::python
