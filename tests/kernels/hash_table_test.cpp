#include "colonnade/kernels/hash_table.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <map>
#include <string>

#include "colonnade/core/random.hpp"

using namespace colonnade;

namespace {

std::string random_text(const random_stream& random, std::uint64_t i, std::size_t longest) {
  const std::size_t length = random.below(2 * i, longest + 1);
  std::string text;
  for (std::size_t c = 0; c < length; ++c) {
    text += static_cast<char>(random.substream(i).below(c, 3) == 0 ? '\0' : 'a' + c % 3);
  }
  return text;
}

template <class Insert>
double seconds(const Insert& insert) {
  double best = 1e9;
  for (int repeat = 0; repeat < 3; ++repeat) {
    const auto start = std::chrono::steady_clock::now();
    insert();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

}  // namespace

TEST_CASE("hash_table: numbers strings in the order of first sight, as a map does") {
  const random_stream random(7);
  for (const std::size_t longest : {3u, 8u, 16u, 17u, 60u}) {
    hash_table<std::string_view> table;
    std::map<std::string, std::uint32_t> naive;
    for (std::uint64_t i = 0; i < 4000; ++i) {
      const std::string text = random_text(random, i, longest);
      const auto expected = naive.emplace(text, static_cast<std::uint32_t>(naive.size())).first->second;
      CHECK(table.find(text) == (expected == table.size() ? table.absent : expected));
      CHECK(table.insert(text) == expected);
      CHECK(table[expected] == text);
    }
    CHECK(table.size() == naive.size());
  }
}

TEST_CASE("hash_table: strings that share their ends or are prefixes of each other are told apart") {
  hash_table<std::string_view> table;
  std::uint32_t expected = 0;
  for (std::size_t length = 0; length <= 70; ++length) {
    CHECK(table.insert(std::string(length, 'a')) == expected++);
    CHECK(table.insert(std::string(length + 1, '\0')) == expected++);
    if (length < 17) continue;
    std::string middle(length, 'a');
    middle[length / 2] = 'b';
    CHECK(table.insert(middle) == expected++);
  }
}

TEST_CASE("hash_table: numbers of words; -0 is 0 and all NaNs are one") {
  hash_table<std::int64_t> integers;
  for (std::int64_t i = 0; i < 100'000; ++i)
    CHECK_EQ(integers.insert(i << 32), static_cast<std::uint32_t>(i));
  for (std::int64_t i = 0; i < 100'000; ++i) CHECK_EQ(integers.find(i << 32), static_cast<std::uint32_t>(i));
  CHECK(integers.find(-5) == integers.absent);

  hash_table<double> doubles;
  CHECK(doubles.find(1.0) == doubles.absent);
  CHECK(doubles.insert(0.0) == 0);
  CHECK(doubles.insert(-0.0) == 0);
  CHECK(doubles.insert(std::nan("1")) == 1);
  CHECK(doubles.insert(-std::nan("2")) == 1);
  CHECK(doubles.insert(std::numeric_limits<double>::infinity()) == 2);
  CHECK(std::isnan(doubles[1]));
}

TEST_CASE("hash_table: many rows at once get the numbers that one by one gives") {
  const random_stream random(3);
  std::vector<std::int64_t> keys(10'003);
  for (std::size_t i = 0; i < keys.size(); ++i) keys[i] = static_cast<std::int64_t>(random.below(i, 700));
  const auto key_of = [&](std::size_t i) { return keys[i]; };
  hash_table<std::int64_t> table, one_by_one;
  std::vector<std::int32_t> ids(keys.size()), found(keys.size());
  table.find_rows(3, key_of, found.data());
  CHECK(found[0] == -1);
  table.insert_rows(keys.size(), key_of, ids.data());
  table.find_rows(keys.size(), key_of, found.data());
  for (std::size_t i = 0; i < keys.size(); ++i)
    CHECK_EQ(ids[i], static_cast<std::int32_t>(one_by_one.insert(keys[i])));
  CHECK(ids == found);
}

// LAW: hash-flood Distinct values that were chosen to collide cost less than 3 times what random ones cost.
TEST_CASE("hash_table: regular and crafted keys cost less than three times what random keys cost") {
  static constexpr std::size_t count = 200'000;
  const random_stream random(1);
  const auto insert_words = [](const auto& key_of) {
    return seconds([&] {
      hash_table<std::int64_t> table;
      for (std::size_t i = 0; i < count; ++i) table.insert(static_cast<std::int64_t>(key_of(i)));
      CHECK(table.size() == count);
    });
  };
  const double base = insert_words([&](std::size_t i) { return random.bits(i); });
  CHECK(insert_words([](std::size_t i) { return i; }) < 3 * base);
  CHECK(insert_words([](std::size_t i) { return i << 40; }) < 3 * base);
  CHECK(insert_words([](std::size_t i) { return i * 0x9E3779B97F4A7C15; }) < 3 * base);
  // The inverse of a multiplier that public hashes use: every key has the same low product.
  CHECK(insert_words([](std::size_t i) { return (i << 32) * 0xF1DE83E19937733D; }) < 3 * base);

  const auto insert_texts = [](const auto& text_of) {
    std::vector<std::string> texts;
    for (std::size_t i = 0; i < count / 4; ++i) texts.push_back(text_of(i));
    return seconds([&] {
      hash_table<std::string_view> table;
      for (const std::string& text : texts) table.insert(text);
    });
  };
  const auto number = [](std::uint64_t value) {
    return std::string(reinterpret_cast<const char*>(&value), 8);
  };
  const double short_base =
      insert_texts([&](std::size_t i) { return number(random.bits(i)) + number(random.bits(~i)); });
  const double long_base = insert_texts(
      [&](std::size_t i) { return number(random.bits(i)) + number(random.bits(~i)) + "0123456789abcdef"; });
  // Halves that make a factor of zero under the constants of wyhash; halves swapped; long equal ends.
  CHECK(insert_texts([&](std::size_t i) { return number(0xa0761d6478bd642f) + number(i); }) < 3 * short_base);
  CHECK(insert_texts([&](std::size_t i) { return number(i) + number(i); }) < 3 * short_base);
  CHECK(insert_texts([&](std::size_t i) { return number(i) + number(~i) + "0123456789abcdef"; }) <
        3 * long_base);
}
