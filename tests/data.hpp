#pragma once

#include <cstddef>
#include <limits>
#include <vector>

#include "colonnade/core/random.hpp"
#include "colonnade/core/views.hpp"

namespace colonnade::tests {

/// A matrix that owns its values, in either layout, so that one test runs on both.
template <class T>
class matrix {
 public:
  enum class layout { rows, columns };

  matrix(std::size_t rows, std::size_t columns, layout order = layout::rows)
      : rows_(rows), columns_(columns), order_(order), values_(rows * columns) {}

  T& operator()(std::size_t i, std::size_t j) {
    return values_[order_ == layout::rows ? i * columns_ + j : j * rows_ + i];
  }
  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  matrix_view<const T> view() const {
    const auto r = static_cast<std::ptrdiff_t>(rows_), c = static_cast<std::ptrdiff_t>(columns_);
    return order_ == layout::rows ? matrix_view<const T>(values_.data(), rows_, columns_, c, 1)
                                  : matrix_view<const T>(values_.data(), rows_, columns_, 1, r);
  }
  matrix_view<T> view() {
    const auto r = static_cast<std::ptrdiff_t>(rows_), c = static_cast<std::ptrdiff_t>(columns_);
    return order_ == layout::rows ? matrix_view<T>(values_.data(), rows_, columns_, c, 1)
                                  : matrix_view<T>(values_.data(), rows_, columns_, 1, r);
  }

 private:
  std::size_t rows_, columns_;
  layout order_;
  std::vector<T> values_;
};

/// Values of very different sizes, with ties, a constant column (1) and missing ones where asked for.
template <class T>
matrix<T> random_matrix(std::size_t rows, std::size_t columns, typename matrix<T>::layout order,
                        bool missing = true, std::uint64_t seed = 1) {
  matrix<T> x(rows, columns, order);
  for (std::size_t j = 0; j < columns; ++j) {
    const random_stream random(seed, j);
    for (std::size_t i = 0; i < rows; ++i) {
      const double u = random.uniform(2 * i);
      double value = j % 4 == 1   ? 3.25
                     : j % 4 == 2 ? static_cast<double>(static_cast<int>(u * 7))
                                  : (u - 0.5) * 1e6;
      if (j % 4 == 3) value = value * value + 1e9;
      if (missing && random.uniform(2 * i + 1) < 0.05) value = std::numeric_limits<double>::quiet_NaN();
      x(i, j) = static_cast<T>(value);
    }
  }
  return x;
}

}  // namespace colonnade::tests
