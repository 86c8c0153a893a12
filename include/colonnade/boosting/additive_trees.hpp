#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "colonnade/boosting/base_margins.hpp"
#include "colonnade/boosting/category_reader.hpp"
#include "colonnade/boosting/dense_blocks.hpp"
#include "colonnade/boosting/feature_cuts.hpp"
#include "colonnade/boosting/ranked_trees.hpp"
#include "colonnade/boosting/tree_ensemble.hpp"
#include "colonnade/core/csr_view.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/core/views.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// What boosted trees compute of rows, whatever their objective makes of it: margin = base + the leaves that
/// a row falls into. Rows are a `matrix_view` or a `csr_view` of `features()` columns; there is room for what
/// is asked.
class additive_trees {
 public:
  additive_trees() = default;
  /// Without a tree: every row has the base, one number an output.
  additive_trees(feature_cuts cuts, std::vector<double> base)
      : base_(std::move(base)), cuts_(std::move(cuts)), reader_(cuts_) {}

  std::size_t features() const { return cuts_.features(); }
  std::size_t outputs() const { return base_.size(); }
  const std::vector<double>& base() const { return base_; }
  /// Where the columns were cut to learn the trees.
  const feature_cuts& cuts() const { return cuts_; }
  const tree_ensemble& ensemble() const { return ensemble_; }
  /// Other trees of the same columns and outputs.
  void set_ensemble(tree_ensemble ensemble) { ensemble_ = std::move(ensemble); }

  /// out(i, k) = margin of output k. `base_margin` replaces the base of each row: see starting_margins.
  template <class T>
  void margins(matrix_view<T> x, matrix_view<double> out, int threads,
               matrix_view<const double> base_margin = {}) const {
    const matrix_view<const double> base = starting_margins(base_margin, base_, x.rows());
    const auto ranked = ranked_for(x.rows());
    add_margins<std::remove_const_t<T>>(ranked, x, base, out, threads);
  }
  template <class T>
  void margins(const csr_view<T>& x, matrix_view<double> out, int threads,
               matrix_view<const double> base_margin = {}) const {
    const matrix_view<const double> base = starting_margins(base_margin, base_, x.rows());
    const auto ranked = ranked_for(x.rows());
    for_dense_blocks(x, threads, 1, [&](std::size_t first, matrix_view<const T> rows) {
      add_margins<T>(ranked, rows, base.slice(first, rows.rows()), out.slice(first, rows.rows()), 1);
    });
  }

  /// leaf(i, t) = index of the leaf of row i within tree t.
  template <class T>
  void apply(matrix_view<T> x, matrix_view<std::uint32_t> leaf, int threads) const {
    ensemble_.apply(matrix_view<const std::remove_const_t<T>>(x), leaf, threads, reader_);
  }
  template <class T>
  void apply(const csr_view<T>& x, matrix_view<std::uint32_t> leaf, int threads) const {
    for_dense_blocks(x, threads, 1, [&](std::size_t first, matrix_view<const T> rows) {
      ensemble_.apply(rows, leaf.slice(first, rows.rows()), 1, reader_);
    });
  }

  /// leaf[i] = index of the leaf of row i within one tree.
  template <class T>
  void apply_one(matrix_view<T> x, std::size_t tree, std::span<std::uint32_t> leaf, int threads) const {
    ensemble_.apply_one(matrix_view<const std::remove_const_t<T>>(x), tree, leaf, threads, reader_);
  }
  template <class T>
  void apply_one(const csr_view<T>& x, std::size_t tree, std::span<std::uint32_t> leaf, int threads) const {
    for_dense_blocks(x, threads, 1, [&](std::size_t first, matrix_view<const T> rows) {
      ensemble_.apply_one(rows, tree, leaf.subspan(first, rows.rows()), 1, reader_);
    });
  }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.base_, self.cuts_, self.ensemble_);
  }
  void validate() {
    const auto fail = [](const char* what) {
      throw format_error(std::string("saved gradient_boosted_trees: ") + what);
    };
    if (base_.empty()) fail("no base");
    for (const double base : base_) {
      if (!real::isfinite(base)) fail("a base is not finite");
    }
    if (features() == 0) fail("no columns");
    if (ensemble_.trees() % outputs() != 0) fail("not one tree an output");
    ensemble_.check_columns(cuts_);
    reader_ = category_reader(cuts_);
  }

 private:
  // The trees made ready, if there are rows enough to repay it.
  std::optional<ranked_trees> ranked_for(std::size_t rows) const {
    return rows < ranked_trees::least_rows ? std::nullopt : ranked_trees::of(ensemble_, reader_);
  }
  template <class T>
  void add_margins(const std::optional<ranked_trees>& ranked, matrix_view<const T> x,
                   matrix_view<const double> base, matrix_view<double> out, int threads) const {
    ranked ? ranked->add_margins(x, base, out, threads)
           : ensemble_.add_margins(x, base, out, threads, reader_);
  }

  std::vector<double> base_;
  feature_cuts cuts_;
  category_reader reader_;  // of the cuts; not saved
  tree_ensemble ensemble_;
};

}  // namespace colonnade::inline COLONNADE_ABI
