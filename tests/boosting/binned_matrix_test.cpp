// Also tests: boosting/bin_list.hpp, boosting/usual_bin.hpp, boosting/bin_finder.hpp,
// boosting/leaf_router.hpp
#include "colonnade/boosting/binned_matrix.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "colonnade/boosting/gradient_boosted_trees.hpp"
#include "colonnade/boosting/leaf_router.hpp"
#include "tests/laws.hpp"

using namespace colonnade;
using namespace colonnade::tests;

namespace {

constexpr std::size_t lists_rows = 5000, kinds_columns = 40;

/// Columns of every kind: numbers, one in twenty-five rows that is not 0, the same with missing values, more
/// than 255 values, many values in few rows, a constant; and one-hot columns, so many that lists are worth
/// it.
matrix<double> table_of_kinds() {
  matrix<double> x(lists_rows, kinds_columns);
  const random_stream random(3);
  for (std::size_t i = 0; i < lists_rows; ++i) {
    const bool rare = random.below(10 * i, 25) == 0;
    const auto whole = static_cast<double>(random.below(10 * i + 1, 3000));
    x(i, 0) = random.uniform(10 * i + 2) - 0.5;
    x(i, 1) = rare ? 1 : 0;
    x(i, 2) = random.below(10 * i + 3, 25) == 0 ? (i % 2 == 0 ? std::nan("") : -whole) : 0;
    x(i, 3) = i % 17 == 0 ? std::nan("") : whole;
    x(i, 4) = rare ? std::round(1e6 * random.uniform(10 * i + 4)) : 7;
    x(i, 5) = 3;
    for (std::size_t f = 6; f < kinds_columns; ++f) x(i, f) = random.below(10 * i + 5, 34) + 6 == f ? 1 : 0;
  }
  return x;
}

std::uint16_t bin_by_counting(const feature_cuts& cuts, std::size_t f, double value) {
  if (std::isnan(value)) return static_cast<std::uint16_t>(cuts.bins(f));
  std::size_t bin = 0;
  for (const double cut : cuts.cuts(f)) bin += cut <= value ? 1 : 0;
  return static_cast<std::uint16_t>(bin);
}

struct kinds_fixture {
  matrix<double> x = table_of_kinds();
  matrix_view<const double> view() const { return x.view(); }
  feature_cuts cuts = feature_cuts::learn(view(), {}, 65'535, 1);
  binned_matrix bins{view(), cuts, binned_matrix::layout::rows_and_columns, 2};
};

std::vector<std::uint32_t> first_numbers(std::size_t count) {
  std::vector<std::uint32_t> numbers(count);
  for (std::size_t i = 0; i < count; ++i) numbers[i] = static_cast<std::uint32_t>(i);
  return numbers;
}

}  // namespace

TEST_CASE("bin_list: finds the bins of ascending rows, few or many") {
  bin_list usual(4), none(bin_list::none);
  std::vector<std::uint16_t> bins;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    bins.push_back(i % 37 == 5 || i > 990 ? static_cast<std::uint16_t>(i * 60) : std::uint16_t{4});
    usual.append(i, bins[i]);
    none.append(i, bins[i]);
  }
  CHECK(usual.size() < 50);
  CHECK(none.size() == 1000);
  for (const bin_list* list : {&usual, &none}) {
    CHECK(list->all(1000) == bins);
    for (const std::uint32_t step : {1u, 2u, 37u, 250u, 999u}) {
      std::vector<std::uint32_t> rows;
      for (std::uint32_t i = step / 2; i < 1000; i += step) rows.push_back(i);
      std::vector<std::uint16_t> out(rows.size());
      list->find(rows, out.data());
      for (std::size_t k = 0; k < rows.size(); ++k) CHECK(out[k] == bins[rows[k]]);
    }
  }
}

TEST_CASE("bins_of_lists: columns are lists only if that is less work than bytes") {
  const std::uint32_t none = bin_list::none;
  CHECK(bins_of_lists({}).empty());
  const auto chosen = [](std::size_t columns, double others) {
    std::vector<usual_bin> usual(columns, usual_bin{3, others});
    usual.push_back({5, 0.5});
    return bins_of_lists(usual);
  };
  CHECK(chosen(3, 0.01) == std::vector<std::uint32_t>(4, none));
  CHECK(chosen(1000, 0.15) == std::vector<std::uint32_t>(1001, none));
  for (const auto& [columns, others] : {std::pair{40, 0.05}, std::pair{20, 0.01}}) {
    std::vector<std::uint32_t> expected(static_cast<std::size_t>(columns), 3);
    expected.push_back(none);
    CHECK(chosen(static_cast<std::size_t>(columns), others) == expected);
  }
}

TEST_CASE(
    "binned_matrix: columns of many bins, or with nearly all rows in one, are lists with the same bins") {
  const kinds_fixture t;
  CHECK(std::vector<std::uint32_t>(t.bins.list_features().begin(), t.bins.list_features().end()) ==
        first_numbers(kinds_columns));
  const auto few = feature_cuts::learn(t.view(), {}, 256, 1);
  const binned_matrix few_bins(t.view(), few, binned_matrix::layout::columns, 1);
  CHECK(few_bins.byte_features().size() == 2);
  CHECK(few.bins(3) == 255);
  CHECK(t.cuts.bins(3) > 2000);  // every whole number has a bin
  const auto rows = first_numbers(lists_rows);
  const auto again = t.bins.gather(rows, binned_matrix::layout::rows_and_columns, 2);
  for (std::size_t i = 0; i < lists_rows; ++i) {
    for (std::size_t f = 0; f < kinds_columns; ++f) {
      const std::uint16_t expected = bin_by_counting(t.cuts, f, t.view()(i, f));
      REQUIRE(t.bins.bin(i, f) == expected);
      REQUIRE(again.bin(i, f) == expected);
      REQUIRE(few_bins.bin(i, f) == bin_by_counting(few, f, t.view()(i, f)));
    }
  }
}

TEST_CASE("histogram_builder: sums of lists are those of a plain loop, for any threads and columns") {
  const kinds_fixture t;
  std::vector<std::int64_t> packed;
  const random_stream random(9);
  for (std::size_t i = 0; i < lists_rows; ++i)
    packed.push_back((static_cast<std::int64_t>(random.below(i, 2000)) - 1000) * (std::int64_t{1} << 20) +
                     50);
  const auto few = feature_cuts::learn(t.view(), {}, 256, 1);
  const binned_matrix mixed(t.view(), few, binned_matrix::layout::rows_and_columns, 1);
  const auto all = first_numbers(lists_rows);
  for (const binned_matrix* bins : {&t.bins, &mixed}) {
    for (const auto& columns : {first_numbers(kinds_columns), std::vector<std::uint32_t>{1, 3, 4}}) {
      for (const std::size_t rows : {std::size_t{0}, std::size_t{1}, std::size_t{77}, lists_rows}) {
        gradient_histogram expected(bins->cells()), out(bins->cells()), parts(bins->cells());
        for (std::size_t i = 0; i < rows; ++i) {
          for (const std::uint32_t f : columns)
            expected.cells()[bins->offsets()[f] + bins->bin(i, f)] += {packed[i] >> 20, 50};
        }
        const auto agrees = [&](const gradient_histogram& h) {
          bool equal = true;
          for (const std::uint32_t f : columns) {
            for (std::size_t c = bins->offsets()[f]; c < bins->offsets()[f + 1]; ++c)
              equal = equal && h.cells()[c] == expected.cells()[c];
          }
          return equal;
        };
        for (const int threads : {1, 3}) {
          histogram_builder builder(*bins, 3);
          builder.use(packed.data(), 20, columns);
          builder.build_together(row_span(all).first(rows), rows == lists_rows, threads, out);
          CHECK(agrees(out));
          for (const column_range& some : bins->columns().cut(4))
            builder.build(row_span(all).first(rows), false, some, 0, parts);
          CHECK(agrees(parts));
        }
      }
    }
  }
}

TEST_CASE("leaf_router: rows arrive at the leaves that their values lead to") {
  const kinds_fixture t;
  std::vector<double> y;
  for (std::size_t i = 0; i < lists_rows; ++i) {
    const auto x = t.view().row(i);
    const double v = x[3], w = x[2];
    y.push_back(std::sin(x[0] * 9) + 2 * x[1] + (std::isnan(v) ? 0 : std::fmod(v, 7)) +
                (std::isnan(w) ? 1 : 0));
  }
  boosting_params p;
  p.n_estimators = 5;
  p.max_bin = 65'535;
  p.subsample = 0.5;  // rows that no tree sees are routed
  const samples<matrix_view<const double>> data{t.view(), {y.data(), y.size()}, {}};
  for (const auto policy : {grow_policy::depthwise, grow_policy::lossguide, grow_policy::symmetric}) {
    p.policy = policy;
    std::vector<evaluation_set<double>> sets;
    sets.push_back({"same", data});
    boosting_log log;
    const auto model =
        gradient_boosted_trees::fit(data, std::span<const evaluation_set<double>>(sets), p, 2, {}, &log);
    CHECK(model == gradient_boosted_trees::fit(data, p, 1));
    std::vector<double> predicted(lists_rows);
    model.predict(data.x, predicted);
    double error = 0;
    for (std::size_t i = 0; i < lists_rows; ++i) error += (predicted[i] - y[i]) * (predicted[i] - y[i]);
    CHECK(log.histories[0].scores.back() == doctest::Approx(std::sqrt(error / lists_rows)).epsilon(1e-12));
    CHECK(log.histories[0].scores.back() < log.histories[0].scores.front());
  }
}
