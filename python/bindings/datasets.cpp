#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>

#include "bind.hpp"
#include "colonnade/datasets/make_churn.hpp"

namespace colonnade::python {
namespace {

py::array_t<double> numbers(const column_view<const double>& column) {
  py::array_t<double> values(static_cast<py::ssize_t>(column.size()));
  for (std::size_t i = 0; i < column.size(); ++i) values.mutable_data()[i] = column[i];
  return values;
}

py::object text(const string_column_view& column) {
  py::list values;
  for (std::size_t i = 0; i < column.size(); ++i) {
    if (column.is_missing(i)) {
      values.append(py::none());
    } else {
      values.append(py::str(column[i].data(), column[i].size()));
    }
  }
  return py::module_::import("numpy").attr("array")(values, py::arg("dtype") = "object");
}

py::tuple churn(std::size_t rows, std::uint64_t seed, int period) {
  const churn_data made = released([&] { return make_churn(rows, seed, period); });
  const table_view table = made.table.view();
  py::dict frame;
  for (std::size_t j = 0; j < table.columns(); ++j) {
    const any_column_view column = table.column(j);
    const auto* words = std::get_if<string_column_view>(&column);
    frame[py::str(table.name(j))] = words != nullptr ? text(*words) : numbers(std::get<0>(column));
  }
  return py::make_tuple(frame, as_array(made.churned));
}

const bindings datasets([](py::module_& m) {
  m.def("make_churn", &churn, py::arg("rows"), py::arg("seed"), py::arg("period"));
});

}  // namespace
}  // namespace colonnade::python
