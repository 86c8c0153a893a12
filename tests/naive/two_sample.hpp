#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

/// The two-sample statistics from their definitions, O((n + m)^2).
namespace colonnade::tests::naive {

inline double share_at_most(const std::vector<double>& sample, double value) {
  double count = 0;
  for (const double v : sample) count += v <= value ? 1 : 0;
  return count / static_cast<double>(sample.size());
}
inline std::vector<double> pooled(const std::vector<double>& x, const std::vector<double>& y) {
  std::vector<double> all = x;
  all.insert(all.end(), y.begin(), y.end());
  std::sort(all.begin(), all.end());
  return all;
}

inline double kolmogorov_smirnov(const std::vector<double>& x, const std::vector<double>& y) {
  double largest = 0;
  for (const double z : pooled(x, y))
    largest = std::max(largest, std::abs(share_at_most(x, z) - share_at_most(y, z)));
  return largest;
}

inline double wasserstein(const std::vector<double>& x, const std::vector<double>& y) {
  const auto all = pooled(x, y);
  double area = 0;
  for (std::size_t i = 0; i + 1 < all.size(); ++i) {
    area += std::abs(share_at_most(x, all[i]) - share_at_most(y, all[i])) * (all[i + 1] - all[i]);
  }
  return area;
}

inline double cramer_von_mises(const std::vector<double>& x, const std::vector<double>& y) {
  const double n = static_cast<double>(x.size()), m = static_cast<double>(y.size());
  double sum = 0;
  for (const double z : pooled(x, y)) {
    const double gap = share_at_most(x, z) - share_at_most(y, z);
    sum += gap * gap;
  }
  return n * m / ((n + m) * (n + m)) * sum;
}

/// Equation (7) of Scholz and Stephens (1987) for two samples, not standardised.
inline double anderson_darling(const std::vector<double>& x, const std::vector<double>& y) {
  auto distinct = pooled(x, y);
  const auto all = distinct;
  distinct.erase(std::unique(distinct.begin(), distinct.end()), distinct.end());
  const double total = static_cast<double>(all.size());
  double result = 0;
  for (const auto* sample : {&x, &y}) {
    const double size = static_cast<double>(sample->size());
    double inner = 0;
    for (const double z : distinct) {
      const auto number = [&](const std::vector<double>& s, bool equal) {
        return static_cast<double>(
            std::count_if(s.begin(), s.end(), [&](double v) { return equal ? v == z : v < z; }));
      };
      const double l = number(all, true), b = number(all, false) + l / 2;
      const double middle = number(*sample, false) + number(*sample, true) / 2;
      const double gap = total * middle - b * size, spread = b * (total - b) - total * l / 4;
      if (spread > 0) inner += l / total * gap * gap / spread;
    }
    result += inner / size;
  }
  return (total - 1) / total * result;
}

}  // namespace colonnade::tests::naive
