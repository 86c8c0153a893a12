#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/core/visit.hpp"
#include "colonnade/pipeline/chain.hpp"
#include "colonnade/pipeline/input_schema.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Rows that one worker transforms at a time; its buffers stay in the second-level cache.
inline constexpr std::size_t pipeline_block_rows = 512;

/// Calls `body(first, count, buffers)` for blocks of rows on threads; `nanoseconds_per_row` decides whether
/// threads pay.
template <class Buffers, class Body>
void for_row_blocks(std::size_t rows, int threads, double nanoseconds_per_row, const Body& body) {
  const std::size_t blocks = block_count(rows, pipeline_block_rows);
  if (blocks <= 1) {
    Buffers buffers;
    if (rows > 0) body(std::size_t{0}, rows, buffers);
    return;
  }
  const int team = useful_threads(threads, nanoseconds_per_row * static_cast<double>(rows));
  std::vector<Buffers> buffers(static_cast<std::size_t>(std::max(1, threads_for(blocks, team))));
  for_blocks(blocks, team, [&](std::size_t block, int worker) {
    const std::size_t first = block * pipeline_block_rows;
    body(first, std::min(pipeline_block_rows, rows - first), buffers[static_cast<std::size_t>(worker)]);
  });
}

/// Fitted transformers, each for its own columns, side by side: the output is their outputs next to each
/// other, float64.
///
/// Columns are found by name (`input_schema`); those that no group names are dropped. A missing value is
/// handled as the transformers of its group say. Row by row, so any number of threads gives the same bits.
/// Safe to share between threads.
class column_transformer {
 public:
  /// One group: a name, positions in the schema, a chain (empty: the numbers as they are), and a factor.
  struct group {
    std::string name;
    std::vector<std::uint32_t> columns;
    std::vector<named_transformer> chain;
    double weight = 1;

    template <class Archive, class Self>
    static void archive(Archive& ar, Self& self) {
      ar(self.name, self.columns, self.chain, self.weight);
    }
  };
  /// Buffers of one worker.
  struct buffers {
    chain_buffers chain;
    std::vector<any_column_view> columns;
  };

  static constexpr std::string_view kind = "column_transformer";
  static constexpr std::uint32_t archive_version = 1;

  /// Throws argument_error where a chain does not fit its columns. `names` are those of the output, or empty.
  column_transformer(input_schema schema, std::vector<group> groups, std::vector<std::string> names = {})
      : schema_(std::move(schema)), groups_(std::move(groups)), names_(std::move(names)) {
    check();
  }

  const input_schema& schema() const { return schema_; }
  const std::vector<group>& groups() const { return groups_; }
  /// Columns of the table it was fitted on.
  std::size_t columns() const { return schema_.features_in(); }
  std::size_t output_columns() const { return width_; }
  /// Names of the output columns; empty where nobody gave any.
  const std::vector<std::string>& output_names() const { return names_; }

  /// Transforms all rows of `table` into `out` (rows x output_columns). Throws argument_error for a column
  /// that is absent or of another kind.
  void transform(const table_view& table, matrix_view<double> out, int threads = 0) const {
    transform(schema_.bind(table), out, threads);
  }
  /// The same for columns that `schema().bind` found.
  void transform(const bound_columns& bound, matrix_view<double> out, int threads = 0) const {
    if (out.rows() != bound.rows() || out.columns() != width_) {
      throw argument_error("out", std::to_string(out.rows()) + " x " + std::to_string(out.columns()),
                           std::to_string(bound.rows()) + " x " + std::to_string(width_));
    }
    const double cost = 20.0 * static_cast<double>(schema_.size() + width_);
    for_row_blocks<buffers>(bound.rows(), threads, cost,
                            [&](std::size_t first, std::size_t count, buffers& b) {
                              transform_block(bound, first, count, out.slice(first, count), b);
                            });
  }
  /// Rows `first` to `first + count` of columns that `schema().bind` found.
  void transform_block(const bound_columns& bound, std::size_t first, std::size_t count,
                       matrix_view<double> out, buffers& b) const {
    std::size_t at = 0;
    for (std::size_t k = 0; k < groups_.size(); ++k) {
      const group& g = groups_[k];
      b.columns.clear();
      for (const std::uint32_t j : g.columns) b.columns.push_back(rows_of_column(bound, j, first, count));
      const auto to = out.columns_slice(at, widths_[k]);
      apply_chain(g.chain, chain_value(table_view(b.columns, names_in_[k], count)), to, b.chain);
      if (g.weight != 1) scale(to, g.weight);
      at += widths_[k];
    }
  }

  friend bool operator==(const column_transformer& a, const column_transformer& b) {
    return same_bytes(a, b);
  }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.schema_, self.groups_, self.names_);
  }
  void validate() {
    try {
      check();
    } catch (const argument_error& error) {
      throw format_error(std::string("saved column_transformer: ") + error.what());
    }
  }

 private:
  friend struct archive_access;
  column_transformer() = default;

  void check() {
    widths_.clear();
    names_in_.clear();
    width_ = 0;
    names_in_.reserve(groups_.size());
    widths_.reserve(groups_.size());
    std::size_t room = 4 * schema_.name_bytes();
    for (const group& g : groups_) {
      for (const std::uint32_t j : g.columns) {
        if (j >= schema_.size()) {
          throw argument_error("group '" + g.name + "'", "column " + std::to_string(j),
                               "less than " + std::to_string(schema_.size()));
        }
      }
      names_in_.push_back(names_of(g, room));
      widths_.push_back(chain_columns(g.chain, g.columns.size()));
      width_ += widths_.back();
    }
    if (!names_.empty() && names_.size() != width_) {
      throw argument_error("names", std::to_string(names_.size()), std::to_string(width_));
    }
  }
  /// Names of the columns of a group, for messages. None where a file names the same columns again and again,
  /// which would take memory beyond its size.
  std::vector<std::string> names_of(const group& g, std::size_t& room) const {
    std::size_t size = 0;
    for (const std::uint32_t j : g.columns) size += sizeof(std::string) + schema_.name(j).size();
    if (size > room) return {};
    room -= size;
    std::vector<std::string> names;
    names.reserve(g.columns.size());
    for (const std::uint32_t j : g.columns) names.push_back(schema_.name(j));
    return names;
  }
  static any_column_view rows_of_column(const bound_columns& bound, std::uint32_t j, std::size_t first,
                                        std::size_t count) {
    const any_column_view& column = bound.columns()[j];
    if (first == 0 && count == bound.rows()) return column;
    return visit_held([&](const auto& c) -> any_column_view { return c.slice(first, count); }, column);
  }
  static void scale(matrix_view<double> x, double factor) {
    for (std::size_t i = 0; i < x.rows(); ++i) {
      for (std::size_t j = 0; j < x.columns(); ++j) x(i, j) *= factor;
    }
  }

  input_schema schema_;
  std::vector<group> groups_;
  std::vector<std::string> names_;
  // What follows from the groups:
  std::vector<std::vector<std::string>> names_in_;
  std::vector<std::size_t> widths_;
  std::size_t width_ = 0;
};

}  // namespace colonnade::inline COLONNADE_ABI
