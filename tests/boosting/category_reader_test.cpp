// Models with columns of categories, from the fit to the saved bytes.
// Also tests: boosting/category_bins.hpp, boosting/category_split_finder.hpp
#include "colonnade/boosting/category_reader.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <optional>

#include "tests/boosting/category_data.hpp"
#include "tests/boosting/naive_comparison.hpp"
#include "tests/laws.hpp"
#include "tests/values.hpp"

using namespace colonnade;
using namespace colonnade::tests;

namespace {

gradient_boosted_trees fit_categories(const coded_table& t, const boosting_params& p, bool weighted = false,
                                      int threads = 0) {
  return fit<gradient_boosted_trees>(t.data(weighted), p, threads);
}

void check_naive_categories(const coded_table& t, const boosting_params& p, bool weighted) {
  CHECK(check_naive(t.data(weighted), p) > 10);
}

}  // namespace

TEST_CASE("category_reader: rows keep their numbers and get the bins of their categories") {
  const std::vector<double> x = {5, 0.5, 9, 7, 1.5, 5, 7, 2.5, 8};
  const matrix_view<const double> view(x.data(), 3, 3), turned(x.data(), 3, 3, 1, 3);
  const std::uint32_t categorical[] = {0, 2};
  const auto cuts = feature_cuts::learn(view, {}, 256, 1, categorical);
  std::vector<double> copy;
  const category_reader reader(cuts);
  const auto rows_read = reader.read(view, copy);
  CHECK(rows_read.data() == copy.data());
  CHECK(copy == std::vector<double>{0, 0.5, 2, 1, 1.5, 0, 1, 2.5, 1});
  static_cast<void>(reader.read(turned, copy));
  CHECK(copy == std::vector<double>{0, 7, 3, 2, 1.5, 3, 2, 5, 1});
  CHECK(category_reader().read(view, copy).data() == x.data());
}

TEST_CASE("category_reader: the trees are those of a trainer with plain sums, of one split a level too") {
  const coded_table t(500);
  for (const int run : {0, 1, 2, 3}) {
    const bool weighted = run % 2 == 1;
    boosting_params p = category_params();
    if (run >= 2) p.policy = grow_policy::symmetric;
    p.max_bin = 20;
    p.n_estimators = 3;
    check_naive_categories(t, p, weighted);
    p.max_cat_threshold = 2;
    p.cat_smooth = 0.3;
    p.cat_l2 = 0.7;
    p.reg_alpha = 0.2;
    p.min_child_weight = 3;
    check_naive_categories(t, p, weighted);
    p.max_cat_to_onehot = 12;
    check_naive_categories(t, p, weighted);
  }
}

// LAW: categories-same-bits A model with columns of categories has equal bytes for threads 1, 2, 3, 7 and
// instruction sets base, v3, v4.
TEST_CASE("category_reader: any number of threads and any instruction set give the same bytes") {
  const coded_table t(40000, 40);
  boosting_params p = category_params();
  p.n_estimators = 2;
  check_same_bits<gradient_boosted_trees>(t.data(true), p);
  p.policy = grow_policy::lossguide;
  p.max_depth = 0;
  p.max_leaves = 20;
  p.subsample = 0.7;
  check_same_bits<gradient_boosted_trees>(t.data(), p);
  p.policy = grow_policy::symmetric;
  p.max_depth = 5;
  check_same_bits<gradient_boosted_trees>(t.data(true), p);
}

TEST_CASE("category_reader: predictions are the margins of the fit, in blocks, alone, by leaves") {
  const coded_table t(3000, 30);
  for (const auto& [policy, subsample] : {std::pair{grow_policy::depthwise, 1.0},
                                          {grow_policy::depthwise, 0.6},
                                          {grow_policy::symmetric, 1.0},
                                          {grow_policy::symmetric, 0.6}}) {
    boosting_params p = category_params();
    p.policy = policy;
    p.subsample = subsample;
    const auto whole = fit_categories(t, p);
    p.n_estimators = 2;
    const auto half = fit_categories(t, p);
    // Going on takes the margins of the walk in place of those of the fit.
    const auto both = gradient_boosted_trees::fit(t.data(), std::span<const evaluation_set<double>>{}, p, 2,
                                                  {}, nullptr, {}, &half);
    CHECK(to_bytes(both) == to_bytes(whole));
    const auto expected = margins_of(whole, t.x.view());
    std::vector<std::uint32_t> leaf(t.x.rows() * whole.trees().trees());
    whole.apply(t.x.view(), matrix_view<std::uint32_t>(leaf.data(), t.x.rows(), whole.trees().trees()));
    for (std::size_t i = 0; i < 200; ++i) {
      CHECK(margins_of(whole, t.x.view().slice(i, 1))[0] == expected[i]);
      double sum = whole.base_margins()[0];
      for (std::size_t k = 0; k < whole.trees().trees(); ++k)
        sum += whole.trees().nodes(k)[leaf[i * whole.trees().trees() + k]].value;
      CHECK(sum == expected[i]);
    }
    std::vector<double> walked(t.x.rows());
    const category_reader reader(whole.cuts());
    const matrix_view<const double> base(whole.base_margins().data(), t.x.rows(), 1, 0, 1);
    whole.trees().add_margins(t.x.view(), base, matrix_view<double>(walked.data(), t.x.rows(), 1), 2, reader);
    CHECK(walked == expected);
    CHECK_THROWS_AS(
        whole.trees().add_margins(t.x.view(), base, matrix_view<double>(walked.data(), t.x.rows(), 1), 2),
        argument_error);
  }
}

TEST_CASE(
    "category_reader: models that were copied, loaded, gone on from and refitted read their categories") {
  const coded_table t(1500, 30);
  std::optional<gradient_boosted_trees> copy;
  std::vector<double> expected;
  {
    const auto model = fit_categories(t, category_params());
    expected = margins_of(model, t.x.view());
    copy = from_bytes<gradient_boosted_trees>(to_bytes(gradient_boosted_trees(model)));
  }
  const auto moved = std::move(*copy);
  copy.reset();
  CHECK(margins_of(moved, t.x.view()) == expected);
  CHECK(margins_of(moved, t.x.view().slice(0, 1))[0] == expected[0]);
  const auto same = moved.refit(t.data(), 1);
  CHECK(margins_of(same, t.x.view()) == expected);
  const auto longer = gradient_boosted_trees::fit(t.data(), std::span<const evaluation_set<double>>{},
                                                  category_params(), 2, {}, nullptr, {}, &moved);
  CHECK(longer.iterations() == 2 * moved.iterations());
  CHECK(margins_of(longer, t.x.view().slice(0, 1))[0] == margins_of(longer, t.x.view())[0]);
}

TEST_CASE("category_reader: codes that are not known are missing, whatever they look like") {
  const coded_table t(2000);
  const auto model = fit_categories(t, category_params());
  matrix<double> x(1, coded_table::columns);
  for (std::size_t i = 0; i < 20; ++i) {
    for (std::size_t f = 0; f < coded_table::columns; ++f) x(0, f) = t.x.view()(i, f);
    for (const std::size_t f : {1u, 2u, 4u, 5u, 6u}) {
      const double before = x(0, f);
      x(0, f) = std::nan("");
      const auto expected = margins_of(model, std::as_const(x).view());
      for (const double code : {1.0, 7.5, -3.0, 1e12, tests::values::infinity, -tests::values::infinity}) {
        x(0, f) = code;
        CHECK(margins_of(model, std::as_const(x).view()) == expected);
      }
      x(0, f) = before;
    }
  }
}

TEST_CASE("category_reader: more categories than bins, rows without weight, and nothing to learn from") {
  coded_table t(4000, 300);
  const auto model = fit_categories(t, category_params());
  CHECK(model.cuts().bins(1) == 255);
  CHECK(model.cuts().categories(1)->rare().size() == 46);
  // All rare categories are one.
  matrix<double> x(2, coded_table::columns);
  const auto rare = model.cuts().categories(1)->rare();
  for (std::size_t f = 0; f < coded_table::columns; ++f) x(0, f) = x(1, f) = 0;
  x(0, 1) = rare.front();
  x(1, 1) = rare.back();
  const auto two = margins_of(model, std::as_const(x).view());
  CHECK(two[0] == two[1]);
  // A category that has no weight is not known.
  for (std::size_t i = 0; i < t.x.rows(); ++i) t.weight[i] = t.x(i, 2) == 3 ? 0 : 1;
  const auto without = fit_categories(t, category_params(), true);
  CHECK(without.cuts().categories(2)->kept().size() == 2);
  // Constant and missing columns alone: no split.
  boosting_params p;
  p.categorical_features = {0, 1};
  const auto empty = fit<gradient_boosted_trees>(
      samples{t.x.view().columns_slice(5, 2), column_view<const double>(t.score.data(), t.score.size())}, p);
  for (const tree_node& node : empty.trees().nodes(0)) CHECK((node.is_leaf() || node.feature() == 0));
  // One row.
  p.categorical_features = {0};
  const std::vector<double> one = {4};
  const auto single = fit<gradient_boosted_trees>(
      samples{matrix_view<const double>(one.data(), 1, 1), column_view<const double>(one.data(), 1)}, p);
  CHECK(margins_of(single, matrix_view<const double>(one.data(), 1, 1))[0] == doctest::Approx(4));
}

TEST_CASE("category_reader: interactions of categories are learnt, better than from their codes as numbers") {
  const coded_table train(6000, 60, 0.02, 1), test(2000, 60, 0.02, 2);
  const auto error = [&](const boosting_params& p) {
    const auto margins = margins_of(fit_categories(train, p), test.x.view());
    double sum = 0;
    for (std::size_t i = 0; i < margins.size(); ++i) sum += std::pow(margins[i] - test.score[i], 2);
    return std::sqrt(sum / static_cast<double>(margins.size()));
  };
  boosting_params p = category_params();
  p.n_estimators = 40;
  p.categorical_features = {1, 2};
  const double by_category = error(p);
  p.categorical_features = {};
  CHECK(by_category < 0.95 * error(p));
}

TEST_CASE("category_reader: columns are named once, are there, and hold codes") {
  const coded_table t(100);
  const auto refuses = [&](const boosting_params& p, const std::string& text) {
    try {
      static_cast<void>(fit_categories(t, p));
      FAIL("no error: " << text);
    } catch (const std::exception& error) {
      CHECK(std::string(error.what()) == text);
    }
  };
  boosting_params p;
  p.categorical_features = {7};
  refuses(p, "categorical_features: found 7, expected column numbers below 7");
  p.categorical_features = {1, 1};
  refuses(p, "categorical_features: found 1, expected ascending column numbers, each once");
  p.categorical_features = {1};
  p.max_cat_threshold = 0;
  refuses(p, "max_cat_threshold: found 0, expected at least 1");
  p.max_cat_threshold = 1;
  p.cat_smooth = -1;
  CHECK_THROWS_AS(fit_categories(t, p), argument_error);
  p.cat_smooth = 0;
  p.cat_l2 = std::nan("");
  CHECK_THROWS_AS(fit_categories(t, p), argument_error);
  p.cat_l2 = 0;
  p.categorical_features = {0};
  CHECK_THROWS_AS(fit_categories(t, p), data_error);
}

TEST_CASE("category_reader: categories have names, which are saved, and a fit goes on with the same ones") {
  const coded_table t(300, 4);
  boosting_params p = category_params();
  auto model = fit_categories(t, p);
  CHECK(model.categories(1).size() == 0);
  model.set_categories(2, class_labels(std::vector<std::string>{"a", "b", "c"}));
  CHECK_THROWS_AS(model.set_categories(0, class_labels()), argument_error);
  const auto again = from_bytes<gradient_boosted_trees>(to_bytes(model));
  CHECK(again == model);
  CHECK(again.categories(2).text() == std::vector<std::string>{"a", "b", "c"});
  CHECK(again.categories(0).size() == 0);
  CHECK(margins_of(again, t.x.view()) == margins_of(model, t.x.view()));
  const auto go_on = [&](const boosting_params& next) {
    return gradient_boosted_trees::fit(t.data(), std::span<const evaluation_set<double>>{}, next, 1, {},
                                       nullptr, {}, &model);
  };
  CHECK(go_on(p).categories(2) == model.categories(2));
  p.categorical_features = {1, 2};
  CHECK_THROWS_WITH(static_cast<void>(go_on(p)),
                    "init_model: found other categorical_features, expected those of the fit");
  check_bytes(model);
}

TEST_CASE("category_reader: early stopping keeps the sets of the trees that stay") {
  const coded_table t(1500, 20), other(500, 20, 0.1, 5);
  boosting_params p = category_params();
  p.n_estimators = 60;
  p.early_stopping_rounds = 3;
  const evaluation_set<double> sets[] = {{"other", other.data()}};
  boosting_log log;
  const auto model =
      gradient_boosted_trees::fit(t.data(), std::span<const evaluation_set<double>>(sets), p, 2, {}, &log);
  CHECK(model.iterations() < 60);
  CHECK(from_bytes<gradient_boosted_trees>(to_bytes(model)) == model);
  // The scores come from walks over bins.
  const auto margins = margins_of(model, other.x.view());
  CHECK(boosting_metric("rmse")(margins, other.score, {}, 1) ==
        doctest::Approx(*model.best_score()).epsilon(1e-12));
}
