#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <utility>
#include <vector>

#include "colonnade/core/views.hpp"

namespace colonnade::tests::naive {

/// Squared distance of a row to a centre, in the order of the columns.
template <class T>
double squared_distance(matrix_view<const T> x, std::size_t row, const std::vector<double>& centers,
                        std::size_t c) {
  double sum = 0;
  for (std::size_t j = 0; j < x.columns(); ++j) {
    const double difference = static_cast<double>(x(row, j)) - centers[c * x.columns() + j];
    sum += difference * difference;
  }
  return sum;
}

/// The lowest index among the nearest centres, for every row.
template <class T>
std::vector<std::uint32_t> nearest(matrix_view<const T> x, const std::vector<double>& centers) {
  std::vector<std::uint32_t> labels(x.rows());
  for (std::size_t i = 0; i < x.rows(); ++i) {
    double least = std::numeric_limits<double>::infinity();
    for (std::size_t c = 0; c < centers.size() / x.columns(); ++c) {
      const double distance = squared_distance(x, i, centers, c);
      if (distance < least) labels[i] = static_cast<std::uint32_t>(c);
      if (distance < least) least = distance;
    }
  }
  return labels;
}

struct k_means_result {
  std::vector<double> centers;
  std::vector<std::uint32_t> labels;
  std::size_t iterations = 0;
  double inertia = 0;
};

/// Weighted means of the clusters; an empty one keeps `before`.
template <class T>
std::vector<double> means(matrix_view<const T> x, const std::vector<double>& weights,
                          const std::vector<std::uint32_t>& labels, const std::vector<double>& before) {
  std::vector<long double> sum(before.size()), weight(before.size() / x.columns());
  for (std::size_t i = 0; i < x.rows(); ++i) {
    const double w = weights.empty() ? 1.0 : weights[i];
    weight[labels[i]] += w;
    for (std::size_t j = 0; j < x.columns(); ++j) {
      sum[labels[i] * x.columns() + j] += static_cast<long double>(w) * static_cast<long double>(x(i, j));
    }
  }
  std::vector<double> result = before;
  for (std::size_t c = 0; c < weight.size(); ++c) {
    if (weight[c] <= 0) continue;
    for (std::size_t j = 0; j < x.columns(); ++j) {
      result[c * x.columns() + j] = static_cast<double>(sum[c * x.columns() + j] / weight[c]);
    }
  }
  return result;
}

/// Lloyd's iterations until labels repeat or `max_iter`.
template <class T>
k_means_result k_means(matrix_view<const T> x, std::vector<double> centers, std::size_t max_iter,
                       const std::vector<double>& weights = {}) {
  k_means_result result;
  while (result.iterations < max_iter) {
    ++result.iterations;
    auto labels = nearest(x, centers);
    const bool same = labels == result.labels;
    result.labels = std::move(labels);
    centers = means(x, weights, result.labels, centers);
    if (same) break;
  }
  result.labels = nearest(x, centers);
  for (std::size_t i = 0; i < x.rows(); ++i) {
    result.inertia +=
        (weights.empty() ? 1.0 : weights[i]) * squared_distance(x, i, centers, result.labels[i]);
  }
  result.centers = std::move(centers);
  return result;
}

}  // namespace colonnade::tests::naive
