#include "colonnade/preprocessing/label_encoder.hpp"

#include "encoder_bindings.hpp"

namespace colonnade::python {
namespace {

label_encoder::params no_params(const py::dict&) { return {}; }

/// The table that holds labels as its only column.
py::dict table_of(const py::object& y) {
  py::dict table;
  table["y"] = y;
  return table;
}

/// (state, model, codes or None).
py::tuple label_fit(const py::object& y, bool transform) {
  const py::dict table = table_of(y);
  const encoder_input input(table, "y");
  const learnt<label_encoder> fitted(input, {}, transform);
  if (!transform) return py::make_tuple(fitted.state, *fitted.model, py::none());
  py::array_t<std::int64_t> codes(static_cast<py::ssize_t>(input.rows()));
  std::int64_t* out = codes.mutable_data();
  released_when_long(input.rows(), [&] { fitted.model->transform(*fitted.coded, input.view(), out); });
  return py::make_tuple(fitted.state, *fitted.model, codes);
}

py::array label_transform(const label_encoder& model, const py::object& y) {
  const py::dict table = table_of(y);
  const encoder_input input(table, "y");
  py::array_t<std::int64_t> codes(static_cast<py::ssize_t>(input.rows()));
  std::int64_t* out = codes.mutable_data();
  released_when_long(input.rows(), [&] { model.transform(input.view(), out); });
  return codes;
}

const bindings labels([](py::module_& m) {
  auto [model, state] = bind_primitive<label_encoder>(m);
  bind_category_state<label_encoder>(state, &no_params);
  model.def_static("fit", &label_fit, py::arg("y"), py::arg("transform") = false);
  model.def("transform", &label_transform, py::arg("y"));
  model.def_property_readonly("columns", &label_encoder::columns);
  model.def(
      "classes", [](const label_encoder& self, bool objects) { return array_of(self.classes(), objects); },
      py::arg("objects") = false);
});

}  // namespace
}  // namespace colonnade::python
