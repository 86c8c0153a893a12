#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "colonnade/boosting/category_lookup.hpp"
#include "colonnade/boosting/category_reader.hpp"
#include "colonnade/boosting/tree_ensemble.hpp"
#include "colonnade/kernels/rank_trees.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The splits by categories of ranked trees: for each a byte a row, 0 where the row goes left, written when
/// its tree is due. Eight sets of a column are looked up at a time. Asks the lookups of the reader.
class ranked_sets {
 public:
  static constexpr std::size_t block_rows = rank_leaves::rows;

  /// Appends the sets of a tree. For a node that is split by one, place[node] is the number of its bytes
  /// among those that `write` fills; nodes of a level that share their split share them.
  void add(std::span<const tree_node> tree, std::span<const bin_set> sets, const category_reader& reader,
           std::vector<std::uint32_t>& place) {
    std::vector<std::pair<std::uint32_t, std::uint32_t>> splits;  // column, node
    for (std::uint32_t i = 0; i < tree.size(); ++i) {
      if (tree[i].is_categorical()) splits.push_back({column_of(tree[i].feature(), reader), i});
    }
    std::sort(splits.begin(), splits.end());
    place.assign(tree.size(), 0);
    const std::size_t first = groups_.size();
    const auto set_of = [&](std::uint32_t node) { return sets[static_cast<std::size_t>(tree[node].value)]; };
    for (std::size_t k = 0, used = 0; k < splits.size(); ++k) {
      const auto [column, node] = splits[k];
      const bool same_column = k > 0 && splits[k - 1].first == column;
      if (same_column && set_of(splits[k - 1].second) == set_of(node)) {
        place[node] = place[splits[k - 1].second];
        continue;
      }
      if (!same_column || used == together) {
        groups_.push_back(column);
        tables_.resize(tables_.size() + table_size);
        used = 0;
      }
      write_table(set_of(node), used);
      place[node] = static_cast<std::uint32_t>((groups_.size() - first - 1) * together + used++);
    }
    most_groups_ = std::max(most_groups_, groups_.size() - first);
    end_.push_back(groups_.size());
  }

  /// Columns of bytes that `write` may fill.
  std::size_t width() const { return most_groups_ * together; }
  std::size_t columns() const { return columns_.size(); }

  /// Bins of the categories of a block of rows: columns() x block_rows.
  template <class T>
  void find(matrix_view<const T> x, std::uint8_t* bins) const {
    for (std::size_t c = 0; c < columns_.size(); ++c)
      lookups_[c]->find(&x(0, columns_[c]), x.row_stride(), x.rows(), bins + c * block_rows);
  }

  /// The bytes of tree t.
  void write(std::size_t t, const std::uint8_t* bins, std::int8_t* values) const {
    const std::size_t first = t == 0 ? 0 : end_[t - 1];
    for (std::size_t k = first; k < end_[t]; ++k) {
      simd::run<rank_sets>(tables_.data() + k * table_size, bins + groups_[k] * block_rows,
                           values + (k - first) * together * block_rows);
    }
  }

 private:
  static constexpr std::size_t together = rank_sets::sets, table_size = 256;

  // Number of a column among those that splits look at.
  std::uint32_t column_of(std::uint32_t feature, const category_reader& reader) {
    const auto at = std::find(columns_.begin(), columns_.end(), feature);
    const auto number = static_cast<std::uint32_t>(at - columns_.begin());
    if (at == columns_.end()) {
      columns_.push_back(feature);
      lookups_.push_back(reader.lookup(feature));
    }
    return number;
  }

  // One set of the last table.
  void write_table(const bin_set& set, std::size_t number) {
    std::uint64_t* const table = tables_.data() + tables_.size() - table_size;
    for (std::size_t bin = 0; bin < table_size; ++bin) {
      const std::uint64_t right = set.has(static_cast<std::uint8_t>(bin)) ? 0 : 1;
      table[bin] |= right << (8 * number);
    }
  }

  std::vector<std::uint32_t> columns_, groups_;  // a group: up to eight sets of one column in one tree
  std::vector<const category_lookup*> lookups_;  // of the reader
  std::vector<std::size_t> end_;                 // of the groups of each tree
  std::vector<std::uint64_t> tables_;
  std::size_t most_groups_ = 0;
};

}  // namespace colonnade::inline COLONNADE_ABI
