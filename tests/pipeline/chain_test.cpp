#include "colonnade/pipeline/chain.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <string>
#include <vector>

#include "colonnade/core/owned_table.hpp"

using namespace colonnade;

TEST_CASE("chain: gather reads every kind of number, and gaps become NaN") {
  table t;
  t.add("d", std::vector<double>{1.5, 2});
  t.add("f", std::vector<float>{0.5F, 3}, {1, 0});
  t.add("i", std::vector<std::int64_t>{7, 8}, {0, 1});
  t.add_flags("b", {1, 0});
  const std::vector<std::int32_t> codes = {1, -1};
  const std::vector<double> values = {10, 20};
  t.add_view("c", dictionary_column_view(codes.data(), 2, column_view<const double>(values.data(), 2)));
  std::vector<double> out(10);
  gather(t.view(), matrix_view<double>(out.data(), 2, 5));
  CHECK(out[0] == 1.5);
  CHECK(out[1] == 0.5);
  CHECK(std::isnan(out[2]));
  CHECK(out[3] == 1);
  CHECK(out[4] == 20);
  CHECK(out[5] == 2);
  CHECK(std::isnan(out[6]));
  CHECK(out[7] == 8);
  CHECK(out[8] == 0);
  CHECK(std::isnan(out[9]));
}

TEST_CASE("chain: text where numbers are due is refused") {
  table t;
  t.add("plan", std::vector<std::string>{"basic"});
  double out = 0;
  CHECK_THROWS_AS(gather(t.view(), matrix_view<double>(&out, 1, 1)), argument_error);
  t = {};
  t.add_codes("plan", {0}, {"basic"});
  CHECK_THROWS_AS(gather(t.view(), matrix_view<double>(&out, 1, 1)), argument_error);
}

TEST_CASE("chain: codes of a matrix are those of a table, also behind other steps") {
  table t;
  t.add("a", std::vector<double>{30, 10, 20, 10});
  t.add("b", std::vector<double>{1, 2, 2, 1});
  const auto codes = fit<ordinal_encoder>(t.view());
  table c;
  c.add("a", std::vector<double>{2, 0, 1, 0});
  c.add("b", std::vector<double>{0, 1, 1, 0});
  const std::vector<named_transformer> chain = {
      {"", passthrough{}}, {"", codes}, {"", passthrough{}}, {"", fit<ordinal_encoder>(c.view())}};
  std::vector<double> direct(8), chained(8);
  codes.transform(t.view(), matrix_view<double>(direct.data(), 4, 2));
  chain_buffers buffers;
  apply_chain(chain, chain_value(t.view()), matrix_view<double>(chained.data(), 4, 2), buffers);
  CHECK(direct == std::vector<double>{2, 0, 0, 1, 1, 1, 0, 0});
  CHECK(chained == direct);
}

TEST_CASE("chain: imputed text goes on as text, and cannot be the end") {
  table t;
  t.add("plan", std::vector<std::string>{"plus", "", "plus"}, {1, 0, 1});
  t.add("other", std::vector<std::string>{"u", "v", "v"});
  simple_imputer::params most;
  most.how = simple_imputer::strategy::most_frequent;
  const auto imputer = fit<simple_imputer>(t.view(), most);
  const auto codes = fit<ordinal_encoder>(imputer.impute(t.view()).view());
  std::vector<double> out(6);
  chain_buffers buffers;
  const matrix_view<double> to(out.data(), 3, 2);
  apply_chain(std::vector<named_transformer>{{"", imputer}, {"", codes}}, chain_value(t.view()), to, buffers);
  CHECK(out == std::vector<double>{0, 0, 0, 1, 0, 1});
  CHECK_THROWS_AS(
      apply_chain(std::vector<named_transformer>{{"", imputer}}, chain_value(t.view()), to, buffers),
      argument_error);
}
