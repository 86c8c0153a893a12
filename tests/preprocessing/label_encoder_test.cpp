#include "colonnade/preprocessing/label_encoder.hpp"

#include "tests/laws.hpp"
#include "tests/naive/category_table.hpp"

using namespace colonnade;

TEST_CASE("label_encoder: obeys the laws on strings, a dictionary, numbers and flags") {
  const tests::category_table t(9001);
  for (const std::size_t j : {0u, 3u, 4u, 7u}) {
    const std::vector<any_column_view> column = {t.view().column(j)};
    tests::check_laws<label_encoder>(table_view(column, {}, t.rows()));
  }
}

TEST_CASE("label_encoder: numbers labels in ascending order, missing last") {
  table y;
  y.add("y", std::vector<std::string>{"b", "a", "", "b"}, {1, 1, 0, 1});
  std::vector<std::int64_t> codes(4);
  const auto encoder = label_encoder::fit_transform(y.view(), codes.data());
  CHECK(codes == std::vector<std::int64_t>{1, 0, 2, 1});
  CHECK(encoder == fit<label_encoder>(y.view()));
  std::vector<std::int64_t> again(4);
  encoder.transform(y.view(), again.data());
  CHECK(again == codes);
}

TEST_CASE("label_encoder: an unseen label is refused by name") {
  table y, other;
  y.add("y", std::vector<std::int64_t>{1, 5});
  other.add("y", std::vector<std::int64_t>{1, 7});
  std::vector<std::int64_t> codes(2);
  CHECK_THROWS_WITH_AS(fit<label_encoder>(y.view()).transform(other.view(), codes.data()),
                       "y contains previously unseen labels: [7]", data_error);
}
