#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/core/views.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What rows have before the first tree, output k of row i at (i, k): `given`, or `base` for every row if
/// nothing is given. Throws argument_error for a shape other than rows x outputs and data_error for a margin
/// that is not a number of at most 1e60 in size. `base` must outlive the view. O(rows x outputs).
inline matrix_view<const double> starting_margins(matrix_view<const double> given,
                                                  const std::vector<double>& base, std::size_t rows) {
  if (given.empty()) return {base.data(), rows, base.size(), 0, 1};
  const auto shape = [](std::size_t a, std::size_t b) {
    return std::to_string(a) + " x " + std::to_string(b);
  };
  if (given.rows() != rows || given.columns() != base.size()) {
    throw argument_error("base_margin", shape(given.rows(), given.columns()), shape(rows, base.size()));
  }
  constexpr double largest = 1e60;  // as of targets
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = 0; k < base.size(); ++k) {
      const double margin = given(i, k);
      if (margin >= -largest && margin <= largest) continue;
      throw data_error(
          "base_margin: found " + std::to_string(margin) + ", expected a finite number of at most 1e60", i);
    }
  }
  return given;
}

/// The same numbers as a fit keeps them: output k of row i at k * rows + i.
inline std::vector<double> by_output(matrix_view<const double> margins) {
  std::vector<double> out;
  out.reserve(margins.rows() * margins.columns());
  for (std::size_t k = 0; k < margins.columns(); ++k) {
    for (std::size_t i = 0; i < margins.rows(); ++i) out.push_back(margins(i, k));
  }
  return out;
}

}  // namespace colonnade::inline COLONNADE_ABI
