#include "colonnade/sketches/frequent_items.hpp"

#include <cmath>
#include <map>

#include "tests/laws.hpp"

using namespace colonnade;

namespace {

using batch = std::vector<std::pair<std::string_view, std::uint64_t>>;

/// A stream where value i is about 1/(i + 1) as frequent as value 0.
std::vector<double> stream(std::size_t n, std::uint64_t seed) {
  const random_stream random(seed);
  std::vector<double> values(n);
  for (std::size_t i = 0; i < n; ++i) values[i] = std::floor(1 / (random.uniform(i) + 1e-4));
  return values;
}

void feed(frequent_items<double>& items, std::span<const double> values) {
  std::map<double, std::uint64_t> counts;
  for (const double v : values) ++counts[v];
  const std::vector<std::pair<double, std::uint64_t>> sorted(counts.begin(), counts.end());
  items.update_sorted(sorted);
}

}  // namespace

TEST_CASE("frequent_items: up to its capacity counts are exact and ordered") {
  frequent_items<std::string> items(3);
  items.update_sorted(batch{{"a", 1}, {"b", 5}});
  items.update_sorted(batch{{"a", 4}, {"c", 2}});
  CHECK(items.exact());
  CHECK(items.total() == 12);
  CHECK(items.count("a") == 5);
  CHECK(items.count("z") == 0);
  const auto top = items.top(2);
  CHECK(top[0] == std::pair<std::string, std::uint64_t>("a", 5));
  CHECK(top[1] == std::pair<std::string, std::uint64_t>("b", 5));
}

// LAW: frequent-bound A count of frequent_items is too small by at most its stated error, which is at most
// total / (capacity + 1).
TEST_CASE("frequent_items: beyond its capacity no count is off by more than the stated error") {
  const auto values = stream(40'000, 3);
  std::map<double, std::uint64_t> truth;
  for (const double v : values) ++truth[v];
  for (const auto& cuts : tests::partitions(values.size())) {
    frequent_items<double> merged(20);
    std::size_t first = 0;
    for (std::size_t k = 0; k <= cuts.size(); ++k) {
      const std::size_t last = k == cuts.size() ? values.size() : cuts[k];
      frequent_items<double> part(20);
      for (; first < last; first += std::min<std::size_t>(1000, last - first)) {
        feed(part, std::span(values).subspan(first, std::min<std::size_t>(1000, last - first)));
      }
      merged.merge(part);
    }
    CHECK(merged.total() == values.size());
    CHECK(merged.error() <= values.size() / 21);
    CHECK_FALSE(merged.exact());
    for (const auto& [value, count] : truth) {
      CHECK(merged.count(value) <= count);
      CHECK(merged.count(value) + merged.error() >= count);
    }
  }
}

TEST_CASE("frequent_items: exact ones do not depend on the partition") {
  const auto values = stream(5000, 1);
  frequent_items<double> whole(20'000), left(20'000), right(20'000);
  feed(whole, values);
  feed(left, std::span(values).first(1234));
  feed(right, std::span(values).subspan(1234));
  right.merge(left);
  CHECK(right == whole);
  tests::check_neutral(frequent_items<double>(20'000), whole);
}

TEST_CASE("frequent_items: damaged bytes are refused or valid") {
  frequent_items<double> numbers(20);
  feed(numbers, stream(5000, 1));
  tests::check_bytes(numbers);
  frequent_items<std::string> texts(3);
  texts.update_sorted(batch{{"", 1}, {"b", 5}});
  tests::check_bytes(texts);
}

TEST_CASE("frequent_items: a capacity of 0 and another capacity are refused") {
  CHECK_THROWS_AS(frequent_items<double>(0), argument_error);
  frequent_items<double> a(2);
  CHECK_THROWS_AS(a.merge(frequent_items<double>(3)), argument_error);
}
