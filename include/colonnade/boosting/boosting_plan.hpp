#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "colonnade/boosting/boosting_input.hpp"
#include "colonnade/boosting/gradient_boosted_trees.hpp"
#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/views.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What a `boosting_session` and its workers agree on before the first row is looked at: a model that has
/// cuts, base margins and parameters (and trees, if the session goes on from it), how many iterations are
/// added, and how many rows all workers have together.
///
///     boosting_params p = ...;
///     p.n_estimators = 0;
///     const boosting_plan plan{fit<gradient_boosted_trees>(rows, p), 100, 1'000'000};
struct boosting_plan {
  static constexpr std::string_view kind = "boosting_plan";
  static constexpr std::uint32_t archive_version = gradient_boosted_trees::archive_version;

  gradient_boosted_trees model;
  std::uint32_t iterations = 0;
  std::uint64_t rows = 0;

  /// Throws argument_error for what a session does not have: samples by gradients or by weight, objectives
  /// that look at a leaf's rows or are a callable, and early stopping, which needs rows to score.
  void check() const {
    const boosting_params& p = model.parameters();
    if (p.sampling_method != row_sampling::uniform)
      throw argument_error("sampling_method", "goss, mvs or weighted", "uniform in a session");
    if (p.objective == boosting_objective::custom)
      throw argument_error("objective", "a callable", "one that has a name in a session");
    if (p.make_objective()->renews_leaves())
      throw argument_error("objective", "one that sets leaves from their rows", "another one in a session");
    if (p.early_stopping_rounds > 0)
      throw argument_error("early_stopping_rounds", std::to_string(p.early_stopping_rounds),
                           "0 in a session");
    if (rows == 0 || rows >= (std::uint64_t{1} << 32))
      throw argument_error("rows", std::to_string(rows), "1 to 2^32 - 1");
    check_boosting_rows(samples<matrix_view<const double>>{{nullptr, 0, model.features()}}, p);
  }

  friend bool operator==(const boosting_plan& a, const boosting_plan& b) {
    return a.model == b.model && a.iterations == b.iterations && a.rows == b.rows;
  }
  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.model, self.iterations, self.rows);
  }
  void validate() const {
    try {
      check();
    } catch (const argument_error& error) {
      throw format_error(std::string("saved boosting_plan: ") + error.what());
    }
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
