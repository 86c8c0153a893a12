#include <cmath>
#include <type_traits>

#include "arrays.hpp"
#include "bind.hpp"
#include "colonnade/preprocessing/min_max_scaler.hpp"
#include "colonnade/preprocessing/standard_scaler.hpp"

namespace colonnade::python {
namespace {

// Infinity is refused as scikit-learn does, but found on the way: reading the array once more only to look
// for it would take as long as the work.
void refuse_infinity(const matrix_argument& x) {
  x.visit([](auto view) { detail::check_values(view, "X", values::finite_or_missing); });
}

void refuse_all_zero(column_view<const double> weight) {
  for (std::size_t i = 0; i < weight.size(); ++i) {
    if (weight[i] != 0) return;
  }
  throw argument_error("Sample weights must contain at least one non-zero number.");
}

/// Learns from X into a copy of the state, which replaces it only if all went well.
template <class Accumulator>
void learn(Accumulator& state, py::handle object, py::handle weight, int threads) {
  const matrix_argument x(object, "X", values::any);
  const weight_argument w(weight, x.rows());
  if (w.given()) refuse_all_zero(w.view());
  Accumulator learnt = state.empty_copy();
  x.visit([&]<class View>(View view) {
    released([&] {
      if constexpr (std::is_same_v<Accumulator, standard_scaler::accumulator>) {
        if (w.given()) {
          learnt = accumulate(std::move(learnt), samples<View>{view, {}, w.view()}, threads);
          return;
        }
      }
      learnt = accumulate(std::move(learnt), view, threads);
    });
  });
  bool infinite = false;
  if constexpr (std::is_same_v<Accumulator, standard_scaler::accumulator>) {
    infinite = learnt.moments().infinite();
  } else {
    infinite = learnt.infinite();
  }
  if (infinite) refuse_infinity(x);
  state.merge(learnt);
}

template <class T>
py::array_t<T> output_like(const py::array& in) {
  // Columns one after the other stay so, as in scikit-learn.
  const bool columns = (in.flags() & py::array::f_style) != 0 && (in.flags() & py::array::c_style) == 0;
  const std::vector<py::ssize_t> shape = {in.shape(0), in.shape(1)};
  if (!columns) return py::array_t<T>(shape);
  return py::array_t<T, py::array::f_style>(shape);
}

bool writable_in_place(const matrix_argument& x, py::handle object) {
  return x.array().is(object) && x.array().writeable() && x.array().strides(0) != 0 &&
         x.array().strides(1) != 0;
}

/// map(view, out) on a new array, or on X itself where that is wanted and possible.
template <class Map>
py::array mapped(py::handle object, bool copy, std::size_t columns, const char* who, const Map& map) {
  const matrix_argument x(object, "X", values::any);
  check_columns(x.columns(), columns, who);
  const bool in_place = !copy && writable_in_place(x, object);
  if (in_place) refuse_infinity(x);
  return x.visit([&]<class View>(View view) -> py::array {
    using T = typename View::value_type;
    py::array_t<T> out =
        in_place ? py::reinterpret_borrow<py::array_t<T>>(object) : output_like<T>(x.array());
    matrix_view<T> to = writable(out);
    const bool infinite = released([&] { return map(view, to); });
    if (infinite && !in_place) refuse_infinity(x);
    return out;
  });
}

template <class Scaler>
void bind_scaler(py::class_<Scaler>& model, py::class_<typename Scaler::accumulator>& state,
                 const char* who) {
  using accumulator = typename Scaler::accumulator;
  state.def(py::init([](const Scaler& fitted) { return accumulator(fitted); }), py::arg("model"));
  state.def("update", &learn<accumulator>, py::arg("X"), py::arg("sample_weight") = py::none(),
            py::arg("threads") = 0);
  model.def_property_readonly("columns", &Scaler::columns);
  model.def_property_readonly("rows", &Scaler::rows);
  model.def_property_readonly("scale", [](const Scaler& self) { return as_array(self.scale()); });
  model.def(
      "transform",
      [who](const Scaler& self, const py::object& x, bool copy, int threads) {
        return mapped(x, copy, self.columns(), who,
                      [&](auto in, auto out) { return self.transform(in, out, threads); });
      },
      py::arg("X"), py::arg("copy") = true, py::arg("threads") = 0);
  model.def(
      "inverse_transform",
      [who](const Scaler& self, const py::object& x, bool copy, int threads) {
        return mapped(x, copy, self.columns(), who,
                      [&](auto in, auto out) { return self.inverse_transform(in, out, threads); });
      },
      py::arg("X"), py::arg("copy") = true, py::arg("threads") = 0);
}

/// Rows (or their weights) seen in each column.
py::array seen(const standard_scaler& self) {
  const column_moments& moments = self.moments();
  std::vector<double> weights;
  std::vector<std::int64_t> counts;
  for (std::size_t j = 0; j < moments.columns(); ++j) {
    if (moments.weighted()) {
      weights.push_back(moments.weight(j));
    } else {
      counts.push_back(static_cast<std::int64_t>(moments.count(j)));
    }
  }
  if (moments.weighted()) return as_array(std::move(weights));
  return as_array(std::move(counts));
}

const bindings scalers([](py::module_& m) {
  auto [standard, standard_state] = bind_primitive<standard_scaler>(m);
  bind_scaler(standard, standard_state, "StandardScaler");
  standard_state.def(py::init([](bool with_mean, bool with_std) {
                       return standard_scaler::accumulator({.with_mean = with_mean, .with_std = with_std});
                     }),
                     py::arg("with_mean") = true, py::arg("with_std") = true);
  standard.def_property_readonly("mean", [](const standard_scaler& self) { return as_array(self.mean()); });
  standard.def_property_readonly("variance",
                                 [](const standard_scaler& self) { return as_array(self.variance()); });
  standard.def_property_readonly("with_mean",
                                 [](const standard_scaler& self) { return self.parameters().with_mean; });
  standard.def_property_readonly("with_std",
                                 [](const standard_scaler& self) { return self.parameters().with_std; });
  standard.def_property_readonly("seen", &seen);

  auto [min_max, min_max_state] = bind_primitive<min_max_scaler>(m);
  bind_scaler(min_max, min_max_state, "MinMaxScaler");
  min_max_state.def(py::init([](double low, double high, bool clip) {
                      return min_max_scaler::accumulator({.low = low, .high = high, .clip = clip});
                    }),
                    py::arg("low") = 0.0, py::arg("high") = 1.0, py::arg("clip") = false);
  min_max.def_property_readonly("minimum",
                                [](const min_max_scaler& self) { return as_array(self.minimum()); });
  min_max.def_property_readonly("maximum",
                                [](const min_max_scaler& self) { return as_array(self.maximum()); });
  min_max.def_property_readonly("shift", [](const min_max_scaler& self) { return as_array(self.shift()); });
  min_max.def_property_readonly("parameters", [](const min_max_scaler& self) {
    const auto& p = self.parameters();
    return py::make_tuple(p.low, p.high, p.clip);
  });
});

}  // namespace
}  // namespace colonnade::python
