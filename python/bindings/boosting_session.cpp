#include "colonnade/boosting/boosting_session.hpp"

#include <memory>
#include <string>
#include <vector>

#include "arrays.hpp"
#include "bind.hpp"
#include "boosting_targets.hpp"
#include "colonnade/boosting/boosting_worker.hpp"
#include "rows_argument.hpp"

namespace colonnade::python {
namespace {

/// The sums of several workers, one after the other, each as bytes.
boosting_sums merged(const std::vector<py::bytes>& parts) {
  if (parts.empty()) throw argument_error("sums", "none", "those of all workers");
  auto sums = from_bytes<boosting_sums>(as_span(parts.front()));
  for (std::size_t k = 1; k < parts.size(); ++k) sums.merge(from_bytes<boosting_sums>(as_span(parts[k])));
  return sums;
}

/// `classes`: those of the plan's model, or None.
std::unique_ptr<boosting_worker> worker_of(const boosting_plan& plan, const py::object& x,
                                           const py::object& y, const py::object& sample_weight,
                                           const py::object& classes, std::uint64_t first_row, int threads) {
  const rows_argument data(x, "X", true);
  target_argument target;
  if (data.rows() > 0) {
    target = classes.is_none() ? target_argument::values_of(y, "y")
                               : target_argument::known_classes_of(
                                     y, "y", target_argument::classes_of(classes).classes(), "the plan");
  }
  const weight_argument weight(sample_weight, data.rows());
  return data.visit([&](auto view) {
    return released([&] {
      const samples<decltype(view)> rows{view, target.view(), weight.view()};
      return std::make_unique<boosting_worker>(plan, rows, first_row, threads);
    });
  });
}

const bindings boosting_session_bindings([](py::module_& m) {
  py::class_<boosting_plan> plan(m, std::string(boosting_plan::kind).c_str());
  bind_savable(plan);
  plan.def_static(
      "of",
      [](const gradient_boosted_trees& model, std::uint32_t iterations, std::uint64_t rows) {
        return boosting_plan{model, iterations, rows};
      },
      py::arg("model"), py::arg("iterations"), py::arg("rows"));
  plan.def_property_readonly("model", [](const boosting_plan& self) { return self.model; });

  py::class_<boosting_session> session(m, "boosting_session");
  session.def(py::init([](const boosting_plan& of, int threads) {
                return std::make_unique<boosting_session>(of, threads);
              }),
              py::arg("plan"), py::arg("threads"));
  session.def_property_readonly("done", &boosting_session::done);
  session.def_property_readonly("iteration", &boosting_session::iteration);
  session.def("propose", [](const boosting_session& self) { return as_bytes(to_bytes(self.propose())); });
  session.def(
      "apply",
      [](boosting_session& self, const std::vector<py::bytes>& sums) {
        const boosting_sums all = merged(sums);
        released([&] { self.apply(all); });
      },
      py::arg("sums"));
  session.def("model", &boosting_session::model);

  py::class_<boosting_worker> worker(m, "boosting_worker");
  worker.def(py::init(&worker_of), py::arg("plan"), py::arg("X"), py::arg("y"), py::arg("sample_weight"),
             py::arg("classes"), py::arg("first_row"), py::arg("threads"));
  worker.def(
      "accumulate",
      [](boosting_worker& self, const py::bytes& proposal) {
        const auto what = from_bytes<boosting_proposal>(as_span(proposal));
        return as_bytes(to_bytes(released([&] { return self.accumulate(what); })));
      },
      py::arg("proposal"));

  m.def(
      "merge_boosting_sums",
      [](const std::vector<py::bytes>& sums) { return as_bytes(to_bytes(merged(sums))); }, py::arg("sums"));
});

}  // namespace
}  // namespace colonnade::python
