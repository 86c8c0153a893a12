#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "colonnade/core/accumulator.hpp"
#include "colonnade/core/views.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Rows that are scored after every iteration of a fit; early stopping looks at the last set. They are of the
/// kind of table (`matrix_view`, `csr_view`) that is learned from.
template <class T, class Table = matrix_view<const T>>
struct evaluation_set {
  std::string name;
  samples<Table> data;
  matrix_view<const double> base_margin = {};  ///< as in boosting_extras
};

/// The scores of one evaluation set, one an iteration.
struct evaluation_history {
  std::string name, metric;
  std::vector<double> scores;
};

/// What is known after an iteration of a fit.
struct boosting_progress {
  std::size_t iteration;                          ///< 0, 1, ...
  std::size_t iterations;                         ///< asked for
  std::span<const evaluation_history> histories;  ///< one for every evaluation set
};

/// Is called after every iteration; a fit ends when it returns true. Any callable that outlives the fit:
/// `[](const boosting_progress& now) { return now.iteration == 9; }`.
class boosting_observer {
 public:
  boosting_observer() = default;
  template <class Callable>
    requires(!std::is_same_v<Callable, boosting_observer>)
  boosting_observer(const Callable& callable)  // NOLINT: a callable is an observer
      : callable_(&callable), call_([](const void* p, const boosting_progress& now) -> bool {
          return (*static_cast<const Callable*>(p))(now);
        }) {}

  bool operator()(const boosting_progress& now) const { return call_ != nullptr && call_(callable_, now); }

 private:
  const void* callable_ = nullptr;
  bool (*call_)(const void*, const boosting_progress&) = nullptr;
};

/// What a fit tells besides its model.
struct boosting_log {
  std::vector<evaluation_history> histories;
};

}  // namespace colonnade::inline COLONNADE_ABI
