#include "colonnade/model_selection/train_test_split.hpp"

#include <doctest/doctest.h>

#include <algorithm>

namespace {

using namespace colonnade;

std::vector<std::int64_t> joined(const row_split& split) {
  std::vector<std::int64_t> all = split.train;
  all.insert(all.end(), split.test.begin(), split.test.end());
  std::sort(all.begin(), all.end());
  return all;
}

std::vector<std::int64_t> rows(std::int64_t first, std::int64_t last) {
  std::vector<std::int64_t> r;
  for (; first < last; ++first) r.push_back(first);
  return r;
}

}  // namespace

TEST_CASE("train_test_split: shares of the test are rounded up, of the training down") {
  CHECK(sizes_of_split(10).test == 3);
  CHECK(sizes_of_split(10).train == 7);
  CHECK(sizes_of_split(10, split_size{0.25, true}, split_size{0.25, true}).train == 2);
  CHECK(sizes_of_split(10, split_size{4, false}).train == 6);
  CHECK(sizes_of_split(10, {}, split_size{4, false}).test == 6);
}

TEST_CASE("train_test_split: sizes that cannot be are refused") {
  CHECK_THROWS_AS(sizes_of_split(10, split_size{0, false}), argument_error);
  CHECK_THROWS_AS(sizes_of_split(10, split_size{10, false}), argument_error);
  CHECK_THROWS_AS(sizes_of_split(10, split_size{1.0, true}), argument_error);
  CHECK_THROWS_AS(sizes_of_split(10, split_size{0.6, true}, split_size{0.6, true}), argument_error);
  CHECK_THROWS_AS(sizes_of_split(10, split_size{6, false}, split_size{6, false}), argument_error);
  CHECK_THROWS_AS(sizes_of_split(1, split_size{0.5, true}), argument_error);
  CHECK_THROWS_AS(sizes_of_split(0), argument_error);
}

TEST_CASE("train_test_split: every row is in one part, the same rows for a seed") {
  const auto split = train_test_split(1000, {750, 250}, 3);
  CHECK(joined(split) == rows(0, 1000));
  CHECK(split.test == train_test_split(1000, {750, 250}, 3).test);
  CHECK(split.test != train_test_split(1000, {750, 250}, 4).test);
  CHECK(split.test == train_test_split(1000, {100, 250}, 3).test);
}

TEST_CASE("train_test_split: without a seed the rows stay in order") {
  const auto split = train_test_split(10, {6, 3}, std::nullopt);
  CHECK(split.train == rows(0, 6));
  CHECK(split.test == rows(6, 9));
}

TEST_CASE("train_test_split: stratified parts have every class in proportion") {
  std::vector<std::int32_t> y;
  for (int i = 0; i < 1000; ++i) y.push_back(i % 10 < 7 ? 0 : i % 10 < 9 ? 1 : 2);
  const auto split = stratified_train_test_split({y.data(), y.size()}, {800, 200}, 5);
  CHECK(joined(split) == rows(0, 1000));
  std::vector<int> count(3);
  for (const auto row : split.test) ++count[static_cast<std::size_t>(y[static_cast<std::size_t>(row)])];
  CHECK(count == std::vector<int>{140, 40, 20});
  CHECK(split.test == stratified_train_test_split({y.data(), y.size()}, {800, 200}, 5).test);
}

TEST_CASE("train_test_split: a class of one row and parts smaller than the classes are refused") {
  const std::vector<std::int32_t> alone = {0, 0, 0, 1}, four = {0, 1, 2, 3, 0, 1, 2, 3};
  CHECK_THROWS_AS(stratified_train_test_split({alone.data(), 4}, {3, 1}), argument_error);
  CHECK_THROWS_AS(stratified_train_test_split({four.data(), 8}, {6, 2}), argument_error);
  CHECK_THROWS_AS(stratified_train_test_split({four.data(), 8}, {2, 6}), argument_error);
}
