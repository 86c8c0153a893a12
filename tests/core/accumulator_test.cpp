#include "colonnade/core/accumulator.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <string_view>
#include <vector>

#include "colonnade/core/parallel.hpp"

using namespace colonnade;

namespace {

/// The smallest primitive: how many rows, and the sum of their weights.
struct row_counter {
  struct params {
    std::uint64_t start = 0;
  };
  struct accumulator {
    static constexpr bool exact = true;
    std::uint64_t rows = 0;
    params given = {};

    accumulator() = default;
    explicit accumulator(const params& p) : rows(p.start), given(p) {}
    void update(const samples<matrix_view<const double>>& x) { rows += x.rows(); }
    void merge(const accumulator& other) { rows += other.rows; }
    accumulator empty_copy() const { return {}; }
    row_counter finalize() const { return {rows}; }
    friend bool operator==(const accumulator& a, const accumulator& b) { return a.rows == b.rows; }
  };
  static constexpr std::string_view kind = "row_counter";
  std::uint64_t rows = 0;
  friend bool operator==(const row_counter&, const row_counter&) = default;
};

/// Learnt by passes of its own.
struct own_fit {
  struct params {};
  bool own = false;
  static own_fit fit(const samples<matrix_view<const double>>&, const params&, int) { return {true}; }
};

using batch = samples<matrix_view<const double>>;

}  // namespace

TEST_CASE("accumulator: the concepts accept what has the members and refuse what lacks one") {
  CHECK(accumulator_for<row_counter::accumulator, batch>);
  CHECK(primitive_for<row_counter, batch>);
  CHECK(row_counter::accumulator() == row_counter::accumulator());
  CHECK(row_counter{1} == row_counter{1});
  CHECK_FALSE(accumulator_for<row_counter, batch>);
  CHECK_FALSE(primitive_for<own_fit, batch>);
}

TEST_CASE("fit: sees every row once, for any number of threads, from the given parameters") {
  const std::vector<double> values(3 * 10'000, 1.0);
  const batch x{matrix_view<const double>(values.data(), 10'000, 3)};
  for (const int threads : {1, 2, 3, 7}) {
    CHECK(fit<row_counter>(x, {}, threads).rows == 10'000);
    CHECK(fit<row_counter>(x, {5}, threads).rows == 10'005);
  }
}

TEST_CASE("fit: a primitive with a fit of its own uses it") { CHECK(fit<own_fit>(batch{}).own); }

TEST_CASE("samples: a slice cuts rows, target and weights alike, and leaves out what is not there") {
  const std::vector<double> values = {1, 2, 3, 4, 5, 6}, target = {7, 8, 9};
  const batch x{matrix_view<const double>(values.data(), 3, 2), column_view<const double>(target.data(), 3)};
  const batch part = x.slice(1, 2);
  CHECK(part.rows() == 2);
  CHECK(part.x(0, 1) == 4);
  CHECK(part.target.size() == 2);
  CHECK(part.target[0] == 8);
  CHECK(part.weight.size() == 0);
}
