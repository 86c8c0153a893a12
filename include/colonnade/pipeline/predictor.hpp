#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "colonnade/boosting/gradient_boosted_trees.hpp"
#include "colonnade/cluster/k_means.hpp"
#include "colonnade/core/class_labels.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/kernels/finite_scan.hpp"
#include "colonnade/pipeline/column_transformer.hpp"
#include "colonnade/pipeline/transformer.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The end of a pipeline that only transforms.
struct no_predictor {
  using is_absent = void;
  static constexpr std::string_view kind = "no_predictor";
  static constexpr std::uint32_t archive_version = 1;

  friend bool operator==(const no_predictor&, const no_predictor&) = default;
  template <class Archive, class Self>
  static void archive(Archive&, Self&) {}
};

/// What may stand at the end of a pipeline.
using predictor = std::variant<no_predictor, gradient_boosted_trees, k_means>;

/// Columns that a predictor needs, where `inputs` are there.
inline std::size_t predictor_columns(const no_predictor&, std::size_t inputs) { return inputs; }
inline std::size_t predictor_columns(const gradient_boosted_trees& p, std::size_t) { return p.features(); }
inline std::size_t predictor_columns(const k_means& p, std::size_t) { return p.columns(); }

/// Columns of its probabilities, 0 for one that is no classifier.
inline std::size_t predictor_classes(const no_predictor&) { return 0; }
inline std::size_t predictor_classes(const gradient_boosted_trees& p) { return p.classes(); }
inline std::size_t predictor_classes(const k_means&) { return 0; }

/// Names of its classes.
inline const class_labels& no_labels() {
  static const class_labels none;
  return none;
}
inline const class_labels& predictor_labels(const no_predictor&) { return no_labels(); }
inline const class_labels& predictor_labels(const gradient_boosted_trees& p) { return p.labels(); }
inline const class_labels& predictor_labels(const k_means&) { return no_labels(); }

/// Probabilities of the classes for a block of rows.
inline void predict_probabilities(const no_predictor&, matrix_view<const double>, matrix_view<double>) {}
inline void predict_probabilities(const gradient_boosted_trees& p, matrix_view<const double> x,
                                  matrix_view<double> out) {
  p.predict_proba(x, out, 1);
}
inline void predict_probabilities(const k_means&, matrix_view<const double>, matrix_view<double>) {}

/// A number a row for a block of rows: value, index of the class, cluster.
inline void predict_values(const no_predictor&, matrix_view<const double>, std::span<double>) {}
inline void predict_values(const gradient_boosted_trees& p, matrix_view<const double> x,
                           std::span<double> out) {
  p.predict(x, out, 1);
}
inline void predict_values(const k_means& p, matrix_view<const double> x, std::span<double> out) {
  if (!all_finite(x)) throw data_error("X contains NaN or infinity, which k_means refuses; impute before it");
  std::vector<std::uint32_t> labels(out.size());
  p.predict(x, std::span(labels), 1);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<double>(labels[i]);
}

namespace detail {
template <class Variant, class... More>
struct widened;
template <class... Types, class... More>
struct widened<std::variant<Types...>, More...> {
  using type = std::variant<Types..., More...>;
};
}  // namespace detail

/// A step before the last: any transformer, or a column_transformer.
using any_step = detail::widened<transformer, column_transformer>::type;

}  // namespace colonnade::inline COLONNADE_ABI
