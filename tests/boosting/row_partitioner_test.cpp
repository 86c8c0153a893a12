// Also tests: kernels/row_partition.hpp, boosting/growth_queue.hpp
#include "colonnade/boosting/row_partitioner.hpp"

#include <doctest/doctest.h>

#include "colonnade/boosting/growth_queue.hpp"
#include "tests/laws.hpp"
#include "tests/simd_levels.hpp"

using namespace colonnade;
using namespace colonnade::tests;

TEST_CASE("row_partitioner: rows go to their side in order, for any threads and instruction set") {
  const std::size_t rows = 100'003;
  const auto x = random_matrix<double>(rows, 4, matrix<double>::layout::columns);
  const auto cuts = feature_cuts::learn(x.view(), {}, 256, 1);
  const binned_matrix bins(x.view(), cuts, binned_matrix::layout::rows_and_columns, 1);
  for (const std::uint32_t feature : {0u, 2u}) {
    for (const bool missing_left : {false, true}) {
      const bin_test test = {static_cast<std::uint16_t>(cuts.bins(feature) / 2),
                             missing_left ? bins.missing_bin(feature) : std::uint16_t{0}};
      std::vector<std::uint32_t> left, right;
      for (std::size_t i = 10; i < rows; ++i) {
        const std::uint16_t bin = bins.bin(i, feature);
        const bool goes_left = bin == bins.missing_bin(feature) ? missing_left : bin < test.below;
        (goes_left ? left : right).push_back(static_cast<std::uint32_t>(i));
      }
      for (const auto level : tests::simd_levels()) {
        const simd::scoped_level scope(level);
        for (const int threads : {0, 1, 2, 3, 7}) {
          row_partitioner partition(bins);
          partition.reset();
          const std::size_t middle = threads == 0
                                         ? partition.split(10, rows, feature, test)
                                         : partition.split_together(10, rows, feature, test, threads);
          REQUIRE(middle == 10 + left.size());
          CHECK(std::equal(left.begin(), left.end(), partition.rows(10, middle).begin()));
          CHECK(std::equal(right.begin(), right.end(), partition.rows(middle, rows).begin()));
          CHECK(partition.rows(0, 10)[9] == 9);
        }
      }
    }
  }
}

TEST_CASE("row_partitioner: by a set of bins as by a test") {
  const std::size_t rows = 50'003;
  const auto x = random_matrix<double>(rows, 1, matrix<double>::layout::columns);
  const auto cuts = feature_cuts::learn(x.view(), {}, 256, 1);
  const binned_matrix bins(x.view(), cuts, binned_matrix::layout::rows_and_columns, 1);
  const bin_test test = {77, bins.missing_bin(0)};
  bin_set set;
  for (std::uint8_t b = 0; b < 77; ++b) set.add(b);
  set.add(bins.missing_bin(0));
  row_partitioner expected(bins);
  expected.reset();
  const std::size_t middle = expected.split(10, rows, 0, test);
  for (const auto level : tests::simd_levels()) {
    const simd::scoped_level scope(level);
    for (const int threads : {0, 1, 3}) {
      row_partitioner partition(bins);
      partition.reset();
      CHECK((threads == 0 ? partition.split(10, rows, 0, set)
                          : partition.split_together(10, rows, 0, set, threads)) == middle);
      CHECK(std::equal(partition.rows(0, rows).begin(), partition.rows(0, rows).end(),
                       expected.rows(0, rows).begin()));
    }
  }
}

TEST_CASE("row_partition: few rows and many, by bytes and by numbers, in place or not") {
  const random_stream random(4);
  std::vector<std::uint8_t> bins(9000);
  for (std::size_t i = 0; i < bins.size(); ++i) bins[i] = static_cast<std::uint8_t>(random.below(i, 256));
  for (const std::size_t count : {0, 1, 7, 8, 1023, 1024, 1025, 1031, 4096, 4099}) {
    std::vector<std::uint32_t> rows, left, right;
    std::vector<std::uint16_t> by_place;
    for (std::size_t i = 0; i < count; ++i)
      rows.push_back(static_cast<std::uint32_t>(2 * i + random.below(i, 2)));
    for (const bin_test test : {bin_test{100, 255}, bin_test{0, 9}, bin_test{255, 0}, bin_test{1, 0}}) {
      left.clear();
      right.clear();
      by_place.clear();
      for (const std::uint32_t row : rows) {
        (bins[row] < test.below || bins[row] == test.also_left ? left : right).push_back(row);
        by_place.push_back(bins[row]);
      }
      for (const auto level : tests::simd_levels()) {
        const simd::scoped_level scope(level);
        std::vector<std::uint32_t> to_left = rows, to_right(count), places_left = rows, places_right(count);
        std::size_t lefts = 0, lefts_by_place = 0;
        simd::run<row_partition>(static_cast<const std::uint8_t*>(bins.data()), test,
                                 static_cast<const std::uint32_t*>(to_left.data()), count, to_left.data(),
                                 to_right.data(), &lefts);
        simd::run<row_partition>(static_cast<const std::uint16_t*>(by_place.data()), test,
                                 static_cast<const std::uint32_t*>(rows.data()), count, places_left.data(),
                                 places_right.data(), &lefts_by_place);
        REQUIRE(lefts == left.size());
        REQUIRE(lefts_by_place == left.size());
        CHECK(std::equal(left.begin(), left.end(), to_left.begin()));
        CHECK(std::equal(right.begin(), right.end(), to_right.begin()));
        CHECK(std::equal(left.begin(), left.end(), places_left.begin()));
        CHECK(std::equal(right.begin(), right.end(), places_right.begin()));
      }
    }
  }
}

TEST_CASE("row_partitioner: a tree may see some rows only, and a range may be empty") {
  const std::vector<double> x = {5, 1, 4, 2, 3};
  const auto cuts = feature_cuts::learn(matrix_view<const double>(x.data(), 5, 1), {}, 256, 1);
  const binned_matrix bins(matrix_view<const double>(x.data(), 5, 1), cuts,
                           binned_matrix::layout::rows_and_columns, 1);
  row_partitioner partition(bins);
  partition.reset({0, 1, 3});
  CHECK(partition.size() == 3);
  CHECK(partition.split(0, 3, 0, {3, 0}) == 2);
  CHECK(partition.rows(0, 3)[2] == 0);
  CHECK(partition.split(1, 1, 0, {3, 0}) == 1);
}

TEST_CASE("growth_queue: levels come whole, the best leaf comes first") {
  growth_queue levels(grow_policy::depthwise), best(grow_policy::lossguide);
  for (auto* queue : {&levels, &best}) {
    queue->push({1.0, 1, 0, 0});
    queue->push({5.0, 2, 1, 1});
    queue->push({2.0, 1, 2, 2});
    queue->push({5.0, 2, 3, 3});
  }
  CHECK(levels.take(100) == std::vector<std::uint32_t>{0, 2});
  CHECK(levels.take(1) == std::vector<std::uint32_t>{1});
  CHECK(levels.take(100) == std::vector<std::uint32_t>{3});
  CHECK(levels.empty());
  CHECK(best.take(2) == std::vector<std::uint32_t>{1, 3});
  CHECK(best.take(1) == std::vector<std::uint32_t>{2});
  best.clear();
  CHECK(best.empty());
  CHECK(best.take(1).empty());
}
