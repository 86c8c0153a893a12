#include <cmath>
#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/kernels/elementary.hpp"

namespace {

namespace simd = colonnade::simd;

struct sigmoid_all {
  template <class Isa>
  COLONNADE_KERNEL void operator()(Isa, const double* x, double* out, std::size_t n) const {
    constexpr std::size_t lanes = simd::lanes<Isa, double>;
    for (std::size_t i = 0; i + lanes <= n; i += lanes) {
      simd::pack<double, lanes> v;
      simd::load(v, x + i);
      colonnade::elementary::sigmoid(v, v);
      simd::store(out + i, v);
    }
  }
};

std::vector<double> numbers() {
  std::vector<double> x(4096);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = std::sin(static_cast<double>(i)) * 10;
  return x;
}

void elementary_sigmoid(benchmark::State& state) {
  const std::vector<double> x = numbers();
  std::vector<double> out(x.size());
  for (auto _ : state) {
    simd::run<sigmoid_all>(x.data(), out.data(), x.size());
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(x.size()) * state.iterations());
}
BENCHMARK(elementary_sigmoid);

void elementary_exp_scalar(benchmark::State& state) {
  const std::vector<double> x = numbers();
  for (auto _ : state) {
    double sum = 0;
    for (double v : x) sum += colonnade::elementary::exp(v);
    benchmark::DoNotOptimize(sum);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(x.size()) * state.iterations());
}
BENCHMARK(elementary_exp_scalar);

}  // namespace
