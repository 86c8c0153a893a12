#pragma once

#include <optional>
#include <tuple>
#include <utility>

#include "arrays.hpp"
#include "colonnade/core/csr_view.hpp"

namespace colonnade::python {

/// A table from Python, dense or sparse (of a class with `tocsr`), checked and kept alive.
class rows_argument {
 public:
  rows_argument(const py::object& x, const char* name, bool allow_empty = false) {
    if (py::isinstance<py::array>(x) || !py::hasattr(py::type::of(x), "tocsr")) {
      dense_.emplace(x, name, values::any, allow_empty);
      return;
    }
    const py::object csr_parts = py::module_::import("colonnade._sparse").attr("csr_parts");
    const auto parts = csr_parts(x, name, allow_empty).cast<py::tuple>();
    data_ = parts[0];
    indices_ = parts[1];
    indptr_ = parts[2];
    std::tie(rows_, columns_) = parts[3].cast<std::pair<std::size_t, std::size_t>>();
    sparse().check(name, static_cast<std::size_t>(py::len(data_)));
  }

  bool is_sparse() const { return !dense_; }
  std::size_t rows() const { return dense_ ? dense_->rows() : rows_; }
  const matrix_argument& dense() const { return *dense_; }
  csr_view<double> sparse() const {
    return {rows_, columns_, pointer<std::int64_t>(indptr_), pointer<std::int32_t>(indices_),
            pointer<double>(data_)};
  }

  /// Calls `f` with a `matrix_view` of floats or doubles, or with a `csr_view<double>`.
  template <class F>
  decltype(auto) visit(F&& f) const {
    return dense_ ? dense_->visit(f) : f(sparse());
  }

 private:
  template <class T>
  static const T* pointer(const py::object& array) {
    return static_cast<const T*>(py::reinterpret_borrow<py::array>(array).data());
  }

  std::optional<matrix_argument> dense_;
  py::object data_, indices_, indptr_;
  std::size_t rows_ = 0, columns_ = 0;
};

}  // namespace colonnade::python
