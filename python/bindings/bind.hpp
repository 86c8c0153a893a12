#pragma once

#include <span>
#include <string>
#include <utility>
#include <vector>

#include <pybind11/numpy.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "colonnade/core/archive.hpp"
#include "colonnade/core/file.hpp"
#include "colonnade/core/interrupt.hpp"

namespace colonnade::python {

namespace py = pybind11;

/// One group of bindings. Every file defines one at namespace scope, and the module runs them all:
///     const bindings scalers([](py::module_& m) { ... });
class bindings {
 public:
  explicit bindings(void (*bind)(py::module_&)) { all().push_back(bind); }
  static std::vector<void (*)(py::module_&)>& all() {
    static std::vector<void (*)(py::module_&)> groups;
    return groups;
  }
};

/// Runs long work without the GIL. Ctrl-C ends it within a few milliseconds as KeyboardInterrupt.
template <class Work>
auto released(Work&& work) {
  const auto signalled = [] {
    const py::gil_scoped_acquire gil;
    return PyErr_CheckSignals() != 0;
  };
  try {
    const py::gil_scoped_release release;
    const interrupt_scope scope(signalled);
    return std::forward<Work>(work)();
  } catch (const interrupted&) {
    if (PyErr_Occurred() == nullptr) PyErr_SetNone(PyExc_KeyboardInterrupt);
    throw py::error_already_set();
  }
}

/// Rows up to which a call is too short to give the GIL away: for most, and for metrics, which do less a row.
inline constexpr std::size_t short_call = 64, short_metric = 5000;

template <class Work>
auto released_above(std::size_t limit, std::size_t rows, const Work& work) {
  if (rows <= limit) return work();
  return released(work);
}
template <class Work>
void released_when_long(std::size_t rows, const Work& work) {
  released_above(short_call, rows, work);
}

inline py::bytes as_bytes(const std::vector<std::byte>& bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The bytes of a Python `bytes` object, which must outlive the span.
inline std::span<const std::byte> as_span(const py::bytes& bytes) {
  char* data = nullptr;
  Py_ssize_t size = 0;
  if (PyBytes_AsStringAndSize(bytes.ptr(), &data, &size) != 0) throw py::error_already_set();
  return {reinterpret_cast<const std::byte*>(data), static_cast<std::size_t>(size)};
}

/// An array that takes over a vector's memory; no copy.
template <class T>
py::array_t<T> as_array(std::vector<T> values) {
  auto* owner = new std::vector<T>(std::move(values));
  const py::capsule release(owner, [](void* p) { delete static_cast<std::vector<T>*>(p); });
  return py::array_t<T>(static_cast<py::ssize_t>(owner->size()), owner->data(), release);
}

/// What every savable class offers: to_bytes, from_bytes, save, load, ==, pickle through the same bytes,
/// copy, repr.
template <class T, class... Options>
py::class_<T, Options...>& bind_savable(py::class_<T, Options...>& c) {
  c.def("to_bytes", [](const T& self) { return as_bytes(to_bytes(self)); });
  c.def_static(
      "from_bytes", [](const py::bytes& b) { return colonnade::from_bytes<T>(as_span(b)); },
      py::arg("bytes"));
  c.def(
      "save", [](const T& self, const std::string& path) { released([&] { save(self, path); }); },
      py::arg("path"));
  c.def("__eq__",
        [](const T& a, const py::object& b) { return py::isinstance<T>(b) && a == b.cast<const T&>(); });
  c.def("__hash__", [](const T& self) { return py::hash(as_bytes(to_bytes(self))); });
  c.def("__copy__", [](const T& self) { return T(self); });
  c.def("__deepcopy__", [](const T& self, const py::dict&) { return T(self); }, py::arg("memo"));
  c.def(py::pickle([](const T& self) { return as_bytes(to_bytes(self)); },
                   [](const py::bytes& b) { return colonnade::from_bytes<T>(as_span(b)); }));
  c.attr("kind") = std::string(T::kind);
  return c;
}

/// Binds a primitive as `_core.<kind>` with its learning state as `_core.<kind>.accumulator` (merge,
/// finalize, and what bind_savable gives to both). Returns the class of the model and that of the
/// accumulator; the caller adds the constructors, `update` and the queries, whose arguments differ.
template <class P>
std::pair<py::class_<P>, py::class_<typename P::accumulator>> bind_primitive(py::module_& m) {
  using accumulator = typename P::accumulator;
  py::class_<P> model(m, std::string(P::kind).c_str());
  py::class_<accumulator> state(model, "accumulator");
  bind_savable(model);
  bind_savable(state);
  state.def(
      "merge", [](accumulator& self, const accumulator& other) { self.merge(other); }, py::arg("other"));
  state.def("finalize", [](const accumulator& self) { return self.finalize(); });
  state.def("empty_copy", [](const accumulator& self) { return self.empty_copy(); });
  return {model, state};
}

}  // namespace colonnade::python
