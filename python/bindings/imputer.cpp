#include <cmath>
#include <optional>
#include <string>

#include "arrays.hpp"
#include "bind.hpp"
#include "colonnade/preprocessing/simple_imputer.hpp"
#include "tables.hpp"

namespace colonnade::python {
namespace {

using strategy = imputer_params::strategy;

strategy strategy_of(const std::string& name) {
  if (name == "mean") return strategy::mean;
  if (name == "median") return strategy::median;
  if (name == "most_frequent") return strategy::most_frequent;
  if (name == "constant") return strategy::constant;
  throw argument_error("strategy", "'" + name + "'",
                       "'mean', 'median', 'most_frequent', 'constant' or a callable");
}

const char* name_of(strategy how) {
  constexpr const char* names[] = {"mean", "median", "most_frequent", "constant"};
  return names[static_cast<std::size_t>(how)];
}

imputer_params params_of(const std::string& how, const py::object& missing, double fill_number,
                         std::string fill_text, bool add_indicator, bool keep_empty_features) {
  imputer_params p{.how = strategy_of(how),
                   .fill_number = fill_number,
                   .fill_text = std::move(fill_text),
                   .add_indicator = add_indicator,
                   .keep_empty_features = keep_empty_features};
  if (py::isinstance<py::str>(missing)) {
    p.missing_text = missing.cast<std::string>();
  } else if (!missing.is_none()) {
    p.missing_number = missing.cast<double>();
  }
  return p;
}

// Where a number means missing, NaN is no value that scikit-learn accepts.
values allowed(const imputer_params& p) {
  return p.missing_number ? values::finite : values::finite_or_missing;
}

py::array imputed(const simple_imputer& self, py::handle object, bool copy, int threads) {
  const matrix_argument x(object, "X", allowed(self.parameters()));
  check_columns(x.columns(), self.columns(), "SimpleImputer");
  const bool in_place = !copy && x.array().is(object) && x.array().writeable() && x.array().strides(0) != 0 &&
                        x.array().strides(1) != 0 && self.indicated().empty() &&
                        self.kept().size() == self.columns();
  return x.visit([&]<class View>(View view) -> py::array {
    using T = typename View::value_type;
    py::array_t<T> out = in_place ? py::reinterpret_borrow<py::array_t<T>>(object)
                                  : new_matrix<T>(x.rows(), self.output_columns());
    const matrix_view<T> to = writable(out);
    released([&] { return self.transform(view, to, threads); });
    return out;
  });
}

py::array_t<bool> missing(const simple_imputer& self, const py::object& object) {
  const table_argument x(object);
  check_columns(x.columns(), self.columns(), "SimpleImputer");
  py::array_t<bool, py::array::f_style> out(
      {static_cast<py::ssize_t>(x.rows()), static_cast<py::ssize_t>(x.columns())});
  bool* to = out.mutable_data();
  released([&] {
    for (std::size_t j = 0; j < x.columns(); ++j) {
      for (const std::uint8_t absent : self.missing(x.view(), j)) *to++ = absent != 0;
    }
  });
  return out;
}

py::list statistics(const simple_imputer& self) {
  py::list list;
  for (const imputer_fill& fill : self.fills()) {
    if (fill.is_empty && !self.parameters().keep_empty_features) {
      list.append(std::nan(""));
    } else if (fill.is_text) {
      list.append(fill.text);
    } else {
      list.append(fill.number);
    }
  }
  return list;
}

simple_imputer from_values(const std::vector<double>& numbers, const std::vector<bool>& had_missing,
                           const py::object& missing_value, bool add_indicator, bool keep_empty_features) {
  std::vector<imputer_fill> fills(numbers.size());
  for (std::size_t j = 0; j < fills.size(); ++j) {
    fills[j].number = numbers[j];
    fills[j].had_missing = had_missing[j];
    fills[j].is_empty = std::isnan(numbers[j]);
  }
  return {params_of("constant", missing_value, 0, "", add_indicator, keep_empty_features), std::move(fills)};
}

const bindings imputer([](py::module_& m) {
  auto [model, state] = bind_primitive<simple_imputer>(m);
  using accumulator = simple_imputer::accumulator;
  state.def(py::init([](const std::string& how, const py::object& missing_value, double fill_number,
                        const std::string& fill_text, bool add_indicator, bool keep_empty_features) {
              return accumulator(
                  params_of(how, missing_value, fill_number, fill_text, add_indicator, keep_empty_features));
            }),
            py::arg("strategy") = "mean", py::arg("missing_value") = py::none(), py::arg("fill_number") = 0.0,
            py::arg("fill_text") = "missing_value", py::arg("add_indicator") = false,
            py::arg("keep_empty_features") = false);
  state.def(
      "update",
      [](accumulator& self, const py::object& object, int threads) {
        const matrix_argument x(object, "X", allowed(self.parameters()));
        accumulator learnt = self.empty_copy();
        x.visit([&](auto view) { released([&] { learnt = accumulate(std::move(learnt), view, threads); }); });
        self.merge(learnt);
      },
      py::arg("X"), py::arg("threads") = 0);
  state.def(
      "update_table",
      [](accumulator& self, const py::object& object) {
        const table_argument x(object);
        accumulator learnt = self.empty_copy();
        released([&] { learnt.update(x.view()); });
        self.merge(learnt);
      },
      py::arg("X"));
  model.def_static("from_values", &from_values, py::arg("numbers"), py::arg("had_missing"),
                   py::arg("missing_value"), py::arg("add_indicator"), py::arg("keep_empty_features"));
  model.def("transform", &imputed, py::arg("X"), py::arg("copy") = true, py::arg("threads") = 0);
  model.def("missing", &missing, py::arg("X"));
  model.def_property_readonly("statistics", &statistics);
  model.def_property_readonly("columns", &simple_imputer::columns);
  model.def_property_readonly("output_columns", &simple_imputer::output_columns);
  model.def_property_readonly("kept", [](const simple_imputer& self) { return as_array(self.kept()); });
  model.def_property_readonly("indicated",
                              [](const simple_imputer& self) { return as_array(self.indicated()); });
  model.def_property_readonly("text", [](const simple_imputer& self) {
    return std::any_of(self.fills().begin(), self.fills().end(),
                       [](const imputer_fill& f) { return f.is_text; });
  });
  model.def_property_readonly("parameters", [](const simple_imputer& self) {
    const imputer_params& p = self.parameters();
    const py::object missing_value = p.missing_text     ? py::object(py::str(*p.missing_text))
                                     : p.missing_number ? py::object(py::float_(*p.missing_number))
                                                        : py::object(py::none());
    return py::make_tuple(name_of(p.how), missing_value, p.fill_number, p.fill_text, p.add_indicator,
                          p.keep_empty_features);
  });
});

}  // namespace
}  // namespace colonnade::python
