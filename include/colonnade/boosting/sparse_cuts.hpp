#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "colonnade/boosting/boosting_params.hpp"
#include "colonnade/boosting/category_bins.hpp"
#include "colonnade/boosting/cut_learner.hpp"
#include "colonnade/boosting/cut_rules.hpp"
#include "colonnade/boosting/feature_cuts.hpp"
#include "colonnade/boosting/sparse_columns.hpp"
#include "colonnade/boosting/uniform_cuts.hpp"
#include "colonnade/core/parallel.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Learns the cuts of a sparse table: those of the dense one. O(entries), and O(columns x sampled rows) where
/// rows have weights.
template <class T>
class sparse_cuts {
 public:
  static feature_cuts learn(const sparse_columns<T>& x, column_view<const double> weight,
                            const boosting_params& p, int threads) {
    const cut_rules rules(x.columns(), feature_cuts::bins_of(p.max_bin), p.categorical_features,
                          {p.binning, p.cut_points});
    const sparse_cuts table(x, weight, rules, threads);
    const auto cuts = rules.cuts([&] { return table.ranges(); }, [&](auto& out) { table.quantiles(out); });
    std::vector<category_bins> categories;
    for (const std::uint32_t f : p.categorical_features) categories.push_back(table.categories(f));
    return feature_cuts::given(cuts, p.categorical_features, std::move(categories));
  }

 private:
  sparse_cuts(const sparse_columns<T>& x, column_view<const double> weight, const cut_rules& rules,
              int threads)
      : x_(x), weight_(weight), rules_(rules), threads_(threads) {
    for (std::size_t i = 0; i < weight.size(); ++i) counting_rows_ += weight[i] > 0 ? 1 : 0;
    if (weight.size() == 0) counting_rows_ = x.rows();
  }

  double weight_of(std::size_t row) const { return weight_.size() == 0 ? 1.0 : weight_[row]; }

  // `body(value)` for every entry of a column whose row counts, and for 0 if there is one without an entry.
  template <class Body>
  void for_values(std::size_t f, const Body& body) const {
    std::size_t entries = 0;
    for (std::size_t k = 0; k < x_.rows(f).size(); ++k) {
      if (!(weight_of(x_.rows(f)[k]) > 0)) continue;
      ++entries;
      body(static_cast<double>(x_.values(f)[k]));
    }
    if (entries < counting_rows_) body(0.0);
  }

  // `body(f)` for every column whose cuts are learned.
  template <class Body>
  void for_learned(const Body& body) const {
    const double work = static_cast<double>(x_.entries() + x_.columns() * 64) * 20;
    for_blocks(x_.columns(), useful_threads(threads_, work), [&](std::size_t f) {
      if (rules_.left_out()[f] == 0) body(f);
    });
  }

  uniform_cuts ranges() const {
    uniform_cuts all(x_.columns());
    for_learned([&](std::size_t f) {
      uniform_cuts one(1);
      for_values(f, [&](double value) { one.add(0, value); });
      all.merge(one, f);
    });
    return all;
  }

  void quantiles(std::span<std::vector<double>> cuts) const {
    for_learned([&](std::size_t f) { cuts[f] = quantiles(f); });
  }
  std::vector<double> quantiles(std::size_t f) const {
    const char wanted = 0;
    cut_learner<T> learner(rules_.bins(), std::span(&wanted, 1), x_.rows(f).size(), weight_.size() != 0);
    weight_.size() == 0 ? sample(f, learner) : sample_by_weight(f, learner);
    const bool everything = feature_cuts::sample_of(x_.rows()) == x_.rows();
    return learner.cuts(0, [&](few_values& all) {
      if (!everything) for_values(f, [&](double value) { all.add(value); });
    });
  }

  void sample(std::size_t f, cut_learner<T>& learner) const {
    const std::size_t rows = x_.rows(), sample = feature_cuts::sample_of(rows);
    std::size_t entries = 0;
    for (std::size_t k = 0; k < x_.rows(f).size(); ++k) {
      // The first sampled row that is not before this one.
      const std::size_t row = x_.rows(f)[k], i = (row * sample + rows - 1) / rows;
      if (feature_cuts::sampled_row(i, rows) != row) continue;
      ++entries;
      learner.add(0, x_.values(f)[k], 1);
    }
    learner.add_zeros(0, static_cast<double>(sample - entries));
  }

  // In the order of the rows, as the weights of zeros are added up.
  void sample_by_weight(std::size_t f, cut_learner<T>& learner) const {
    const auto rows = x_.rows(f);
    std::size_t k = 0;
    for (std::size_t i = 0; i < feature_cuts::sample_of(x_.rows()); ++i) {
      const std::size_t row = feature_cuts::sampled_row(i, x_.rows());
      while (k < rows.size() && rows[k] < row) ++k;
      const bool entry = k < rows.size() && rows[k] == row;
      if (weight_of(row) > 0) learner.add(0, entry ? x_.values(f)[k] : T{0}, weight_of(row));
    }
  }

  category_bins categories(std::uint32_t f) const {
    std::vector<T> all(x_.rows());
    for (std::size_t k = 0; k < x_.rows(f).size(); ++k) all[x_.rows(f)[k]] = x_.values(f)[k];
    const column_view<const T> values(all.data(), all.size());
    if (const auto row = category_bins::first_invalid(values)) category_bins::refuse(values[*row], *row, f);
    return category_bins::learn(values, weight_);
  }

  const sparse_columns<T>& x_;
  column_view<const double> weight_;
  const cut_rules& rules_;
  int threads_;
  std::size_t counting_rows_ = 0;
};

}  // namespace colonnade::inline COLONNADE_ABI
