#include "colonnade/core/owned_table.hpp"
#include "colonnade/core/random.hpp"
#include "colonnade/drift/compare.hpp"
#include "colonnade/drift/profile.hpp"
#include "tests/kinds.hpp"

namespace colonnade::tests::drift_kinds {
namespace {

const profile_params small{.quantile_k = 8, .category_capacity = 4, .number_capacity = 4};

table sample() {
  const random_stream random(1);
  std::vector<double> x(200);
  std::vector<std::string> plan(200);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = i % 9 == 0 ? std::numeric_limits<double>::quiet_NaN() : random.uniform(i);
    plan[i] = "plan " + std::to_string(random.below(1000 + i, 6));
  }
  table t;
  t.add("x", std::move(x));
  t.add("plan", std::move(plan));
  return t;
}

std::vector<double> numbers(std::size_t n) {
  const random_stream random(2);
  std::vector<double> x(n);
  for (std::size_t i = 0; i < n; ++i) x[i] = random.uniform(i);
  return x;
}

void use_profile(const profile& p) {
  for (std::size_t j = 0; j < p.columns(); ++j) {
    static_cast<void>(p[j].mean() + p[j].deviation() + p[j].distinct() + p[j].quantile(0.5));
    static_cast<void>(p[j].top(3));
  }
  static_cast<void>(compare(p, p).to_html());
  profile::accumulator state(p);
  state.merge(profile::accumulator(p));
  static_cast<void>(state.finalize());
}

const register_kind<profile> saved_profile{[] { return fit<profile>(sample().view(), small); }, use_profile};

const register_kind<profile::accumulator> saved_state{
    [] { return profile::accumulator(fit<profile>(sample().view(), small)); },
    [](const profile::accumulator& state) {
      auto other = state.empty_copy();
      other.merge(state);
      other.update(sample().view());
      use_profile(other.finalize());
    }};

const register_kind<quantile_sketch> quantiles{[] {
                                                 quantile_sketch sketch(8);
                                                 sketch.update(numbers(300));
                                                 return sketch;
                                               },
                                               [](const quantile_sketch& sketch) {
                                                 auto other = sketch;
                                                 other.merge(sketch);
                                                 other.update(numbers(100));
                                                 static_cast<void>(other.quantile(0.5) + other.rank(0.5));
                                               }};

distinct_sketch distinct(std::uint64_t n) {
  distinct_sketch sketch;
  for (std::uint64_t i = 0; i < n; ++i) sketch.update(stable_hash::of(i));
  return sketch;
}
void use_distinct(const distinct_sketch& sketch) {
  auto other = sketch;
  other.merge(distinct(600));
  static_cast<void>(other.estimate() + sketch.estimate());
}
const register_kind<distinct_sketch> distinct_few{[] { return distinct(20); }, use_distinct};
const register_kind<distinct_sketch> distinct_many{[] { return distinct(600); }, use_distinct};

template <class Key>
frequent_items<Key> frequent() {
  frequent_items<Key> items(4);
  for (int round = 0; round < 3; ++round) {
    std::vector<std::pair<typename frequent_items<Key>::view, std::uint64_t>> batch;
    if constexpr (std::is_same_v<Key, std::string>) {
      batch = {{"a", 3}, {"b", 1}, {"c", 4}, {"d", 1}, {"e", 5}};
    } else {
      batch = {{Key{1}, 3}, {Key{2}, 1}, {Key{3}, 4}, {Key{4}, 1}, {Key{5}, 5}};
    }
    items.update_sorted(batch);
  }
  return items;
}
template <class Key>
void use_frequent(const frequent_items<Key>& items) {
  auto other = items;
  other.merge(items);
  static_cast<void>(other.top(3));
}
const register_kind<frequent_items<std::string>> strings{[] { return frequent<std::string>(); },
                                                         [](const auto& items) { use_frequent(items); }};
const register_kind<frequent_items<double>> doubles{[] { return frequent<double>(); },
                                                    [](const auto& items) { use_frequent(items); }};
const register_kind<frequent_items<std::int64_t>> integers{[] { return frequent<std::int64_t>(); },
                                                           [](const auto& items) { use_frequent(items); }};

}  // namespace
}  // namespace colonnade::tests::drift_kinds
