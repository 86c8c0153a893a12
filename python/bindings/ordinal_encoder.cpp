#include "colonnade/preprocessing/ordinal_encoder.hpp"

#include <string>

#include "encoder_bindings.hpp"

namespace colonnade::python {
namespace {

ordinal_encoder::params ordinal_params(const py::dict& options) {
  ordinal_encoder::params p;
  p.categories = lists_of(options["categories"]);
  if (options["handle_unknown"].cast<std::string>() == "use_encoded_value") {
    p.handle_unknown = ordinal_encoder::unknown_policy::use_encoded_value;
  }
  if (!options["unknown_value"].is_none()) p.unknown_value = options["unknown_value"].cast<double>();
  p.encoded_missing_value = options["encoded_missing_value"].cast<double>();
  p.rarity = rarity_of(options);
  return p;
}

/// (state, model) of fit, and the codes if asked for.
py::tuple ordinal_fit(const py::object& x, const py::dict& options, bool transform, bool float32) {
  const encoder_input input(x);
  input.check_not_empty();
  const auto params = ordinal_params(options);
  params.check();
  const bool given = !params.categories.empty();
  const learnt<ordinal_encoder> fitted(input, params, transform && !given);
  const ordinal_encoder& model = *fitted.model;
  py::object out = py::none();
  if (transform) {
    out = filled(float32, input.rows(), model.output_columns(), [&](auto view) {
      if (given) {
        model.transform(input.view(), view);
      } else {
        model.transform(*fitted.coded, input.view(), view);
      }
    });
  }
  return py::make_tuple(fitted.state, model, out);
}

py::array ordinal_transform(const ordinal_encoder& model, const py::object& x, bool float32) {
  return transformed(model, x, float32, "OrdinalEncoder");
}

py::array ordinal_inverse(const ordinal_encoder& model, const py::object& x) {
  const matrix_argument codes(x, "X", values::finite_or_missing);
  return codes.visit([&](auto view) {
    return filled<std::int32_t>(codes.rows(), model.columns(),
                                [&](auto out) { model.inverse_transform(view, out); });
  });
}

const bindings ordinal([](py::module_& m) {
  auto [model, state] = bind_primitive<ordinal_encoder>(m);
  bind_columns(model);
  bind_groups(model);
  bind_category_state<ordinal_encoder>(state, &ordinal_params);
  model.def_static("fit", &ordinal_fit, py::arg("X"), py::arg("options"), py::arg("transform") = false,
                   py::arg("float32") = false);
  model.def("transform", &ordinal_transform, py::arg("X"), py::arg("float32") = false);
  model.def("inverse_transform", &ordinal_inverse, py::arg("X"));
  model.def_property_readonly("options", [](const ordinal_encoder& m) {
    const auto& p = m.parameters();
    const bool error = p.handle_unknown == ordinal_encoder::unknown_policy::error;
    py::dict options = options_of(p.rarity, p.categories);
    options["handle_unknown"] = error ? "error" : "use_encoded_value";
    options["unknown_value"] = error ? py::object(py::none()) : py::object(py::float_(p.unknown_value));
    options["encoded_missing_value"] = p.encoded_missing_value;
    return options;
  });
});

}  // namespace
}  // namespace colonnade::python
