#pragma once

#include <doctest/doctest.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "tests/boosting/boosting_data.hpp"
#include "tests/naive/gradient_boosted_trees.hpp"

namespace colonnade::tests {

/// The splits of a tree and, up to rounding, its leaves are those of the naive trainer. How many splits are
/// by sets.
inline std::size_t check_naive_tree(const tree_ensemble& trees, std::size_t number,
                                    const naive_boosting::tree& expected) {
  const auto nodes = trees.nodes(number);
  REQUIRE(nodes.size() == expected.size());
  std::size_t by_set = 0;
  for (std::size_t i = 0; i < nodes.size(); ++i) {
    REQUIRE(nodes[i].is_leaf() == expected[i].leaf);
    if (nodes[i].is_leaf()) {
      CHECK(nodes[i].value == doctest::Approx(expected[i].value).epsilon(1e-3));
      continue;
    }
    CHECK(nodes[i].feature() == expected[i].feature);
    CHECK(nodes[i].child == static_cast<std::uint32_t>(expected[i].left));
    REQUIRE(nodes[i].is_categorical() == !expected[i].set.empty());
    if (!nodes[i].is_categorical()) {
      CHECK(nodes[i].value == expected[i].value);
      continue;
    }
    ++by_set;
    const bin_set& set = trees.sets()[static_cast<std::size_t>(nodes[i].value)];
    for (std::size_t b = 0; b < expected[i].set.size(); ++b) {
      if (expected[i].set[b]) CHECK(set.has(static_cast<std::uint8_t>(b)));
    }
  }
  return by_set;
}

/// Trees and margins of a model of `data` are those of the naive trainer; how many splits are by sets.
inline std::size_t check_naive(const gradient_boosted_trees& model,
                               const samples<matrix_view<const double>>& data, const boosting_params& p) {
  const std::vector<double> base(model.base_margins().begin(), model.base_margins().end());
  const auto copied = [](column_view<const double> column) {
    std::vector<double> values;
    for (std::size_t i = 0; i < column.size(); ++i) values.push_back(column[i]);
    return values;
  };
  const auto y = copied(data.target), weight = copied(data.weight);
  const naive_boosting naive(data.x, y, weight, model.cuts(), p, model.outputs(), base);
  REQUIRE(model.trees().trees() == naive.trees().size());
  std::size_t by_set = 0;
  for (std::size_t k = 0; k < naive.trees().size(); ++k)
    by_set += check_naive_tree(model.trees(), k, naive.trees()[k]);
  const auto margins = margins_of(model, data.x);
  for (std::size_t i = 0; i < margins.size(); ++i) {
    CHECK(margins[i] ==
          doctest::Approx(naive.margins()[i / model.outputs()][i % model.outputs()]).epsilon(1e-3));
  }
  return by_set;
}

/// The same of a fit.
inline std::size_t check_naive(const samples<matrix_view<const double>>& data, const boosting_params& p) {
  return check_naive(fit<gradient_boosted_trees>(data, p), data, p);
}

}  // namespace colonnade::tests
