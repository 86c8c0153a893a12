#include "colonnade/preprocessing/simple_imputer.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "tests/laws.hpp"

using namespace colonnade;

namespace {

using strategy = imputer_params::strategy;
const double none = std::numeric_limits<double>::quiet_NaN();

std::vector<double> imputed(const simple_imputer& imputer, matrix_view<const double> x) {
  std::vector<double> out(x.rows() * imputer.output_columns());
  imputer.transform(x, matrix_view<double>(out.data(), x.rows(), imputer.output_columns()));
  return out;
}

}  // namespace

TEST_CASE("simple_imputer: obeys the laws") {
  for (const auto how : {strategy::mean, strategy::median, strategy::most_frequent, strategy::constant}) {
    INFO("strategy " << static_cast<int>(how));
    tests::check_matrix_laws<simple_imputer>({.how = how, .add_indicator = true});
  }
  tests::check_matrix_laws<simple_imputer>({.how = strategy::mean, .missing_number = 3.0});
}

TEST_CASE("simple_imputer: obeys the laws on a table of strings and numbers") {
  table t;
  std::vector<std::string> words;
  std::vector<std::int64_t> integers;
  std::vector<std::uint8_t> valid;
  const random_stream random(3);
  for (std::size_t i = 0; i < 3000; ++i) {
    words.push_back(std::string(1, static_cast<char>('a' + random.below(2 * i, 5))));
    integers.push_back(static_cast<std::int64_t>(random.below(2 * i + 1, 9)));
    valid.push_back(i % 7 == 0 ? 0 : 1);
  }
  t.add("words", words, valid);
  t.add("integers", integers, valid);
  tests::check_laws<simple_imputer>(t.view(), {.how = strategy::most_frequent});
  tests::check_laws<simple_imputer>(t.view(), {.how = strategy::constant, .missing_text = "a"});
}

TEST_CASE("simple_imputer: mean, median and most frequent value of small columns") {
  const double x[] = {7, 2, 3, 4, none, 3, 10, 5, 9, none, 5, none};
  const matrix_view<const double> view(x, 4, 3);
  CHECK(imputed(fit<simple_imputer>(view), view) == std::vector<double>{7, 2, 3, 4, 4, 3, 10, 5, 9, 7, 5, 5});
  const auto median = fit<simple_imputer>(view, {.how = strategy::median});
  CHECK(median.fills()[0].number == 7);
  CHECK(median.fills()[1].number == 5);
  CHECK(median.fills()[2].number == 3);
  const auto frequent = fit<simple_imputer>(view, {.how = strategy::most_frequent});
  CHECK(frequent.fills()[0].number == 4);  // the smallest of several
  CHECK(frequent.fills()[1].number == 5);
  CHECK(frequent.fills()[2].number == 3);
  const auto constant = fit<simple_imputer>(view, {.how = strategy::constant, .fill_number = -1});
  CHECK(imputed(constant, view)[4] == -1);
}

TEST_CASE("simple_imputer: the median of an even number of values lies halfway, however large they are") {
  const double x[] = {1, 4, none, 2, 3}, huge[] = {1.5e308, 1.7e308};
  CHECK(
      fit<simple_imputer>(matrix_view<const double>(x, 5, 1), {.how = strategy::median}).fills()[0].number ==
      2.5);
  CHECK(fit<simple_imputer>(matrix_view<const double>(huge, 2, 1), {.how = strategy::median})
            .fills()[0]
            .number == 1.6e308);
}

TEST_CASE("simple_imputer: an empty column is dropped, or kept as 0 or the constant") {
  const double x[] = {1, none, none, none, 3, none};
  const matrix_view<const double> view(x, 3, 2);
  const auto dropped = fit<simple_imputer>(view);
  CHECK(dropped.output_columns() == 1);
  CHECK(imputed(dropped, view) == std::vector<double>{1, 2, 3});
  const auto kept = fit<simple_imputer>(view, {.keep_empty_features = true});
  CHECK(imputed(kept, view) == std::vector<double>{1, 0, 2, 0, 3, 0});
  const auto constant =
      fit<simple_imputer>(view, {.how = strategy::constant, .fill_number = 9, .keep_empty_features = true});
  CHECK(imputed(constant, view) == std::vector<double>{1, 9, 9, 9, 3, 9});
}

TEST_CASE("simple_imputer: indicators follow for the columns that had missing values") {
  const double x[] = {1, 5, none, none, 3, 7};
  const double y[] = {none, 2, 1, none, 1, 1};
  const matrix_view<const double> learnt(x, 2, 3), other(y, 2, 3);
  const auto imputer = fit<simple_imputer>(learnt, {.add_indicator = true});
  CHECK(imputer.indicated() == std::vector<std::uint32_t>{0, 2});
  CHECK(imputed(imputer, other) == std::vector<double>{1, 2, 1, 1, 0, 1, 1, 1, 1, 0});
}

TEST_CASE("simple_imputer: a number that means missing") {
  const double x[] = {-1, 2, 4, 6};
  const matrix_view<const double> view(x, 4, 1);
  const auto imputer = fit<simple_imputer>(view, {.missing_number = -1});
  CHECK(imputed(imputer, view) == std::vector<double>{4, 2, 4, 6});
}

TEST_CASE("simple_imputer: strings, categories and integers of a table") {
  table t;
  t.add("plan", std::vector<std::string>{"b", "?", "a", "b"}, {1, 1, 1, 0});
  t.add_codes("colour", {1, -1, 0, 1}, {"red", "blue"});
  t.add("age", std::vector<std::int64_t>{1, 2, 2, 0}, {1, 1, 1, 0});
  const auto imputer = fit<simple_imputer>(
      t.view(), {.how = strategy::most_frequent, .missing_text = "?", .add_indicator = true});
  CHECK(imputer.fills()[0].text == "a");
  CHECK(imputer.fills()[1].text == "blue");
  CHECK(imputer.fills()[2].number == 2);
  const table out = imputer.impute(t.view());
  const auto text = [&](std::size_t j, std::size_t i) {
    return std::string(imputer_text(out.view().column(j), i));
  };
  CHECK(text(0, 0) + text(0, 1) + text(0, 2) + text(0, 3) == "baaa");
  CHECK(text(1, 1) == "blue");
  CHECK(std::get<column_view<const double>>(out.view().column(2))[3] == 2);
  CHECK(out.view().name(3) == "missingindicator_plan");
  CHECK(std::get<column_view<const double>>(out.view().column(3))[1] == 1);
  CHECK(imputer.missing(t.view(), 0) == std::vector<std::uint8_t>{0, 1, 0, 1});
}

TEST_CASE("simple_imputer: text where a mean is wanted is refused by name") {
  table t;
  t.add("plan", std::vector<std::string>{"b"});
  CHECK_THROWS_WITH_AS(fit<simple_imputer>(t.view()), doctest::Contains("column plan: found text"),
                       argument_error);
}

TEST_CASE("simple_imputer: works in place and keeps float32") {
  float x[] = {1, 2, std::numeric_limits<float>::quiet_NaN()};
  const auto imputer = fit<simple_imputer>(matrix_view<const float>(x, 3, 1));
  imputer.transform(matrix_view<const float>(x, 3, 1), matrix_view<float>(x, 3, 1));
  CHECK(x[2] == 1.5F);
}

TEST_CASE("simple_imputer: numbers where fit saw text are refused by the column's name") {
  table words, numbers;
  words.add("plan", std::vector<std::string>{"a", "b", "b"}, {1, 0, 1});
  numbers.add("plan", std::vector<double>{1, 2, 3});
  simple_imputer::accumulator state(imputer_params{.how = strategy::most_frequent});
  state.update(words.view());
  CHECK_THROWS_WITH_AS(state.finalize().impute(numbers.view()),
                       "column plan: found numbers, expected text, as in fit", argument_error);
}
