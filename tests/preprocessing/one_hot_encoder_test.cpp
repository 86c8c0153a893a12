#include "colonnade/preprocessing/one_hot_encoder.hpp"

#include "tests/laws.hpp"
#include "tests/naive/category_table.hpp"

using namespace colonnade;
using unknown_policy = one_hot_encoder::unknown_policy;
using drop_policy = one_hot_encoder::drop_policy;

namespace {

using tests::one_column;

/// Rows as text, "010" a row.
std::vector<std::string> dense(const one_hot_encoder& encoder, const table& t) {
  tests::matrix<float> out(t.rows(), encoder.output_columns());
  encoder.transform(t.view(), out.view());
  std::vector<std::string> rows;
  for (std::size_t i = 0; i < t.rows(); ++i) {
    std::string row;
    for (std::size_t k = 0; k < out.columns(); ++k) row += out(i, k) == 1 ? '1' : '0';
    rows.push_back(row);
  }
  return rows;
}

void check_sparse_is_dense(const one_hot_encoder& encoder, const table_view& x, int threads) {
  tests::matrix<double> out(x.rows(), encoder.output_columns());
  const auto unknown = encoder.transform(x, out.view(), threads);
  std::vector<std::int32_t> indices(x.rows() * encoder.columns()), offsets(x.rows() + 1);
  CHECK(encoder.transform_sparse(x, indices.data(), offsets.data(), threads) == unknown);
  for (std::size_t i = 0; i < x.rows(); ++i) {
    auto at = offsets[i];
    for (std::size_t k = 0; k < out.columns(); ++k) {
      if (out(i, k) == 0) continue;
      CHECK(at < offsets[i + 1]);
      CHECK_EQ(indices[static_cast<std::size_t>(at)], static_cast<std::int32_t>(k));
      ++at;
    }
    CHECK_EQ(at, offsets[i + 1]);
  }
}

}  // namespace

TEST_CASE("one_hot_encoder: obeys the laws on every kind of column") {
  const tests::category_table t(20'001);
  tests::check_laws<one_hot_encoder>(t.view());
  tests::check_laws<one_hot_encoder>(t.view(), {.handle_unknown = unknown_policy::infrequent_if_exist,
                                                .drop = drop_policy::first,
                                                .rarity = {.min_frequency = 850, .max_categories = 9}});
}

TEST_CASE("one_hot_encoder: one one a row and column, at the place of the category") {
  const tests::category_table t(9001);
  const auto encoder = fit<one_hot_encoder>(t.view());
  tests::matrix<float> out(t.rows(), encoder.output_columns(), tests::matrix<float>::layout::columns);
  encoder.transform(t.view(), out.view(), 3);
  const auto places = tests::naive_places(t, true);
  const std::size_t start = encoder.layout().start(3), width = encoder.layout().width(3);
  CHECK(width == 24);
  for (std::size_t i = 0; i < t.rows(); ++i) {
    for (std::size_t k = 0; k < width; ++k) {
      const std::size_t expected = places[i] < 0 ? 23 : static_cast<std::size_t>(places[i]);
      CHECK_EQ(out(i, start + k), k == expected ? 1.0F : 0.0F);
    }
  }
}

TEST_CASE("one_hot_encoder: compressed rows hold what the dense matrix holds, with and without gaps") {
  const tests::category_table train(3000, 1, 12), test(10'000, 2, 23);
  for (const auto drop : {drop_policy::none, drop_policy::first, drop_policy::if_binary}) {
    for (const int threads : {1, 2}) {
      check_sparse_is_dense(fit<one_hot_encoder>(train.view(), {.drop = drop}), train.view(), threads);
      check_sparse_is_dense(
          fit<one_hot_encoder>(train.view(), {.handle_unknown = unknown_policy::ignore, .drop = drop}),
          test.view(), threads);
    }
  }
}

TEST_CASE("one_hot_encoder: the four states of a value under every policy") {
  const auto train = one_column({"b", "a", "b", "c", "b", "a", "?", "?", "d"}, {1, 1, 1, 1, 1, 1, 0, 0, 1});
  const auto test = one_column({"a", "b", "c", "x", ""}, {1, 1, 1, 1, 0});
  const auto fitted = [&](unknown_policy unknown, drop_policy drop = drop_policy::none) {
    return fit<one_hot_encoder>(train.view(),
                                {.handle_unknown = unknown, .drop = drop, .rarity = {.min_frequency = 2}});
  };
  // Columns: a, b, missing, infrequent.
  const std::vector<std::string> inputs = {"plan"};
  CHECK(fitted(unknown_policy::error).output_names(inputs) ==
        std::vector<std::string>{"plan_a", "plan_b", "plan_nan", "plan_infrequent_sklearn"});
  CHECK_THROWS_AS(dense(fitted(unknown_policy::error), test), data_error);
  CHECK(dense(fitted(unknown_policy::ignore), test) ==
        std::vector<std::string>{"1000", "0100", "0001", "0000", "0010"});
  for (const auto policy : {unknown_policy::infrequent_if_exist, unknown_policy::warn}) {
    CHECK(dense(fitted(policy), test) == std::vector<std::string>{"1000", "0100", "0001", "0001", "0010"});
    CHECK(dense(fitted(policy, drop_policy::first), test) ==
          std::vector<std::string>{"000", "100", "001", "001", "010"});
  }
}

TEST_CASE(
    "one_hot_encoder: without an infrequent group an unknown value is all zeros, and its column is reported") {
  table train, test;
  train.add("a", std::vector<std::int64_t>{1, 2});
  train.add("b", std::vector<double>{1, 2});
  test.add("a", std::vector<double>{2, 1});
  test.add("b", std::vector<double>{2.5, NAN});
  const auto encoder = fit<one_hot_encoder>(train.view(), {.handle_unknown = unknown_policy::warn});
  tests::matrix<double> out(2, 4);
  CHECK(encoder.transform(test.view(), out.view()) == std::vector<std::size_t>{1});
  CHECK(out(0, 1) == 1);
  CHECK(out(0, 2) + out(0, 3) == 0);
}

TEST_CASE("one_hot_encoder: drops the first, the first of two, or the given category") {
  const auto three = one_column({"a", "b", "c"}), two = one_column({"a", "b"});
  const auto dropped = [](const std::string& name) {
    return one_hot_encoder::params{.drop = drop_policy::given,
                                   .dropped = {category_list(std::vector<std::string>{name})}};
  };
  CHECK(dense(fit<one_hot_encoder>(three.view(), {.drop = drop_policy::first}), three) ==
        std::vector<std::string>{"00", "10", "01"});
  CHECK(fit<one_hot_encoder>(three.view(), {.drop = drop_policy::if_binary}).output_columns() == 3);
  CHECK(dense(fit<one_hot_encoder>(two.view(), {.drop = drop_policy::if_binary}), two) ==
        std::vector<std::string>{"0", "1"});
  CHECK(dense(fit<one_hot_encoder>(three.view(), dropped("b")), three) ==
        std::vector<std::string>{"10", "00", "01"});
  CHECK_THROWS_WITH_AS(fit<one_hot_encoder>(three.view(), dropped("z")),
                       doctest::Contains("Category: z, Feature: 0"), argument_error);
  auto rare = dropped("b");
  rare.rarity.min_frequency = 2;
  CHECK_THROWS_WITH_AS(fit<one_hot_encoder>(three.view(), rare),
                       doctest::Contains("because it is infrequent"), argument_error);
}

TEST_CASE("one_hot_encoder: the inverse finds the categories, dense and sparse") {
  const tests::category_table t(500, 3, 12);
  for (const auto drop : {drop_policy::none, drop_policy::first}) {
    const auto encoder = fit<one_hot_encoder>(t.view(), {.drop = drop});
    tests::matrix<double> out(t.rows(), encoder.output_columns());
    encoder.transform(t.view(), out.view());
    tests::matrix<std::int32_t> places(t.rows(), encoder.columns()), sparse(t.rows(), encoder.columns());
    encoder.inverse_transform(std::as_const(out).view(), places.view());
    std::vector<std::int32_t> indices(t.rows() * encoder.columns()), offsets(t.rows() + 1);
    encoder.transform_sparse(t.view(), indices.data(), offsets.data());
    const std::vector<double> ones(indices.size(), 1);
    encoder.inverse_transform_sparse(t.rows(), encoder.output_columns(), ones.data(), indices.data(),
                                     offsets.data(), sparse.view());
    const auto expected = tests::naive_places(t, true);
    for (std::size_t i = 0; i < t.rows(); ++i) {
      CHECK_EQ(places(i, 0), expected[i] < 0 ? 12 : expected[i]);
      for (std::size_t j = 0; j < encoder.columns(); ++j) CHECK_EQ(sparse(i, j), places(i, j));
    }
  }
  const auto encoder = fit<one_hot_encoder>(one_column({"a", "b"}).view());
  const std::vector<double> zeros = {0, 0};
  std::int32_t place = 0;
  CHECK_THROWS_AS(encoder.inverse_transform(matrix_view<const double>(zeros.data(), 1, 2),
                                            matrix_view<std::int32_t>(&place, 1, 1)),
                  data_error);
}

TEST_CASE("one_hot_encoder: no rows and no categories") {
  table none;
  none.add("x", std::vector<double>{});
  const auto encoder = fit<one_hot_encoder>(none.view(), {.drop = drop_policy::first});
  CHECK(encoder.output_columns() == 0);
  std::int32_t offset = 7;
  encoder.transform_sparse<std::int32_t>(none.view(), nullptr, &offset);
  CHECK(offset == 0);
}
