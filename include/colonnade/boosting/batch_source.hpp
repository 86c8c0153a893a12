#pragma once

#include <type_traits>

#include "colonnade/core/accumulator.hpp"
#include "colonnade/core/views.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Is given the batches of a pass, one after the other; each need only live until the call returns.
template <class T>
class batch_visitor {
 public:
  template <class Callable>
    requires(!std::is_same_v<Callable, batch_visitor>)
  explicit batch_visitor(const Callable& callable)
      : callable_(&callable), call_([](const void* p, const samples<matrix_view<const T>>& batch) {
          (*static_cast<const Callable*>(p))(batch);
        }) {}

  void operator()(const samples<matrix_view<const T>>& batch) const { call_(callable_, batch); }
  void operator()(const samples<matrix_view<T>>& batch) const {
    (*this)({batch.x, batch.target, batch.weight});
  }

 private:
  const void* callable_;
  void (*call_)(const void*, const samples<matrix_view<const T>>&);
};

/// Rows that come in batches. Any callable that outlives it and gives the batches of the table to a visitor,
/// in order, each time that it is called the same ones:
///
///     const auto source = [&](const batch_visitor<double>& visit) {
///       for (const auto& path : paths) visit(read(path).samples());
///     };
///
/// All batches have the same columns, and all or none of them weights. What the callable throws ends the fit.
template <class T>
class batch_source {
 public:
  template <class Callable>
    requires(!std::is_same_v<Callable, batch_source>)
  batch_source(const Callable& callable)  // NOLINT: a callable is a source
      : callable_(&callable), call_([](const void* p, const batch_visitor<T>& visit) {
          (*static_cast<const Callable*>(p))(visit);
        }) {}

  /// One pass: `body(batch)` for every batch.
  template <class Body>
  void visit(const Body& body) const {
    call_(callable_, batch_visitor<T>(body));
  }

 private:
  const void* callable_;
  void (*call_)(const void*, const batch_visitor<T>&);
};

}  // namespace colonnade::inline COLONNADE_ABI
