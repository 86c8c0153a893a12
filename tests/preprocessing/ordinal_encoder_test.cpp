#include "colonnade/preprocessing/ordinal_encoder.hpp"

#include "tests/laws.hpp"
#include "tests/naive/category_table.hpp"

using namespace colonnade;
using policy = ordinal_encoder::unknown_policy;

namespace {

using tests::one_column;

std::vector<double> codes(const ordinal_encoder& encoder, const table& t) {
  std::vector<double> out(t.rows());
  encoder.transform(t.view(), matrix_view<double>(out.data(), t.rows(), 1));
  return out;
}

}  // namespace

TEST_CASE("ordinal_encoder: obeys the laws on every kind of column") {
  const tests::category_table t(20'001);
  tests::check_laws<ordinal_encoder>(t.view());
  tests::check_laws<ordinal_encoder>(t.view(), {.rarity = {.min_fraction = 0.043, .max_categories = 9}});
}

TEST_CASE(
    "ordinal_encoder: codes are the places among the ascending categories, for every layout of strings") {
  const tests::category_table t(40'000);
  const auto encoder = fit<ordinal_encoder>(t.view(), {.encoded_missing_value = -5});
  tests::matrix<double> out(t.rows(), 8), again(t.rows(), 8, tests::matrix<double>::layout::columns);
  encoder.transform(t.view(), out.view(), 2);
  const auto with_missing = tests::naive_places(t, true), complete = tests::naive_places(t, false);
  for (std::size_t i = 0; i < t.rows(); ++i) {
    const double expected = with_missing[i] < 0 ? -5 : with_missing[i];
    for (const std::size_t j : {0u, 2u, 3u}) CHECK_EQ(out(i, j), expected);
    CHECK_EQ(out(i, 1), complete[i]);
    CHECK_EQ(out(i, 4), t.valid(i) ? t.draw(i) : -5);
    CHECK_EQ(out(i, 5), out(i, 4));
  }
  const auto model = ordinal_encoder::fit_transform(t.view(), again.view(), {.encoded_missing_value = -5}, 2);
  CHECK(model == encoder);
  for (std::size_t i = 0; i < t.rows(); ++i) {
    for (std::size_t j = 0; j < 8; ++j) CHECK_EQ(again(i, j), out(i, j));
  }
}

TEST_CASE("ordinal_encoder: the four states of a value") {
  const auto train = one_column({"b", "a", "b", "c", "b", "a", "?"}, {1, 1, 1, 1, 1, 1, 0});
  const auto encoder = fit<ordinal_encoder>(train.view(), {.handle_unknown = policy::use_encoded_value,
                                                           .unknown_value = -1,
                                                           .encoded_missing_value = -2,
                                                           .rarity = {.min_frequency = 2}});
  const auto test = one_column({"a", "b", "c", "d", ""}, {1, 1, 1, 1, 0});
  CHECK(codes(encoder, test) == std::vector<double>{0, 1, 2, -1, -2});
  CHECK(encoder[0].state(0) == category_state::known);
  CHECK(encoder[0].state(2) == category_state::infrequent);
  CHECK(encoder[0].state(3) == category_state::missing);
  CHECK(encoder[0].state(unknown_code) == category_state::unknown);

  std::vector<std::int32_t> back(5);
  const std::vector<double> given = {0, 1, 2, -1, -2};
  encoder.inverse_transform(matrix_view<const double>(given.data(), 5, 1),
                            matrix_view<std::int32_t>(back.data(), 5, 1));
  CHECK(back == std::vector<std::int32_t>{0, 1, missing_code, unknown_code, 3});
}

TEST_CASE("ordinal_encoder: an unknown value is refused by name, column and value") {
  const auto encoder = fit<ordinal_encoder>(one_column({"a", "b"}).view());
  CHECK_THROWS_WITH_AS(codes(encoder, one_column({"a", "zebra", "yak", "zebra"})),
                       "Found unknown categories ['yak', 'zebra'] in column 0 during transform, column plan",
                       data_error);
  CHECK_THROWS_WITH_AS(codes(encoder, one_column({"a", ""}, {1, 0})), doctest::Contains("[nan]"), data_error);
  CHECK_THROWS_WITH_AS(
      fit<ordinal_encoder>(one_column({"a", "c"}).view(),
                           {.categories = {category_list(std::vector<std::string>{"b", "a"})}}),
      doctest::Contains("['c'] in column 0 during fit"), data_error);
}

TEST_CASE("ordinal_encoder: given categories keep their order") {
  const std::vector<std::string> order = {"low", "high", "middle"};
  const ordinal_encoder::params p = {.categories = {category_list(order)}};
  const auto t = one_column({"high", "low", "middle"});
  CHECK(codes(fit<ordinal_encoder>(t.view(), p), t) == std::vector<double>{1, 0, 2});
  CHECK_THROWS_AS(fit<ordinal_encoder>(tests::category_table(3).view(), p), argument_error);
}

TEST_CASE("ordinal_encoder: a missing value marked as null is a category, as in scikit-learn") {
  const auto t = one_column({"a", "?", "b"}, {1, 0, 1});
  const std::vector<missing_mark> marks = {missing_mark::null};
  const auto encoder = ordinal_encoder::fit(t.view(), {}, 1, marks);
  CHECK(codes(encoder, t) == std::vector<double>{0, 2, 1});
  CHECK(encoder[0].categories.text(2) == "None");
}

TEST_CASE("ordinal_encoder: values that codes already have are refused for unknown and missing") {
  const auto t = one_column({"a", "b", ""}, {1, 1, 0});
  CHECK_THROWS_WITH_AS(
      fit<ordinal_encoder>(t.view(), {.handle_unknown = policy::use_encoded_value, .unknown_value = 1}),
      doctest::Contains("values already used for encoding"), argument_error);
  CHECK_THROWS_WITH_AS(fit<ordinal_encoder>(t.view(), {.encoded_missing_value = 0}),
                       doctest::Contains("is already used to encode a known category"), argument_error);
}

TEST_CASE("ordinal_encoder: columns change from integers to numbers between batches, never to strings") {
  table integers, numbers, strings;
  integers.add("x", std::vector<std::int64_t>{3, 1});
  numbers.add("x", std::vector<double>{2.5, std::nan("")});
  strings.add("x", std::vector<std::string>{"a"});
  ordinal_encoder::accumulator a, b;
  a.update(integers.view());
  a.update(numbers.view());
  b.update(numbers.view());
  b.update(integers.view());
  CHECK(a == b);
  CHECK(a.finalize()[0].categories.text(1) == "2.5");
  CHECK_THROWS_WITH_AS(a.update(strings.view()), doctest::Contains("uniformly strings or numbers"),
                       data_error);
  table large;
  large.add("x", std::vector<std::int64_t>{(std::int64_t{1} << 53) + 1});
  CHECK_THROWS_WITH_AS(a.update(large.view()), doctest::Contains("beyond 2^53"), data_error);
  table infinite;
  infinite.add("x", std::vector<double>{1, -INFINITY});
  CHECK_THROWS_WITH_AS(fit<ordinal_encoder>(infinite.view()), doctest::Contains("contains infinity"),
                       data_error);
}

TEST_CASE("ordinal_encoder: no rows, one row, all missing, a constant") {
  table none, missing;
  none.add("x", std::vector<double>{});
  missing.add("x", std::vector<double>{NAN, NAN});
  CHECK(fit<ordinal_encoder>(none.view())[0].categories.size() == 0);
  const auto encoder = fit<ordinal_encoder>(missing.view());
  CHECK(encoder[0].categories.size() == 1);
  CHECK(std::isnan(codes(encoder, missing)[1]));
  const auto constant = one_column({"a", "a"});
  CHECK(codes(fit<ordinal_encoder>(constant.view()), constant) == std::vector<double>{0, 0});
  // A column of nothing but missing values is of any type.
  ordinal_encoder::accumulator a;
  a.update(constant.view());
  CHECK_NOTHROW(a.update(missing.view()));
}
