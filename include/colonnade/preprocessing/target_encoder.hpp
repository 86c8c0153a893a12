#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include "colonnade/core/accumulator.hpp"
#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/preprocessing/target_encoder_fit.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Turns every column of categories into the mean target of each category, shrunk towards the mean of all
/// (Micci-Barreca 2001):  encoding = l * mean(category) + (1 - l) * mean(all), with  l = n / (n + smooth),
/// or, with automatic smoothing (empirical Bayes),  l = n v / (n v + v(category)), where v is the variance of
/// the target.
///
/// With several classes every column gives one column a class. Missing is a category of its own; unknown
/// values get the mean of all. `fit_transform` cross-fits: the rows of a fold are encoded by what the other
/// folds say. Sums are exact integers (target_digits.hpp): same bits for any partition and order of the rows.
/// O(rows x columns).
class target_encoder {
 public:
  using params = target_encoder_params;
  using batch = samples<table_view>;

  /// What was learnt of one column: its categories, and `encodings[place * outputs + k]`.
  struct fitted {
    category_list categories;
    std::vector<double> encodings;

    template <class Archive, class Self>
    static void archive(Archive& ar, Self& self) {
      ar(self.categories, self.encodings);
    }
  };

  class accumulator {
   public:
    static constexpr std::string_view kind = "target_encoder.accumulator";
    static constexpr std::uint32_t archive_version = 1;
    static constexpr bool exact = true;

    accumulator() = default;
    explicit accumulator(params p) : params_(std::move(p)), learnt_(params_.lanes_of_classes()) {
      params_.check();
    }

    /// What was learnt before goes on.
    accumulator(params p, target_sums learnt) : params_(std::move(p)), learnt_(std::move(learnt)) {
      params_.check();
    }

    /// Learns a batch. For classes the target holds their numbers 0, 1, ... Rows of weight zero count for
    /// nothing.
    void update(const batch& x, std::span<const missing_mark> marks = {}) {
      params_.check_batch(x);
      learnt_.update(x, marks);
    }
    void merge(const accumulator& other) { learnt_.merge(other.learnt_); }
    accumulator empty_copy() const { return accumulator(params_); }
    target_encoder finalize() const { return target_encoder(params_, learnt_.ordered(params_.categories)); }

    friend bool operator==(const accumulator& a, const accumulator& b) { return same_bytes(a, b); }

    template <class Archive, class Self>
    static void archive(Archive& ar, Self& self) {
      ar(self.params_, self.learnt_);
    }
    void validate() const {
      detail::check_saved(kind, [&] { params_.check(); });
      learnt_.check(params_.lanes_of_classes());
    }

   private:
    params params_;
    target_sums learnt_;
  };

  static constexpr std::string_view kind = "target_encoder";
  static constexpr std::uint32_t archive_version = 1;

  target_encoder(params p, const ordered_target_sums& sums) : params_(std::move(p)) {
    const target_shrinkage all(params_, sums.format, sums.total);
    mean_ = all.means();
    for (const auto& column : sums.columns) {
      columns_.push_back({column.categories, all.encodings(column.sums, column.categories.size())});
    }
    prepare();
  }

  static target_encoder fit(const batch& x, const params& p, int threads = 0,
                            std::span<const missing_mark> marks = {}) {
    return learn(x, p, threads, marks).finalize();
  }
  /// The learning state after all rows, which `finalize` turns into the fitted encoder.
  static accumulator learn(const batch& x, const params& p, int threads = 0,
                           std::span<const missing_mark> marks = {}) {
    p.check();
    p.check_batch(x);
    if (p.categories.empty()) return accumulator(p, target_pass(x, p, marks, threads).state());
    accumulator a(p);
    a.update(x, marks);
    return a;
  }

  /// Learns from all rows and writes the cross-fitted encodings of the same rows to `out` (rows x output
  /// columns): `fold_of[i]` is the fold that row i is in, below `folds`.
  static target_encoder fit_transform(const batch& x, std::span<const std::int32_t> fold_of,
                                      std::size_t folds, matrix_view<double> out, const params& p = {},
                                      int threads = 0, std::span<const missing_mark> marks = {}) {
    return learn_transform(x, fold_of, folds, out, p, threads, marks).finalize();
  }
  /// The same, giving the learning state.
  static accumulator learn_transform(const batch& x, std::span<const std::int32_t> fold_of, std::size_t folds,
                                     matrix_view<double> out, const params& p = {}, int threads = 0,
                                     std::span<const missing_mark> marks = {}) {
    p.check();
    p.check_batch(x);
    detail::check_output(out, x.rows(), x.x.columns() * p.outputs());
    const target_pass pass(x, p, marks, threads, fold_of, folds);
    pass.write_cross_fitted(out);
    if (p.categories.empty()) return accumulator(p, pass.state());
    accumulator a(p);
    a.update(x, marks);
    return a;
  }

  std::size_t columns() const { return columns_.size(); }
  /// Output columns of each input column: the number of classes if there are more than two, else 1.
  std::size_t outputs() const { return mean_.size(); }
  std::size_t output_columns() const { return columns() * outputs(); }
  const params& parameters() const { return params_; }
  const fitted& operator[](std::size_t j) const { return columns_[j]; }
  /// Mean of the target, or share of each class.
  const std::vector<double>& target_mean() const { return mean_; }

  /// Writes the encodings of `x` (rows x output_columns(): all outputs of a column beside each other).
  template <class T>
  void transform(const table_view& x, matrix_view<T> out, int threads = 0) const {
    const table_coder coder(columns_, x);
    detail::check_output(out, x.rows(), output_columns());
    const auto encode = [&](std::size_t first, std::size_t count, std::size_t j, const std::int32_t* places) {
      detail::write_encodings(values_[j].data() + outputs(), places, out.slice(first, count), j, outputs());
    };
    detail::for_places(coder, x.rows(), columns(), threads, encode);
  }

  friend bool operator==(const target_encoder& a, const target_encoder& b) { return same_bytes(a, b); }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.params_, self.mean_, self.columns_);
    if constexpr (std::is_same_v<Archive, reader>) self.restore();
  }

 private:
  friend struct archive_access;
  target_encoder() = default;

  void restore() {
    detail::check_saved(kind, [&] { params_.check(); });
    bool fits = mean_.size() == params_.outputs();
    for (const fitted& column : columns_)
      fits = fits && column.encodings.size() == column.categories.size() * mean_.size();
    if (!fits) throw format_error("saved target_encoder: an encoding a category and class is expected");
    prepare();
  }
  void prepare() {
    values_.clear();
    for (const fitted& column : columns_) {
      values_.push_back(mean_);  // of unknown values, which stand before place 0
      values_.back().insert(values_.back().end(), column.encodings.begin(), column.encodings.end());
    }
  }

  params params_;
  std::vector<double> mean_;
  std::vector<fitted> columns_;
  std::vector<std::vector<double>> values_;
};

}  // namespace colonnade::inline COLONNADE_ABI
