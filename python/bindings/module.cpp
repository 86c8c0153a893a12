#include <cerrno>
#include <system_error>

#include <pybind11/pybind11.h>

#include "bind.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::python {
namespace {

void translate_data_error(const data_error& error, py::handle type) {
  py::object value = type(error.what());
  value.attr("row") =
      error.row() == data_error::unknown ? py::object(py::none()) : py::object(py::int_(error.row()));
  value.attr("column") = error.column();
  PyErr_SetObject(type.ptr(), value.ptr());
}

void register_errors(py::module_& m) {
  static py::handle argument = py::exception<argument_error>(m, "ArgumentError", PyExc_ValueError).release();
  static py::handle data = py::exception<data_error>(m, "DataError", PyExc_ValueError).release();
  static py::handle format = py::exception<format_error>(m, "FormatError", PyExc_ValueError).release();
  py::register_exception_translator([](std::exception_ptr thrown) {
    try {
      if (thrown) std::rethrow_exception(thrown);
    } catch (const argument_error& e) {
      PyErr_SetString(argument.ptr(), e.what());
    } catch (const data_error& e) {
      translate_data_error(e, data);
    } catch (const format_error& e) {
      PyErr_SetString(format.ptr(), e.what());
    } catch (const interrupted&) {
      PyErr_SetNone(PyExc_KeyboardInterrupt);
    } catch (const std::system_error& e) {
      PyErr_SetObject(PyExc_OSError, py::make_tuple(e.code().value(), e.what()).ptr());
    }
  });
}

py::dict build_info() {
  py::dict info;
  info["version"] = COLONNADE_VERSION;
  info["instruction_set"] = std::string(simd::name(simd::active()));
  info["best_instruction_set"] = std::string(simd::name(simd::best()));
  info["threads"] = default_threads();
  info["cgroup_cpu_limit"] = cgroup_cpu_limit();
  info["compiler"] = __VERSION__;
#ifdef _OPENMP
  info["thread_backend"] = "OpenMP";
#else
  info["thread_backend"] = "thread_team";
#endif
  return info;
}

}  // namespace
}  // namespace colonnade::python

PYBIND11_MODULE(_core, m, pybind11::mod_gil_not_used()) {
  using namespace colonnade::python;
  m.doc() = "Compiled part of colonnade. Use the public modules instead.";
  register_errors(m);
  m.def("build_info", &build_info);
  m.def("kind_of", [](const py::bytes& b) { return colonnade::kind_of(as_span(b)); }, py::arg("bytes"));
  m.def(
      "read_file", [](const std::string& path) { return as_bytes(colonnade::read_file(path)); },
      py::arg("path"));
  m.def(
      "write_file",
      [](const std::string& path, const py::bytes& b) { colonnade::write_file(path, as_span(b)); },
      py::arg("path"), py::arg("bytes"));
  m.def("default_threads", &colonnade::default_threads);
  m.def("set_default_threads", &colonnade::set_default_threads, py::arg("threads"));
  m.def("available_threads", &colonnade::available_threads, py::arg("root") = "");
  for (const auto bind : bindings::all()) bind(m);
}
