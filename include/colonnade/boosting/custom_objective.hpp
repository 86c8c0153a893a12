#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "colonnade/boosting/objective_function.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/kernels/boosting_gradients.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What a custom objective looks at.
struct custom_rows {
  std::span<const double> margins;  ///< output k of row i at k * target.size() + i
  std::span<const double> target;
  std::span<const double> weight;  ///< empty: all are 1
};

/// A reference to any callable that outlives the fit and fills in the gradients and Hessians of all rows,
/// laid out as the margins are and with the weights in them:
/// `[](const custom_rows& rows, std::span<double> gradient, std::span<double> hessian) { ... }`. Hessians are
/// 0 or more; nothing is larger than 1e90. It is called once an iteration, on the thread that fits.
class custom_gradients {
 public:
  custom_gradients() = default;
  template <class Callable>
    requires(!std::is_same_v<Callable, custom_gradients>)
  custom_gradients(const Callable& callable)  // NOLINT: a callable is one
      : callable_(&callable),
        call_(
            [](const void* p, const custom_rows& rows, std::span<double> gradient,
               std::span<double> hessian) { (*static_cast<const Callable*>(p))(rows, gradient, hessian); }) {}

  explicit operator bool() const { return call_ != nullptr; }
  void operator()(const custom_rows& rows, std::span<double> gradient, std::span<double> hessian) const {
    call_(callable_, rows, gradient, hessian);
  }

 private:
  const void* callable_ = nullptr;
  void (*call_)(const void*, const custom_rows&, std::span<double>, std::span<double>) = nullptr;
};

/// Gradients that a callable computes. Of no classes (targets are numbers) or of y = 0 .. K - 1, with one
/// margin a class from three classes on; first margins are 0, and margins are not made into anything but the
/// number of a class.
class custom_objective : public objective_function {
 public:
  custom_objective(std::size_t classes, custom_gradients compute) : classes_(classes), compute_(compute) {}

  std::size_t first_outside(std::span<const double> y) const override {
    if (classes_ == 0) return first_not(y, [](double value) { return std::abs(value) <= 1e60; });
    const auto most = static_cast<double>(classes_);
    return first_not(y, [&](double v) { return v >= 0 && v < most && v == real::floor(v); });
  }
  std::string_view domain() const override {
    return classes_ == 0 ? "a finite number of at most 1e60" : "a class number below num_class";
  }
  std::size_t outputs(double /*largest_target*/) const override { return classes_ > 2 ? classes_ : 1; }
  std::vector<double> first_margins(const weighted_targets& /*rows*/, std::size_t outputs) const override {
    return std::vector<double>(outputs);
  }

  void prepare(std::span<const double> margins, const weighted_targets& rows) override {
    gradient_.assign(margins.size(), 0);
    hessian_.assign(margins.size(), 0);
    compute_({margins, rows.targets(), rows.weights()}, gradient_, hessian_);
    for (std::size_t i = 0; i < margins.size(); ++i) {
      if (!(std::abs(gradient_[i]) <= largest)) refuse("gradient", gradient_[i], "-1e90", i % rows.rows());
      if (!(hessian_[i] >= 0 && hessian_[i] <= largest)) refuse("Hessian", hessian_[i], "0", i % rows.rows());
    }
  }
  gradient_bounds bounds(const objective_rows& rows) const override {
    gradient_bounds all;
    for (std::size_t k = 0; k < rows.outputs; ++k) {
      for (std::size_t i = k * rows.plane + rows.first; i < k * rows.plane + rows.first + rows.in.count;
           ++i) {
        all.gradient = std::max(all.gradient, std::abs(gradient_[i]));
        all.hessian = std::max(all.hessian, hessian_[i]);
      }
    }
    return all;
  }
  void gradients(const objective_rows& rows, const gradient_steps& steps, std::int64_t* out) const override {
    for (std::size_t k = 0; k < rows.outputs; ++k) {
      const std::size_t first = k * rows.plane + rows.first;
      simd::run<given_gradients>(gradient_.data() + first, hessian_.data() + first, rows.in.count, steps,
                                 out + k * rows.plane);
    }
  }

  std::size_t classes(std::size_t /*outputs*/) const override { return classes_; }
  void to_predictions(matrix_view<const double> margins, std::span<double> out) const override {
    for (std::size_t i = 0; i < out.size(); ++i) {
      const double m = margins(i, 0);
      out[i] = classes_ == 0   ? m
               : classes_ == 1 ? 0
               : classes_ == 2 ? (m > 0 ? 1 : 0)
                               : largest_output(margins, i);
    }
  }
  void to_probabilities(matrix_view<double> /*rows*/) const override {
    throw argument_error("predict_proba", "a model of a custom objective",
                         "one whose margins are probabilities");
  }

  std::string_view metrics() const override {
    return classes_ <= 1 ? "rmse mae" : classes_ == 2 ? "logloss error auc" : "mlogloss merror";
  }

 private:
  static constexpr double largest = 1e90;

  [[noreturn]] static void refuse(const char* what, double found, const char* least, std::size_t row) {
    throw data_error("objective: found " + std::to_string(found) + " as a " + what +
                         ", expected a number from " + least + " to 1e90",
                     row);
  }

  std::size_t classes_;
  custom_gradients compute_;
  std::vector<double> gradient_, hessian_;
};

}  // namespace colonnade::inline COLONNADE_ABI
