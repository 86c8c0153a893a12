#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "colonnade/core/accumulator.hpp"
#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/core/table.hpp"
#include "colonnade/drift/column_profile.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A mergeable, savable summary of a table, a few ten kilobytes a column: what drift is measured against when
/// the data itself is gone (see `column_profile` for what is kept).
///
/// Columns are learnt one a thread, each from its first row to its last, so the bits do not depend on the
/// number of threads. Over partitions (batches, merges) counts, mean, deviation, range and distinct values
/// are equal bit for bit; quantiles and counts over capacity stay within their stated bounds. About 50 ns a
/// value.
///
///     auto monday = colonnade::fit<colonnade::profile>(table);
///     colonnade::save(monday, "monday.profile");
///     monday["tenure"].quantile(0.5)
class profile {
 public:
  using params = profile_params;

  class accumulator;

  static constexpr std::string_view kind = "profile";
  static constexpr std::uint32_t archive_version = 1;

  /// All rows of a table at once.
  static profile fit(const table_view& table, const params& p = {}, int threads = 0);
  template <class T>
  static profile fit(matrix_view<T> x, const params& p = {}, int threads = 0) {
    const auto columns = columns_of(x);
    return fit(table_view(columns, {}, x.rows()), p, threads);
  }

  std::uint64_t rows() const { return rows_; }
  std::size_t columns() const { return columns_.size(); }
  const std::vector<std::string>& names() const { return names_; }
  const std::string& name(std::size_t j) const { return names_[j]; }
  const params& parameters() const { return params_; }
  const column_profile& operator[](std::size_t j) const { return columns_[j]; }
  /// Throws argument_error where there is no such column.
  const column_profile& operator[](std::string_view name) const {
    const std::size_t j = find(name);
    if (j == columns())
      throw argument_error("column", "'" + std::string(name) + "'", "a column of the profile");
    return columns_[j];
  }
  /// Position of the column with that name, or `columns()`.
  std::size_t find(std::string_view name) const {
    return static_cast<std::size_t>(std::find(names_.begin(), names_.end(), name) - names_.begin());
  }

  /// The columns of a matrix, for a table_view.
  template <class T>
  static std::vector<any_column_view> columns_of(matrix_view<T> x) {
    std::vector<any_column_view> columns;
    for (std::size_t j = 0; j < x.columns(); ++j) {
      columns.push_back(column_view<const std::remove_const_t<T>>(x.rows() == 0 ? nullptr : x.column(j),
                                                                  x.rows(), x.row_stride()));
    }
    return columns;
  }

  friend bool operator==(const profile& a, const profile& b) { return same_bytes(a, b); }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.params_, self.rows_, self.names_, self.columns_);
  }
  void validate() const {
    try {
      params_.check();
    } catch (const argument_error& error) {
      throw format_error(std::string("saved profile: ") + error.what());
    }
    if (names_.size() != columns_.size()) throw format_error("saved profile: names and columns do not agree");
    for (const column_profile& column : columns_) {
      const bool same = column.quantiles().k() == params_.quantile_k &&
                        column.categories().capacity() == params_.category_capacity &&
                        column.numbers().capacity() == params_.number_capacity;
      if (!same) throw format_error("saved profile: a column has other parameters");
      if (column.rows() != rows_) throw format_error("saved profile: a column has another number of rows");
    }
  }

 private:
  friend struct archive_access;
  profile() = default;

  void begin(const std::vector<std::string>& names) {
    names_ = names;
    columns_.clear();
    for (std::size_t j = 0; j < names.size(); ++j) columns_.emplace_back(params_);
  }
  void adopt(const table_view& table) {
    std::vector<std::string> names;
    for (std::size_t j = 0; j < table.columns(); ++j) names.push_back(table.name(j));
    if (names_.empty() && rows_ == 0) begin(names);
    check_names(names);
  }
  void check_names(const std::vector<std::string>& names) const {
    if (names.size() != names_.size()) {
      throw argument_error("table", std::to_string(names.size()) + " columns", std::to_string(names_.size()));
    }
    for (std::size_t j = 0; j < names.size(); ++j) {
      if (names[j] != names_[j]) throw argument_error("column", "'" + names[j] + "'", "'" + names_[j] + "'");
    }
  }

  params params_;
  std::uint64_t rows_ = 0;
  std::vector<std::string> names_;
  std::vector<column_profile> columns_;
};

/// Learning state of `profile`.
class profile::accumulator {
 public:
  static constexpr std::string_view kind = "profile.accumulator";
  static constexpr std::uint32_t archive_version = 1;

  explicit accumulator(const params& p = {}) {
    p.check();
    state_.params_ = p;
  }
  /// Goes on from a saved summary.
  explicit accumulator(profile state) : state_(std::move(state)) {}

  /// Learns a batch; the first one names the columns, later ones must have the same names in the same order.
  /// A batch that is refused changes nothing.
  void update(const table_view& table, int threads = 1) {
    profile next = state_;
    next.adopt(table);
    next.rows_ += table.rows();
    for_blocks(table.columns(), threads, [&](std::size_t j) {
      named(table.name(j), [&] { next.columns_[j].update(table.column(j)); });
    });
    state_ = std::move(next);
  }
  template <class T>
  void update(matrix_view<T> x, int threads = 1) {
    const auto columns = columns_of(x);
    update(table_view(columns, {}, x.rows()), threads);
  }
  void merge(const accumulator& other) {
    const profile& theirs = other.state_;
    if (theirs.params_ != state_.params_) {
      throw argument_error("other", "a profile of other parameters", "the same parameters");
    }
    if (theirs.names_.empty()) return;
    profile next = state_;
    if (next.names_.empty()) next.begin(theirs.names_);
    next.check_names(theirs.names_);
    next.rows_ += theirs.rows_;
    for (std::size_t j = 0; j < next.names_.size(); ++j) {
      named(next.names_[j], [&] { next.columns_[j].merge(theirs.columns_[j]); });
    }
    state_ = std::move(next);
  }
  accumulator empty_copy() const { return accumulator(state_.params_); }
  profile finalize() const { return state_; }
  friend bool operator==(const accumulator& a, const accumulator& b) { return a.state_ == b.state_; }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.state_);
  }

 private:
  template <class Act>
  static void named(const std::string& name, const Act& act) {
    try {
      act();
    } catch (const data_error& error) {
      throw data_error(error.what(), data_error::unknown, name);
    }
  }

  profile state_;
};

inline profile profile::fit(const table_view& table, const params& p, int threads) {
  accumulator state(p);
  state.update(table, useful_threads(threads, 50.0 * static_cast<double>(table.rows() * table.columns())));
  return state.finalize();
}

}  // namespace colonnade::inline COLONNADE_ABI
