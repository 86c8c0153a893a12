#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/core/random.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/model_selection/stratified_k_fold.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A number of rows, or a share of them.
struct split_size {
  double value;
  bool is_share;
};

/// Numbers of rows of the two parts.
struct split_sizes {
  std::size_t train, test;
};

/// Sizes of the parts: a share of the tests is rounded up and one of the training down; what is not given is
/// the rest; both missing is a quarter for the test. Throws argument_error if that leaves a part empty or
/// asks for too many rows.
inline split_sizes sizes_of_split(std::size_t rows, std::optional<split_size> test = {},
                                  std::optional<split_size> train = {}) {
  if (!test && !train) test = split_size{0.25, true};
  const double n = static_cast<double>(rows);
  const auto check = [&](const char* name, const std::optional<split_size>& size) {
    if (!size || (size->value > 0 && size->value < (size->is_share ? 1.0 : n))) return;
    throw argument_error(std::string(name) + "=" + std::to_string(size->value) +
                         " should be either positive and smaller than the number of samples " +
                         std::to_string(rows) + " or a float in the (0, 1) range");
  };
  check("test_size", test);
  check("train_size", train);
  if (test && train && test->is_share && train->is_share && test->value + train->value > 1) {
    throw argument_error("test_size + train_size", std::to_string(test->value + train->value), "at most 1");
  }
  double tests = test ? (test->is_share ? real::ceil(test->value * n) : test->value) : 0;
  double trains = train ? (train->is_share ? real::floor(train->value * n) : train->value) : 0;
  if (!train) trains = n - tests;
  if (!test) tests = n - trains;
  if (trains + tests > n) {
    throw argument_error("test_size + train_size",
                         std::to_string(static_cast<std::size_t>(trains + tests)) + " rows",
                         "at most " + std::to_string(rows));
  }
  if (trains <= 0) {
    throw argument_error("With n_samples=" + std::to_string(rows) +
                         " the resulting train set will be empty; give a smaller "
                         "test_size or more rows");
  }
  return {static_cast<std::size_t>(trains), static_cast<std::size_t>(tests)};
}

/// The first rows to train and the next to test, or, with a `random_state`, rows drawn without replacement.
inline row_split train_test_split(std::size_t rows, split_sizes sizes,
                                  std::optional<std::uint64_t> random_state) {
  std::vector<std::int64_t> order(rows);
  std::iota(order.begin(), order.end(), std::int64_t{0});
  if (!random_state) {
    const auto cut = order.begin() + static_cast<std::ptrdiff_t>(sizes.train);
    return {{order.begin(), cut}, {cut, cut + static_cast<std::ptrdiff_t>(sizes.test)}};
  }
  shuffle(std::span(order), random_stream(*random_state));
  // The tests come first, so that they stay the same when only the training part is made smaller.
  const auto cut = order.begin() + static_cast<std::ptrdiff_t>(sizes.test);
  return {{cut, cut + static_cast<std::ptrdiff_t>(sizes.train)}, {order.begin(), cut}};
}

namespace detail {

/// `draws` rows shared among classes in proportion to their sizes; what rounding leaves goes to the largest
/// remainders, ties in random order.
inline std::vector<std::size_t> share_by_class(const std::vector<std::size_t>& sizes, std::size_t draws,
                                               const random_stream& random) {
  const double all = static_cast<double>(std::accumulate(sizes.begin(), sizes.end(), std::size_t{0}));
  std::vector<std::size_t> share(sizes.size()), order(sizes.size());
  std::vector<double> remainder(sizes.size());
  std::size_t given = 0;
  for (std::size_t c = 0; c < sizes.size(); ++c) {
    const double exact = static_cast<double>(sizes[c]) / all * static_cast<double>(draws);
    share[c] = static_cast<std::size_t>(exact);
    remainder[c] = exact - real::floor(exact);
    given += share[c];
  }
  std::iota(order.begin(), order.end(), std::size_t{0});
  shuffle(std::span(order), random);
  std::vector<std::size_t> place(order.size());
  for (std::size_t k = 0; k < order.size(); ++k) place[order[k]] = k;
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    return remainder[a] != remainder[b] ? remainder[a] > remainder[b] : place[a] < place[b];
  });
  for (std::size_t k = 0; given < draws && k < order.size(); ++k, ++given) ++share[order[k]];
  return share;
}

inline void check_strata(const std::vector<std::vector<std::int64_t>>& rows, split_sizes sizes) {
  for (const auto& of_class : rows) {
    if (of_class.size() < 2) {
      throw argument_error(
          "The least populated classes in y have only 1 member, which is too few. The minimum number of "
          "groups for any class cannot be less than 2. Row " +
          std::to_string(of_class[0]) + " is alone.");
    }
  }
  const auto check = [&](const char* name, std::size_t size) {
    if (size >= rows.size()) return;
    throw argument_error(
        "The " + std::string(name) + " = " + std::to_string(size) +
        " should be greater or equal to the number of classes = " + std::to_string(rows.size()));
  };
  check("train_size", sizes.train);
  check("test_size", sizes.test);
}

}  // namespace detail

/// Rows drawn without replacement such that both parts have every class in proportion to its size. `classes`
/// holds numbers from 0. Throws argument_error for a class of one row, or a part with fewer rows than there
/// are classes. O(rows).
inline row_split stratified_train_test_split(column_view<const std::int32_t> classes, split_sizes sizes,
                                             std::uint64_t random_state = 0) {
  auto rows = detail::rows_by_class(classes);
  detail::check_strata(rows, sizes);
  const random_stream random(random_state, 1);
  std::vector<std::size_t> left;
  for (const auto& of_class : rows) left.push_back(of_class.size());
  const auto trains = detail::share_by_class(left, sizes.train, random.substream(0));
  for (std::size_t c = 0; c < left.size(); ++c) left[c] -= trains[c];
  const auto tests = detail::share_by_class(left, sizes.test, random.substream(1));
  row_split split;
  for (std::size_t c = 0; c < rows.size(); ++c) {
    shuffle(std::span(rows[c]), random.substream(4 + c));
    const auto first = rows[c].begin(), cut = first + static_cast<std::ptrdiff_t>(trains[c]);
    split.train.insert(split.train.end(), first, cut);
    split.test.insert(split.test.end(), cut, cut + static_cast<std::ptrdiff_t>(tests[c]));
  }
  shuffle(std::span(split.train), random.substream(2));
  shuffle(std::span(split.test), random.substream(3));
  return split;
}

}  // namespace colonnade::inline COLONNADE_ABI
