#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "colonnade/core/error.hpp"
#include "colonnade/core/table.hpp"
#include "colonnade/core/visit.hpp"
#include "colonnade/preprocessing/min_max_scaler.hpp"
#include "colonnade/preprocessing/one_hot_encoder.hpp"
#include "colonnade/preprocessing/ordinal_encoder.hpp"
#include "colonnade/preprocessing/simple_imputer.hpp"
#include "colonnade/preprocessing/standard_scaler.hpp"
#include "colonnade/preprocessing/target_encoder.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Hands its columns on as they are.
struct passthrough {
  using is_absent = void;
  static constexpr std::string_view kind = "passthrough";
  static constexpr std::uint32_t archive_version = 1;

  friend bool operator==(const passthrough&, const passthrough&) = default;
  template <class Archive, class Self>
  static void archive(Archive&, Self&) {}
};

/// A fitted model that maps a matrix of numbers to a matrix of numbers, row by row.
template <class P>
concept matrix_transformer =
    requires(const P& p, matrix_view<const double> x, matrix_view<double> out) { p.transform(x, out); };

/// A fitted model that maps columns of any kind to a matrix of numbers, row by row.
template <class P>
concept table_transformer =
    requires(const P& p, const table_view& x, matrix_view<double> out) { p.transform(x, out); };

/// Everything that may stand in a chain. A new primitive is one more name here.
using transformer = std::variant<passthrough, standard_scaler, min_max_scaler, simple_imputer,
                                 ordinal_encoder, one_hot_encoder, target_encoder>;

/// A transformer with the name that its user gave it.
struct named_transformer {
  std::string name;
  transformer model;

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.name, self.model);
  }
};

/// Columns that a fitted transformer gives for `inputs` columns.
template <class P>
std::size_t output_columns_of(const P& p, std::size_t inputs) {
  if constexpr (std::same_as<P, passthrough>) {
    return inputs;
  } else if constexpr (requires { p.output_columns(); }) {
    return static_cast<std::size_t>(p.output_columns());
  } else {
    return static_cast<std::size_t>(p.columns());
  }
}
/// Columns that a fitted transformer needs, where `inputs` are there.
template <class P>
std::size_t input_columns_of(const P& p, std::size_t inputs) {
  if constexpr (std::same_as<P, passthrough>) {
    return inputs;
  } else {
    return static_cast<std::size_t>(p.columns());
  }
}

/// Columns after a chain (anything with `model`, a variant); throws argument_error where two neighbours
/// disagree.
template <class Chain>
std::size_t chain_columns(const Chain& chain, std::size_t inputs) {
  for (const auto& link : chain) {
    inputs = visit_held(
        [&](const auto& p) {
          const std::size_t needed = input_columns_of(p, inputs);
          if (needed != inputs) {
            throw argument_error("step '" + link.name + "'", std::to_string(inputs) + " columns",
                                 std::to_string(needed));
          }
          return output_columns_of(p, inputs);
        },
        link.model);
  }
  return inputs;
}

}  // namespace colonnade::inline COLONNADE_ABI
