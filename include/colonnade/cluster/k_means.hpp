#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "colonnade/cluster/lloyd.hpp"
#include "colonnade/cluster/seeding.hpp"
#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What a fit tells beside its model.
struct k_means_report {
  std::vector<std::uint32_t> labels;  ///< cluster of each row
  std::size_t distinct = 0;           ///< clusters that have rows
  bool verbose = false;               ///< whether to write `log`
  std::vector<std::string> log;       ///< a line for each start and iteration
};

/// k-means: `clusters` centres that make  inertia = sum over the rows of weight x |x - nearest centre|^2
/// small.
///
/// `fit` is greedy k-means++ (or given or random starts) and Lloyd's iterations with scikit-learn's rules of
/// stopping. A label is the lowest index among the nearest centres. The sums of clusters are integers
/// (`fixed_point_frame`), so model and labels have the same bits for any number of threads, instruction set
/// and order of merging. A cluster that lost its rows starts again at the row farthest from its centre; the
/// smallest coordinates decide among several. Missing values and infinities are refused (data_error).
/// O(iterations x rows x clusters x columns); memory for one copy of `x` as floats.
///
///     auto model = colonnade::fit<colonnade::k_means>(view, {.clusters = 64});
///     model.predict(view, labels);
///
/// For rows on several machines: merge their `data_extent`, then each iteration is one `accumulator` a
/// machine, made from the model so far, updated with its rows, merged, and finalized to the next model.
class k_means {
 public:
  enum class start : std::uint8_t { plus_plus, random, given };

  struct params {
    std::size_t clusters = 8;
    start init = start::plus_plus;
    std::size_t n_init = 0;      ///< starts, of which the best is kept; 0: 10 for random, otherwise 1
    std::size_t max_iter = 300;  ///< iterations of one start
    double tol = 1e-4;  ///< ends when squared movement of the centres <= tol x mean variance of the columns
    std::uint64_t seed = 0;  ///< of the random draws
    std::vector<double> centers =
        {};  ///< for `start::given`: n_init sets of clusters x columns, rows one after the other

    void check(std::size_t rows, std::size_t columns) const {
      if (clusters < 1) throw argument_error("clusters", "0", "at least 1");
      if (max_iter < 1) throw argument_error("max_iter", "0", "at least 1");
      if (!(tol >= 0) || real::isinf(tol))
        throw argument_error("tol", std::to_string(tol), "a number of at least 0");
      if (rows < clusters) {
        throw argument_error("n_samples=" + std::to_string(rows) +
                             " should be >= n_clusters=" + std::to_string(clusters) + ".");
      }
      const bool fits = init != start::given || centers.size() / clusters == starts() * columns;
      if (fits && (init != start::given || centers.size() % clusters == 0)) return;
      throw argument_error(
          "centers", std::to_string(centers.size()) + " values",
          std::to_string(starts()) + " x " + std::to_string(clusters) + " x " + std::to_string(columns));
    }
    std::size_t starts() const { return n_init != 0 ? n_init : init == start::random ? 10 : 1; }
  };

  class accumulator;

  static constexpr std::string_view kind = "k_means";
  static constexpr std::uint32_t archive_version = 1;

  /// A model of given centres, rows of `columns` values: a start for `accumulator`, or to predict with.
  k_means(std::vector<double> centers, std::size_t columns, double inertia = 0, std::uint64_t iterations = 0)
      : columns_(columns), centers_(std::move(centers)), inertia_(inertia), iterations_(iterations) {
    if (columns_ == 0 || centers_.empty() || centers_.size() % columns_ != 0) {
      throw argument_error("centers", std::to_string(centers_.size()) + " values",
                           "a positive multiple of " + std::to_string(columns_) + " columns");
    }
    if (!finite(centers_)) throw data_error("centers: found a value that is not finite");
  }

  /// Learns from all rows of `x`, or of `samples` with weights. `report` may be null.
  template <class T>
  static k_means fit(matrix_view<const T> x, const params& p, int threads = 0,
                     k_means_report* report = nullptr) {
    return fit(samples<matrix_view<const T>>{x}, p, threads, report);
  }
  template <class T>
  static k_means fit(const samples<matrix_view<const T>>& x, const params& p, int threads = 0,
                     k_means_report* report = nullptr);

  std::size_t clusters() const { return centers_.size() / columns_; }
  std::size_t columns() const { return columns_; }
  /// clusters x columns, rows one after the other.
  const std::vector<double>& centers() const { return centers_; }
  /// Weighted sum of the squared distances of the rows to their centres.
  double inertia() const { return inertia_; }
  std::uint64_t iterations() const { return iterations_; }

  /// Label of every row of `x`: index of the nearest centre.
  template <class T>
  void predict(matrix_view<const T> x, std::span<std::uint32_t> labels, int threads = 0) const {
    check_shape(x.rows(), x.columns(), labels.size(), x.rows(), "labels");
    const center_search search(centers_, frame());
    for_rows(x.rows(), threads, [&](std::size_t first, std::size_t count) {
      search.label_rows(x.slice(first, count), labels.data() + first);
    });
  }

  /// `out(i, c)` becomes the distance of row i to centre c.
  template <class T, class Out>
  void transform(matrix_view<const T> x, matrix_view<Out> out, int threads = 0) const {
    check_shape(x.rows(), x.columns(), out.columns(), clusters(), "columns of out");
    check_shape(x.rows(), x.columns(), out.rows(), x.rows(), "rows of out");
    const center_search search(centers_, frame());
    for_rows(x.rows(), threads, [&](std::size_t first, std::size_t count) {
      search.distances(x.slice(first, count), out.slice(first, count));
    });
  }

  /// Inertia of the rows of `batch` (a matrix_view's samples), the same for any partition into threads.
  template <class T>
  double inertia_of(const samples<matrix_view<const T>>& batch, int threads = 0) const {
    std::vector<std::uint32_t> labels(batch.rows());
    predict(batch.x, std::span(labels), threads);
    const center_search search(centers_, frame());
    exact_sum sum;
    for (std::size_t i = 0; i < batch.rows(); ++i) {
      const double weight = batch.weight.size() == 0 ? 1.0 : batch.weight[i];
      sum.add_product(weight, search.unscaled(search.squared(batch.x, i, labels[i])));
    }
    return sum.value();
  }

  friend bool operator==(const k_means& a, const k_means& b) { return same_bytes(a, b); }
  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.columns_, self.centers_, self.inertia_, self.iterations_);
  }
  void validate() const {
    const bool shape = columns_ > 0 && !centers_.empty() && centers_.size() % columns_ == 0;
    if (!shape || !finite(centers_))
      throw format_error("saved k_means: the centres are not a matrix of finite numbers");
  }

 private:
  friend struct archive_access;
  k_means() = default;

  static bool finite(const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [](double v) { return real::isfinite(v); });
  }

  /// Rows for the float kernel are counted from the middle of the centres, in units of their spread.
  tile_frame frame() const {
    tile_frame result;
    double reach = 0;
    for (std::size_t j = 0; j < columns_; ++j) {
      double low = centers_[j], high = low;
      for (std::size_t c = 1; c < clusters(); ++c) {
        low = std::min(low, centers_[c * columns_ + j]);
        high = std::max(high, centers_[c * columns_ + j]);
      }
      result.shift.push_back(low / 2 + high / 2);
      reach = std::max(reach, high / 2 - low / 2);
    }
    result.scale = tile_frame::scale_for(reach);
    return result;
  }

  void check_shape(std::size_t rows, std::size_t columns, std::size_t found, std::size_t expected,
                   const char* what) const {
    if (columns != columns_ && rows != 0) {
      throw argument_error("x", std::to_string(columns) + " columns", std::to_string(columns_));
    }
    if (found != expected) throw argument_error(what, std::to_string(found), std::to_string(expected));
  }

  template <class Body>
  void for_rows(std::size_t rows, int threads, const Body& body) const {
    constexpr std::size_t some = 1024;
    const double work = static_cast<double>(rows * centers_.size()) * 0.03;
    for_blocks(block_count(rows, some), useful_threads(threads, work),
               [&](std::size_t block) { body(block * some, std::min(some, rows - block * some)); });
  }

  std::uint64_t columns_ = 0;
  std::vector<double> centers_;
  double inertia_ = 0;
  std::uint64_t iterations_ = 0;
};

}  // namespace colonnade::inline COLONNADE_ABI

#include "colonnade/cluster/k_means_fit.hpp"
#include "colonnade/cluster/lloyd_step.hpp"
