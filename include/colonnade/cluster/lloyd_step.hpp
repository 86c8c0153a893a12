#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "colonnade/cluster/k_means.hpp"
#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// One of Lloyd's iterations over rows that may lie anywhere: labels each row with the nearest centre of
/// `model` and gathers the clusters' sums. `finalize` is the model with the means as centres and the inertia
/// before the step. Exact: any order and grouping of rows and merges gives the same bits, which are those of
/// `k_means::fit`.
class k_means::accumulator {
 public:
  static constexpr std::string_view kind = "k_means.accumulator";
  static constexpr std::uint32_t archive_version = 1;
  static constexpr bool exact = true;

  /// `extent` covers all rows that any of the accumulators to be merged will see.
  accumulator(const k_means& model, const data_extent& extent)
      : model_(model),
        extent_(extent),
        sums_(model.clusters(), model.columns()),
        farthest_(model.clusters()) {
    if (extent.columns() == model.columns()) return;
    throw argument_error("extent", std::to_string(extent.columns()) + " columns",
                         std::to_string(model.columns()));
  }

  template <class T>
  void update(matrix_view<const T> x) {
    update(samples<matrix_view<const T>>{x});
  }
  template <class T>
  void update(const samples<matrix_view<const T>>& batch) {
    if (batch.rows() == 0) return;
    data_extent part;
    part.update(batch);
    check_extent(part);
    seen_.merge(part);
    const fixed_point_frame frame(extent_);
    const center_search search(model_.centers_, model_.frame());
    for (std::size_t first = 0; first < batch.rows(); first += stripe) {
      learn(frame, search, batch.slice(first, std::min(stripe, batch.rows() - first)));
    }
  }
  void merge(const accumulator& other) {
    if (!(other.model_ == model_ && other.extent_ == extent_)) {
      throw argument_error("merge", "a step of another model or extent", "the same");
    }
    check_extent(other.seen_);
    seen_.merge(other.seen_);
    sums_.merge(other.sums_);
    farthest_.merge(other.farthest_);
    inertia_ += other.inertia_;
  }
  accumulator empty_copy() const { return accumulator(model_, extent_); }
  k_means finalize() const {
    if (seen_.rows() == 0) return model_;
    const fixed_point_frame frame(extent_);
    cluster_sums filled = sums_;
    farthest_.fill_empty(frame, filled);
    return k_means(filled.means(frame), model_.columns(), inertia_.value(), model_.iterations() + 1);
  }

  friend bool operator==(const accumulator& a, const accumulator& b) { return same_bytes(a, b); }
  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.model_, self.extent_, self.seen_, self.sums_, self.farthest_, self.inertia_);
  }
  void validate() const {
    const bool valid = extent_.columns() == model_.columns() && extent_.contains(seen_) &&
                       sums_.has_shape(model_.clusters(), model_.columns()) &&
                       farthest_.limit() == model_.clusters() &&
                       farthest_.fits(model_.clusters(), model_.columns());
    if (!valid) throw format_error("saved k_means.accumulator: its parts are of different shapes");
  }

 private:
  friend struct archive_access;
  static constexpr std::size_t stripe = 4096;

  accumulator() = default;

  void check_extent(const data_extent& part) const {
    if (extent_.contains(part) && part.rows() <= extent_.rows() - seen_.rows()) return;
    throw argument_error(
        "x", "rows outside the extent of this step",
        "at most " + std::to_string(extent_.rows()) + " rows within the announced ranges and weight");
  }

  template <class T>
  void learn(const fixed_point_frame& frame, const center_search& search,
             const samples<matrix_view<const T>>& rows) {
    std::vector<std::uint32_t> labels(rows.rows());
    search.label_rows(rows.x, labels.data());
    std::vector<kernels::row_move> moves;
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      moves.push_back({i, kernels::row_move::none, labels[i]});
      const double distance = search.unscaled(search.squared(rows.x, i, labels[i]));
      inertia_.add_product(rows.weight.size() == 0 ? 1.0 : rows.weight[i], distance);
      farthest_.offer(rows, i, labels[i], distance);
    }
    sums_.move(frame, rows, moves);
  }

  k_means model_;
  data_extent extent_, seen_;
  cluster_sums sums_;
  farthest_rows farthest_;
  exact_sum inertia_;
};

}  // namespace colonnade::inline COLONNADE_ABI
