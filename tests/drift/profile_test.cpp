// Also tests: drift/column_profile.hpp, drift/profile_ranks.hpp
#include "colonnade/drift/profile.hpp"

#include <cmath>

#include "colonnade/core/owned_table.hpp"
#include "colonnade/drift/profile_ranks.hpp"
#include "colonnade/drift/two_sample.hpp"
#include "tests/laws.hpp"
#include "tests/values.hpp"

using namespace colonnade;
using doctest::Approx;

namespace {

using tests::values::missing;

/// Numbers with missing ones and an infinity, integers, flags, few and many strings.
table sample(std::size_t rows, std::uint64_t seed = 1) {
  const random_stream random(seed);
  std::vector<double> charge(rows);
  std::vector<float> small(rows);
  std::vector<std::int64_t> tenure(rows);
  std::vector<std::uint8_t> flag(rows);
  std::vector<std::string> plan(rows), key(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    charge[i] = random.uniform(8 * i) < 0.1 ? missing : 1e9 + 50 * random.uniform(8 * i + 1);
    small[i] =
        i == 5 ? std::numeric_limits<float>::infinity() : static_cast<float>(random.uniform(8 * i + 2));
    tenure[i] = static_cast<std::int64_t>(random.below(8 * i + 3, 72));
    flag[i] = random.uniform(8 * i + 4) < 0.3 ? 1 : 0;
    plan[i] = "plan " + std::to_string(random.below(8 * i + 5, 4));
    key[i] = "customer " + std::to_string(random.below(8 * i + 6, 5000));
  }
  table t;
  t.add("charge", std::move(charge));
  t.add("small", std::move(small));
  t.add("tenure", std::move(tenure));
  t.add_flags("flag", flag);
  t.add("plan", std::move(plan));
  t.add("key", std::move(key));
  return t;
}

profile::accumulator learnt(const table_view& t, std::span<const std::size_t> cuts) {
  profile::accumulator merged;
  std::size_t first = 0;
  for (std::size_t k = 0; k <= cuts.size(); ++k) {
    const std::size_t last = k == cuts.size() ? t.rows() : cuts[k];
    profile::accumulator part;
    part.update(t.slice(first, last - first));
    merged.merge(part);
    first = last;
  }
  return merged;
}

}  // namespace

TEST_CASE("profile: figures of a small table") {
  table t;
  t.add("x", std::vector<double>{1, missing, 3, 2, 3});
  t.add("plan", std::vector<std::string>{"b", "a", "b", "", "c"}, {1, 1, 1, 0, 1});
  const auto p = fit<profile>(t.view());
  CHECK(p.rows() == 5);
  CHECK(p.names() == std::vector<std::string>{"x", "plan"});
  const column_profile& x = p["x"];
  CHECK(x.type() == column_type::number);
  CHECK(x.count() == 4);
  CHECK(x.missing_rate() == 0.2);
  CHECK(x.mean() == 2.25);
  CHECK(x.deviation() == Approx(0.9574271077563381).epsilon(1e-15));
  CHECK(x.minimum() == 1);
  CHECK(x.maximum() == 3);
  CHECK(x.quantile(0.5) == 2);
  CHECK(x.distinct() == 3);
  CHECK(x.top(1)[0] == std::pair<std::string, std::uint64_t>("3", 2));
  const column_profile& plan = p["plan"];
  CHECK(plan.type() == column_type::text);
  CHECK(plan.missing() == 1);
  CHECK(plan.distinct() == 3);
  CHECK(std::isnan(plan.mean()));
  CHECK(plan.top(5).size() == 3);
  CHECK_THROWS_AS(p["y"], argument_error);
}

TEST_CASE("profile: merging an empty one changes nothing, and a saved one goes on") {
  const table t = sample(9001);
  profile::accumulator whole;
  whole.update(t.view());
  tests::check_neutral(profile::accumulator(), whole);
  tests::check_going_on<profile>(whole, t.view());
  CHECK(profile::accumulator(whole.finalize()) == whole);
}

// LAW: profile-threads A profile has the same bits for any number of threads and any instruction set.
TEST_CASE("profile: threads and instruction sets give equal bytes") {
  const table t = sample(20'000);
  tests::check_same_bits<profile>(t.view(), {});
}

// LAW: profile-partition Over any partition of the rows a profile's counts, mean, deviation, range and
// distinct values are equal bit for bit, its quantiles within their stated error.
TEST_CASE("profile: any partition gives the same figures, quantiles within their error") {
  const table t = sample(30'000);
  const auto whole = fit<profile>(t.view(), {.quantile_k = 128});
  for (const auto& cuts : tests::partitions(t.rows())) {
    const auto parts = learnt(t.view(), cuts).finalize();
    for (std::size_t j = 0; j < whole.columns(); ++j) {
      const column_profile &a = whole[j], &b = parts[j];
      CHECK(a.rows() == b.rows());
      CHECK(a.missing() == b.missing());
      CHECK(a.infinite() == b.infinite());
      CHECK(a.distinct_values() == b.distinct_values());
      if (!a.numeric()) {
        if (a.categories().exact()) CHECK(a.categories() == b.categories());
        continue;
      }
      CHECK(a.mean() == b.mean());
      CHECK(a.deviation() == b.deviation());
      CHECK(a.minimum() == b.minimum());
      CHECK(a.maximum() == b.maximum());
      if (b.quantiles().exact()) continue;
      const auto sorted = sorted_sample::of(j == 0 ? std::get<column_view<const double>>(t.view().column(0))
                                                   : column_view<const double>());
      if (j != 0) continue;
      for (const double p : {0.01, 0.25, 0.5, 0.9}) {
        const double rank =
            static_cast<double>(sorted.at_most(b.quantile(p))) / static_cast<double>(sorted.size());
        CHECK(std::abs(rank - p) < b.quantiles().rank_error() + 1e-3);
      }
    }
  }
}

TEST_CASE("profile: damaged bytes are refused or valid") {
  const table t = sample(700);
  const auto p = fit<profile>(t.view(), {.quantile_k = 16, .category_capacity = 8, .number_capacity = 8});
  tests::check_bytes(p);
  tests::check_bytes(profile::accumulator(p));
}

TEST_CASE("profile: a matrix of any strides, with missing values and huge offsets") {
  const auto rows = tests::random_matrix<double>(5000, 4, tests::matrix<double>::layout::rows);
  const auto columns = tests::random_matrix<double>(5000, 4, tests::matrix<double>::layout::columns);
  const auto p = fit<profile>(rows.view());
  CHECK(p == fit<profile>(columns.view()));
  CHECK(p.names()[3] == "x3");
  CHECK(p[1].distinct() == 1);
  CHECK(p[1].deviation() == 0);
  CHECK(p[3].mean() > 1e9);
}

TEST_CASE("profile: empty tables, one row, all missing") {
  const auto none = fit<profile>(sample(0).view());
  CHECK(none.rows() == 0);
  CHECK(std::isnan(none["charge"].missing_rate()));
  CHECK(std::isnan(none["charge"].mean()));
  const auto one = fit<profile>(sample(1).view());
  CHECK(std::isnan(one["tenure"].deviation()));
  table t;
  t.add("x", std::vector<double>{missing, missing});
  const auto p = fit<profile>(t.view());
  CHECK(p["x"].type() == column_type::unknown);
  CHECK(p["x"].missing_rate() == 1);
  CHECK(std::isnan(p["x"].quantile(0.5)));
}

TEST_CASE(
    "profile: a column without values takes the type that comes later, another type is refused by name") {
  table empty, text, numbers;
  empty.add("x", std::vector<double>{missing});
  text.add("x", std::vector<std::string>{"a"});
  numbers.add("x", std::vector<double>{1});
  profile::accumulator state;
  state.update(empty.view());
  state.update(text.view());
  CHECK(state.finalize()["x"].type() == column_type::text);
  const auto before = state;
  CHECK_THROWS_WITH_AS(state.update(numbers.view()), doctest::Contains("column x"), data_error);
  CHECK(state == before);
  table other;
  other.add("y", std::vector<double>{1});
  CHECK_THROWS_WITH_AS(state.update(other.view()), doctest::Contains("found 'y', expected 'x'"),
                       argument_error);
  CHECK_THROWS_AS(state.merge(profile::accumulator({.quantile_k = 8})), argument_error);
  CHECK_THROWS_AS(profile::accumulator({.quantile_k = 1}), argument_error);
}

TEST_CASE("profile_ranks: exact sketches give the statistics of the samples") {
  std::vector<double> x, y;
  const random_stream random(3);
  for (std::uint64_t i = 0; i < 300; ++i) x.push_back(std::floor(40 * random.uniform(2 * i)));
  for (std::uint64_t i = 0; i < 200; ++i) y.push_back(std::floor(40 * random.uniform(2 * i + 1)) + 1);
  quantile_sketch a, b;
  a.update(x);
  b.update(y);
  const profile_ranks ranks(a, b);
  const auto exact = two_sample(column_view<const double>(x.data(), x.size()),
                                column_view<const double>(y.data(), y.size()));
  CHECK(ranks.kolmogorov_smirnov().statistic == Approx(exact.ks.statistic).epsilon(1e-12));
  CHECK(ranks.kolmogorov_smirnov().p_value == Approx(exact.ks.p_value).epsilon(1e-12));
  CHECK(ranks.wasserstein() == Approx(exact.wasserstein.statistic).epsilon(1e-12));
  const auto bins = ranks.bins(10);
  CHECK(bins.edges == exact.bin_edges);
  CHECK(bins.reference == exact.reference_bins);
  CHECK(bins.current == exact.current_bins);
}
