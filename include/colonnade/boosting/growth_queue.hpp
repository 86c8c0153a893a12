#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "colonnade/boosting/boosting_params.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// The leaves that may be split, in the order of a grow_policy: level by level, or the greatest gain first.
/// Equal ones in the order of their places in the tree, which does not depend on what was worked on ahead.
class growth_queue {
 public:
  explicit growth_queue(grow_policy policy) : policy_(policy) {}

  struct entry {
    double gain;
    std::uint32_t depth;
    std::uint32_t place;
    std::uint32_t node;
  };

  bool empty() const { return heap_.empty(); }
  void clear() { heap_.clear(); }
  void push(const entry& leaf) {
    heap_.push_back(leaf);
    std::push_heap(heap_.begin(), heap_.end(), order());
  }

  /// Takes what may be worked on together, at most `most`: leaves of one level, or the best ones.
  std::vector<std::uint32_t> take(std::size_t most) {
    std::vector<std::uint32_t> taken;
    if (heap_.empty()) return taken;
    const std::uint32_t depth = heap_.front().depth;
    while (!heap_.empty() && taken.size() < most) {
      if (policy_ == grow_policy::depthwise && heap_.front().depth != depth) break;
      std::pop_heap(heap_.begin(), heap_.end(), order());
      taken.push_back(heap_.back().node);
      heap_.pop_back();
    }
    return taken;
  }

 private:
  struct later {
    grow_policy policy;
    bool operator()(const entry& a, const entry& b) const {
      if (policy == grow_policy::depthwise && a.depth != b.depth) return a.depth > b.depth;
      if (policy == grow_policy::lossguide && a.gain != b.gain) return a.gain < b.gain;
      return a.place > b.place;
    }
  };
  later order() const { return {policy_}; }

  grow_policy policy_;
  std::vector<entry> heap_;
};

}  // namespace colonnade::inline COLONNADE_ABI
