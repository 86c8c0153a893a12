#include <array>

#include "arrays.hpp"
#include "bind.hpp"
#include "tables.hpp"

namespace colonnade::python {
namespace {

values parse_values(const std::string& text) {
  if (text == "finite") return values::finite;
  if (text == "finite_or_missing") return values::finite_or_missing;
  if (text == "any") return values::any;
  throw argument_error("values", "'" + text + "'", "'finite', 'finite_or_missing' or 'any'");
}

/// What the gate made of each column, for tests: name, kind, number of missing values.
py::list describe_table(const py::object& x) {
  const table_argument argument(x);
  py::list described;
  for (std::size_t j = 0; j < argument.columns(); ++j) {
    const any_column_view column = argument.view().column(j);
    const char* kind =
        std::array{"float64", "float32", "int64", "bool", "string", "dictionary"}[column.index()];
    const std::size_t missing = std::visit(
        [](const auto& c) {
          std::size_t count = 0;
          for (std::size_t i = 0; i < c.size(); ++i) count += c.is_missing(i) ? 1 : 0;
          return count;
        },
        column);
    described.append(py::make_tuple(argument.view().name(j), kind, missing));
  }
  return described;
}

const bindings gate([](py::module_& m) {
  m.def(
      "check_matrix",
      [](const py::object& x, const char* name, const std::string& allowed, bool allow_empty) {
        return matrix_argument(x, name, parse_values(allowed), allow_empty).array();
      },
      py::arg("x"), py::arg("name") = "X", py::arg("values") = "finite", py::arg("allow_empty") = false);
  m.def(
      "check_vector",
      [](const py::object& x, const char* name, const std::string& allowed) {
        return vector_argument(x, name, parse_values(allowed)).array();
      },
      py::arg("x"), py::arg("name"), py::arg("values") = "finite");
  m.def("describe_table", &describe_table, py::arg("x"));
});

}  // namespace
}  // namespace colonnade::python
