#include <cmath>
#include <vector>

#include <benchmark/benchmark.h>

#include "colonnade/boosting/gradient_boosted_trees.hpp"
#include "colonnade/core/random.hpp"

namespace {

struct table {
  std::vector<float> x;
  std::vector<double> y;
  std::size_t columns;

  table(std::size_t rows, std::size_t width) : x(rows * width), y(rows), columns(width) {
    const colonnade::random_stream random(1);
    for (std::size_t i = 0; i < x.size(); ++i) {
      x[i] = static_cast<float>(4 * random.uniform(i) - 2);
      if (random.uniform((std::uint64_t{1} << 40) + i) < 0.05) x[i] = NAN;
    }
    for (std::size_t i = 0; i < rows; ++i) {
      const float a = x[i * width], b = x[i * width + 1], c = x[i * width + 2];
      y[i] = (std::isnan(a) || std::isnan(b) ? 0 : a * b) + (std::isnan(c) ? 0 : c) > 0 ? 1 : 0;
    }
  }
  colonnade::samples<colonnade::matrix_view<const float>> view() const {
    return {colonnade::matrix_view<const float>(x.data(), y.size(), columns), {y.data(), y.size()}, {}};
  }
};

colonnade::boosting_params growth(bool leafwise) {
  colonnade::boosting_params p;
  p.objective = colonnade::boosting_objective::logistic;
  p.n_estimators = 10;
  p.learning_rate = 0.1;
  if (leafwise) {
    p.policy = colonnade::grow_policy::lossguide;
    p.max_depth = 0;
    p.max_leaves = 31;
  }
  return p;
}

void boosting_fit(benchmark::State& state) {
  const table t(static_cast<std::size_t>(state.range(0)), 28);
  for (auto _ : state) {
    benchmark::DoNotOptimize(colonnade::fit<colonnade::gradient_boosted_trees>(
        t.view(), growth(state.range(1) != 0), static_cast<int>(state.range(2))));
  }
}
BENCHMARK(boosting_fit)
    ->ArgsProduct({{2'000, 10'000, 200'000}, {0, 1}, {1, 2}})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

void boosting_predict(benchmark::State& state) {
  const table t(20'000, 28);
  const auto model = colonnade::fit<colonnade::gradient_boosted_trees>(t.view(), growth(false));
  const auto rows = static_cast<std::size_t>(state.range(0));
  std::vector<double> out(2 * rows);
  for (auto _ : state) {
    model.predict_proba(t.view().x.slice(0, rows), colonnade::matrix_view<double>(out.data(), rows, 2), 1);
    benchmark::DoNotOptimize(out.data());
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(rows) * state.iterations());
}
BENCHMARK(boosting_predict)->Arg(1)->Arg(20'000)->UseRealTime();

}  // namespace
