#include "colonnade/preprocessing/target_encoder.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/preprocessing/cross_fit_folds.hpp"
#include "encoder_bindings.hpp"

namespace colonnade::python {
namespace {

target_encoder::params target_params(const py::dict& options) {
  target_encoder::params p;
  const auto type = options["target_type"].cast<std::string>();
  p.type = type == "binary"       ? target_type::binary
           : type == "multiclass" ? target_type::multiclass
                                  : target_type::continuous;
  if (!options["classes"].is_none()) p.classes = lists_of(py::make_tuple(options["classes"]))[0];
  if (!options["smooth"].is_none()) p.smooth = options["smooth"].cast<double>();
  p.categories = lists_of(options["categories"]);
  return p;
}

samples<table_view> target_samples(const encoder_input& input, const vector_argument& y,
                                   const weight_argument& w) {
  return {input.view(), y.view(), w.view()};
}

/// (state, model) of fit.
py::tuple target_fit(const py::object& x, const py::object& y, const py::object& sample_weight,
                     const py::dict& options) {
  const encoder_input input(x);
  input.check_not_empty();
  const vector_argument target(y, "y");
  const weight_argument weight(sample_weight, input.rows());
  const auto params = target_params(options);
  target_encoder::accumulator state;
  std::optional<target_encoder> model;
  released_when_long(input.rows(), [&] {
    state = target_encoder::learn(target_samples(input, target, weight), params, 0, input.marks());
    model.emplace(state.finalize());
  });
  return py::make_tuple(state, *model);
}

/// (state, model, cross-fitted encodings).
py::tuple target_fit_transform(
    const py::object& x, const py::object& y, const py::object& sample_weight, const py::dict& options,
    const py::array_t<std::int32_t, py::array::c_style | py::array::forcecast>& folds, std::size_t count) {
  const encoder_input input(x);
  input.check_not_empty();
  const vector_argument target(y, "y");
  const weight_argument weight(sample_weight, input.rows());
  const auto params = target_params(options);
  const std::span<const std::int32_t> fold_of(folds.data(), static_cast<std::size_t>(folds.size()));
  target_encoder::accumulator state;
  std::optional<target_encoder> model;
  const py::array out = filled<double>(input.rows(), input.columns() * params.outputs(), [&](auto view) {
    state = target_encoder::learn_transform(target_samples(input, target, weight), fold_of, count, view,
                                            params, 0, input.marks());
    model.emplace(state.finalize());
  });
  return py::make_tuple(state, *model, out);
}

py::array target_transform(const target_encoder& model, const py::object& x, bool float32) {
  return transformed(model, x, float32, "TargetEncoder");
}

void target_update(target_encoder::accumulator& self, const py::object& x, const py::object& y,
                   const py::object& sample_weight) {
  const encoder_input input(x);
  input.check_not_empty();
  const vector_argument target(y, "y");
  const weight_argument weight(sample_weight, input.rows());
  released_when_long(input.rows(), [&] {
    auto next = self;
    next.update(target_samples(input, target, weight), input.marks());
    self = std::move(next);
  });
}

py::list target_encodings(const target_encoder& m) {
  py::list result;
  for (std::size_t j = 0; j < m.columns(); ++j) {
    for (std::size_t k = 0; k < m.outputs(); ++k) {
      std::vector<double> values;
      for (std::size_t at = k; at < m[j].encodings.size(); at += m.outputs())
        values.push_back(m[j].encodings[at]);
      result.append(as_array(std::move(values)));
    }
  }
  return result;
}

/// Folds of scikit-learn's KFold (no classes) or StratifiedKFold for a seed, or without shuffling.
py::array folds_of(const py::array_t<double, py::array::c_style | py::array::forcecast>& y,
                   std::size_t classes, std::size_t folds, const std::optional<std::uint32_t>& seed) {
  const std::span<const double> values(y.data(), static_cast<std::size_t>(y.size()));
  std::vector<std::int32_t> result;
  released_when_long(values.size(), [&] {
    result = classes == 0 ? cross_fit_folds(values.size(), folds, seed)
                          : stratified_cross_fit_folds(values, classes, folds, seed);
  });
  return as_array(std::move(result));
}

const bindings target([](py::module_& m) {
  m.def("cross_fit_folds", &folds_of, py::arg("y"), py::arg("classes"), py::arg("folds"), py::arg("seed"));
  auto [model, state] = bind_primitive<target_encoder>(m);
  bind_columns(model);
  state.def(
      py::init([](const py::dict& options) { return target_encoder::accumulator(target_params(options)); }),
      py::arg("options"));
  state.def("update", &target_update, py::arg("X"), py::arg("y"), py::arg("sample_weight") = py::none());
  model.def_static("fit", &target_fit, py::arg("X"), py::arg("y"), py::arg("sample_weight"),
                   py::arg("options"));
  model.def_static("fit_transform", &target_fit_transform, py::arg("X"), py::arg("y"),
                   py::arg("sample_weight"), py::arg("options"), py::arg("folds"), py::arg("count"));
  model.def("transform", &target_transform, py::arg("X"), py::arg("float32") = false);
  model.def_property_readonly("encodings", &target_encodings);
  model.def_property_readonly("target_mean",
                              [](const target_encoder& self) { return as_array(self.target_mean()); });
  model.def_property_readonly("classes", [](const target_encoder& self) -> py::object {
    if (self.parameters().type == target_type::continuous) return py::none();
    return array_of(self.parameters().classes, false);
  });
  model.def_property_readonly("options", [](const target_encoder& self) {
    const auto& p = self.parameters();
    py::dict options;
    options["categories"] = given_lists(p.categories);
    options["smooth"] = p.smooth ? py::object(py::float_(*p.smooth)) : py::object(py::none());
    options["target_type"] = p.type == target_type::binary       ? "binary"
                             : p.type == target_type::multiclass ? "multiclass"
                                                                 : "continuous";
    return options;
  });
});

}  // namespace
}  // namespace colonnade::python
