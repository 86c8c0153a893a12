#include "arrays.hpp"
#include "bind.hpp"

namespace colonnade::python {
namespace {

values parse_values(const std::string& text) {
  if (text == "finite") return values::finite;
  if (text == "finite_or_missing") return values::finite_or_missing;
  if (text == "any") return values::any;
  throw argument_error("values", "'" + text + "'", "'finite', 'finite_or_missing' or 'any'");
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
});

}  // namespace
}  // namespace colonnade::python
