#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "colonnade/core/archive.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/preprocessing/category_accumulator.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Numbers the labels of a target 0, 1, ... in ascending order. A label that learning has not seen is an
/// error that names it; missing is a label of its own, the last. Learns from a table of one column. O(rows).
class label_encoder {
 public:
  struct params {
    void check() const {}
    template <class Archive, class Self>
    static void archive(Archive&, Self&) {}
  };

  static constexpr std::string_view kind = "label_encoder";
  static constexpr std::string_view accumulator_kind = "label_encoder.accumulator";
  static constexpr std::uint32_t archive_version = 1;
  using accumulator = category_accumulator<label_encoder>;

  label_encoder(const params&, const category_stats& stats) {
    if (stats.columns() == 0) return;
    if (stats.columns() != 1) throw argument_error("y", std::to_string(stats.columns()) + " columns", "one");
    classes_ = stats[0].sorted().categories;
  }

  static label_encoder fit(const table_view& y, const params& p = {}, int threads = 0,
                           std::span<const missing_mark> marks = {}) {
    return label_encoder(p, category_stats(coded_table(y, marks, false, threads)));
  }
  /// `fit` and `transform` in one pass.
  template <class T>
  static label_encoder fit_transform(const table_view& y, T* out, int threads = 0,
                                     std::span<const missing_mark> marks = {}) {
    if (y.columns() != 1) throw argument_error("y", std::to_string(y.columns()) + " columns", "one");
    const coded_table coded(y, marks, true, threads);
    label_encoder encoder({}, category_stats(coded));
    encoder.write(coded, y, out, threads);
    return encoder;
  }

  std::size_t columns() const { return 1; }
  /// The labels, ascending, missing last.
  const category_list& classes() const { return classes_; }

  /// The same for rows that were coded in learning.
  template <class T>
  void transform(const coded_table& coded, const table_view& y, T* out, int threads = 0) const {
    write(coded, y, out, threads);
  }
  /// Writes the number of each row's label. Throws data_error for a label that is not among the classes.
  template <class T>
  void transform(const table_view& y, T* out, int threads = 0) const {
    const std::vector<entry> fitted = {{classes_}};
    write(table_coder(fitted, y), y, out, threads);
  }

  friend bool operator==(const label_encoder& a, const label_encoder& b) { return same_bytes(a, b); }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.classes_);
  }

 private:
  friend struct archive_access;
  struct entry {
    const category_list& categories;
  };

  label_encoder() = default;

  template <class Source, class T>
  void write(const Source& source, const table_view& y, T* out, int threads) const {
    const auto encode = [&](std::size_t first, std::size_t count, std::size_t, const std::int32_t* places) {
      std::int32_t sign = 0;
      for (std::size_t i = 0; i < count; ++i) {
        sign |= places[i];
        out[first + i] = static_cast<T>(places[i]);
      }
      if (sign < 0) refuse(y);
    };
    detail::for_places(source, y.rows(), 1, threads, encode);
  }
  [[noreturn]] void refuse(const table_view& y) const {
    const category_list found = detail::categories_of(y, 0);
    throw data_error("y contains previously unseen labels: " +
                     detail::listed(found, detail::unknown_places(found, classes_)));
  }

  category_list classes_;
};

}  // namespace colonnade::inline COLONNADE_ABI
