#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "arrays.hpp"
#include "bind.hpp"
#include "colonnade/drift/compare.hpp"
#include "colonnade/drift/profile.hpp"
#include "colonnade/drift/two_sample.hpp"
#include "tables.hpp"

namespace colonnade::python {
namespace {

py::tuple as_tuple(const test_result& result) { return py::make_tuple(result.statistic, result.p_value); }

py::list as_list(const std::vector<std::pair<std::string, std::uint64_t>>& items) {
  py::list list;
  for (const auto& [text, count] : items) list.append(py::make_tuple(text, count));
  return list;
}

py::dict drift_two_sample(const py::object& reference, const py::object& current,
                          std::vector<std::string> statistics, std::size_t bins, int threads) {
  const vector_argument x(reference, "reference", values::any), y(current, "current", values::any);
  const two_sample_params params{std::move(statistics), bins};
  const auto r = released([&] { return two_sample(x.view(), y.view(), params, threads); });
  py::dict d;
  d["reference_count"] = r.reference_count;
  d["current_count"] = r.current_count;
  d["reference_missing"] = r.reference_missing;
  d["current_missing"] = r.current_missing;
  d["missing"] = as_tuple(r.missing);
  const std::pair<const char*, const test_result*> found[] = {{"ks", &r.ks},
                                                              {"wasserstein", &r.wasserstein},
                                                              {"psi", &r.psi},
                                                              {"jensen_shannon", &r.jensen_shannon},
                                                              {"anderson_darling", &r.anderson_darling},
                                                              {"cramer_von_mises", &r.cramer_von_mises}};
  for (const auto& [name, result] : found) {
    if (params.wants(name)) d[name] = as_tuple(*result);
  }
  d["bin_edges"] = as_array(r.bin_edges);
  d["reference_bins"] = as_array(r.reference_bins);
  d["current_bins"] = as_array(r.current_bins);
  return d;
}

py::dict drift_categorical(const py::object& reference, const py::object& current, int threads) {
  py::dict one, other;
  one["reference"] = reference;
  other["current"] = current;
  const table_argument x(one, "reference"), y(other, "current");
  const auto r = released([&] { return categorical(x.view().column(0), y.view().column(0), threads); });
  py::dict d;
  d["reference_count"] = r.reference_count;
  d["current_count"] = r.current_count;
  d["reference_missing"] = r.reference_missing;
  d["current_missing"] = r.current_missing;
  d["missing"] = as_tuple(r.missing);
  d["chi_squared"] = as_tuple(r.chi_squared);
  d["psi"] = as_tuple(r.psi);
  d["jensen_shannon"] = as_tuple(r.jensen_shannon);
  d["cramers_v"] = r.cramers_v;
  d["categories"] = r.categories;
  d["reference_counts"] = as_array(r.reference_counts);
  d["current_counts"] = as_array(r.current_counts);
  d["unseen"] = r.unseen();
  d["vanished"] = r.vanished();
  return d;
}

py::dict column_figures(const column_profile& c) {
  py::dict d;
  d["type"] = std::string(name_of(c.type()));
  d["rows"] = c.rows();
  d["missing"] = c.missing();
  d["missing_rate"] = c.missing_rate();
  d["distinct"] = c.distinct();
  d["distinct_exact"] = c.distinct_exact();
  d["top"] = as_list(c.top(10));
  d["top_error"] = c.numeric() ? c.numbers().error() : c.categories().error();
  if (!c.numeric()) return d;
  d["infinite"] = c.infinite();
  d["mean"] = c.mean();
  d["std"] = c.deviation();
  d["min"] = c.minimum();
  d["max"] = c.maximum();
  const double shares[] = {0.01, 0.05, 0.25, 0.5, 0.75, 0.95, 0.99};
  const auto quantiles = c.quantiles().quantiles(shares);
  py::dict q;
  for (std::size_t k = 0; k < quantiles.size(); ++k) q[py::float_(shares[k])] = quantiles[k];
  d["quantiles"] = q;
  d["rank_error"] = c.quantiles().rank_error();
  return d;
}

py::dict column_figures(const column_drift& c) {
  py::dict d;
  d["name"] = c.name;
  d["drifted"] = c.drifted;
  d["reason"] = c.reason;
  d["test"] = c.test;
  d["statistic"] = c.statistic;
  d["p_value"] = c.p_value;
  d["adjusted_p_value"] = c.adjusted_p_value;
  d["effect_size"] = c.effect_size;
  d["effect"] = c.effect();
  d["psi"] = c.psi;
  d["distance"] = c.distance;
  d["reference_type"] = c.reference_type;
  d["current_type"] = c.current_type;
  d["schema_change"] = c.schema_change;
  d["reference_rows"] = c.reference_rows;
  d["current_rows"] = c.current_rows;
  d["reference_missing_rate"] = c.reference_missing_rate();
  d["current_missing_rate"] = c.current_missing_rate();
  d["missing_p_value"] = c.missing_p_value;
  d["missing_adjusted_p_value"] = c.missing_adjusted_p_value;
  d["unseen"] = c.unseen;
  d["vanished"] = c.vanished;
  d["bins"] = c.bins;
  d["reference_shares"] = c.reference_shares;
  d["current_shares"] = c.current_shares;
  return d;
}

/// A table or a profile from Python.
class side {
 public:
  side(const py::object& x, const char* name) {
    if (py::isinstance<profile>(x)) {
      profile_ = &x.cast<const profile&>();
    } else {
      table_.emplace(x, name);
    }
  }
  template <class Act>
  drift_report visit(const Act& act) const {
    return profile_ != nullptr ? act(*profile_) : act(table_->view());
  }

 private:
  const profile* profile_ = nullptr;
  std::optional<table_argument> table_;
};

drift_report drift_compare(const py::object& reference, const py::object& current, double alpha,
                           double minimum_effect, std::size_t bins, int threads) {
  const side x(reference, "reference"), y(current, "current");
  const compare_params params{alpha, minimum_effect, bins};
  return released([&] {
    return x.visit([&](const auto& r) {
      return y.visit([&](const auto& c) { return compare(r, c, params, threads); });
    });
  });
}

void bind_profile(py::module_& m) {
  auto [model, state] = bind_primitive<profile>(m);
  model.def_property_readonly("rows", &profile::rows)
      .def_property_readonly("columns", &profile::columns)
      .def_property_readonly("names", &profile::names)
      .def_property_readonly("params",
                             [](const profile& p) {
                               const auto& q = p.parameters();
                               return py::make_tuple(q.quantile_k, q.category_capacity, q.number_capacity);
                             })
      .def(
          "figures", [](const profile& p, const std::string& name) { return column_figures(p[name]); },
          py::arg("name"))
      .def(
          "quantiles",
          [](const profile& p, const std::string& name, const std::vector<double>& shares) {
            return as_array(p[name].quantiles().quantiles(shares));
          },
          py::arg("name"), py::arg("shares"));
  state
      .def(py::init(
               [](std::uint32_t quantile_k, std::uint32_t category_capacity, std::uint32_t number_capacity) {
                 return profile::accumulator(profile_params{quantile_k, category_capacity, number_capacity});
               }),
           py::arg("quantile_k"), py::arg("category_capacity"), py::arg("number_capacity"))
      .def_static(
          "of", [](const profile& p) { return profile::accumulator(p); }, py::arg("profile"))
      .def(
          "update",
          [](profile::accumulator& self, const py::object& x, int threads) {
            const table_argument table(x);
            const auto work = 50.0 * static_cast<double>(table.rows() * table.columns());
            released([&] {
              self.update(table.view(), useful_threads(threads, work));
              return true;
            });
          },
          py::arg("X"), py::arg("threads") = 0);
}

void bind_report(py::module_& m) {
  py::class_<drift_report>(m, "drift_report")
      .def_property_readonly("alpha", &drift_report::alpha)
      .def_property_readonly("minimum_effect", &drift_report::minimum_effect)
      .def_property_readonly("drifted", &drift_report::drifted)
      .def_property_readonly("columns",
                             [](const drift_report& r) {
                               py::list list;
                               for (const column_drift& c : r.columns()) list.append(column_figures(c));
                               return list;
                             })
      .def("summary", &drift_report::summary)
      .def("to_text", &drift_report::to_text)
      .def("to_html", &drift_report::to_html)
      .def("to_html_fragment", &drift_report::to_html_fragment);
}

const bindings drift([](py::module_& m) {
  bind_profile(m);
  bind_report(m);
  m.def("drift_two_sample", &drift_two_sample, py::arg("reference"), py::arg("current"),
        py::arg("statistics"), py::arg("bins"), py::arg("threads") = 0);
  m.def("drift_categorical", &drift_categorical, py::arg("reference"), py::arg("current"),
        py::arg("threads") = 0);
  m.def("drift_compare", &drift_compare, py::arg("reference"), py::arg("current"), py::arg("alpha"),
        py::arg("minimum_effect"), py::arg("bins"), py::arg("threads") = 0);
  m.def(
      "benjamini_hochberg", [](const std::vector<double>& p) { return as_array(benjamini_hochberg(p)); },
      py::arg("p_values"));
});

}  // namespace
}  // namespace colonnade::python
