#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "colonnade/boosting/weighted_targets.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/kernels/boosting_gradients.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Consecutive rows of a fit: output k of row i has margin[k * plane + i].
struct objective_rows {
  gradient_rows in;   ///< margins of output 0
  std::size_t first;  ///< number of the first one
  std::size_t outputs, plane;
  double largest_weight;  ///< of all rows of the fit
};

/// What no gradient (in size) and no Hessian of some rows exceeds.
struct gradient_bounds {
  double gradient = 0, hessian = 0;
};

/// The rows of a leaf, with the margins of its output and the targets of all rows of the fit.
struct leaf_rows {
  std::span<const std::uint32_t> rows;
  const double* margins;
  const weighted_targets& targets;
};

/// What boosted trees minimise. The one place that knows a loss: the trainer, the metrics and the model ask
/// here. A new objective is a header with a class of this kind, and a value, a name and a case in
/// `objectives.hpp`.
///
/// Functions are called once a fit, a tree or a block of rows, never once a row. They may run on several
/// threads at a time and must give the same bits for any cut into blocks.
class objective_function {
 public:
  virtual ~objective_function() = default;

  /// Index of the first target that this objective cannot have; `y.size()` if there is none.
  virtual std::size_t first_outside(std::span<const double> y) const = 0;
  /// What `first_outside` expects, for the error.
  virtual std::string_view domain() const = 0;
  /// Margins a row and trees an iteration. Throws argument_error if that cannot be.
  virtual std::size_t outputs(double /*largest_target*/) const { return 1; }
  /// Factor of the weight of rows whose target is 1.
  virtual double positive_weight() const { return 1; }

  /// The margin whose prediction is `mean`, a prediction that `is_prediction` allows (or a mean of targets).
  virtual double link(double mean) const { return mean; }
  virtual bool is_prediction(double value) const { return real::isfinite(value); }
  virtual std::string_view predictions() const { return "a finite number"; }
  /// Margins before the first tree, one an output.
  virtual std::vector<double> first_margins(const weighted_targets& rows, std::size_t /*outputs*/) const {
    return {link(rows.mean())};
  }

  /// Called in every iteration before the gradients are asked for.
  virtual void prepare(std::span<const double> /*margins*/, const weighted_targets& /*rows*/) {}
  /// Bounds of the gradients of these rows.
  virtual gradient_bounds bounds(const objective_rows& rows) const = 0;
  /// True if the Hessian of a row is its weight.
  virtual bool hessian_is_weight() const { return false; }
  /// Packed gradients; output k of row i goes to out[k * plane + i].
  virtual void gradients(const objective_rows& rows, const gradient_steps& steps,
                         std::int64_t* out) const = 0;

  /// No leaf changes a margin by more, before the learning rate.
  virtual double largest_step() const { return no_limit; }

  /// True if the leaves of a grown tree are replaced by `renewed_leaf`.
  virtual bool renews_leaves() const { return false; }
  /// Value of a leaf before the learning rate; none: as it was grown.
  virtual std::optional<double> renewed_leaf(const leaf_rows& /*leaf*/) const { return std::nullopt; }

  /// Columns of probabilities; 0: no classifier.
  virtual std::size_t classes(std::size_t /*outputs*/) const { return 0; }
  /// Margins become expected targets, in place. Of objectives with one output.
  virtual void to_means(std::span<double> /*margins*/) const {}
  /// One prediction a row: means, or the number of the likeliest class (the lowest of equal ones). `out` may
  /// be the one column of margins.
  virtual void to_predictions(matrix_view<const double> margins, std::span<double> out) const {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = margins(i, 0);
    to_means(out);
  }
  /// Rows whose last columns are margins become probabilities, one a class.
  virtual void to_probabilities(matrix_view<double> /*rows*/) const {
    throw argument_error("predict_proba", "a model of a regression", "a classifier");
  }

  /// The quantile of y that margins estimate, if they do.
  virtual double quantile() const { return 0.5; }
  /// Names of the metrics that make sense, separated by spaces; the first is the default.
  virtual std::string_view metrics() const { return "rmse mae"; }

 protected:
  static constexpr double no_limit = std::numeric_limits<double>::infinity();

  template <class Holds>
  static std::size_t first_not(std::span<const double> y, const Holds& holds) {
    for (std::size_t i = 0; i < y.size(); ++i) {
      if (!holds(y[i])) return i;
    }
    return y.size();
  }

  /// Number of the largest margin of a row, the lowest of equal ones.
  static double largest_output(matrix_view<const double> margins, std::size_t i) {
    std::size_t best = 0;
    for (std::size_t k = 1; k < margins.columns(); ++k) {
      if (margins(i, k) > margins(i, best)) best = k;
    }
    return static_cast<double>(best);
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
