#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/core/large_array.hpp"
#include "colonnade/core/parallel.hpp"
#include "colonnade/core/views.hpp"
#include "colonnade/kernels/radix_sort.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Scores of rows of two classes, sorted in ascending order and read as groups of equal scores. What the area
/// under the ROC curve and its variance are sums over. Scores must be finite. O(rows) time, 16 bytes a row.
class ranked_scores {
 public:
  /// `positive[i]` is not 0 for rows of the positive class.
  template <class T>
  ranked_scores(column_view<const T> score, column_view<const std::uint8_t> positive, int threads = 0)
      : size_(score.size()), keys_(2 * size_) {
    if (positive.size() != size_) {
      throw argument_error("positive", std::to_string(positive.size()) + " rows", std::to_string(size_));
    }
    read_keys(score, positive, threads);
    const auto [least, greatest] = range();
    least_ = least;
    // The class goes into the lowest bit of a key when the range of the scores leaves one.
    packed_ = greatest - least < std::uint64_t{1} << 63;
    if (packed_) {
      sort_packed(positive, threads);
    } else {
      sort_with_class(positive, threads);
    }
  }

  std::size_t size() const { return size_; }
  std::uint64_t positives() const { return positives_; }
  std::uint64_t negatives() const { return size_ - positives_; }

  /// Calls `f(positives, negatives)` for each group of equal scores, lowest score first.
  template <class F>
  void for_groups(F&& f) const {
    if (packed_) {
      groups<1>([](std::uint64_t x) { return x & 1; }, f);
    } else {
      groups<0>([](std::uint64_t) { return std::uint64_t{0}; }, f);
    }
  }

  /// Number of distinct scores.
  std::size_t distinct() const {
    std::size_t count = 0;
    for_groups([&](std::uint64_t, std::uint64_t) { ++count; });
    return count;
  }
  /// Score of the group that starts at sorted row `first` (groups follow each other without a gap).
  double score_at(std::size_t first) const {
    return from_ordered_bits<double>(packed_ ? (sorted_[first] >> 1) + least_ : sorted_[first]);
  }

 private:
  template <int Shift, class Class, class F>
  void groups(const Class& packed_class, F& f) const {
    const std::uint64_t* const keys = sorted_;
    for (std::size_t i = 0; i < size_;) {
      const std::uint64_t group = keys[i] >> Shift;
      std::uint64_t positives = 0;
      std::size_t end = i;
      do {
        positives += Shift == 0 ? std::uint64_t{classes_[end]} : packed_class(keys[end]);
        ++end;
      } while (end < size_ && keys[end] >> Shift == group);
      f(positives, end - i - positives);
      i = end;
    }
  }

  template <class T>
  void read_keys(column_view<const T> score, column_view<const std::uint8_t> positive, int threads) {
    constexpr std::size_t block_rows = 65'536;
    const std::size_t blocks = block_count(size_, block_rows);
    std::vector<block_facts> facts(blocks);
    for_blocks(blocks, useful_threads(threads, static_cast<double>(size_)), [&](std::size_t block) {
      block_facts& f = facts[block];
      for (std::size_t i = block * block_rows, last = std::min(size_, i + block_rows); i < last; ++i) {
        const double x = static_cast<double>(score[i]);
        f.not_finite += x - x;
        const std::uint64_t key = ordered_bits(x);
        keys_[i] = key;
        f.least = std::min(f.least, key);
        f.greatest = std::max(f.greatest, key);
        f.positives += positive[i] != 0 ? 1 : 0;
      }
    });
    for (const block_facts& f : facts) {
      if (f.not_finite != 0) report(score);
      all_.least = std::min(all_.least, f.least);
      all_.greatest = std::max(all_.greatest, f.greatest);
      positives_ += f.positives;
    }
  }

  template <class T>
  [[noreturn]] static void report(column_view<const T> score) {
    std::size_t i = 0;
    while (score[i] - score[i] == 0) ++i;
    throw data_error(score[i] != score[i] ? "Input y_score contains NaN" : "Input y_score contains infinity",
                     i);
  }

  std::pair<std::uint64_t, std::uint64_t> range() const {
    if (size_ == 0) return {0, 0};
    return {all_.least, all_.greatest};
  }

  void sort_packed(column_view<const std::uint8_t> positive, int threads) {
    std::uint64_t* keys = keys_.data();
    constexpr std::size_t block_rows = 65'536;
    for_blocks(block_count(size_, block_rows), useful_threads(threads, static_cast<double>(size_)),
               [&](std::size_t block) {
                 for (std::size_t i = block * block_rows, last = std::min(size_, i + block_rows); i < last;
                      ++i) {
                   keys[i] = (keys[i] - least_) << 1 | (positive[i] != 0 ? 1U : 0U);
                 }
               });
    sorted_ = radix_sort(keys, keys + size_, size_, threads);
  }

  void sort_with_class(column_view<const std::uint8_t> positive, int threads) {
    class_memory_.resize(2 * size_);
    for (std::size_t i = 0; i < size_; ++i) class_memory_[i] = positive[i] != 0 ? 1 : 0;
    const sorted_arrays<std::uint64_t, std::uint8_t> from{keys_.data(), class_memory_.data()};
    const sorted_arrays<std::uint64_t, std::uint8_t> to{keys_.data() + size_, class_memory_.data() + size_};
    const auto sorted = radix_sort(from, to, size_, threads);
    sorted_ = sorted.keys;
    classes_ = sorted.payload;
  }

  struct block_facts {
    std::uint64_t least = std::numeric_limits<std::uint64_t>::max(), greatest = 0, positives = 0;
    double not_finite = 0;
  };

  std::size_t size_;
  large_array<std::uint64_t> keys_;
  block_facts all_;
  std::uint64_t positives_ = 0, least_ = 0;
  bool packed_ = true;
  const std::uint64_t* sorted_ = nullptr;
  const std::uint8_t* classes_ = nullptr;
  std::vector<std::uint8_t> class_memory_;
};

}  // namespace colonnade::inline COLONNADE_ABI
