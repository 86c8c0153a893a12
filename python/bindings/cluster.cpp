#include "arrays.hpp"
#include "bind.hpp"
#include "colonnade/cluster/k_means.hpp"

namespace colonnade::python {
namespace {

k_means::start start_of(const std::string& name) {
  if (name == "k-means++") return k_means::start::plus_plus;
  return name == "random" ? k_means::start::random : k_means::start::given;
}

template <class T>
samples<matrix_view<const T>> with_weights(matrix_view<const T> x, const weight_argument& weight) {
  return {x, {}, weight.view()};
}

/// Labels are int32 in Python, as in scikit-learn.
py::array_t<std::int32_t> label_array(const std::vector<std::uint32_t>& labels) {
  return as_array(std::vector<std::int32_t>(labels.begin(), labels.end()));
}

py::tuple k_means_fit(const py::object& x, const py::object& sample_weight, std::size_t clusters,
                      const std::string& init, const py::object& centers, std::size_t n_init,
                      std::size_t max_iter, double tol, std::uint64_t seed, bool verbose) {
  const matrix_argument data(x);
  const weight_argument weight(sample_weight, data.rows());
  k_means::params p = {clusters, start_of(init), n_init, max_iter, tol, seed, {}};
  if (!centers.is_none()) {
    matrix_argument(centers, "init").visit([&](auto c) {
      for (std::size_t i = 0; i < c.rows(); ++i) {
        for (std::size_t j = 0; j < c.columns(); ++j) p.centers.push_back(static_cast<double>(c(i, j)));
      }
    });
  }
  k_means_report report;
  report.verbose = verbose;
  k_means model = data.visit([&](auto view) {
    return released([&] { return k_means::fit(with_weights(view, weight), p, 0, &report); });
  });
  return py::make_tuple(std::move(model), label_array(report.labels), report.distinct, report.log);
}

py::array_t<std::int32_t> k_means_predict(const k_means& model, const py::object& x) {
  const matrix_argument data(x);
  check_columns(data.columns(), model.columns(), "KMeans");
  std::vector<std::uint32_t> labels(data.rows());
  data.visit([&](auto view) { released([&] { model.predict(view, std::span(labels)); }); });
  return label_array(labels);
}

template <class T>
py::array distances(const k_means& model, matrix_view<const T> x) {
  auto out = new_matrix<T>(x.rows(), model.clusters());
  const auto view = writable(out);
  released([&] { model.transform(x, view); });
  return out;
}

py::array k_means_transform(const k_means& model, const py::object& x) {
  const matrix_argument data(x);
  check_columns(data.columns(), model.columns(), "KMeans");
  return data.visit([&](auto view) { return distances(model, view); });
}

double inertia_of(const k_means& model, const py::object& x, const py::object& sample_weight) {
  const matrix_argument data(x);
  check_columns(data.columns(), model.columns(), "KMeans");
  const weight_argument weight(sample_weight, data.rows());
  return data.visit(
      [&](auto view) { return released([&] { return model.inertia_of(with_weights(view, weight)); }); });
}

py::array centers(const k_means& model) {
  return as_array(model.centers())
      .reshape({static_cast<py::ssize_t>(model.clusters()), static_cast<py::ssize_t>(model.columns())});
}

template <class Learner>
void learn_rows(Learner& self, const py::object& x, const py::object& sample_weight) {
  const matrix_argument data(x);
  const weight_argument weight(sample_weight, data.rows());
  data.visit([&](auto view) { released([&] { self.update(with_weights(view, weight)); }); });
}

const bindings k_means_bindings([](py::module_& m) {
  py::class_<data_extent> extent(m, "data_extent");
  bind_savable(extent);
  extent.def(py::init<>());
  extent.def("update", &learn_rows<data_extent>, py::arg("X"), py::arg("sample_weight") = py::none());
  extent.def("merge", &data_extent::merge, py::arg("other"));

  auto [model, step] = bind_primitive<k_means>(m);
  model.def(py::init([](const py::object& x) {
              const matrix_argument given(x, "centers");
              std::vector<double> values;
              given.visit([&](auto c) {
                for (std::size_t i = 0; i < c.rows(); ++i) {
                  for (std::size_t j = 0; j < c.columns(); ++j)
                    values.push_back(static_cast<double>(c(i, j)));
                }
              });
              return k_means(std::move(values), given.columns());
            }),
            py::arg("centers"));
  model.def_static("fit", &k_means_fit, py::arg("X"), py::arg("sample_weight"), py::arg("clusters"),
                   py::arg("init"), py::arg("centers"), py::arg("n_init"), py::arg("max_iter"),
                   py::arg("tol"), py::arg("seed"), py::arg("verbose"));
  model.def("predict", &k_means_predict, py::arg("X"));
  model.def("transform", &k_means_transform, py::arg("X"));
  model.def("inertia_of", &inertia_of, py::arg("X"), py::arg("sample_weight") = py::none());
  model.def_property_readonly("clusters", &k_means::clusters);
  model.def_property_readonly("columns", &k_means::columns);
  model.def_property_readonly("centers", &centers);
  model.def_property_readonly("inertia", &k_means::inertia);
  model.def_property_readonly("iterations", &k_means::iterations);
  step.def(py::init<const k_means&, const data_extent&>(), py::arg("model"), py::arg("extent"));
  step.def("update", &learn_rows<k_means::accumulator>, py::arg("X"), py::arg("sample_weight") = py::none());
});

}  // namespace
}  // namespace colonnade::python
