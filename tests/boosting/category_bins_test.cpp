// Also tests: boosting/category_lookup.hpp
#include "colonnade/boosting/category_bins.hpp"

#include <doctest/doctest.h>

#include <cmath>

#include "colonnade/boosting/binned_matrix.hpp"
#include "colonnade/boosting/category_lookup.hpp"
#include "colonnade/core/archive.hpp"
#include "colonnade/core/random.hpp"
#include "tests/values.hpp"

using namespace colonnade;

namespace {

using code_list = std::vector<std::uint32_t>;

code_list copy_of(std::span<const std::uint32_t> codes) { return {codes.begin(), codes.end()}; }

template <class T>
category_bins learn_from(const std::vector<T>& values, const std::vector<double>& weight = {}) {
  return category_bins::learn(column_view<const T>(values.data(), values.size()),
                              column_view<const double>(weight.data(), weight.size()));
}

}  // namespace

TEST_CASE("category_bins: one bin a category, in the order of the codes") {
  const float missing = std::nanf("");
  const auto bins = learn_from<float>({7, 3, missing, 16'777'215, 3, -0.0f});
  CHECK(copy_of(bins.kept()) == code_list{0, 3, 7, 16'777'215});
  CHECK(bins.rare().empty());
  CHECK(bins.bins() == 4);
  CHECK(copy_of(learn_from<double>({4, 5, 6}, {1, 0, 2}).kept()) == code_list{4, 6});
  CHECK(learn_from<double>({}).bins() == 1);
  CHECK(learn_from<double>({std::nan("")}).bins() == 1);
}

TEST_CASE("category_bins: the heaviest 254 have a bin each, of equal ones the lower codes") {
  std::vector<double> values, weight;
  for (int code = 0; code < 300; ++code) {
    values.push_back(code);
    weight.push_back(code >= 250 ? 2 : 1);
  }
  const auto bins = learn_from(values, weight);
  CHECK(bins.bins() == 255);
  CHECK(bins.kept().size() == 254);
  CHECK(bins.rare().size() == 46);
  CHECK(bins.rare().front() == 204);
  CHECK(bins.rare().back() == 249);
  CHECK(learn_from(std::vector<double>(values.begin(), values.begin() + 254)).rare().empty());
  CHECK(copy_of(learn_from(std::vector<double>(values.begin(), values.begin() + 255)).rare()) ==
        code_list{254});
}

TEST_CASE("category_bins: what is no code is found") {
  const auto invalid = [](std::vector<double> values) {
    return category_bins::first_invalid(column_view<const double>(values.data(), values.size()));
  };
  CHECK(!invalid({0, 1, std::nan(""), 16'777'215}));
  CHECK(invalid({0, -1}) == 1);
  CHECK(invalid({0.5}) == 0);
  CHECK(invalid({0, 1, 16'777'216}) == 2);
  CHECK(invalid({tests::values::infinity}) == 0);
  CHECK(invalid({-tests::values::infinity}) == 0);
}

TEST_CASE("category_lookup: known codes have their bin, all else that of missing values") {
  std::vector<double> values;
  for (int k = 0; k < 280; ++k) values.insert(values.end(), k < 254 ? 2 : 1, 5000.0 * k + 17);
  const auto bins = learn_from(values);
  const category_lookup lookup(bins, 255);
  for (std::size_t k = 0; k < 280; ++k) {
    const double code = 5000.0 * static_cast<double>(k) + 17;
    CHECK(lookup.bin_of(code) == std::min<std::size_t>(k, 254));
    CHECK(lookup.bin_of(static_cast<float>(code)) == std::min<std::size_t>(k, 254));
    for (const double other : {code + 1, code + 0.5, code - 1, -code}) CHECK(lookup.bin_of(other) == 255);
  }
  for (const double other : {std::nan(""), tests::values::infinity, -tests::values::infinity, 1e300, -1.0,
                             0.0, 16'777'216.0, 4294967296.0 + 17})
    CHECK(lookup.bin_of(other) == 255);
  CHECK(category_lookup(category_bins(), 1).bin_of(0.0) == 1);
}

TEST_CASE("category_bins: a binned matrix holds the bins of categories beside those of numbers") {
  const random_stream random(3);
  std::vector<float> x;
  for (std::uint64_t i = 0; i < 3000; ++i) {
    const float code = static_cast<float>(random.below(2 * i, 40) * 7);
    x.insert(x.end(), {code, random.below(2 * i + 1, 9) == 0 ? std::nanf("") : code, code});
  }
  const matrix_view<const float> view(x.data(), x.size() / 3, 3);
  const std::uint32_t categorical[] = {1, 2};
  for (const int threads : {1, 3}) {
    const auto cuts = feature_cuts::learn(view, {}, 8, threads, categorical);
    CHECK(cuts.bins(0) == 8);
    CHECK(cuts.bins(1) == 40);
    CHECK(cuts.categories(0) == nullptr);
    REQUIRE(cuts.categories(1) != nullptr);
    const binned_matrix bins(view, cuts, binned_matrix::layout::rows_and_columns, threads);
    CHECK(!bins.categorical(0));
    CHECK(bins.categorical(1));
    for (std::size_t i = 0; i < view.rows(); ++i) {
      for (std::size_t f = 1; f < 3; ++f) {
        const float value = view(i, f);
        const int expected = std::isnan(value) ? 40 : static_cast<int>(value / 7);
        CHECK(bins.bin(i, f) == expected);
      }
    }
  }
}

TEST_CASE("category_bins: a column of categories that holds something else is refused") {
  const std::vector<double> x = {0, 1, 0, 2, 0.5, -3};
  const std::uint32_t both[] = {0, 1};
  try {
    static_cast<void>(feature_cuts::learn(matrix_view<const double>(x.data(), 3, 2), {}, 256, 2, both));
    FAIL("no error");
  } catch (const data_error& error) {
    CHECK(std::string(error.what()) ==
          "X: found 0.500000 among categories, expected whole numbers from 0 to 2^24 - 1, column 0, row 2");
  }
}
