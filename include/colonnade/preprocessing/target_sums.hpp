#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "colonnade/core/accumulator.hpp"
#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/preprocessing/category_stats.hpp"
#include "colonnade/preprocessing/fitted_categories.hpp"
#include "colonnade/preprocessing/target_digits.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Sums of the target by category of every column, the categories in order.
struct ordered_target_sums {
  struct column {
    category_list categories;
    std::vector<std::int64_t> sums;  ///< lanes of each category
  };
  target_format format;
  std::vector<column> columns;
  std::vector<std::int64_t> total;  ///< lanes of all rows
};

/// Distinct values of every column with the exact sums of the target of each, learnt batch by batch. Equal
/// for any order and grouping of the rows.
class target_sums {
 public:
  target_sums() = default;
  /// `classes`: their number, or 0 for a target that is a number.
  explicit target_sums(std::uint32_t classes) { format_.classes = classes; }

  /// Columns already coded, with the sums by place of each category.
  target_sums(const coded_table& coded, const ordered_target_sums& ordered)
      : format_(ordered.format), total_(ordered.total) {
    const std::size_t lanes = format_.lanes();
    for (std::size_t j = 0; j < coded.columns(); ++j) {
      columns_.push_back(coded[j].categories());
      const std::vector<std::int64_t>& from = ordered.columns[j].sums;
      const auto& place_of = coded[j].ordered().place_of;
      std::vector<std::int64_t> sums((place_of.size() + 1) * lanes);
      for (std::size_t n = 0; n < place_of.size(); ++n)
        add(from, static_cast<std::size_t>(place_of[n]), sums, n + 1);
      if (from.size() > place_of.size() * lanes) add(from, place_of.size(), sums, 0);
      sums_.push_back(std::move(sums));
    }
  }

  void update(const samples<table_view>& x, std::span<const missing_mark> marks) {
    adopt(x.x.columns());
    join(target_format::of(format_.classes, x.target, x.weight));
    constexpr std::size_t block_rows = 512;
    const target_adder adder(format_);
    const std::vector<std::int32_t> zeros(block_rows);
    std::vector<std::int64_t> records;
    std::vector<std::int32_t> groups(block_rows);
    for (std::size_t first = 0; first < x.rows(); first += block_rows) {
      const std::size_t count = std::min(block_rows, x.rows() - first);
      adder.prepare(x.target, x.weight, first, count, records);
      adder.add(records, zeros.data(), count, total_.data());
      for (std::size_t j = 0; j < columns_.size(); ++j) {
        const missing_mark mark = marks.empty() ? missing_mark::nan : marks[j];
        columns_[j].update(x.x.column(j), first, count, groups.data(), mark);
        // Group 0 is missing, group n + 1 is value n.
        for (std::size_t i = 0; i < count; ++i) groups[i] = groups[i] < 0 ? 0 : groups[i] + 1;
        sums_[j].resize((columns_[j].size() + 1) * format_.lanes());
        adder.add(records, groups.data(), count, sums_[j].data());
      }
    }
  }

  void merge(const target_sums& other) {
    if (other.columns_.empty()) return;
    adopt(other.columns_.size());
    join(other.format_);
    const std::size_t lanes = format_.lanes();
    add(other.format_.converted(other.total_, format_), 0, total_, 0);
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      const auto numbers = columns_[j].merge(other.columns_[j]);
      const auto sums = other.format_.converted(other.sums_[j], format_);
      sums_[j].resize((columns_[j].size() + 1) * lanes);
      add(sums, 0, sums_[j], 0);
      for (std::size_t n = 0; n < numbers.size(); ++n) {
        add(sums, n + 1, sums_[j], static_cast<std::size_t>(numbers[n]) + 1);
      }
    }
  }

  /// The sums by the place of each category: of those that were learnt, or of those given.
  ordered_target_sums ordered(const std::vector<category_list>& given) const {
    detail::check_given(given, columns_.size());
    ordered_target_sums result{format_, {}, total_};
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      auto own = ordered_column(j);
      result.columns.push_back(given.empty() ? std::move(own) : rearranged(own, given[j]));
    }
    return result;
  }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.format_, self.total_, self.columns_);
    if constexpr (std::is_same_v<Archive, writer>) {
      // Values are written in ascending order, so their sums are as well.
      std::vector<std::vector<std::int64_t>> sums;
      for (std::size_t j = 0; j < self.columns_.size(); ++j) sums.push_back(self.canonical_sums(j));
      ar(sums);
    } else {
      ar(self.sums_);
    }
  }
  /// Throws format_error if the parts do not fit together.
  void check(std::uint32_t classes) const {
    bool fits = format_.classes == classes && sums_.size() == columns_.size();
    fits = fits && total_.size() == (columns_.empty() ? 0 : format_.lanes());
    for (std::size_t j = 0; fits && j < columns_.size(); ++j) {
      fits = sums_[j].size() == (columns_[j].size() + 1) * format_.lanes();
    }
    if (!fits) throw format_error("saved target sums: lanes that do not fit");
  }

 private:
  void adopt(std::size_t columns) {
    if (columns_.empty()) {
      columns_.resize(columns);
      sums_.assign(columns, std::vector<std::int64_t>(format_.lanes()));
      total_.resize(format_.lanes());
    }
    if (columns_.size() == columns) return;
    throw argument_error("X", std::to_string(columns) + " columns", std::to_string(columns_.size()));
  }
  void join(const target_format& other) {
    const target_format joined = format_.joined(other);
    if (joined == format_) return;
    total_ = format_.converted(total_, joined);
    for (auto& sums : sums_) sums = format_.converted(sums, joined);
    format_ = joined;
  }
  void add(const std::vector<std::int64_t>& from, std::size_t from_group, std::vector<std::int64_t>& to,
           std::size_t to_group) const {
    const std::size_t lanes = format_.lanes();
    // Sums of rows stay far below 2^63; those of a forged file may not, and wrap.
    for (std::size_t k = 0; k < lanes; ++k) {
      to[to_group * lanes + k] =
          static_cast<std::int64_t>(static_cast<std::uint64_t>(to[to_group * lanes + k]) +
                                    static_cast<std::uint64_t>(from[from_group * lanes + k]));
    }
  }

  std::vector<std::int64_t> canonical_sums(std::size_t j) const {
    const auto place_of = columns_[j].sorted().place_of;
    std::vector<std::int64_t> sums(sums_[j].size());
    add(sums_[j], 0, sums, 0);
    for (std::size_t n = 0; n < place_of.size(); ++n) {
      add(sums_[j], n + 1, sums, static_cast<std::size_t>(place_of[n]) + 1);
    }
    return sums;
  }
  ordered_target_sums::column ordered_column(std::size_t j) const {
    auto ordered = columns_[j].sorted();
    ordered_target_sums::column result;
    result.sums.resize(ordered.categories.size() * format_.lanes());
    for (std::size_t n = 0; n < ordered.place_of.size(); ++n) {
      add(sums_[j], n + 1, result.sums, static_cast<std::size_t>(ordered.place_of[n]));
    }
    if (ordered.categories.missing() != missing_mark::none)
      add(sums_[j], 0, result.sums, ordered.categories.values());
    result.categories = std::move(ordered.categories);
    return result;
  }
  ordered_target_sums::column rearranged(const ordered_target_sums::column& own,
                                         const category_list& given) const {
    ordered_target_sums::column result{given, std::vector<std::int64_t>(given.size() * format_.lanes())};
    const auto places = detail::places_among(own.categories, given);
    for (std::size_t from = 0; from < places.size(); ++from) {
      if (places[from] >= 0) add(own.sums, from, result.sums, static_cast<std::size_t>(places[from]));
    }
    return result;
  }

  target_format format_;
  std::vector<std::int64_t> total_;
  std::vector<column_categories> columns_;
  std::vector<std::vector<std::int64_t>> sums_;  // of missing, then of each value
};

}  // namespace colonnade::inline COLONNADE_ABI
