#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "colonnade/cluster/cluster_sums.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The rows that lie farthest from their centres, to start empty clusters with: at most `limit`, in an order
/// that does not depend on the order of the rows: by distance, then by coordinates (the smallest first), then
/// by weight. Rows without weight or distance are never taken.
class farthest_rows {
 public:
  farthest_rows() = default;
  explicit farthest_rows(std::size_t limit) : limit_(limit) {}

  template <class T>
  void offer(const samples<matrix_view<const T>>& batch, std::size_t row, std::uint32_t cluster,
             double distance) {
    if (!(distance > 0) || limit_ == 0) return;
    if (rows_.size() == limit_ && distance < rows_.back().distance) return;
    entry found = {distance, batch.weight.size() == 0 ? 1.0 : batch.weight[row], cluster, {}};
    if (!(found.weight > 0)) return;
    for (std::size_t j = 0; j < batch.x.columns(); ++j)
      found.values.push_back(static_cast<double>(batch.x(row, j)));
    insert(std::move(found));
  }
  void merge(const farthest_rows& other) {
    for (const entry& e : other.rows_) insert(e);
  }

  /// Takes the farthest rows out of their clusters of `sums`, one for each empty cluster in ascending order.
  void fill_empty(const fixed_point_frame& frame, cluster_sums& sums) const {
    auto next = rows_.begin();
    std::vector<std::uint32_t> empty;
    for (std::size_t c = 0; c < sums.clusters(); ++c) {
      if (sums.empty(c)) empty.push_back(static_cast<std::uint32_t>(c));
    }
    for (const std::uint32_t c : empty) {
      if (next == rows_.end()) return;
      const samples<matrix_view<const double>> row = {
          {next->values.data(), 1, next->values.size()}, {}, {&next->weight, 1}};
      const kernels::row_move move = {0, next->cluster, c};
      sums.move(frame, row, {&move, 1});
      ++next;
    }
  }

  friend bool operator==(const farthest_rows&, const farthest_rows&) = default;
  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.limit_, self.rows_);
  }
  std::size_t limit() const { return limit_; }
  /// Whether all rows have this shape and clusters below `clusters`.
  bool fits(std::size_t clusters, std::size_t columns) const {
    return rows_.size() <= limit_ && limit_ <= clusters &&
           std::all_of(rows_.begin(), rows_.end(), [&](const entry& e) {
             return e.cluster < clusters && e.values.size() == columns && e.weight > 0 && e.distance > 0;
           });
  }

 private:
  struct entry {
    double distance = 0, weight = 0;
    std::uint32_t cluster = 0;
    std::vector<double> values;

    bool before(const entry& other) const {
      if (distance != other.distance) return distance > other.distance;
      if (values != other.values) return values < other.values;
      return weight < other.weight;
    }
    friend bool operator==(const entry&, const entry&) = default;
    template <class Archive, class Self>
    static void archive(Archive& ar, Self& self) {
      ar(self.distance, self.weight, self.cluster, self.values);
    }
  };

  void insert(entry found) {
    const auto at = std::upper_bound(rows_.begin(), rows_.end(), found,
                                     [](const entry& a, const entry& b) { return a.before(b); });
    if (at == rows_.end() && rows_.size() == limit_) return;
    rows_.insert(at, std::move(found));
    if (rows_.size() > limit_) rows_.pop_back();
  }

  std::uint64_t limit_ = 0;
  std::vector<entry> rows_;
};

}  // namespace colonnade::inline COLONNADE_ABI
