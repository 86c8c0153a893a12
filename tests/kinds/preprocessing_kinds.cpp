#include "colonnade/preprocessing/min_max_scaler.hpp"
#include "tests/data.hpp"
#include "tests/kinds.hpp"

namespace colonnade::tests::preprocessing_kinds {
namespace {

matrix<double> sample() { return random_matrix<double>(20, 4, matrix<double>::layout::rows); }

const register_kind<min_max_scaler> scaler{[] {
                                             const auto x = sample();
                                             return fit<min_max_scaler>(std::as_const(x).view());
                                           },
                                           [](const min_max_scaler& model) {
                                             static_cast<void>(model.rows());
                                             static_cast<void>(model.minimum());
                                           }};

const register_kind<min_max_scaler::accumulator> scaler_state{[] {
                                                                const auto x = sample();
                                                                min_max_scaler::accumulator state;
                                                                state.update(std::as_const(x).view());
                                                                return state;
                                                              },
                                                              [](const min_max_scaler::accumulator& state) {
                                                                auto other = state.empty_copy();
                                                                other.merge(state);
                                                                static_cast<void>(other.finalize());
                                                              }};

}  // namespace
}  // namespace colonnade::tests::preprocessing_kinds
