#pragma once

#include <array>
#include <cstddef>
#include <limits>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/core/owned_table.hpp"
#include "colonnade/core/table.hpp"
#include "colonnade/core/visit.hpp"
#include "colonnade/pipeline/transformer.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Buffers of one worker: three that take turns (what is read, what is gathered, what is written) and the
/// columns of a table that stands for a matrix. They grow once and are used for every block.
class chain_buffers {
 public:
  /// A matrix in the next buffer; the two given before stay untouched.
  matrix_view<double> next(std::size_t rows, std::size_t columns) {
    auto& buffer = buffers_[turn_ = (turn_ + 1) % 3];
    if (buffer.size() < rows * columns) buffer.resize(rows * columns);
    return {buffer.data(), rows, columns};
  }
  std::vector<any_column_view>& columns() { return columns_; }
  /// Keeps a table that a step has made until the next chain starts.
  table_view hold(table made) {
    held_.push_back(std::move(made));
    return held_.back().view();
  }
  void release() { held_.clear(); }

 private:
  std::array<std::vector<double>, 3> buffers_;
  std::vector<any_column_view> columns_;
  std::vector<table> held_;
  std::size_t turn_ = 0;
};

namespace detail {

template <class T>
void copy_numbers(const column_view<const T>& from, matrix_view<double> to, std::size_t j) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const bool whole = from.validity().all_valid();
  for (std::size_t i = 0; i < from.size(); ++i) {
    to(i, j) = whole || from.validity()[i] ? static_cast<double>(from[i]) : none;
  }
}
inline void copy_numbers(const string_column_view&, matrix_view<double>, std::size_t j) {
  throw argument_error("column " + std::to_string(j), "text", "numbers; encode text first");
}
inline void copy_numbers(const dictionary_column_view& from, matrix_view<double> to, std::size_t j) {
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  visit_held(
      [&]<class V>(const V& values) {
        if constexpr (std::is_same_v<V, string_column_view>) {
          copy_numbers(values, to, j);
        } else {
          for (std::size_t i = 0; i < from.size(); ++i) {
            const auto code = from[i];
            const auto at = static_cast<std::size_t>(code);
            to(i, j) = code < 0 || values.is_missing(at) ? none : static_cast<double>(values[at]);
          }
        }
      },
      from.values());
}

}  // namespace detail

/// Writes columns of numbers into a matrix as float64; missing becomes NaN. Throws argument_error for text.
inline void gather(const table_view& table, matrix_view<double> out) {
  for (std::size_t j = 0; j < table.columns(); ++j) {
    visit_held([&](const auto& column) { detail::copy_numbers(column, out, j); }, table.column(j));
  }
}

/// What flows through a chain: a table at first, a matrix after the first transformer.
class chain_value {
 public:
  explicit chain_value(const table_view& table) : table_(table), is_table_(true) {}
  explicit chain_value(matrix_view<const double> matrix) : matrix_(matrix) {}

  bool is_table() const { return is_table_; }
  std::size_t rows() const { return is_table_ ? table_.rows() : matrix_.rows(); }
  std::size_t columns() const { return is_table_ ? table_.columns() : matrix_.columns(); }

  matrix_view<const double> matrix(chain_buffers& buffers) const {
    if (!is_table_) return matrix_;
    const auto gathered = buffers.next(rows(), columns());
    gather(table_, gathered);
    return gathered;
  }
  table_view table(chain_buffers& buffers) const {
    if (is_table_) return table_;
    auto& columns = buffers.columns();
    columns.clear();
    for (std::size_t j = 0; j < matrix_.columns(); ++j) {
      columns.emplace_back(column_view<const double>(matrix_.column(j), rows(), matrix_.row_stride()));
    }
    return table_view(columns, {}, rows());
  }
  void copy_to(matrix_view<double> out) const {
    if (is_table_) return gather(table_, out);
    for (std::size_t i = 0; i < rows(); ++i) {
      for (std::size_t j = 0; j < columns(); ++j) out(i, j) = matrix_(i, j);
    }
  }

 private:
  table_view table_;
  matrix_view<const double> matrix_;
  bool is_table_ = false;
};

/// One transformer on one block of rows.
template <class P>
void apply(const P& p, const chain_value& value, matrix_view<double> out, chain_buffers& buffers) {
  if constexpr (std::is_same_v<P, passthrough>) {
    value.copy_to(out);
  } else if constexpr (table_transformer<P> && !matrix_transformer<P>) {
    p.transform(value.table(buffers), out);
  } else {
    static_assert(matrix_transformer<P>);
    const auto x = value.matrix(buffers);
    if constexpr (std::is_same_v<decltype(p.transform(x, out)), bool>) {
      if (p.transform(x, out))
        throw data_error("X contains infinity, which " + std::string(P::kind) + " refuses");
    } else {
      p.transform(x, out);
    }
  }
}

/// Whether a transformer makes a table of the value, not a matrix: an imputer of text.
template <class P>
bool makes_table(const P& p, const chain_value& value) {
  if constexpr (requires { p.impute(table_view()); }) {
    if (!value.is_table()) return false;
    for (const auto& fill : p.fills()) {
      if (fill.is_text) return true;
    }
  }
  return false;
}

/// The value after one transformer that is not the last of its chain.
template <class P>
chain_value next_value(const P& p, const chain_value& value, chain_buffers& buffers) {
  if constexpr (requires { p.impute(table_view()); }) {
    if (makes_table(p, value)) return chain_value(buffers.hold(p.impute(value.table(buffers))));
  }
  const auto out = buffers.next(value.rows(), output_columns_of(p, value.columns()));
  apply(p, value, out, buffers);
  return chain_value(matrix_view<const double>(out));
}

/// A chain of transformers (anything with `model`, a variant) on one block of rows; `out` has as many columns
/// as the chain gives.
template <class Chain>
void apply_chain(const Chain& chain, chain_value value, matrix_view<double> out, chain_buffers& buffers) {
  if (chain.empty()) return value.copy_to(out);
  buffers.release();
  for (std::size_t k = 0; k + 1 < chain.size(); ++k) {
    value = visit_held([&](const auto& p) { return next_value(p, value, buffers); }, chain[k].model);
  }
  visit_held(
      [&](const auto& p) {
        if (makes_table(p, value)) {
          throw argument_error("step '" + chain.back().name + "'", "imputed text at the end of a chain",
                               "an encoder after it");
        }
        apply(p, value, out, buffers);
      },
      chain.back().model);
}

}  // namespace colonnade::inline COLONNADE_ABI
