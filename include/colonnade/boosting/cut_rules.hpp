#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "colonnade/boosting/binning_rule.hpp"
#include "colonnade/boosting/uniform_cuts.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// Which cuts the columns of a table get, wherever its rows are. Of each column the first rule that holds:
/// one of categories has none; those that are given are taken as they are; others are learned, from the
/// ranges of the columns (bins of equal width) or as quantiles.
class cut_rules {
 public:
  /// Of `columns` columns; at most `bins` bins are learned of each. What `how` gives must outlive the rules.
  cut_rules(std::size_t columns, std::size_t bins, std::span<const std::uint32_t> categorical,
            const binning_rule& how)
      : bins_(bins), how_(how), left_out_(columns) {
    for (const std::uint32_t f : categorical) left_out_[f] = 1;
    for (const column_cuts& some : how.given) left_out_[some.column] = 1;
  }

  std::size_t bins() const { return bins_; }
  bool uniform() const { return how_.method == binning_method::uniform; }
  /// Of each column, whether its cuts are not learned.
  std::span<const char> left_out() const { return left_out_; }

  /// The cuts of all columns. The table is asked for what it learns: for its `uniform_cuts` by `ranges()`, or
  /// by `quantiles(cuts)` to fill in those of the columns that are not left out.
  template <class Ranges, class Quantiles>
  std::vector<std::vector<double>> cuts(const Ranges& ranges, const Quantiles& quantiles) const {
    std::vector<std::vector<double>> cuts(left_out_.size());
    if (uniform()) {
      const uniform_cuts all = ranges();
      for (std::size_t f = 0; f < cuts.size(); ++f) {
        if (left_out_[f] == 0) cuts[f] = all.cuts(f, bins_);
      }
    } else {
      quantiles(cuts);
    }
    for (const column_cuts& some : how_.given) cuts[some.column] = some.cuts;
    return cuts;
  }

 private:
  std::size_t bins_;
  binning_rule how_;
  std::vector<char> left_out_;
};

}  // namespace colonnade::inline COLONNADE_ABI
