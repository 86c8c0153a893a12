// Also tests: boosting/batch_source.hpp, boosting/fit_options.hpp, boosting/cut_learner.hpp
#include "colonnade/boosting/batched_table.hpp"

#include <doctest/doctest.h>

#include <filesystem>
#include <stdexcept>
#include <string>

#include "colonnade/boosting/gradient_boosted_trees.hpp"
#include "tests/boosting/boosting_data.hpp"
#include "tests/boosting/category_data.hpp"
#include "tests/effort.hpp"
#include "tests/laws.hpp"
#include "tests/simd_levels.hpp"

using namespace colonnade;
using namespace colonnade::tests;

namespace {

using batch = samples<matrix_view<const double>>;

/// The rows of a table in batches of these sizes, in turn.
auto in_batches(const batch& data, std::vector<std::size_t> sizes) {
  return [data, sizes = std::move(sizes)](const batch_visitor<double>& visit) {
    for (std::size_t first = 0, k = 0; first < data.rows(); ++k) {
      const std::size_t count = std::min(sizes[k % sizes.size()], data.rows() - first);
      visit(data.slice(first, count));
      first += count;
    }
  };
}

const std::vector<std::size_t> cuts_into_batches[] = {{100000}, {1, 0, 700, 3}, {256}, {0, 0, 97}};

template <class T>
matrix<T> converted(const matrix<double>& from, typename matrix<T>::layout order) {
  matrix<T> to(from.view().rows(), from.view().columns(), order);
  for (std::size_t i = 0; i < from.view().rows(); ++i) {
    for (std::size_t f = 0; f < from.view().columns(); ++f) to(i, f) = static_cast<T>(from.view()(i, f));
  }
  return to;
}

std::string message_of(const batch_source<double>& source, const boosting_params& p = {}) {
  try {
    gradient_boosted_trees::fit_batches(source, p);
  } catch (const argument_error& error) {
    return error.what();
  }
  return "";
}

}  // namespace

// LAW: fit-from-batches A fit from batches of rows, however they are cut, in RAM or in a file, has the bytes
// of a fit of all rows at once.
TEST_CASE("batched_table: batches give the model of all rows at once") {
  const boosting_table t(1500, 7);
  for (const auto objective : all_objectives) {
    const auto y = t.target(objective);
    for (const auto policy : {grow_policy::depthwise, grow_policy::lossguide, grow_policy::symmetric}) {
      for (const bool weighted : {false, true}) {
        boosting_params p = params_for(objective, 4, 4);
        p.policy = policy;
        p.subsample = 0.7;
        p.max_bin = weighted ? 20 : 256;
        const batch all = with(t, y, weighted);
        const auto whole = fit<gradient_boosted_trees>(all, p, 1);
        for (const auto& sizes : cuts_into_batches) {
          const auto source = in_batches(all, sizes);
          CHECK(gradient_boosted_trees::fit_batches<double>(source, p, 2) == whole);
        }
      }
    }
  }
}

TEST_CASE("batched_table: every way to bin columns") {
  const boosting_table t(1500, 7);
  const auto y = t.target(boosting_objective::logistic);
  boosting_params uniform = params_for(boosting_objective::logistic, 3, 4), many = uniform;
  uniform.binning = binning_method::uniform;
  uniform.cut_points = {{0, {-1, 0, 1}}, {5, {}}};
  uniform.max_bin = 50;
  many.max_bin = 65'535;
  for (const boosting_params& p : {uniform, many}) {
    const auto whole = fit<gradient_boosted_trees>(with(t, y, true), p, 1);
    CHECK(whole.cuts().bins(0) == (p.max_bin == 50 ? 4 : 1424));
    for (const auto& sizes : cuts_into_batches)
      CHECK(gradient_boosted_trees::fit_batches<double>(in_batches(with(t, y, true), sizes), p, 2) == whole);
  }
}

TEST_CASE("batched_table: floats, doubles and columns of categories from batches") {
  const boosting_table t(1200, 6);
  const auto y = t.target(boosting_objective::logistic);
  boosting_params p = params_for(boosting_objective::logistic, 5, 4);
  p.categorical_features = {1};
  const auto run = [&]<class T>(T) {
    for (const auto order : {matrix<T>::layout::rows, matrix<T>::layout::columns}) {
      const auto x = converted<T>(t.x, order);
      const samples<matrix_view<const T>> all{x.view(), {y.data(), y.size()}, {t.weight.data(), y.size()}};
      const auto source = [&](const batch_visitor<T>& visit) {
        for (std::size_t first = 0; first < 1200; first += 50) visit(all.slice(first, 50));
      };
      CHECK(gradient_boosted_trees::fit_batches<T>(source, p) == fit<gradient_boosted_trees>(all, p));
    }
  };
  run(float{});
  run(double{});
  const coded_table codes(900);
  const auto source = in_batches(codes.data(), {77});
  CHECK(gradient_boosted_trees::fit_batches<double>(source, category_params()) ==
        fit<gradient_boosted_trees>(codes.data(), category_params()));
}

TEST_CASE("batched_table: cuts are those of the whole table, also beyond the sample and in several passes") {
  // 250,000 rows: a sample is taken, and column 1 has a value that is not in it.
  matrix<double> x(250'000, 10);
  std::vector<double> weight;
  const random_stream random(5);
  for (std::size_t i = 0; i < 250'000; ++i) {
    for (std::size_t f = 0; f < 10; ++f) x(i, f) = random.uniform(10 * i + f);
    x(i, 1) = static_cast<double>(i % 3);
    x(i, 2) = static_cast<double>(i % 300);  // more values than bins
    weight.push_back(random.uniform(i) < 0.1 ? 0 : 1 + random.uniform(i));
  }
  x(4, 1) = 99;  // a row that is not sampled
  boosting_params p;
  for (const std::size_t max_bin : {256, 4, 3}) {
    p.max_bin = static_cast<std::uint32_t>(max_bin);
    for (const bool weighted : {false, true}) {
      if (!tests::effort(true, weighted == (max_bin == 4))) continue;
      batch all{x.view(), {x.view().column(0), 250'000, 10}, {}};
      if (weighted) all.weight = {weight.data(), weight.size()};
      const auto whole = feature_cuts::learn(all.x, all.weight, p.max_bin, 2);
      const auto source = in_batches(all, {60'000, 1});
      const batched_table<double> table(source, p, 2);
      CHECK(table.rows() == 250'000);
      CHECK(table.learn_cuts() == whole);
      CHECK(table.learn_cuts(1) == whole);
    }
  }
}

TEST_CASE("batched_table: evaluation sets, margins, checkpoints, callables and groups are those of a fit") {
  const boosting_table t(800, 5), other(300, 5, 0.05, 9);
  boosting_params p = params_for(boosting_objective::squared_error, 12, 3);
  p.early_stopping_rounds = 2;
  p.learning_rate = 1;
  p.subsample = 0.5;
  const auto y = t.target(p.objective), y2 = other.target(p.objective);
  const std::vector<std::uint64_t> groups(80, 10);
  const matrix_view<const double> base(t.weight.data(), 800, 1);
  const evaluation_set<double> sets[] = {{"other", with(other, y2)}};
  std::vector<std::size_t> seen, kept;
  const auto look = [&](const boosting_progress& now) {
    seen.push_back(now.iteration);
    return false;
  };
  const auto keep = [&](const gradient_boosted_trees& model) { kept.push_back(model.iterations()); };
  boosting_log log, whole_log;
  const boosting_extras extras{.base_margin = base, .checkpoints = {2, keep}, .group = groups};
  const auto source = in_batches(with(t, y), {64});
  const auto model = gradient_boosted_trees::fit_batches<double>(
      source, p, 2, {.evaluation = sets, .observer = look, .log = &log, .extras = extras});
  const auto iterations = seen.size();
  CHECK(kept.size() == iterations / 2);
  const auto whole = gradient_boosted_trees::fit(with(t, y), std::span<const evaluation_set<double>>(sets), p,
                                                 1, look, &whole_log, {}, nullptr, extras);
  CHECK(model == whole);
  CHECK(seen.size() == 2 * iterations);
  CHECK(log.histories[0].scores == whole_log.histories[0].scores);
  boosting_params custom = params_for(boosting_objective::custom, 3, 3);
  const auto halves = [](const custom_rows& rows, std::span<double> g, std::span<double> h) {
    for (std::size_t i = 0; i < g.size(); ++i) {
      g[i] = rows.margins[i] - rows.target[i] / 2;
      h[i] = 1;
    }
  };
  CHECK(gradient_boosted_trees::fit_batches<double>(source, custom, 1, {.custom = halves}) ==
        gradient_boosted_trees::fit(with(t, y), std::span<const evaluation_set<double>>(), custom, 1, {},
                                    nullptr, halves));
}

TEST_CASE("batched_table: a fit from batches goes on from a model as one that was never interrupted") {
  const boosting_table t(700, 5);
  matrix<double> some(700, 4);
  for (std::size_t i = 0; i < 700; ++i) {
    for (std::size_t k = 0; k < 4; ++k) some(i, k) = random_stream(k).uniform(i);
  }
  for (const auto objective : {boosting_objective::logistic, boosting_objective::softmax}) {
    const auto y = t.target(objective);
    const std::size_t outputs = objective == boosting_objective::softmax ? 4 : 1;
    const matrix_view<const double> margins[] = {{}, std::as_const(some).view().columns_slice(0, outputs)};
    for (const auto& base : margins) {
      boosting_params p = params_for(objective, 5, 3);
      p.subsample = 0.6;
      const fit_options<double> how{.extras = {.base_margin = base}};
      const auto source = in_batches(with(t, y), {64, 1});
      const auto whole = gradient_boosted_trees::fit_batches<double>(source, p, 2, how);
      p.n_estimators = 2;
      const auto begun = gradient_boosted_trees::fit_batches<double>(source, p, 2, how);
      p.n_estimators = 3;
      CHECK(gradient_boosted_trees::fit_batches<double>(source, p, 2, how, &begun) == whole);
      p.max_bin = 7;  // the bins are those of the model
      CHECK(gradient_boosted_trees::fit_batches<double>(source, p, 1, how, &begun).cuts() == whole.cuts());
    }
  }
  const auto numbers = t.target(boosting_objective::squared_error);
  const boosting_params p = params_for(boosting_objective::squared_error, 2, 3);
  const boosting_table narrow(700, 4);
  const auto begun = fit<gradient_boosted_trees>(with(narrow, numbers), p);
  CHECK_THROWS_AS(
      gradient_boosted_trees::fit_batches<double>(in_batches(with(t, numbers), {64}), p, 1, {}, &begun),
      argument_error);
}

TEST_CASE("batched_table: any number of threads and any instruction set give the same bytes") {
  const boosting_table t(20000, 6);
  const boosting_params p = params_for(boosting_objective::logistic, 3, 5);
  const auto y = t.target(p.objective);
  const auto whole = fit<gradient_boosted_trees>(with(t, y, true), p);
  const auto source = in_batches(with(t, y, true), {3000, 1});
  for (const auto level : tests::simd_levels()) {
    const simd::scoped_level scope(level);
    for (const int threads : {1, 2, 3, 7})
      CHECK(gradient_boosted_trees::fit_batches<double>(source, p, threads) == whole);
  }
}

TEST_CASE("batched_table: bins in a file give the same model and leave nothing behind") {
  const boosting_table t(2000, 9);
  const auto y = t.target(boosting_objective::poisson);
  const boosting_params p = params_for(boosting_objective::poisson, 4, 4);
  const auto source = in_batches(with(t, y, true), {300});
  const auto folder = std::filesystem::temp_directory_path() / "colonnade_batched_table_test";
  std::filesystem::create_directories(folder);
  bool empty = true;
  const auto look = [&](const boosting_progress&) {
    empty = empty && std::filesystem::is_empty(folder);
    return false;
  };
  const auto model =
      gradient_boosted_trees::fit_batches<double>(source, p, 2, {.observer = look, .cache = folder.string()});
  CHECK(model == fit<gradient_boosted_trees>(with(t, y, true), p));
  CHECK(empty);
  std::filesystem::remove(folder);
  CHECK_THROWS_WITH_AS(gradient_boosted_trees::fit_batches<double>(source, p, 2, {.cache = folder.string()}),
                       doctest::Contains(folder.string().c_str()), std::system_error);
}

TEST_CASE("batched_table: passes that differ are refused") {
  const boosting_table t(400, 5);
  const auto y = t.target(boosting_objective::squared_error);
  const batch all = with(t, y);
  for (const int other_pass : {1, 2}) {
    int passes = 0;
    const auto once = [&](const auto& change) {
      passes = -1;
      return [&, change](const batch_visitor<double>& visit) {
        ++passes;
        visit(all.slice(0, 200));
        passes == other_pass ? change(visit) : visit(all.slice(200, 200));
      };
    };
    const auto fewer = once([&](const auto& visit) { visit(all.slice(200, 199)); });
    CHECK(message_of(fewer) ==
          "batches: found a pass of 399 rows, expected the 400 rows of the first pass again");
    const auto more = once([&](const auto& visit) {
      visit(all.slice(200, 200));
      visit(all.slice(0, 1));
    });
    CHECK(message_of(more) ==
          "batches: found a pass of more rows, expected the 400 rows of the first pass again");
    const auto shuffled = once([&](const auto& visit) {
      visit(all.slice(300, 100));
      visit(all.slice(200, 100));
    });
    CHECK(message_of(shuffled) ==
          "batches: found a pass with other targets or weights, or in another order, "
          "expected the 400 rows of the first pass again");
    const auto narrow = once([&](const auto& visit) {
      visit(batch{all.x.slice(200, 200).columns_slice(0, 4), all.target.slice(200, 200)});
    });
    CHECK(message_of(narrow) == "X: found 4 columns in a batch, expected 5 as in the first one");
  }
}

TEST_CASE("batched_table: batches that do not fit each other, or no fit at all, are refused in one line") {
  const boosting_table t(40, 5);
  const auto y = t.target(boosting_objective::squared_error);
  const batch all = with(t, y), weighted = with(t, y, true);
  const auto two = [](const batch& a, const batch& b) {
    return [a, b](const batch_visitor<double>& visit) {
      visit(a);
      visit(b);
    };
  };
  const auto text = [](const auto& source, const boosting_params& p = {}) { return message_of(source, p); };
  CHECK(text(two(all, weighted)) ==
        "sample_weight: found weights in a batch, expected none as in the first one");
  CHECK(text(two(weighted, all)) == "sample_weight: found 0 values in a batch, expected 40, its rows");
  CHECK(text(two(all, {all.x, all.target.slice(0, 39)})) ==
        "y: found 39 values in a batch, expected 40, its rows");
  CHECK(text(two({}, {})) == "X: found 0 columns, expected at least 1");
  CHECK(text([](const batch_visitor<double>&) {}) == "X: found 0 columns, expected at least 1");
  boosting_params bins, stopping, coded;
  bins.max_bin = 1;
  stopping.early_stopping_rounds = 1;
  coded.categorical_features = {0};
  CHECK(text(two(all, all), bins) == "max_bin: found 1, expected 2 to 65535");
  CHECK(text(two(all, all), stopping) ==
        "early_stopping_rounds: found no evaluation set, expected at least one");
  const auto codes = two(all, all);
  CHECK_THROWS_WITH_AS(gradient_boosted_trees::fit_batches<double>(codes, coded),
                       doctest::Contains("among categories, expected whole numbers from 0 to 2^24 - 1"),
                       data_error);
  int calls = 0;
  const auto failing = [&](const batch_visitor<double>& visit) {
    visit(all);
    if (++calls == 3) throw std::runtime_error("the disk is gone");
    visit(all);
  };
  CHECK_THROWS_WITH_AS(gradient_boosted_trees::fit_batches<double>(failing), "the disk is gone",
                       std::runtime_error);
}
