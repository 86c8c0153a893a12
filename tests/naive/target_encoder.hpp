#pragma once

#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <vector>

namespace colonnade::tests {

/// Encoding of every row by the rows for which `learn(i)` holds, in long double and two passes: what the fast
/// way must give. A weight of two is two rows.
template <class Learn>
std::vector<double> naive_target_encoding(const std::vector<std::int32_t>& category,
                                          const std::vector<double>& y, const std::vector<double>& w,
                                          std::optional<double> smooth, const Learn& learn) {
  struct group {
    long double weight = 0, mean = 0, squares = 0;
  };
  std::map<std::int32_t, group> groups;
  group all;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (!learn(i)) continue;
    for (group* g : {&groups[category[i]], &all}) {
      g->weight += w[i];
      g->mean += static_cast<long double>(w[i]) * y[i];
    }
  }
  for (auto& [c, g] : groups) g.mean /= g.weight;
  all.mean /= all.weight;
  for (std::size_t i = 0; i < y.size(); ++i) {
    if (!learn(i)) continue;
    for (group* g : {&groups[category[i]], &all}) g->squares += w[i] * (y[i] - g->mean) * (y[i] - g->mean);
  }
  std::vector<double> result;
  for (std::size_t i = 0; i < y.size(); ++i) {
    const auto found = groups.find(category[i]);
    if (found == groups.end() || found->second.weight == 0) {
      result.push_back(static_cast<double>(all.mean));
      continue;
    }
    const group& g = found->second;
    if (smooth) {
      result.push_back(static_cast<double>((g.mean * g.weight + *smooth * all.mean) / (g.weight + *smooth)));
      continue;
    }
    const long double v = all.squares / all.weight * g.weight, share = v / (v + g.squares / g.weight);
    result.push_back(
        static_cast<double>(std::isnan(share) ? all.mean : share * g.mean + (1 - share) * all.mean));
  }
  return result;
}

}  // namespace colonnade::tests
