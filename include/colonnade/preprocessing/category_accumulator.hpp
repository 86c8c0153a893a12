#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <utility>

#include "colonnade/core/archive.hpp"
#include "colonnade/preprocessing/fitted_categories.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The learning state of an encoder that needs the categories and their counts only: its parameters and
/// `category_stats`.
template <class Encoder>
class category_accumulator {
 public:
  static constexpr std::string_view kind = Encoder::accumulator_kind;
  static constexpr std::uint32_t archive_version = 1;
  static constexpr bool exact = true;

  category_accumulator() = default;
  explicit category_accumulator(typename Encoder::params p, category_stats stats = {})
      : params_(std::move(p)), stats_(std::move(stats)) {
    params_.check();
  }

  /// Learns a batch of rows; `marks` says how missing values of each column are marked (empty: as NaN).
  void update(const table_view& table, std::span<const missing_mark> marks = {}) {
    stats_.update(table, marks);
  }
  void merge(const category_accumulator& other) { stats_.merge(other.stats_); }
  category_accumulator empty_copy() const { return category_accumulator(params_); }
  /// The fitted encoder. Throws data_error where the data contradict the parameters.
  Encoder finalize() const { return Encoder(params_, stats_); }
  const category_stats& stats() const { return stats_; }
  const typename Encoder::params& parameters() const { return params_; }

  friend bool operator==(const category_accumulator& a, const category_accumulator& b) {
    return same_bytes(a, b);
  }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.params_, self.stats_);
  }
  void validate() const {
    detail::check_saved(kind, [&] { params_.check(); });
  }

 private:
  typename Encoder::params params_;
  category_stats stats_;
};

}  // namespace colonnade::inline COLONNADE_ABI
