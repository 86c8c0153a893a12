#include <string>
#include <utility>
#include <vector>

#include "colonnade/preprocessing/min_max_scaler.hpp"
#include "colonnade/preprocessing/simple_imputer.hpp"
#include "colonnade/preprocessing/standard_scaler.hpp"
#include "tests/data.hpp"
#include "tests/kinds.hpp"

namespace colonnade::tests::scalers_kinds {
namespace {

matrix_view<const double> sample() {
  static const auto x = random_matrix<double>(40, 3, matrix<double>::layout::rows);
  return x.view();
}

template <class Scaler>
void use(const Scaler& scaler) {
  std::vector<double> out(sample().rows() * sample().columns());
  const matrix_view<double> to(out.data(), sample().rows(), sample().columns());
  scaler.transform(sample(), to);
  scaler.inverse_transform(to, to);
  typename Scaler::accumulator more(scaler);
  more.update(sample());
  static_cast<void>(more.finalize());
}

const register_kind<standard_scaler> standard{[] { return fit<standard_scaler>(sample()); },
                                              [](const standard_scaler& s) { use(s); }};
const register_kind<standard_scaler::accumulator> standard_state{
    [] { return standard_scaler::accumulator(fit<standard_scaler>(sample())); },
    [](const standard_scaler::accumulator& a) { static_cast<void>(a.finalize()); }};
const register_kind<min_max_scaler> min_max{[] { return fit<min_max_scaler>(sample()); },
                                            [](const min_max_scaler& s) { use(s); }};
const register_kind<min_max_scaler::accumulator> min_max_state{
    [] { return min_max_scaler::accumulator(fit<min_max_scaler>(sample())); },
    [](const min_max_scaler::accumulator& a) { static_cast<void>(a.finalize()); }};

table words_and_numbers() {
  table t;
  t.add("words", std::vector<std::string>{"a", "b", "b", "c"}, {1, 1, 0, 1});
  t.add("numbers", std::vector<double>{1, 2, 2, 5});
  return t;
}
simple_imputer::accumulator imputer_sample(imputer_params p) {
  simple_imputer::accumulator state(std::move(p));
  state.update(words_and_numbers().view());
  return state;
}
void use_imputer(const simple_imputer& imputer) {
  const table t = words_and_numbers();
  static_cast<void>(imputer.impute(t.view()));
  std::vector<double> out(sample().rows() * imputer.output_columns());
  imputer.transform(sample(), matrix_view<double>(out.data(), sample().rows(), imputer.output_columns()));
}
void use_imputer_state(const simple_imputer::accumulator& state) {
  auto more = state;
  more.merge(state);
  static_cast<void>(more.finalize());
}

const register_kind<simple_imputer> imputer{
    [] {
      return imputer_sample({.how = imputer_params::strategy::most_frequent, .add_indicator = true})
          .finalize();
    },
    &use_imputer};
const register_kind<simple_imputer> mean_imputer{[] { return fit<simple_imputer>(sample()); }, &use_imputer};
const register_kind<simple_imputer::accumulator> imputer_state{
    [] { return imputer_sample({.how = imputer_params::strategy::most_frequent}); }, &use_imputer_state};
const register_kind<simple_imputer::accumulator> mean_state{[] {
                                                              simple_imputer::accumulator state;
                                                              state.update(sample());
                                                              return state;
                                                            },
                                                            &use_imputer_state};

}  // namespace
}  // namespace colonnade::tests::scalers_kinds
