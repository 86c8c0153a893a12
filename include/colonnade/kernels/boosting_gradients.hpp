#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>

#include "colonnade/kernels/elementary.hpp"
#include "colonnade/simd/dispatch.hpp"
#include "colonnade/simd/pack.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// How gradients become integers: round(g * gradient_steps) << shift, plus round(h * hessian_steps), at least
/// 1 where there is weight.
struct gradient_steps {
  double gradient = 1, hessian = 1;
  int shift = 1;
};

/// Rows as the gradient kernels read them: contiguous margins, targets, and weights (null: all 1).
struct gradient_rows {
  const double* margin;
  const double* target;
  const double* weight;
  std::size_t count;
};

namespace detail {

/// Packs gradients and Hessians of one register of rows.
template <std::size_t Lanes>
COLONNADE_KERNEL void pack_gradients(const simd::pack<double, Lanes>& g, const simd::pack<double, Lanes>& h,
                                     const gradient_steps& steps, std::int64_t* out) {
  using integers = simd::pack<std::int64_t, Lanes>;
  constexpr double round = 0x1.8p52;
  constexpr std::int64_t round_bits = 0x4338000000000000;
  const simd::pack<double, Lanes> scaled_g = g * steps.gradient + round, scaled_h = h * steps.hessian + round;
  integers gi, hi;
  std::memcpy(&gi, &scaled_g, sizeof gi);
  std::memcpy(&hi, &scaled_h, sizeof hi);
  gi -= round_bits;
  hi -= round_bits;
  const integers one = integers{} + 1, zero = integers{};
  integers positive = hi < one ? one : hi;
  simd::pack<double, Lanes> weight = h;
  simd::settle(positive);
  simd::settle(weight);
  hi = weight > 0.0 ? positive : zero;
  simd::store(out, integers((gi << steps.shift) + hi));
}

/// Rows i .. of a loss with one margin a row; `Loss::of` says what g and h are.
template <class Loss, std::size_t Lanes, class... Parameters>
COLONNADE_KERNEL void gradients_at(const gradient_rows& in, std::size_t i, simd::pack<double, Lanes>& g,
                                   simd::pack<double, Lanes>& h, Parameters... parameters) {
  simd::pack<double, Lanes> margin, target, weight = simd::pack<double, Lanes>{} + 1.0;
  simd::load(margin, in.margin + i);
  simd::load(target, in.target + i);
  if (in.weight != nullptr) simd::load(weight, in.weight + i);
  Loss::of(margin, target, weight, g, h, parameters...);
}

/// Packs the gradients of all rows of a loss.
template <class Loss>
struct gradients_of {
  template <class Isa, class... Parameters>
  COLONNADE_KERNEL void operator()(Isa, gradient_rows in, gradient_steps steps, std::int64_t* out,
                                   Parameters... parameters) const {
    constexpr std::size_t lanes = simd::lanes<Isa, double>;
    std::size_t i = 0;
    for (; i + lanes <= in.count; i += lanes) rows<lanes>(in, i, steps, out, parameters...);
    for (; i < in.count; ++i) rows<1>(in, i, steps, out, parameters...);
  }

 private:
  template <std::size_t Lanes, class... Parameters>
  COLONNADE_KERNEL static void rows(const gradient_rows& in, std::size_t i, const gradient_steps& steps,
                                    std::int64_t* out, Parameters... parameters) {
    simd::pack<double, Lanes> g, h;
    gradients_at<Loss, Lanes>(in, i, g, h, parameters...);
    pack_gradients<Lanes>(g, h, steps, out + i);
  }
};

}  // namespace detail

/// largest[0] = max |g|, largest[1] = max h over the rows of a loss with one margin a row, none negative.
template <class Loss>
struct largest_gradients {
  template <class Isa, class... Parameters>
  COLONNADE_KERNEL void operator()(Isa, gradient_rows in, double* largest, Parameters... parameters) const {
    constexpr std::size_t lanes = simd::lanes<Isa, double>;
    simd::pack<double, lanes> most_g{}, most_h{};
    simd::pack<double, 1> last_g{}, last_h{};
    std::size_t i = 0;
    for (; i + lanes <= in.count; i += lanes) rows<lanes>(in, i, most_g, most_h, parameters...);
    for (; i < in.count; ++i) rows<1>(in, i, last_g, last_h, parameters...);
    largest[0] = last_g[0];
    largest[1] = last_h[0];
    for (std::size_t k = 0; k < lanes; ++k) {
      largest[0] = std::max<double>(largest[0], most_g[k]);
      largest[1] = std::max<double>(largest[1], most_h[k]);
    }
  }

 private:
  template <std::size_t Lanes, class... Parameters>
  COLONNADE_KERNEL static void rows(const gradient_rows& in, std::size_t i, simd::pack<double, Lanes>& most_g,
                                    simd::pack<double, Lanes>& most_h, Parameters... parameters) {
    simd::pack<double, Lanes> g, h;
    detail::gradients_at<Loss, Lanes>(in, i, g, h, parameters...);
    const simd::pack<double, Lanes> minus = -g, size = g < 0.0 ? minus : g;
    most_g = size > most_g ? size : most_g;
    most_h = h > most_h ? h : most_h;
  }
};

/// Squared error: g = w (margin - y), h = w.
struct squared_error_gradients : detail::gradients_of<squared_error_gradients> {
  template <class Pack>
  COLONNADE_KERNEL static void of(const Pack& margin, const Pack& target, const Pack& weight, Pack& g,
                                  Pack& h) {
    g = (margin - target) * weight;
    h = weight;
  }
};

/// Logistic: p = sigmoid(margin), g = w (p - y), h = w p (1 - p).
struct logistic_gradients : detail::gradients_of<logistic_gradients> {
  template <class Pack>
  COLONNADE_KERNEL static void of(const Pack& margin, const Pack& target, const Pack& weight, Pack& g,
                                  Pack& h) {
    Pack p;
    elementary::sigmoid(p, margin);
    g = (p - target) * weight;
    h = p * (1.0 - p) * weight;
  }
};

/// Rows of two columns, the margin in the second: they become the probabilities of both classes.
struct logistic_probabilities {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, double* rows, std::ptrdiff_t row_stride, std::ptrdiff_t column_stride,
                                   std::size_t count) const {
    constexpr std::size_t lanes = simd::lanes<Isa, double>;
    double margin[lanes] = {};
    simd::pack<double, lanes> m, p;
    for (std::size_t i = 0; i < count; i += lanes) {
      const std::size_t some = std::min(lanes, count - i);
      double* const first = rows + static_cast<std::ptrdiff_t>(i) * row_stride;
      double* const second = first + column_stride;
      for (std::size_t k = 0; k < some; ++k) margin[k] = second[static_cast<std::ptrdiff_t>(k) * row_stride];
      simd::load(m, static_cast<const double*>(margin));
      elementary::sigmoid(p, m);
      for (std::size_t k = 0; k < some; ++k) {
        first[static_cast<std::ptrdiff_t>(k) * row_stride] = 1 - p[k];
        second[static_cast<std::ptrdiff_t>(k) * row_stride] = p[k];
      }
    }
  }
};

/// Poisson with a log link: g = w (e^margin - y), h = w e^margin `factor`. Margins above 300 count as 300, so
/// that nothing overflows.
struct poisson_gradients : detail::gradients_of<poisson_gradients> {
  template <class Pack>
  COLONNADE_KERNEL static void of(const Pack& margin, const Pack& target, const Pack& weight, Pack& g,
                                  Pack& h, double factor) {
    const Pack most = Pack{} + 300.0, at = margin > most ? most : margin;
    Pack mean;
    elementary::exp(mean, at);
    g = (mean - target) * weight;
    h = mean * factor * weight;
  }
};

/// Slopes of a loss of two straight lines in the margin: below, at and above the target.
struct pinball_slopes {
  double below, at, above;
};

/// Two straight lines: g = w times the slope, h = w.
struct pinball_gradients : detail::gradients_of<pinball_gradients> {
  template <class Pack>
  COLONNADE_KERNEL static void of(const Pack& margin, const Pack& target, const Pack& weight, Pack& g,
                                  Pack& h, pinball_slopes slopes) {
    const Pack below = Pack{} + slopes.below, at = Pack{} + slopes.at, above = Pack{} + slopes.above;
    Pack not_above = margin < target ? below : at;
    simd::settle(not_above);
    g = (margin > target ? above : not_above) * weight;
    h = weight;
  }
};

/// Gradients and Hessians that are there already.
struct given_gradients {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const double* g, const double* h, std::size_t count,
                                   gradient_steps steps, std::int64_t* out) const {
    constexpr std::size_t lanes = simd::lanes<Isa, double>;
    std::size_t i = 0;
    for (; i + lanes <= count; i += lanes) rows<lanes>(g + i, h + i, steps, out + i);
    for (; i < count; ++i) rows<1>(g + i, h + i, steps, out + i);
  }

 private:
  template <std::size_t Lanes>
  COLONNADE_KERNEL static void rows(const double* g, const double* h, const gradient_steps& steps,
                                    std::int64_t* out) {
    simd::pack<double, Lanes> gradient, hessian;
    simd::load(gradient, g);
    simd::load(hessian, h);
    detail::pack_gradients<Lanes>(gradient, hessian, steps, out);
  }
};

/// Softmax over `classes` margins, class k of row i at margin[k * plane + i]: g_k = w (p_k - [y = k]),
/// h_k = w p_k (1 - p_k), the true diagonal of the Hessian; class k of row i goes to out[k * plane + i].
struct softmax_gradients {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, gradient_rows in, std::size_t classes, std::size_t plane,
                                   gradient_steps steps, std::int64_t* out) const {
    constexpr std::size_t lanes = simd::lanes<Isa, double>;
    std::size_t i = 0;
    for (; i + lanes <= in.count; i += lanes) rows<lanes>(in, i, classes, plane, steps, out);
    for (; i < in.count; ++i) rows<1>(in, i, classes, plane, steps, out);
  }

 private:
  template <std::size_t Lanes>
  COLONNADE_KERNEL static void rows(const gradient_rows& in, std::size_t i, std::size_t classes,
                                    std::size_t plane, const gradient_steps& steps, std::int64_t* out) {
    using doubles = simd::pack<double, Lanes>;
    doubles margin, highest, target, weight = doubles{} + 1.0, sum = doubles{}, e;
    simd::load(target, in.target + i);
    if (in.weight != nullptr) simd::load(weight, in.weight + i);
    simd::load(highest, in.margin + i);
    for (std::size_t k = 1; k < classes; ++k) {
      simd::load(margin, in.margin + k * plane + i);
      highest = margin > highest ? margin : highest;
    }
    for (std::size_t k = 0; k < classes; ++k) {
      simd::load(margin, in.margin + k * plane + i);
      elementary::exp(e, doubles(margin - highest));
      sum += e;
      std::memcpy(out + k * plane + i, &e, sizeof e);  // parked where the result will be
    }
    for (std::size_t k = 0; k < classes; ++k) {
      std::memcpy(&e, out + k * plane + i, sizeof e);
      const doubles p = e / sum, one = doubles{} + 1.0, zero = doubles{};
      const doubles hit = target == doubles{} + static_cast<double>(k) ? one : zero;
      detail::pack_gradients<Lanes>((p - hit) * weight, p * (1.0 - p) * weight, steps, out + k * plane + i);
    }
  }
};

}  // namespace colonnade::inline COLONNADE_ABI
