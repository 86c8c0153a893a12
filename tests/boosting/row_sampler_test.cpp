#include "colonnade/boosting/row_sampler.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>

using namespace colonnade;

namespace {

/// Gradients as a loss makes them: skewed, with a Hessian each.
struct loss_table {
  std::vector<double> g, h, target, probability;
  std::vector<std::uint64_t> groups;
  std::vector<std::int64_t> packed;
  gradient_scale scale;
  packed_gradients all;

  explicit loss_table(std::size_t rows, std::size_t outputs = 1, bool zero = false)
      : packed(rows * outputs), scale(1, 0.25, false, rows) {
    const random_stream random(9);
    for (std::size_t i = 0; i < packed.size(); ++i) {
      const double u = random.uniform(2 * i);
      g.push_back(zero ? 0 : (random.uniform(2 * i + 1) < 0.4 ? -1 : 1) * u * u * u);
      h.push_back(0.02 + 0.2 * random.uniform(2 * i + 1));
      packed[i] = (std::llrint(g[i] * scale.steps().gradient) << scale.steps().shift) +
                  std::llrint(h[i] * scale.steps().hessian);
    }
    for (std::size_t i = 0; i < rows; ++i) target.push_back(i % 5 == 0 ? 1 : 0);
    all = {packed.data(), rows, outputs, scale.steps().shift};
  }
};

struct drawn {
  std::vector<std::uint32_t> rows;
  std::vector<std::int64_t> gradients;  // of those rows
  double g = 0, h = 0;                  // their sums, of output 0
};

drawn draw(const boosting_params& p, const loss_table& t, std::uint64_t seed, int threads = 1,
           std::size_t iteration = 100) {
  row_sampler sampler(p, t.target, t.probability, threads);
  if (!t.groups.empty()) sampler.use_groups(t.groups);
  sampler.draw(random_stream(seed), iteration, t.all, t.scale);
  REQUIRE(!sampler.everything());
  drawn d{sampler.rows(), {}};
  const packed_gradients out = {sampler.gradients(), t.all.rows, t.all.outputs,
                                sampler.scale().steps().shift};
  for (const std::uint32_t row : d.rows) {
    for (std::size_t k = 0; k < t.all.outputs; ++k) d.gradients.push_back(out.both(row, k));
    d.g += out.gradient(row, 0) * sampler.scale().gradient_unit();
    d.h += out.hessian(row, 0) * sampler.scale().hessian_unit();
  }
  return d;
}

boosting_params with_method(row_sampling method, double share = 0.3) {
  boosting_params p;
  p.objective = boosting_objective::logistic;
  p.sampling_method = method;
  if (method != row_sampling::goss) p.subsample = share;
  return p;
}

constexpr row_sampling all_methods[] = {row_sampling::uniform, row_sampling::goss, row_sampling::mvs};

bool within(double found, double expected, double deviation) {
  return std::abs(found - expected) <= 5 * deviation + 1e-9;
}

}  // namespace

TEST_CASE("row_sampler: a row is in with its probability, in order, for any threads") {
  const loss_table t(100'003);
  const auto rows = static_cast<double>(t.all.rows);
  for (const double share : {0.01, 0.5, 0.93}) {
    const auto p = with_method(row_sampling::uniform, share);
    std::vector<std::uint32_t> expected;
    const random_stream random(3);
    for (std::size_t i = 0; i < t.all.rows; ++i) {
      if (random.uniform(i) < share) expected.push_back(static_cast<std::uint32_t>(i));
    }
    CHECK(within(static_cast<double>(expected.size()), rows * share, std::sqrt(rows * share * (1 - share))));
    CHECK(draw(p, t, 3).rows == expected);
  }
}

TEST_CASE("row_sampler: every method draws the same rows and gradients for any threads") {
  for (const std::size_t outputs : {1u, 3u}) {
    const loss_table t(100'003, outputs);
    for (const auto method : all_methods) {
      const auto p = with_method(method);
      const drawn one = draw(p, t, 5);
      CHECK(std::is_sorted(one.rows.begin(), one.rows.end()));
      CHECK(std::adjacent_find(one.rows.begin(), one.rows.end()) == one.rows.end());
      for (const int threads : {2, 3, 7}) {
        const drawn other = draw(p, t, 5, threads);
        CHECK(other.rows == one.rows);
        CHECK(other.gradients == one.gradients);
      }
      CHECK(draw(p, t, 6).rows != one.rows);
    }
  }
}

TEST_CASE("row_sampler: goss keeps the top rows and draws its share of the others") {
  const loss_table t(50'000);
  const auto rows = static_cast<double>(t.all.rows);
  auto p = with_method(row_sampling::goss);
  for (const double top : {0.0, 0.2, 0.5}) {
    for (const double other : {0.05, 0.3}) {
      p.top_rate = top;
      p.other_rate = other;
      std::vector<std::pair<double, std::uint32_t>> order;
      for (std::uint32_t row = 0; row < t.all.rows; ++row)
        order.push_back({-std::abs(t.all.gradient(row, 0)) * t.all.hessian(row, 0), row});
      std::sort(order.begin(), order.end());
      const auto count = static_cast<std::size_t>(top * rows);
      const drawn d = draw(p, t, 11);
      std::vector<char> in(t.all.rows);
      for (const std::uint32_t row : d.rows) in[row] = 1;
      for (std::size_t k = 0; k < count; ++k) REQUIRE(in[order[k].second]);
      const double share = other / (1 - top);
      CHECK(within(static_cast<double>(d.rows.size() - count), rows * other,
                   std::sqrt(rows * other * (1 - share))));
    }
  }
}

TEST_CASE("row_sampler: of equal rows the first are the top of goss") {
  loss_table t(1000);
  for (auto& value : t.packed) value = t.packed[0];
  auto p = with_method(row_sampling::goss);
  p.top_rate = 0.25;
  p.other_rate = 0.01;
  const drawn d = draw(p, t, 2);
  for (std::uint32_t row = 0; row < 250; ++row) REQUIRE(d.rows[row] == row);
  CHECK(d.rows.size() < 290);
}

TEST_CASE("row_sampler: as many rows as wanted are drawn by mvs, all of those with large gradients") {
  const loss_table t(50'000);
  const auto rows = static_cast<double>(t.all.rows);
  auto p = with_method(row_sampling::mvs);
  for (const double share : {0.05, 0.3, 0.8}) {
    for (const double lambda : {0.0, 1.0, 100.0}) {
      p.subsample = share;
      p.reg_lambda = lambda;
      std::vector<int> times(t.all.rows);
      for (std::uint64_t seed = 0; seed < 20; ++seed) {
        const drawn d = draw(p, t, seed);
        CHECK(
            within(static_cast<double>(d.rows.size()), rows * share, std::sqrt(rows * share * (1 - share))));
        for (const std::uint32_t row : d.rows) ++times[row];
      }
      // The largest norm has the largest probability; half of it, half of that unless it is 1.
      std::vector<std::pair<double, int>> order;
      for (std::size_t i = 0; i < t.all.rows; ++i)
        order.push_back({std::sqrt(t.g[i] * t.g[i] + lambda * t.h[i] * t.h[i]), times[i]});
      std::sort(order.begin(), order.end());
      double low = 0, high = 0;
      for (std::size_t i = 0; i < 5000; ++i) {
        low += order[i].second;
        high += order[order.size() - 1 - i].second;
      }
      CHECK(low < high);
      if (share == 0.8) CHECK(high == 20 * 5000);
    }
  }
}

TEST_CASE("row_sampler: the amplified sums are those of all rows on average") {
  const loss_table t(3000);
  double g = 0, h = 0, squares = 0;
  for (std::size_t i = 0; i < t.all.rows; ++i) {
    g += t.g[i];
    h += t.h[i];
    squares += t.g[i] * t.g[i];
  }
  for (const auto method : {row_sampling::goss, row_sampling::mvs}) {
    for (const double lambda : {0.0, 1.0}) {
      auto p = with_method(method);
      p.reg_lambda = lambda;
      const int seeds = 2000;
      double mean_g = 0, mean_h = 0, square_g = 0, square_h = 0;
      for (int seed = 0; seed < seeds; ++seed) {
        const drawn d = draw(p, t, static_cast<std::uint64_t>(seed));
        mean_g += d.g / seeds;
        mean_h += d.h / seeds;
        square_g += d.g * d.g / seeds;
        square_h += d.h * d.h / seeds;
      }
      const double deviation_g = std::sqrt((square_g - mean_g * mean_g) / seeds),
                   deviation_h = std::sqrt((square_h - mean_h * mean_h) / seeds);
      CHECK(within(mean_g, g, deviation_g));
      CHECK(within(mean_h, h, deviation_h));
      if (method == row_sampling::goss) continue;
      // Less noise than the same number of rows drawn uniformly, each amplified by the inverse of 0.3.
      CHECK(deviation_g * std::sqrt(seeds) < std::sqrt(squares * (1 / 0.3 - 1)));
    }
  }
}

TEST_CASE("row_sampler: a share of each class") {
  const loss_table t(50'000);
  auto p = with_method(row_sampling::uniform, 0.5);
  p.pos_bagging_fraction = 0.9;
  p.neg_bagging_fraction = 0.1;
  const drawn d = draw(p, t, 1);
  double positive = 0;
  for (const std::uint32_t row : d.rows) positive += t.target[row];
  const double negative = static_cast<double>(d.rows.size()) - positive;
  CHECK(within(positive, 10'000 * 0.45, std::sqrt(10'000 * 0.45 * 0.55)));
  CHECK(within(negative, 40'000 * 0.05, std::sqrt(40'000 * 0.05 * 0.95)));
  // Positive rows are those of the same draw without classes.
  p.subsample = 0.45;
  p.pos_bagging_fraction = p.neg_bagging_fraction = 1;
  std::vector<std::uint32_t> some = draw(p, t, 1).rows, kept;
  for (const std::uint32_t row : d.rows)
    if (t.target[row] == 1) kept.push_back(row);
  CHECK(std::includes(some.begin(), some.end(), kept.begin(), kept.end()));
}

TEST_CASE("row_sampler: shares of 1 are all rows with their gradients as they are") {
  const loss_table t(100);
  for (const auto method : all_methods) {
    auto p = with_method(method, 1);
    p.top_rate = 0.7;
    p.other_rate = 0.3;
    row_sampler sampler(p, t.target, {}, 1);
    sampler.draw(random_stream(1), 50, t.all, t.scale);
    CHECK(sampler.everything());
    CHECK(sampler.gradients() == t.packed.data());
    CHECK(sampler.scale().gradient_unit() == t.scale.gradient_unit());
  }
}

TEST_CASE("row_sampler: the first iterations of goss see all rows") {
  const loss_table t(100);
  auto p = with_method(row_sampling::goss);
  p.learning_rate = 0.3;
  row_sampler sampler(p, t.target, {}, 1);
  for (const std::size_t iteration : {0u, 2u, 3u, 0u}) {
    sampler.draw(random_stream(1), iteration, t.all, t.scale);
    CHECK(sampler.everything() == (iteration < 3));
  }
}

TEST_CASE("row_sampler: a tree sees at least one row, also without gradients or weights") {
  for (const auto method : all_methods) {
    for (std::size_t rows = 1; rows < 30; ++rows) {
      loss_table t(rows, 1, true);
      auto p = with_method(method, 1e-9);
      p.top_rate = 0;
      p.other_rate = 1e-9;
      REQUIRE(draw(p, t, rows).rows.size() == 1);
      CHECK(draw(p, t, rows).rows.front() < rows);
      for (auto& value : t.packed) value = 0;
      REQUIRE(draw(p, t, rows).rows.size() == 1);
      CHECK(draw(p, t, rows).gradients.front() == 0);
    }
  }
  const loss_table zero(20'000, 1, true);
  for (const auto method : all_methods) {
    const auto size = static_cast<double>(draw(with_method(method), zero, 1).rows.size());
    CHECK(within(size, 6000, 65));
  }
}

TEST_CASE("row_sampler: rows without weight are not drawn by mvs") {
  loss_table t(1000);
  for (std::size_t i = 0; i < 1000; i += 2) t.packed[i] = 0;
  const auto p = with_method(row_sampling::mvs, 0.4);
  for (const std::uint32_t row : draw(p, t, 1).rows) REQUIRE(row % 2 == 1);
  // More are wanted than there are: all that have weight.
  CHECK(draw(with_method(row_sampling::mvs, 0.7), t, 1).rows.size() == 500);
}

TEST_CASE("row_sampler: a row without gradient does not blur the Hessians of the others") {
  loss_table t(10'000);
  t.scale = gradient_scale(1e6, 1, true, 10'000);
  const random_stream random(1);
  for (std::size_t i = 0; i < 10'000; ++i) {
    t.g[i] = i % 2 == 0 ? 0 : 1e6 * (random.uniform(i) - 0.5);
    t.packed[i] = (std::llrint(t.g[i] * t.scale.steps().gradient) << t.scale.steps().shift) + 1;
  }
  t.all.shift = t.scale.steps().shift;
  double mean = 0;
  for (std::uint64_t seed = 0; seed < 200; ++seed)
    mean += draw(with_method(row_sampling::mvs), t, seed).h / 200;
  CHECK(mean == doctest::Approx(10'000).epsilon(0.03));
}

TEST_CASE("row_sampler: weighted draws each row with its own probability, without weights as uniform") {
  loss_table t(60'000);
  const auto p = with_method(row_sampling::weighted, 0.4);
  CHECK(draw(p, t, 3).rows == draw(with_method(row_sampling::uniform, 0.4), t, 3).rows);
  for (std::size_t i = 0; i < t.all.rows; ++i) t.probability.push_back(static_cast<double>(i % 5) / 4);
  const drawn d = draw(p, t, 3);
  for (const int threads : {2, 3, 7}) CHECK(draw(p, t, 3, threads).rows == d.rows);
  std::vector<double> count(5);
  for (const std::uint32_t row : d.rows) count[row % 5] += 1;
  CHECK(count[0] == 0);
  CHECK(count[4] == 12'000);
  for (int k = 1; k < 4; ++k) {
    const double share = k / 4.0;
    CHECK(
        within(count[static_cast<std::size_t>(k)], 12'000 * share, std::sqrt(12'000 * share * (1 - share))));
  }
  CHECK(d.gradients.front() == t.packed[d.rows.front()]);
}

// LAW: groups-are-drawn-together The rows of a group are drawn together, a group with the probability of a
// row; groups of one row each are the sample without groups.
TEST_CASE("row_sampler: the rows of a group are drawn together") {
  loss_table t(30'000);
  const auto p = with_method(row_sampling::uniform, 0.3);
  const auto alone = draw(p, t, 5).rows;
  t.groups.assign(30'000, 1);
  CHECK(draw(p, t, 5).rows == alone);
  t.groups.clear();
  std::size_t rows = 0;
  while (rows < 30'000) {
    t.groups.push_back(std::min<std::size_t>(1 + t.groups.size() % 9, 30'000 - rows));
    rows += t.groups.back();
  }
  const auto found = draw(p, t, 5).rows;
  for (const int threads : {2, 3, 7}) CHECK(draw(p, t, 5, threads).rows == found);
  std::size_t first = 0, at = 0, groups = 0;
  for (const std::uint64_t size : t.groups) {
    if (at < found.size() && found[at] == first) {
      for (std::size_t k = 0; k < size; ++k) CHECK(found[at + k] == first + k);
      at += size;
      ++groups;
    }
    first += size;
  }
  CHECK(at == found.size());
  const auto all = static_cast<double>(t.groups.size());
  CHECK(within(static_cast<double>(groups), 0.3 * all, std::sqrt(0.3 * 0.7 * all)));
  // A tree sees at least one of them.
  const auto least = draw(with_method(row_sampling::uniform, 1e-9), t, 5).rows;
  CHECK(least.size() >= 1);
  CHECK(least.size() == least.back() - least.front() + 1);
}

TEST_CASE("row_sampler: groups that do not tile the rows, and other draws of them, are named") {
  const loss_table t(10);
  const auto refused = [&](std::vector<std::uint64_t> sizes, const char* message,
                           row_sampling method = row_sampling::uniform) {
    const auto p = with_method(method);
    row_sampler sampler(p, t.target, {}, 1);
    CHECK_THROWS_WITH_AS(sampler.use_groups(sizes), doctest::Contains(message), argument_error);
  };
  refused({4, 5}, "group: found sizes that sum to 9, expected 10");
  refused({4, 7}, "group: found a group of 7 rows, expected sizes of at least 1 that sum to 10");
  refused({4, 0, 6}, "group: found a group of 0 rows");
  refused({~std::uint64_t{0}, 11}, "group: found a group of 18446744073709551615 rows");
  refused({}, "group: found sizes that sum to 0");
  for (const auto method : {row_sampling::goss, row_sampling::mvs, row_sampling::weighted})
    refused({5, 5}, "group: found rows that are not drawn uniformly", method);
  auto p = with_method(row_sampling::uniform);
  p.pos_bagging_fraction = 0.5;
  row_sampler sampler(p, t.target, {}, 1);
  CHECK_THROWS_AS(sampler.use_groups(std::vector<std::uint64_t>{10}), argument_error);
}
