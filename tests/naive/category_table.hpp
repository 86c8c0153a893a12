#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/core/owned_table.hpp"
#include "colonnade/core/random.hpp"

namespace colonnade::tests {

/// Columns of categories of every kind: strings (short, long, empty) in each layout, a dictionary with unused
/// and repeated entries, numbers, integers, flags; with missing values. All hold the same random draws.
class category_table {
 public:
  explicit category_table(std::size_t rows, std::uint64_t seed = 1, std::uint64_t categories = 23,
                          bool missing = true) {
    const random_stream random(seed);
    for (std::uint64_t c = 0; c < categories; ++c) {
      names_.push_back(
          c == 0 ? "" : std::string(c % 7 == 0 ? 30 : 1, 'z') + "category " + std::to_string(c * 7919 % 97));
    }
    for (std::size_t i = 0; i < rows; ++i) {
      draws_.push_back(static_cast<std::int32_t>(random.below(2 * i, categories)));
      valid_.push_back(missing && random.uniform(2 * i + 1) < 0.05 ? 0 : 1);
    }
    add_strings();
    add_dictionary();
    add_numbers();
  }

  table_view view() const { return table_.view(); }
  const std::vector<std::string>& names() const { return names_; }
  std::int32_t draw(std::size_t i) const { return draws_[i]; }
  bool valid(std::size_t i) const { return valid_[i] != 0; }
  std::size_t rows() const { return draws_.size(); }

 private:
  void add_strings() {
    std::vector<std::string_view> views;
    std::string bytes;
    std::vector<std::int32_t> ends = {0};
    for (const auto d : draws_) {
      views.push_back(names_[static_cast<std::size_t>(d)]);
      bytes += views.back();
      ends.push_back(static_cast<std::int32_t>(bytes.size()));
    }
    table_.add_strings("views", views, valid_);
    table_.add_strings("complete", views);
    const auto kept = table_.keep(std::vector<char>(bytes.begin(), bytes.end()));
    table_.add_view("arrow", string_column_view(table_.keep(ends)->data(), kept->data(), draws_.size(),
                                                table_.keep_validity(valid_)));
  }
  void add_dictionary() {
    // Entry 0 is in no row; the entries stand in descending order; two entries may be the same string.
    auto entries = table_.keep([&] {
      std::vector<std::string> e = {"never"};
      for (auto name = names_.rbegin(); name != names_.rend(); ++name) e.push_back(*name);
      e.push_back(names_.back());
      return e;
    }());
    const auto views = table_.keep(std::vector<std::string_view>(entries->begin(), entries->end()));
    std::vector<std::int8_t> codes;
    for (std::size_t i = 0; i < draws_.size(); ++i) {
      const auto last = static_cast<std::int32_t>(names_.size());
      std::int32_t code = last - draws_[i];
      if (code == 1 && i % 2 == 0) code = last + 1;
      codes.push_back(static_cast<std::int8_t>(valid_[i] != 0 ? code : -1));
    }
    const auto kept = table_.keep(codes);
    table_.add_view("dictionary",
                    dictionary_column_view(kept->data(), kept->size(),
                                           string_column_view(std::span<const std::string_view>(*views))));
  }
  void add_numbers() {
    std::vector<double> numbers;
    std::vector<float> small;
    std::vector<std::int64_t> integers;
    std::vector<std::uint8_t> flags;
    for (std::size_t i = 0; i < draws_.size(); ++i) {
      numbers.push_back(valid_[i] != 0 ? draws_[i] * 0.25 - 1 : std::nan(""));
      small.push_back(static_cast<float>(numbers.back()));
      integers.push_back(draws_[i] % 2 == 0 ? draws_[i] : -1'000'000'000'000 * draws_[i]);
      flags.push_back(static_cast<std::uint8_t>(draws_[i] % 2));
    }
    table_.add("numbers", numbers);
    table_.add("small", small);
    table_.add("integers", integers, valid_);
    table_.add_flags("flags", flags, valid_);
  }

  std::vector<std::string> names_;
  std::vector<std::int32_t> draws_;
  std::vector<std::uint8_t> valid_;
  table table_;
};

/// Place of each string among the distinct ones in ascending order; -1 for a missing one.
inline std::vector<std::int32_t> naive_places(const category_table& t, bool missing) {
  std::map<std::string, std::int32_t> place;
  for (std::size_t i = 0; i < t.rows(); ++i) {
    if (!missing || t.valid(i)) place[t.names()[static_cast<std::size_t>(t.draw(i))]] = 0;
  }
  std::int32_t next = 0;
  for (auto& [name, at] : place) at = next++;
  std::vector<std::int32_t> places;
  for (std::size_t i = 0; i < t.rows(); ++i) {
    places.push_back(!missing || t.valid(i) ? place.at(t.names()[static_cast<std::size_t>(t.draw(i))]) : -1);
  }
  return places;
}

inline table one_column(std::vector<std::string> values, std::vector<std::uint8_t> valid = {}) {
  table t;
  t.add("plan", std::move(values), valid);
  return t;
}

}  // namespace colonnade::tests
