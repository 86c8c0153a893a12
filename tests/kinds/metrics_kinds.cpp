#include "colonnade/metrics/cohen_kappa.hpp"
#include "colonnade/metrics/confusion_matrix.hpp"
#include "tests/kinds.hpp"

namespace colonnade::tests::metrics_kinds {
namespace {

confusion_counts sample_counts(bool weighted) {
  const std::vector<std::int32_t> truth = {0, 1, 2, 1, 0, 2, 2}, predicted = {0, 2, 2, 1, 1, 2, 0};
  const std::vector<double> weight = {1, 0.1, 1e-9, 1e9, 3, 0.5, 0.25};
  confusion_counts counts({.classes = 3});
  counts.update({{truth.data(), 7},
                 {predicted.data(), 7},
                 weighted ? column_view<const double>(weight.data(), 7) : column_view<const double>()});
  return counts;
}

void use_matrix(const confusion_matrix& matrix) {
  const class_margins m = matrix.margins();
  static_cast<void>(m.scores(2));
  static_cast<void>(m.balanced_accuracy(true));
  static_cast<void>(m.matthews_correlation());
  static_cast<void>(cohen_kappa(matrix, kappa_weights::quadratic));
}

void use_counts(const confusion_counts& counts) {
  confusion_counts more = counts.empty_copy();
  more.merge(counts);
  use_matrix(more.finalize());
}

const register_kind<confusion_matrix> matrix{[] { return sample_counts(true).finalize(); }, &use_matrix};
const register_kind<confusion_matrix::accumulator> plain{[] { return sample_counts(false); }, &use_counts};
const register_kind<confusion_matrix::accumulator> weighted{[] { return sample_counts(true); }, &use_counts};

}  // namespace
}  // namespace colonnade::tests::metrics_kinds
