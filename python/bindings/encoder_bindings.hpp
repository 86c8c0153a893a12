#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "arrays.hpp"
#include "bind.hpp"
#include "category_lists.hpp"
#include "colonnade/preprocessing/category_accumulator.hpp"
#include "encoder_input.hpp"

// What the bindings of encoders share.

namespace colonnade::python {

template <class Model>
std::size_t checked_column(const Model& model, std::size_t j) {
  if (j >= model.columns()) throw py::index_error("column " + std::to_string(j));
  return j;
}

template <class Model>
void bind_columns(py::class_<Model>& c) {
  c.def_property_readonly("columns", &Model::columns);
  c.def_property_readonly("output_columns", &Model::output_columns);
  c.def(
      "categories",
      [](const Model& m, std::size_t j, bool objects) {
        return array_of(m[checked_column(m, j)].categories, objects);
      },
      py::arg("column"), py::arg("objects") = false);
}
template <class Model>
void bind_groups(py::class_<Model>& c) {
  c.def(
      "infrequent",
      [](const Model& m, std::size_t j) -> py::object {
        const auto& places = m[checked_column(m, j)].groups.infrequent();
        if (places.empty()) return py::none();
        return as_array(std::vector<std::int64_t>(places.begin(), places.end()));
      },
      py::arg("column"));
}

template <class Model>
void bind_category_state(py::class_<typename Model::accumulator>& state,
                         typename Model::params (*params)(const py::dict&)) {
  state.def(
      py::init([params](const py::dict& options) { return typename Model::accumulator(params(options)); }),
      py::arg("options"));
  state.def(
      "update",
      [](typename Model::accumulator& self, const py::object& x) {
        const encoder_input input(x);
        input.check_not_empty();
        released([&] {
          auto next = self;  // an interrupted or refused batch leaves the state as it was
          next.merge(typename Model::accumulator(
              self.parameters(), category_stats(coded_table(input.view(), input.marks(), false, 0))));
          self = std::move(next);
        });
      },
      py::arg("X"));
}

/// A new matrix of T that `fill(view)` fills.
template <class T, class Fill>
py::array filled(std::size_t rows, std::size_t columns, const Fill& fill) {
  auto out = new_matrix<T>(rows, columns);
  const auto view = writable(out);
  released_when_long(rows, [&] { fill(view); });
  return out;
}

template <class Fill>
py::array filled(bool float32, std::size_t rows, std::size_t columns, const Fill& fill) {
  return float32 ? filled<float>(rows, columns, fill) : filled<double>(rows, columns, fill);
}

/// What `fit` learns from a table; with `keep_codes` also the code of each value, so that values are hashed
/// once.
template <class Model>
struct learnt {
  std::optional<coded_table> coded;
  typename Model::accumulator state;
  std::optional<Model> model;

  learnt(const encoder_input& input, const typename Model::params& params, bool keep_codes) {
    released_when_long(input.rows(), [&] {
      coded.emplace(input.view(), input.marks(), keep_codes, 0);
      state = typename Model::accumulator(params, category_stats(*coded));
      model.emplace(state.finalize());
    });
  }
};

template <class Model>
void check_input(const Model& model, const encoder_input& input, const char* who) {
  check_columns(input.columns(), model.columns(), who);
  input.check_not_empty();
}

/// `transform` of an encoder with one matrix of numbers as its output.
template <class Model>
py::array transformed(const Model& model, const py::object& x, bool float32, const char* who) {
  const encoder_input input(x);
  check_input(model, input, who);
  return filled(float32, input.rows(), model.output_columns(),
                [&](auto view) { model.transform(input.view(), view); });
}

}  // namespace colonnade::python
