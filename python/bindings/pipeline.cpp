#include "colonnade/pipeline/pipeline.hpp"

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "arrays.hpp"
#include "bind.hpp"
#include "class_labels.hpp"
#include "rows.hpp"
#include "tables.hpp"

namespace colonnade::python {
namespace {

// Fitted models cross the border as the objects of their own classes; None stands for "nothing".

template <class Variant, std::size_t... K>
Variant model_from(py::handle object, const std::string& name, std::index_sequence<K...>) {
  Variant model;
  if (object.is_none()) return model;
  const auto take = [&]<class T>(const T*) {
    if constexpr (requires { typename T::is_absent; }) {
      return false;
    } else {
      if (!py::isinstance<T>(object)) return false;
      model = object.cast<const T&>();
      return true;
    }
  };
  const bool found = (take(static_cast<const std::variant_alternative_t<K, Variant>*>(nullptr)) || ...);
  if (!found) {
    throw py::type_error("step '" + name + "': found " + py::str(py::type::of(object)).cast<std::string>() +
                         ", expected a fitted estimator of colonnade that may stand here");
  }
  return model;
}
template <class Variant>
Variant model_from(py::handle object, const std::string& name) {
  return model_from<Variant>(object, name, std::make_index_sequence<std::variant_size_v<Variant>>{});
}
template <class Variant>
py::object object_from(const Variant& model) {
  return std::visit(
      []<class T>(const T& m) -> py::object {
        if constexpr (requires { typename T::is_absent; }) {
          return py::none();
        } else {
          return py::cast(m);
        }
      },
      model);
}

/// A table whose columns go by position where they came without names of their own.
table_view view_of(const table_argument& x) { return x.named() ? x.view() : x.view().without_names(); }

void check_width(const table_argument& x, const input_schema& schema, const char* who) {
  if (!x.named() || !schema.named()) check_columns(x.columns(), schema.features_in(), who);
}

py::list columns_of(const input_schema& schema) {
  py::list columns;
  for (std::size_t k = 0; k < schema.size(); ++k) {
    const auto& c = schema.columns()[k];
    columns.append(
        py::make_tuple(schema.name(k), c.position, c.kind == value_kind::text ? "text" : "numbers"));
  }
  return columns;
}

column_transformer make_columns(const py::object& x, const std::vector<std::uint32_t>& used,
                                const py::list& groups, std::vector<std::string> names) {
  const table_argument table(x);
  std::vector<column_transformer::group> made;
  for (const py::handle g : groups) {
    const auto parts = g.cast<py::tuple>();
    column_transformer::group group{parts[0].cast<std::string>(),
                                    parts[1].cast<std::vector<std::uint32_t>>(),
                                    {},
                                    parts[3].cast<double>()};
    for (const py::handle link : parts[2]) {
      const auto pair = link.cast<py::tuple>();
      const auto name = pair[0].cast<std::string>();
      group.chain.push_back({name, model_from<transformer>(pair[1], name)});
    }
    made.push_back(std::move(group));
  }
  return column_transformer(input_schema(view_of(table), used), std::move(made), std::move(names));
}

py::list groups_of(const column_transformer& self) {
  py::list groups;
  for (const auto& g : self.groups()) {
    py::list chain;
    for (const auto& link : g.chain) chain.append(py::make_tuple(link.name, object_from(link.model)));
    groups.append(py::make_tuple(g.name, g.columns, chain, g.weight));
  }
  return groups;
}

pipeline assemble(const input_schema& schema, const py::list& steps, const py::tuple& last) {
  std::vector<pipeline::step> made;
  for (const py::handle s : steps) {
    const auto pair = s.cast<py::tuple>();
    const auto name = pair[0].cast<std::string>();
    made.push_back({name, model_from<any_step>(pair[1], name)});
  }
  const auto name = last[0].cast<std::string>();
  return pipeline(schema, std::move(made), {name, model_from<predictor>(last[1], name)});
}
pipeline make_pipeline(const py::object& x, const py::list& steps, const py::tuple& last) {
  const bool own_schema = !steps.empty() && py::isinstance<column_transformer>(steps[0].cast<py::tuple>()[1]);
  return assemble(own_schema ? input_schema() : input_schema(view_of(table_argument(x))), steps, last);
}

template <class Self>
constexpr const char* class_name = std::is_same_v<Self, pipeline> ? "Pipeline" : "ColumnTransformer";

/// Calls `work(bound columns, rows)` for a table from Python; one row as a dict takes a short way.
template <class Self, class Work>
void with_table(const Self& self, const py::object& x, const Work& work) {
  if (PyDict_CheckExact(x.ptr())) {
    row_argument row;
    if (row.read(x, self.schema())) return work(self.schema().bind(row.columns(), 1), std::size_t{1});
  }
  const table_argument table(x);
  check_width(table, self.schema(), class_name<Self>);
  work(self.schema().bind(view_of(table)), table.rows());
}

template <class Self>
py::array_t<double> transform(const Self& self, const py::object& x, int threads) {
  py::array_t<double> out;
  with_table(self, x, [&](const bound_columns& bound, std::size_t rows) {
    out = new_matrix<double>(rows, self.output_columns());
    const auto to = writable(out);
    released_when_long(rows, [&] { self.transform(bound, to, threads); });
  });
  return out;
}
py::array_t<double> predict_proba(const pipeline& self, const py::object& x, int threads) {
  py::array_t<double> out;
  with_table(self, x, [&](const bound_columns& bound, std::size_t rows) {
    out = new_matrix<double>(rows, self.class_count());
    const auto to = writable(out);
    released_when_long(rows, [&] { self.predict_proba(bound, to, threads); });
  });
  return out;
}
py::array_t<double> pipeline_predict(const pipeline& self, const py::object& x, int threads) {
  py::array_t<double> out;
  with_table(self, x, [&](const bound_columns& bound, std::size_t rows) {
    out = py::array_t<double>(static_cast<py::ssize_t>(rows));
    const std::span<double> to(out.mutable_data(), rows);
    released_when_long(rows, [&] { self.predict(bound, to, threads); });
  });
  return out;
}

template <class T>
void bind_common(py::class_<T>& c) {
  bind_savable(c);
  c.def_property_readonly("columns", [](const T& self) { return self.columns(); });
  c.def_property_readonly("output_columns", [](const T& self) { return self.output_columns(); });
  c.def_property_readonly("schema", [](const T& self) { return columns_of(self.schema()); });
  c.def_property_readonly("names", [](const T& self) { return self.schema().names(); });
  c.def("transform", &transform<T>, py::arg("x"), py::arg("threads") = 0);
}

/// The chain of a group as a pipeline of its own.
pipeline chain_of(const column_transformer& self, std::size_t group) {
  if (group >= self.groups().size()) throw py::index_error("no such group");
  const auto& g = self.groups()[group];
  std::vector<pipeline::step> steps;
  for (const auto& link : g.chain) {
    steps.push_back({link.name, std::visit([](const auto& p) -> any_step { return p; }, link.model)});
  }
  return pipeline(self.schema().part(g.columns), std::move(steps), {});
}

const bindings pipelines([](py::module_& m) {
  py::class_<column_transformer> columns(m, "column_transformer");
  bind_common(columns);
  columns.def(py::init(&make_columns), py::arg("x"), py::arg("used"), py::arg("groups"), py::arg("names"));
  columns.def_property_readonly("groups", &groups_of);
  columns.def("chain_of", &chain_of, py::arg("group"));
  columns.def_property_readonly("output_names", &column_transformer::output_names);

  py::class_<pipeline> whole(m, "pipeline");
  bind_common(whole);
  whole.def(py::init(&make_pipeline), py::arg("x"), py::arg("steps"), py::arg("last"));
  whole.def(
      "with_steps",
      [](const pipeline& self, const py::list& steps, const py::tuple& last) {
        return assemble(self.schema(), steps, last);
      },
      py::arg("steps"), py::arg("last"));
  whole.def_property_readonly("steps", [](const pipeline& self) {
    py::list steps;
    for (const auto& s : self.steps()) steps.append(py::make_tuple(s.name, object_from(s.model)));
    return steps;
  });
  whole.def_property_readonly("last", [](const pipeline& self) {
    return py::make_tuple(self.last().name, object_from(self.last().model));
  });
  whole.def_property_readonly("classes", [](const pipeline& self) { return labels_array(self.classes()); });
  whole.def("predict_proba", &predict_proba, py::arg("x"), py::arg("threads") = 0);
  whole.def("predict", &pipeline_predict, py::arg("x"), py::arg("threads") = 0);
});

}  // namespace
}  // namespace colonnade::python
