#pragma once

#include <cstddef>
#include <cstdint>
#include <span>

#include "colonnade/core/views.hpp"

namespace colonnade::inline COLONNADE_ABI {

class gradient_boosted_trees;

/// Receives the model so far after every so many iterations of a fit. Any callable that outlives the fit:
/// `[](const gradient_boosted_trees& model) { save(model, "model.part"); }`. What it throws ends the fit.
///
/// The model is that of a fit of so many iterations (without early stopping: of all of them), so a fit that
/// goes on from it with the iterations that are left gives the bytes of one that was never interrupted. With
/// early stopping it does not hold which iteration was the best: a fit that goes on looks for the best of its
/// own iterations.
class boosting_checkpoints {
 public:
  boosting_checkpoints() = default;
  template <class Callable>
  boosting_checkpoints(std::uint32_t every, const Callable& receive)
      : every_(every), receive_(&receive), call_([](const void* p, const gradient_boosted_trees& model) {
          (*static_cast<const Callable*>(p))(model);
        }) {}

  bool due(std::size_t iterations) const { return every_ > 0 && iterations % every_ == 0; }
  void operator()(const gradient_boosted_trees& model) const { call_(receive_, model); }

 private:
  std::uint32_t every_ = 0;
  const void* receive_ = nullptr;
  void (*call_)(const void*, const gradient_boosted_trees&) = nullptr;
};

/// What a fit may be given beside its rows.
struct boosting_extras {
  /// Rows x outputs: margins that the rows begin with instead of the base score. The model does not hold
  /// them; rows are predicted with theirs.
  matrix_view<const double> base_margin = {};
  boosting_checkpoints checkpoints = {};
  /// Sizes of groups of consecutive rows that a uniform sample draws together (LightGBM's bagging_by_query).
  std::span<const std::uint64_t> group = {};
};

}  // namespace colonnade::inline COLONNADE_ABI
