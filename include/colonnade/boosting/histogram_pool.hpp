#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "colonnade/kernels/gradient_histogram.hpp"
#include "colonnade/kernels/node_histogram.hpp"
#include "colonnade/simd/dispatch.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Sums of the gradients of each bin of each column: the learning state of one step of boosting. Exact
/// integers, so any cut of the rows into parts, added in any order, gives the same sums.
///
/// They are wide, or, of few rows, packed: both sums of a cell in 64 bits, half of the memory to clear, to
/// subtract and to look for splits.
class gradient_histogram {
 public:
  /// Rows whose packed sums cannot overflow (see `gradient_scale`).
  static constexpr std::size_t most_packed_rows = histogram_add_packed::max_rows;

  gradient_histogram() = default;
  explicit gradient_histogram(std::size_t cells) : cells_(cells) {}

  std::size_t size() const { return cells_.size(); }
  /// 0: the sums are wide; else they are packed by it.
  int shift() const { return shift_; }
  /// Wide (0) or packed from now on; the sums are anything.
  void reshape(int shift) { shift_ = shift; }

  /// Wide sums.
  gradient_sum* cells() { return cells_.data(); }
  const gradient_sum* cells() const { return cells_.data(); }
  /// `use(cells)` with the sums as they are: wide or packed.
  template <class Use>
  void visit(const Use& use) {
    shift_ == 0 ? use(cells()) : use(packed());
  }
  template <class Use>
  void visit(const Use& use) const {
    shift_ == 0 ? use(cells()) : use(packed());
  }
  gradient_sum operator[](std::size_t cell) const {
    return shift_ == 0 ? cells_[cell] : unpacked(packed()[cell], shift_);
  }

  void set(std::size_t cell, const gradient_sum& sum) {
    visit([&](auto* cells) { pack(sum, shift_, cells[cell]); });
  }

  void clear() { clear(0, size()); }
  void clear(std::size_t first, std::size_t last) {
    visit([&](auto* cells) {
      std::fill(cells + first, cells + last, std::remove_cvref_t<decltype(*cells)>{});
    });
  }
  /// Adds wide sums of other rows to wide ones.
  void merge(const gradient_histogram& other) { add(other.cells(), 0, size()); }
  void add(const gradient_sum* other, std::size_t first, std::size_t last) {
    for (std::size_t i = first; i < last; ++i) cells_[i] += other[i];
  }
  /// Becomes, in the cells first .. last - 1, what is left of `all` when the sums of some of its rows are
  /// taken away; may be `all` itself. Where one of the three is packed, `some` is, and if `all` is, so are
  /// they all: fewer rows are never wider.
  void become_rest(const gradient_histogram& all, const gradient_histogram& some, std::size_t first,
                   std::size_t last) {
    const auto subtract = [&](const auto* parent, const auto* part, auto* rest) {
      simd::run<histogram_subtract>(parent + first, part + first, some.shift_, rest + first, last - first);
    };
    if (some.shift_ == 0) return subtract(all.cells(), some.cells(), cells());
    if (all.shift_ != 0) return subtract(all.packed(), some.packed(), packed());
    visit([&](auto* rest) { subtract(all.cells(), some.packed(), rest); });
  }
  friend bool operator==(const gradient_histogram& a, const gradient_histogram& b) {
    if (a.size() != b.size()) return false;
    for (std::size_t c = 0; c < a.size(); ++c) {
      if (!(a[c] == b[c])) return false;
    }
    return true;
  }

 private:
  std::int64_t* packed() { return &cells_.data()->gradient; }
  const std::int64_t* packed() const { return &cells_.data()->gradient; }

  std::vector<gradient_sum> cells_;
  int shift_ = 0;
};

/// Histograms of one size that are used again and again.
class histogram_pool {
 public:
  explicit histogram_pool(std::size_t cells) : cells_(cells) {}

  /// A wide one with any content.
  std::unique_ptr<gradient_histogram> borrow() {
    ++lent_;
    if (free_.empty()) return std::make_unique<gradient_histogram>(cells_);
    auto histogram = std::move(free_.back());
    free_.pop_back();
    histogram->reshape(0);
    return histogram;
  }
  void give_back(std::unique_ptr<gradient_histogram> histogram) {
    if (histogram == nullptr) return;
    --lent_;
    free_.push_back(std::move(histogram));
  }
  std::size_t lent() const { return lent_; }

 private:
  std::size_t cells_, lent_ = 0;
  std::vector<std::unique_ptr<gradient_histogram>> free_;
};

}  // namespace colonnade::inline COLONNADE_ABI
