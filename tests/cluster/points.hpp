#pragma once

#include <cmath>
#include <vector>

#include "tests/data.hpp"

namespace colonnade::tests {

/// Points around `groups` middles, all shifted by `offset`.
template <class T>
matrix<T> grouped_points(std::size_t rows, std::size_t columns, std::size_t groups, double offset = 0,
                         typename matrix<T>::layout order = matrix<T>::layout::rows) {
  matrix<T> x(rows, columns, order);
  const random_stream middles(5), noise(6);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      const double middle = 8 * middles.uniform(i % groups * columns + j);
      x(i, j) = static_cast<T>(offset + middle + 2 * noise.uniform(i * columns + j) - 1);
    }
  }
  return x;
}

template <class T>
std::vector<double> first_rows(matrix_view<const T> x, std::size_t count) {
  std::vector<double> values;
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t j = 0; j < x.columns(); ++j) values.push_back(static_cast<double>(x(i, j)));
  }
  return values;
}

}  // namespace colonnade::tests
