#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/cluster/k_means.hpp"
#include "colonnade/core/error.hpp"

namespace colonnade::inline COLONNADE_ABI {

namespace cluster_detail {

/// Whether two labellings differ by the names of the clusters only.
inline bool same_clustering(const std::vector<std::uint32_t>& a, const std::vector<std::uint32_t>& b,
                            std::size_t clusters) {
  std::vector<std::uint32_t> name(clusters, kernels::row_move::none);
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (name[a[i]] == kernels::row_move::none) name[a[i]] = b[i];
    if (name[a[i]] != b[i]) return false;
  }
  return true;
}

inline std::size_t distinct_labels(const std::vector<std::uint32_t>& labels, std::size_t clusters) {
  std::vector<bool> seen(clusters);
  std::size_t count = 0;
  for (const std::uint32_t label : labels) {
    if (!seen[label]) ++count;
    seen[label] = true;
  }
  return count;
}

/// The start number `run` of a fit: rows of the data, or what the caller gave.
template <class T>
std::vector<double> start_of(const matrix_view<const T>& x, const k_means::params& p, std::size_t run,
                             const packed_points& packed, int threads) {
  const std::size_t size = p.clusters * x.columns();
  if (p.init == k_means::start::given) {
    const auto first = p.centers.begin() + static_cast<std::ptrdiff_t>(run * size);
    return {first, first + static_cast<std::ptrdiff_t>(size)};
  }
  seeding seeds(packed, random_stream(p.seed, run), threads);
  std::vector<double> centers;
  const bool uniform = p.init == k_means::start::random;
  for (const std::size_t at : uniform ? seeds.distinct(p.clusters) : seeds.plus_plus(p.clusters)) {
    for (std::size_t j = 0; j < x.columns(); ++j)
      centers.push_back(static_cast<double>(x(packed.row(at), j)));
  }
  return centers;
}

}  // namespace cluster_detail

template <class T>
k_means k_means::fit(const samples<matrix_view<const T>>& x, const params& p, int threads,
                     k_means_report* report) {
  p.check(x.rows(), x.x.columns());
  const data_extent extent = accumulate(data_extent(), x, threads);
  if (!(extent.largest_weight() > 0))
    throw data_error("weight: found zero for every row, expected a positive weight");
  // Draws go by value; a given start needs none and leaves the rows as they are.
  std::vector<std::uint32_t> order;
  if (p.init != start::given && x.rows() >> 32 == 0) order = cluster_detail::order_by_value(x.x, threads);
  cluster_detail::packed_points packed(x, extent, std::move(order), threads);
  // All starts first: the solver brings the points into an order of its own.
  std::vector<std::vector<double>> starts;
  for (std::size_t run = 0; run < p.starts(); ++run)
    starts.push_back(cluster_detail::start_of(x.x, p, run, packed, threads));
  cluster_detail::lloyd<T> solver(x, extent, packed, threads);
  std::vector<std::string>* log = report != nullptr && report->verbose ? &report->log : nullptr;
  typename cluster_detail::lloyd<T>::outcome best;
  for (std::size_t run = 0; run < starts.size(); ++run) {
    if (log != nullptr) log->push_back("Initialization complete");
    auto found = solver.run(std::move(starts[run]), {p.max_iter, p.tol * packed.mean_variance()}, log);
    const bool better = run == 0 || (found.inertia < best.inertia &&
                                     !cluster_detail::same_clustering(found.labels, best.labels, p.clusters));
    if (better) best = std::move(found);
  }
  if (report != nullptr) {
    report->distinct = cluster_detail::distinct_labels(best.labels, p.clusters);
    report->labels = std::move(best.labels);
  }
  return k_means(std::move(best.centers), x.x.columns(), best.inertia, best.iterations);
}

}  // namespace colonnade::inline COLONNADE_ABI
