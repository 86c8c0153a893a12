#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/core/large_array.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/preprocessing/column_categories.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Rows that one task reads, of one column.
inline constexpr std::size_t coding_block_rows = 16384;

/// Threads that coding `rows` x `columns` values is worth.
inline int coding_threads(int requested, std::size_t rows, std::size_t columns) {
  return useful_threads(requested, 6.0 * static_cast<double>(rows) * static_cast<double>(columns));
}

/// One column whose values were found and numbered in one pass: its categories, and the place of every row's
/// category. Each worker numbers with a table of its own (no sharing, no second hashing); places come from
/// the workers' numbers through one small table each. A dictionary column is never decoded: its codes are
/// counted and mapped.
class coded_column {
 public:
  coded_column(const any_column_view& column, missing_mark mark, bool keep_rows)
      : column_(column), mark_(mark), rows_(rows_of(column)) {
    if (!keep_rows || dictionary() != nullptr) return;
    ids_ = large_array<std::int32_t>(rows_);
    worker_of_.resize(block_count(rows_, coding_block_rows));
  }

  void start(int workers) { workers_.resize(static_cast<std::size_t>(workers)); }

  void read_block(std::size_t block, int worker) {
    part& own = workers_[static_cast<std::size_t>(worker)];
    const std::size_t first = block * coding_block_rows, count = std::min(coding_block_rows, rows_ - first);
    if (dictionary() != nullptr) {
      own.rows.resize(dictionary()->cardinality());
      own.missing += column_categories::count_codes(*dictionary(), first, count, own.rows);
      return;
    }
    own.categories.update(column_, first, count, ids_.size() == 0 ? nullptr : ids_.data() + first, mark_);
    if (ids_.size() > 0) worker_of_[block] = static_cast<std::uint32_t>(worker);
  }

  /// Merges the workers' tables and orders the categories.
  void finish() {
    if (dictionary() != nullptr) {
      finish_dictionary();
    } else {
      std::vector<std::vector<std::int32_t>> numbers;
      for (const part& p : workers_) numbers.push_back(categories_.merge(p.categories));
      ordered_ = categories_.sorted();
      for (const auto& n : numbers) place_of_.push_back(places(n));
    }
    workers_.clear();
  }

  const column_categories& categories() const { return categories_; }
  /// The categories in their order with the rows of each.
  const column_categories::ordered& ordered() const { return ordered_; }

  /// `out[i]` = place of row `first + i` among the ordered categories. Needs the rows to have been kept.
  void read(std::size_t first, std::size_t count, std::int32_t* out) const {
    if (dictionary() != nullptr) {
      return detail::map_codes(*dictionary(), std::span(place_of_[0]).subspan(2), first, count, out,
                               ordered_.categories.code_of_missing());
    }
    for (std::size_t at = 0; at < count;) {
      const std::size_t block = (first + at) / coding_block_rows;
      const std::size_t end = std::min(count, (block + 1) * coding_block_rows - first);
      const std::int32_t* place_of = place_of_[worker_of_[block]].data() + 2;
      for (; at < end; ++at) out[at] = place_of[ids_[first + at]];
    }
  }

 private:
  struct part {
    column_categories categories;
    std::vector<std::uint64_t> rows;
    std::uint64_t missing = 0;
  };

  const dictionary_column_view* dictionary() const { return std::get_if<dictionary_column_view>(&column_); }

  void finish_dictionary() {
    std::vector<std::uint64_t> rows(dictionary()->cardinality());
    std::uint64_t missing = 0;
    for (const part& p : workers_) {
      missing += p.missing;
      for (std::size_t code = 0; code < p.rows.size(); ++code) rows[code] += p.rows[code];
    }
    if (missing < rows_) categories_.promote(type_of(column_));
    const auto numbers = categories_.update_counts(dictionary()->values(), rows, missing, mark_);
    ordered_ = categories_.sorted();
    place_of_.push_back(places(numbers));
  }

  /// Number -> place, behind the places of missing (-2) and unknown (-1).
  std::vector<std::int32_t> places(const std::vector<std::int32_t>& numbers) const {
    const std::int32_t missing = ordered_.categories.code_of_missing();
    std::vector<std::int32_t> result = {missing, unknown_code};
    for (const std::int32_t n : numbers) {
      result.push_back(n < 0 ? missing : ordered_.place_of[static_cast<std::size_t>(n)]);
    }
    return result;
  }

  any_column_view column_;
  missing_mark mark_;
  std::size_t rows_;
  large_array<std::int32_t> ids_;
  std::vector<std::uint32_t> worker_of_;
  std::vector<part> workers_;
  std::vector<std::vector<std::int32_t>> place_of_;
  column_categories categories_;
  column_categories::ordered ordered_;
};

/// All columns of a table, coded on several threads. The places do not depend on threads.
class coded_table {
 public:
  /// `marks` says how missing values of each column are marked (empty: as NaN); rows are kept for `read` if
  /// asked for.
  coded_table(const table_view& table, std::span<const missing_mark> marks, bool keep_rows, int threads)
      : rows_(table.rows()) {
    for (std::size_t j = 0; j < table.columns(); ++j) {
      columns_.emplace_back(table.column(j), marks.empty() ? missing_mark::nan : marks[j], keep_rows);
    }
    const std::size_t blocks = block_count(rows_, coding_block_rows), tasks = blocks * columns_.size();
    const int useful = coding_threads(threads, rows_, columns_.size());
    for (coded_column& column : columns_) column.start(std::max(1, threads_for(tasks, useful)));
    for_blocks(tasks, useful, [&](std::size_t task, int worker) {
      read_named(table, task / blocks,
                 [&](coded_column& column) { column.read_block(task % blocks, worker); });
    });
    for_blocks(columns_.size(), useful,
               [&](std::size_t j) { read_named(table, j, [](coded_column& column) { column.finish(); }); });
  }

  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_.size(); }
  const coded_column& operator[](std::size_t j) const { return columns_[j]; }
  void read(std::size_t j, std::size_t first, std::size_t count, std::int32_t* out) const {
    columns_[j].read(first, count, out);
  }

 private:
  template <class Act>
  void read_named(const table_view& table, std::size_t j, const Act& act) {
    try {
      act(columns_[j]);
    } catch (const data_error& error) {
      if (!error.column().empty()) throw;
      throw data_error(error.what(), data_error::unknown, table.name(j));
    }
  }

  std::size_t rows_;
  std::vector<coded_column> columns_;
};

/// The places of a table's rows among fitted categories, for `transform`: what `coded_table` is for
/// `fit_transform`. `Fitted` is a sequence of things with `categories`. A dictionary is looked up once.
template <class Fitted>
class table_coder {
 public:
  table_coder(const Fitted& fitted, const table_view& table) : fitted_(&fitted), table_(table) {
    if (table.columns() != fitted.size()) {
      throw argument_error("X", std::to_string(table.columns()) + " columns", std::to_string(fitted.size()));
    }
    for (std::size_t j = 0; j < table.columns(); ++j) {
      const any_column_view column = table.column(j);
      const auto* dictionary = std::get_if<dictionary_column_view>(&column);
      if (dictionary == nullptr) continue;
      places_.resize(table.columns());
      places_[j] = fitted[j].categories.places_of(dictionary->values());
    }
  }

  std::size_t rows() const { return table_.rows(); }
  std::size_t columns() const { return table_.columns(); }

  void read(std::size_t j, std::size_t first, std::size_t count, std::int32_t* out) const {
    const any_column_view column = table_.column(j);
    const category_list& categories = (*fitted_)[j].categories;
    const auto* dictionary = std::get_if<dictionary_column_view>(&column);
    if (dictionary == nullptr) return categories.find(column, first, count, out);
    detail::map_codes(*dictionary, places_[j], first, count, out, categories.code_of_missing());
  }

 private:
  const Fitted* fitted_;
  table_view table_;
  std::vector<std::vector<std::int32_t>> places_;
};

namespace detail {

/// Rows that one task encodes, of all columns.
inline constexpr std::size_t encoding_block_rows = 1024;

/// Calls `act(first, count, j, places)` for every block of rows and every column j in it: `places[i]` is what
/// `source` (a coded_table, a table_coder) reads for row `first + i`, and may be overwritten.
template <class Source, class Act>
void for_places(const Source& source, std::size_t rows, std::size_t columns, int threads, const Act& act) {
  for_blocks(block_count(rows, encoding_block_rows), coding_threads(threads, rows, columns),
             [&](std::size_t b) {
               const std::size_t first = b * encoding_block_rows,
                                 count = std::min(encoding_block_rows, rows - first);
               std::array<std::int32_t, encoding_block_rows> places;
               for (std::size_t j = 0; j < columns; ++j) {
                 source.read(j, first, count, places.data());
                 act(first, count, j, places.data());
               }
             });
}

template <class T>
void check_output(const matrix_view<T>& out, std::size_t rows, std::size_t columns) {
  if (out.rows() == rows && out.columns() == columns) return;
  throw argument_error("out", std::to_string(out.rows()) + " x " + std::to_string(out.columns()),
                       std::to_string(rows) + " x " + std::to_string(columns));
}

}  // namespace detail

}  // namespace colonnade::inline COLONNADE_ABI
