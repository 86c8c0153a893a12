#include <vector>

#include "colonnade/preprocessing/min_max_scaler.hpp"
#include "colonnade/preprocessing/standard_scaler.hpp"
#include "tests/data.hpp"
#include "tests/kinds.hpp"

namespace colonnade::tests {
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

}  // namespace
}  // namespace colonnade::tests
