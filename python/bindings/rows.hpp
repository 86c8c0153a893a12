#pragma once

#include <cmath>
#include <cstdint>
#include <string_view>
#include <vector>

#include <pybind11/pybind11.h>

#include "colonnade/pipeline/input_schema.hpp"

namespace colonnade::python {

namespace py = pybind11;

/// One row as a dict of plain values (str, float, int, bool, None), read in a few microseconds: only the
/// columns of a schema, without a table of its own. Whatever is not plain is left to `table_argument`, whose
/// messages say what is wrong.
class row_argument {
 public:
  /// Whether every column of the schema was found with a plain value. The dict must outlive `columns()`.
  bool read(py::handle row, const input_schema& schema) {
    const std::size_t wanted = schema.size();
    if (!schema.named() || static_cast<std::size_t>(PyDict_GET_SIZE(row.ptr())) < wanted) return false;
    cells_.assign(wanted, cell());
    columns_.assign(wanted, any_column_view());
    std::size_t next = 0, found = 0;
    PyObject *key = nullptr, *value = nullptr;
    for (Py_ssize_t at = 0; found < wanted && PyDict_Next(row.ptr(), &at, &key, &value) != 0;) {
      const std::size_t k = place_of(key, schema, next);
      if (k == wanted) continue;
      if (!add(k, value)) return false;
      next = k + 1;
      ++found;
    }
    return found == wanted;
  }
  /// The columns in the order of the schema, one value each.
  std::vector<any_column_view> columns() { return std::move(columns_); }

 private:
  struct cell {
    double number = NAN;
    std::int64_t integer = 0;
    bool flag = false;
    std::string_view text;
  };

  static std::string_view utf8(PyObject* text) {
    Py_ssize_t size = 0;
    const char* data = PyUnicode_AsUTF8AndSize(text, &size);
    if (data != nullptr) return {data, static_cast<std::size_t>(size)};
    PyErr_Clear();
    return {};
  }
  /// Column of the schema with this name, first the one that is due; `schema.size()` for none.
  static std::size_t place_of(PyObject* key, const input_schema& schema, std::size_t next) {
    const std::size_t wanted = schema.size();
    if (!PyUnicode_Check(key)) return wanted;
    const std::string_view name = utf8(key);
    for (std::size_t n = 0; n < wanted; ++n) {
      const std::size_t k = next + n < wanted ? next + n : next + n - wanted;
      if (schema.names()[schema.columns()[k].position] == name) return k;
    }
    return wanted;
  }
  bool add(std::size_t k, PyObject* value) {
    cell& c = cells_[k];
    if (PyFloat_CheckExact(value) || value == Py_None) {
      if (value != Py_None) c.number = PyFloat_AS_DOUBLE(value);
      columns_[k] = column_view<const double>(&c.number, 1);
      return true;
    }
    if (PyUnicode_CheckExact(value)) {
      c.text = utf8(value);
      columns_[k] = string_column_view(std::span<const std::string_view>(&c.text, 1));
      return c.text.data() != nullptr;
    }
    if (PyBool_Check(value)) {
      c.flag = value == Py_True;
      columns_[k] = column_view<const bool>(&c.flag, 1);
      return true;
    }
    if (!PyLong_CheckExact(value)) return false;
    int overflow = 0;
    c.integer = PyLong_AsLongLongAndOverflow(value, &overflow);
    columns_[k] = column_view<const std::int64_t>(&c.integer, 1);
    return overflow == 0;
  }

  std::vector<cell> cells_;
  std::vector<any_column_view> columns_;
};

}  // namespace colonnade::python
