#include "colonnade/kernels/row_sums.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "colonnade/core/random.hpp"

// LAW: row-sums Sums behind metrics of floating-point values have the same bits for any number of threads.
TEST_CASE("row_sums: the sums have the same bits for any number of threads") {
  const colonnade::random_stream random(1);
  std::vector<double> x(100'003);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = random.uniform(i) * 1e9 - 3e8;
  const auto sums = [&](std::size_t rows, int threads) {
    return colonnade::row_sums<2>(rows, threads, 10, [&](std::size_t first, std::size_t last) {
      std::array<double, 2> s{};
      for (std::size_t i = first; i < last; ++i) {
        s[0] += x[i];
        s[1] += 1;
      }
      return s;
    });
  };
  for (std::size_t rows : {std::size_t{1}, std::size_t{4096}, std::size_t{4097}, x.size()}) {
    const auto one = sums(rows, 1);
    CHECK(one[1] == static_cast<double>(rows));
    for (int threads : {2, 3, 7}) CHECK(sums(rows, threads) == one);
  }
  CHECK(sums(0, 1)[0] == 0);
}

TEST_CASE("row_sums: an exception of a block reaches the caller") {
  const auto body = [](std::size_t first, std::size_t) -> std::array<double, 1> {
    if (first > 0) throw 7;
    return {1};
  };
  CHECK_THROWS_AS(colonnade::row_sums<1>(100'000, 2, 10, body), int);
}
