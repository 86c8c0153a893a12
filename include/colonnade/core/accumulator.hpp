#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>

#include "colonnade/core/parallel.hpp"
#include "colonnade/core/views.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Rows with a target and weights; either may be empty. What supervised and weighted primitives learn from.
template <class X>
struct samples {
  X x;
  column_view<const double> target = {};
  column_view<const double> weight = {};

  std::size_t rows() const { return x.rows(); }
  samples slice(std::size_t first, std::size_t count) const {
    return {x.slice(first, count), target.size() == 0 ? target : target.slice(first, count),
            weight.size() == 0 ? weight : weight.slice(first, count)};
  }
};
template <class X>
samples(X, column_view<const double>, column_view<const double>) -> samples<X>;
template <class X>
samples(X, column_view<const double>) -> samples<X>;

/// Learning state: sees batches, merges with others of its kind, and gives the model at any time.
template <class A, class Batch>
concept accumulator_for = std::copyable<A> && requires(A a, const A& b, const Batch& x) {
  a.update(x);                            // learn from a batch
  a.merge(b);                             // as if b's batches had been given to a
  { b.empty_copy() } -> std::same_as<A>;  // same parameters, nothing seen
  b.finalize();                           // the immutable model; a may go on
  { b == b } -> std::convertible_to<bool>;
};

/// A fitted, immutable model with its parameters and its learning state.
template <class P, class Batch>
concept primitive_for = std::copyable<P> && requires(const P& p, const typename P::accumulator& a) {
  typename P::params;
  { std::string_view(P::kind) };
  { p == p } -> std::convertible_to<bool>;
  requires accumulator_for<typename P::accumulator, Batch>;
  { a.finalize() } -> std::same_as<P>;
};

/// Learns `P` from all rows of `x` on `threads` threads (0: the default). The result has the same bits for
/// any number of threads. A primitive that is learnt by several passes has its own `P::fit`, which is called
/// instead.
template <class P, class Batch>
P fit(const Batch& x, const typename P::params& params = {}, int threads = 0) {
  if constexpr (requires { P::fit(x, params, threads); }) {
    return P::fit(x, params, threads);
  } else {
    static_assert(primitive_for<P, Batch>);
    return accumulate(typename P::accumulator(params), x, threads).finalize();
  }
}

}  // namespace colonnade::inline COLONNADE_ABI
