#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/core/real.hpp"
#include "colonnade/preprocessing/target_sums.hpp"

namespace colonnade::inline COLONNADE_ABI {

enum class target_type : std::uint8_t { continuous, binary, multiclass };

struct target_encoder_params {
  target_type type = target_type::continuous;
  /// Labels of the classes, unless the target is continuous: class k of the target is `classes` number k.
  category_list classes = {};
  /// Rows that the mean of all counts for; nothing: automatic.
  std::optional<double> smooth = {};
  /// Of each column, in order; empty: those that are learnt, ascending.
  std::vector<category_list> categories = {};

  /// Classes that are counted, 0 for a target that is a number.
  std::uint32_t lanes_of_classes() const {
    if (type == target_type::continuous) return 0;
    return static_cast<std::uint32_t>(std::max<std::size_t>(2, classes.size()));
  }
  /// Output columns of each input column.
  std::size_t outputs() const { return type == target_type::multiclass ? lanes_of_classes() : 1; }

  void check() const {
    if (smooth && !(*smooth >= 0))
      throw argument_error("smooth", std::to_string(*smooth), "'auto' or a number >= 0");
    if (type > target_type::multiclass) throw argument_error("target_type: not a type");
    if (type == target_type::binary && classes.size() > 2) {
      throw argument_error("y", std::to_string(classes.size()) + " classes", "two for target_type 'binary'");
    }
    if (classes.size() > 1U << 20) throw argument_error("y", "more than 2^20 classes", "fewer");
  }
  void check_batch(const samples<table_view>& x) const {
    if (x.target.size() != x.rows()) {
      throw argument_error("y", std::to_string(x.target.size()) + " values",
                           std::to_string(x.rows()) + ", one a row");
    }
    if (x.weight.size() != 0 && x.weight.size() != x.rows()) {
      throw argument_error("sample_weight", std::to_string(x.weight.size()) + " values",
                           std::to_string(x.rows()) + ", one a row");
    }
    if (!all_usable(x.target)) refuse_target(x.target);
    for (std::size_t i = 0; i < x.weight.size(); ++i) {
      if (!(x.weight[i] >= 0) || real::isinf(x.weight[i])) {
        throw data_error("sample_weight: found a weight that is negative or not finite", i);
      }
    }
  }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.type, self.classes, self.smooth, self.categories);
  }
  bool usable(double y) const {
    if (type == target_type::continuous) return y - y == 0;
    const double inside = y >= 0 && y < lanes_of_classes() ? y : -1;
    return inside >= 0 && static_cast<double>(static_cast<std::int32_t>(inside)) == y;
  }
  bool all_usable(column_view<const double> target) const {
    bool good = true;
    for (std::size_t i = 0; i < target.size(); ++i) good &= usable(target[i]);
    return good;
  }
  [[noreturn]] void refuse_target(column_view<const double> target) const {
    std::size_t i = 0;
    while (usable(target[i])) ++i;
    if (!real::isfinite(target[i])) throw data_error("y: found a value that is not finite", i);
    throw data_error("y: found class " + category_list::text_of(target[i], {}) +
                         ", expected a number below " + std::to_string(lanes_of_classes()),
                     i);
  }
};

/// From sums to encodings: the mean of each category, shrunk towards that of all.
class target_shrinkage {
 public:
  target_shrinkage(const target_encoder_params& p, const target_format& format,
                   const std::vector<std::int64_t>& total)
      : params_(&p), format_(format), scale_(format.scale()) {
    for (std::size_t k = 0; k < p.outputs(); ++k) {
      all_.push_back(total.empty() ? target_moments{} : moments(total.data(), k));
    }
  }

  /// Mean of the target, or share of each class.
  std::vector<double> means() const {
    std::vector<double> means;
    for (const target_moments& m : all_) means.push_back(m.mean * scale_);
    return means;
  }
  /// `result[place * outputs + k]`.
  std::vector<double> encodings(const std::vector<std::int64_t>& sums, std::size_t categories) const {
    std::vector<double> result;
    result.reserve(categories * all_.size());
    for (std::size_t place = 0; place < categories; ++place) {
      for (std::size_t k = 0; k < all_.size(); ++k) {
        result.push_back(scale_ * shrunk(moments(sums.data() + place * format_.lanes(), k), all_[k]));
      }
    }
    return result;
  }

 private:
  target_moments moments(const std::int64_t* lanes, std::size_t output) const {
    if (params_->type == target_type::continuous) return moments_of(format_, lanes);
    return moments_of(format_, lanes, params_->type == target_type::binary ? 1 : output);
  }
  double shrunk(const target_moments& category, const target_moments& all) const {
    const double n = category.weight;
    if (!(n > 0)) return all.mean;
    if (params_->smooth) return (category.mean * n + *params_->smooth * all.mean) / (n + *params_->smooth);
    const double variance = all.squares / all.weight;
    const double share = variance * n / (variance * n + category.squares / n);
    return real::isnan(share) ? all.mean : share * category.mean + (1 - share) * all.mean;
  }

  const target_encoder_params* params_;
  target_format format_;
  double scale_;
  std::vector<target_moments> all_;
};

namespace detail {

/// Row i gets `encoding_of[places[i] * width + k]` in output k of column j; what stands for unknown values,
/// whose place is -1, lies before `encoding_of`.
template <class T>
void write_encodings(const double* encoding_of, const std::int32_t* places, matrix_view<T> rows,
                     std::size_t j, std::size_t width) {
  const auto stride = static_cast<std::ptrdiff_t>(width);
  for (std::size_t k = 0; k < width; ++k) {
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      const std::ptrdiff_t at = places[i] * stride + static_cast<std::ptrdiff_t>(k);
      rows(i, j * width + k) = static_cast<T>(encoding_of[at]);
    }
  }
}

}  // namespace detail

/// One pass over a table in memory: codes every column, then sums the target by category (and fold) on
/// several threads.
class target_pass {
 public:
  target_pass(const samples<table_view>& x, const target_encoder_params& p,
              std::span<const missing_mark> marks, int threads, std::span<const std::int32_t> fold_of = {},
              std::size_t folds = 1)
      : x_(x), params_(&p), threads_(threads), fold_of_(fold_of), folds_(folds) {
    check_folds();
    detail::check_given(p.categories, x.x.columns());
    if (p.categories.empty()) {
      coded_.emplace(x.x, marks, true, threads);
      for (std::size_t j = 0; j < x.x.columns(); ++j) columns_.push_back({(*coded_)[j].ordered().categories});
    } else {
      for (const category_list& given : p.categories) columns_.push_back({given});
      coder_.emplace(columns_, x.x);
    }
    format_.classes = p.lanes_of_classes();
    format_ = format_.joined(target_format::of(format_.classes, x.target, x.weight));
    layout();
    add_rows();
  }

  ordered_target_sums sums() const {
    const std::size_t lanes = format_.lanes();
    ordered_target_sums result{format_, {}, std::vector<std::int64_t>(lanes)};
    add_folds(0, 1, result.total);
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      result.columns.push_back(
          {columns_[j].categories, std::vector<std::int64_t>(columns_[j].categories.size() * lanes)});
      add_folds(j + 1, columns_[j].categories.size(), result.columns.back().sums);
    }
    return result;
  }

  /// The learning state after these rows. Only without given categories.
  target_sums state() const { return target_sums(*coded_, sums()); }

  /// The rows of each fold encoded by what the other folds say.
  void write_cross_fitted(matrix_view<double> out) const {
    const ordered_target_sums all = sums();
    std::vector<std::vector<double>>
        encodings;  // of each column: of each fold: of unknown, then of each place
    for (const listed& column : columns_) {
      encodings.emplace_back(folds_ * (column.categories.size() + 1) * params_->outputs());
    }
    for_blocks(folds_, coding_threads(threads_, x_.rows(), columns_.size()), [&](std::size_t f) {
      const target_shrinkage others(*params_, format_, without(all.total, 0, 1, f));
      const auto means = others.means();
      for (std::size_t j = 0; j < columns_.size(); ++j) {
        const std::size_t categories = columns_[j].categories.size();
        const auto fitted = others.encodings(without(all.columns[j].sums, j + 1, categories, f), categories);
        auto to = encodings[j].begin() + static_cast<std::ptrdiff_t>(f * (means.size() + fitted.size()));
        to = std::copy(means.begin(), means.end(), to);
        std::copy(fitted.begin(), fitted.end(), to);
      }
    });
    write(encodings, out);
  }

  /// `places[i]` = place of row `first + i` among the categories of column j.
  void read(std::size_t j, std::size_t first, std::size_t count, std::int32_t* places) const {
    if (coded_) {
      coded_->read(j, first, count, places);
    } else {
      coder_->read(j, first, count, places);
    }
  }

 private:
  static constexpr std::size_t block_rows = detail::encoding_block_rows;
  struct listed {
    category_list categories;
  };

  void check_folds() const {
    if (fold_of_.empty()) return;
    if (fold_of_.size() != x_.rows()) {
      throw argument_error("folds", std::to_string(fold_of_.size()) + " rows", std::to_string(x_.rows()));
    }
    for (std::size_t i = 0; i < fold_of_.size(); ++i) {
      if (fold_of_[i] >= 0 && static_cast<std::size_t>(fold_of_[i]) < folds_) continue;
      throw argument_error("folds", std::to_string(fold_of_[i]) + " in row " + std::to_string(i),
                           "a number below " + std::to_string(folds_));
    }
  }

  // Where the sums of a column start: slot 0 is that of all rows; every slot has the groups of fold 0, of
  // fold 1, ...
  void layout() {
    start_.push_back(0);
    start_.push_back(folds_ * format_.lanes());
    for (const listed& column : columns_) {
      start_.push_back(start_.back() + folds_ * column.categories.size() * format_.lanes());
    }
  }

  std::int32_t fold(std::size_t row) const { return fold_of_.empty() ? 0 : fold_of_[row]; }

  void add_rows() {
    const std::size_t blocks = block_count(x_.rows(), block_rows);
    int useful = coding_threads(threads_, x_.rows(), columns_.size());
    // One copy of the sums a thread: not worth it when they are larger than the data.
    if (start_.back() > 8 * x_.rows() + (std::size_t{1} << 16)) useful = 1;
    const auto workers = static_cast<std::size_t>(std::max(1, threads_for(blocks, useful)));
    std::vector<std::vector<std::int64_t>> parts(workers);
    const target_adder adder(format_);
    for_blocks(blocks, useful, [&](std::size_t b, int worker) {
      auto& part = parts[static_cast<std::size_t>(worker)];
      if (part.empty()) part.resize(start_.back());
      add_block(adder, b * block_rows, std::min(block_rows, x_.rows() - b * block_rows), part);
    });
    sums_ = std::move(parts[0]);
    sums_.resize(start_.back());
    for (std::size_t w = 1; w < workers; ++w) {
      for (std::size_t k = 0; k < parts[w].size(); ++k) sums_[k] += parts[w][k];
    }
  }

  void add_block(const target_adder& adder, std::size_t first, std::size_t count,
                 std::vector<std::int64_t>& part) const {
    std::vector<std::int64_t> records;
    std::array<std::int32_t, block_rows> groups;
    adder.prepare(x_.target, x_.weight, first, count, records);
    for (std::size_t i = 0; i < count; ++i) groups[i] = fold(first + i);
    adder.add(records, groups.data(), count, part.data());
    for (std::size_t j = 0; j < columns_.size(); ++j) {
      read(j, first, count, groups.data());
      const auto categories = static_cast<std::int32_t>(columns_[j].categories.size());
      if (folds_ > 1) {
        for (std::size_t i = 0; i < count; ++i) groups[i] += groups[i] < 0 ? 0 : fold(first + i) * categories;
      }
      adder.add(records, groups.data(), count, part.data() + start_[j + 1]);
    }
  }

  void add_folds(std::size_t slot, std::size_t categories, std::vector<std::int64_t>& to) const {
    const std::size_t size = categories * format_.lanes();
    for (std::size_t f = 0; f < folds_; ++f) {
      for (std::size_t k = 0; k < size; ++k) to[k] += sums_[start_[slot] + f * size + k];
    }
  }
  std::vector<std::int64_t> without(const std::vector<std::int64_t>& all, std::size_t slot,
                                    std::size_t categories, std::size_t f) const {
    std::vector<std::int64_t> rest = all;
    const std::size_t size = categories * format_.lanes();
    for (std::size_t k = 0; k < size; ++k) rest[k] -= sums_[start_[slot] + f * size + k];
    return rest;
  }

  void write(const std::vector<std::vector<double>>& encodings, matrix_view<double> out) const {
    const auto encode = [&](std::size_t first, std::size_t count, std::size_t j, std::int32_t* places) {
      const auto stride = static_cast<std::int32_t>(columns_[j].categories.size() + 1);
      for (std::size_t i = 0; i < count; ++i) places[i] += fold(first + i) * stride;
      const std::size_t width = params_->outputs();
      detail::write_encodings(encodings[j].data() + width, places, out.slice(first, count), j, width);
    };
    detail::for_places(*this, x_.rows(), columns_.size(), threads_, encode);
  }

  samples<table_view> x_;
  const target_encoder_params* params_;
  int threads_;
  std::span<const std::int32_t> fold_of_;
  std::size_t folds_;
  target_format format_;
  std::optional<coded_table> coded_;
  std::vector<listed> columns_;
  std::optional<table_coder<std::vector<listed>>> coder_;
  std::vector<std::size_t> start_;
  std::vector<std::int64_t> sums_;
};

}  // namespace colonnade::inline COLONNADE_ABI
