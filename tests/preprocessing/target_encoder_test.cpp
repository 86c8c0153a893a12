#include "colonnade/preprocessing/target_encoder.hpp"

#include "tests/laws.hpp"
#include "tests/naive/category_table.hpp"
#include "tests/naive/target_encoder.hpp"

using namespace colonnade;

namespace {

struct problem {
  tests::category_table x;
  std::vector<double> y, w;

  explicit problem(std::size_t rows, int classes = 0, std::uint64_t seed = 1)
      : x(rows, seed), y(rows), w(rows) {
    const random_stream random(seed, 9);
    for (std::size_t i = 0; i < rows; ++i) {
      y[i] = classes > 0
                 ? static_cast<double>(random.below(i, static_cast<std::uint64_t>(classes)))
                 : x.draw(i) + 1000 + random.uniform(i) * std::ldexp(1.0, static_cast<int>(i % 40) - 20);
      w[i] = static_cast<double>(random.below(rows + i, 4));
    }
  }
  samples<table_view> plain() const { return {x.view(), {y.data(), y.size()}, {}}; }
  samples<table_view> weighted() const { return {x.view(), {y.data(), y.size()}, {w.data(), w.size()}}; }
};

target_encoder::params params_of(target_type type, std::size_t classes, std::optional<double> smooth = {}) {
  std::vector<std::int64_t> labels(classes);
  for (std::size_t k = 0; k < classes; ++k) labels[k] = static_cast<std::int64_t>(k);
  return {.type = type, .classes = category_list(labels), .smooth = smooth};
}

}  // namespace

TEST_CASE("target_encoder: obeys the laws for numbers, two classes and many, with weights and without") {
  const problem numbers(9001), two(9001, 2), four(5001, 4);
  for (const bool weighted : {false, true}) {
    const auto of = [&](const problem& p) { return weighted ? p.weighted() : p.plain(); };
    tests::check_laws<target_encoder>(of(numbers));
    tests::check_laws<target_encoder>(of(two), params_of(target_type::binary, 2, 10.0));
    tests::check_laws<target_encoder>(of(four), params_of(target_type::multiclass, 4));
  }
}

TEST_CASE("target_encoder: learning in memory and learning batch by batch give equal bytes") {
  for (const int classes : {0, 2, 3}) {
    const problem p(20'001, classes);
    const auto params = classes == 0 ? params_of(target_type::continuous, 0)
                                     : params_of(classes == 2 ? target_type::binary : target_type::multiclass,
                                                 static_cast<std::size_t>(classes));
    for (const auto& x : {p.plain(), p.weighted()}) {
      CHECK(to_bytes(fit<target_encoder>(x, params, 2)) ==
            to_bytes(accumulate(target_encoder::accumulator(params), x, 2).finalize()));
    }
  }
}

TEST_CASE("target_encoder: encodings are those of the naive reference") {
  const problem p(3001);
  const auto places = tests::naive_places(p.x, true);
  const std::vector<double> ones(p.y.size(), 1.0);
  for (const auto smooth :
       {std::optional<double>(), std::optional<double>(0.0), std::optional<double>(7.5)}) {
    for (const bool weighted : {false, true}) {
      const auto encoder = fit<target_encoder>(weighted ? p.weighted() : p.plain(),
                                               params_of(target_type::continuous, 0, smooth));
      tests::matrix<double> out(p.y.size(), encoder.output_columns());
      encoder.transform(p.x.view(), out.view());
      const auto expected = tests::naive_target_encoding(places, p.y, weighted ? p.w : ones, smooth,
                                                         [](std::size_t) { return true; });
      for (std::size_t i = 0; i < p.y.size(); ++i) {
        CHECK(out(i, 0) == doctest::Approx(expected[i]).epsilon(1e-12));
        CHECK_EQ(out(i, 2), out(i, 0));
        CHECK_EQ(out(i, 3), out(i, 0));
      }
    }
  }
}

TEST_CASE("target_encoder: a row's cross-fitted encoding does not see its own fold") {
  const problem p(4001);
  const auto places = tests::naive_places(p.x, true);
  const std::vector<double> ones(p.y.size(), 1.0);
  std::vector<std::int32_t> fold_of;
  for (std::size_t i = 0; i < p.y.size(); ++i) fold_of.push_back(static_cast<std::int32_t>(i * 7 % 3));
  tests::matrix<double> out(p.y.size(), 8), serial(p.y.size(), 8);
  const auto encoder = target_encoder::fit_transform(p.plain(), fold_of, 3, out.view(), {}, 2);
  CHECK(encoder == fit<target_encoder>(p.plain()));
  target_encoder::fit_transform(p.plain(), fold_of, 3, serial.view(), {}, 1);
  std::vector<std::vector<double>> expected;
  for (int f = 0; f < 3; ++f) {
    expected.push_back(
        tests::naive_target_encoding(places, p.y, ones, {}, [&](std::size_t i) { return fold_of[i] != f; }));
  }
  for (std::size_t i = 0; i < p.y.size(); ++i) {
    CHECK(out(i, 0) == doctest::Approx(expected[static_cast<std::size_t>(fold_of[i])][i]).epsilon(1e-12));
    for (std::size_t j = 0; j < 8; ++j) CHECK_EQ(out(i, j), serial(i, j));
  }
}

TEST_CASE("target_encoder: a category that the other folds have not seen gets their mean") {
  table t;
  t.add("x", std::vector<std::string>{"a", "a", "b", "a"});
  const std::vector<double> y = {1, 2, 100, 6};
  const std::vector<std::int32_t> fold_of = {0, 0, 1, 1};
  std::vector<double> out(4);
  target_encoder::fit_transform({t.view(), {y.data(), 4}, {}}, fold_of, 2,
                                matrix_view<double>(out.data(), 4, 1));
  CHECK(out[2] == 1.5);
}

TEST_CASE("target_encoder: several classes give a column a class; their shares add to one") {
  const problem p(2000, 3);
  const auto encoder = fit<target_encoder>(p.plain(), params_of(target_type::multiclass, 3, 10.0));
  CHECK(encoder.output_columns() == 24);
  tests::matrix<double> out(p.y.size(), 24);
  encoder.transform(p.x.view(), out.view());
  for (std::size_t i = 0; i < p.y.size(); ++i) CHECK(out(i, 3) + out(i, 4) + out(i, 5) == doctest::Approx(1));
}

TEST_CASE("target_encoder: unknown values get the mean of all") {
  table train, test;
  train.add("x", std::vector<std::string>{"a", "b"});
  test.add("x", std::vector<std::string>{"c", ""}, {1, 0});
  const std::vector<double> y = {1, 4};
  const auto encoder = fit<target_encoder>(samples<table_view>{train.view(), {y.data(), 2}, {}});
  std::vector<double> out(2);
  encoder.transform(test.view(), matrix_view<double>(out.data(), 2, 1));
  CHECK(out == std::vector<double>{2.5, 2.5});
}

TEST_CASE("target_encoder: a constant target, and targets of all sizes") {
  table t;
  t.add("x", std::vector<std::string>{"a", "b", "a"});
  for (const double size : {0.0, 1.0, -3e307, 1e-310}) {
    const std::vector<double> y(3, size);
    const auto encoder = fit<target_encoder>(samples<table_view>{t.view(), {y.data(), 3}, {}});
    CHECK(encoder[0].encodings[1] == doctest::Approx(size));
  }
}

TEST_CASE("target_encoder: what does not fit is refused by name") {
  table t;
  t.add("x", std::vector<std::string>{"a", "b"});
  const std::vector<double> y = {1, NAN}, short_y = {1}, classes = {0, 2}, negative = {1, -1};
  CHECK_THROWS_AS(fit<target_encoder>(samples<table_view>{t.view(), {y.data(), 2}, {}}), data_error);
  CHECK_THROWS_AS(fit<target_encoder>(samples<table_view>{t.view(), {short_y.data(), 1}, {}}),
                  argument_error);
  CHECK_THROWS_AS(fit<target_encoder>(samples<table_view>{t.view(), {classes.data(), 2}, {}},
                                      params_of(target_type::binary, 2)),
                  data_error);
  CHECK_THROWS_AS(
      fit<target_encoder>(samples<table_view>{t.view(), {short_y.data(), 1, 0}, {negative.data(), 2}}),
      argument_error);
  CHECK_THROWS_AS(
      fit<target_encoder>(samples<table_view>{t.view(), {classes.data(), 2}, {}}, {.smooth = -1.0}),
      argument_error);
}
