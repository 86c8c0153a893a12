#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "colonnade/core/accumulator.hpp"
#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/preprocessing/coded_table.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The distinct values of every column of a table with their counts: what all encoders learn from. Mergeable
/// and exact: any partition, order and grouping of the rows gives equal bytes, and the categories are put in
/// ascending order only at the end, so that codes never depend on batches. Missing values are counted as an
/// entry of their own. O(rows x columns) expected, whoever chose the values.
class category_stats {
 public:
  static constexpr std::string_view kind = "category_stats";
  static constexpr std::uint32_t archive_version = 1;
  static constexpr bool exact = true;

  category_stats() = default;
  /// Columns already coded.
  explicit category_stats(const coded_table& table) : rows_(table.rows()) {
    for (std::size_t j = 0; j < table.columns(); ++j) columns_.push_back(table[j].categories());
  }

  /// Learns a batch; the first one says how many columns there are. `marks` says how missing values of each
  /// column are marked (empty: as NaN).
  void update(const table_view& table, std::span<const missing_mark> marks = {}) {
    adopt(table.columns());
    rows_ += table.rows();
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      const missing_mark mark = marks.empty() ? missing_mark::nan : marks[j];
      named(table, j, [&] { columns_[j].update(table.column(j), 0, table.rows(), nullptr, mark); });
    }
  }
  void merge(const category_stats& other) {
    if (other.columns_.empty()) return;
    adopt(other.columns_.size());
    rows_ += other.rows_;
    for (std::size_t j = 0; j < columns_.size(); ++j) columns_[j].merge(other.columns_[j]);
  }
  category_stats empty_copy() const { return {}; }

  std::uint64_t rows() const { return rows_; }
  std::size_t columns() const { return columns_.size(); }
  const column_categories& operator[](std::size_t j) const { return columns_[j]; }

  friend bool operator==(const category_stats& a, const category_stats& b) { return same_bytes(a, b); }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.rows_, self.columns_);
  }

 private:
  void adopt(std::size_t columns) {
    if (columns_.empty()) columns_.resize(columns);
    if (columns_.size() == columns) return;
    throw argument_error("X", std::to_string(columns) + " columns", std::to_string(columns_.size()));
  }
  template <class Act>
  static void named(const table_view& table, std::size_t j, const Act& act) {
    try {
      act();
    } catch (const data_error& error) {
      throw data_error(error.what(), data_error::unknown, table.name(j));
    }
  }

  std::uint64_t rows_ = 0;
  std::vector<column_categories> columns_;
};

}  // namespace colonnade::inline COLONNADE_ABI
