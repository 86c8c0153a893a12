#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "colonnade/boosting/boosting_params.hpp"
#include "colonnade/boosting/feature_cuts.hpp"
#include "colonnade/core/views.hpp"

namespace colonnade::tests {

/// The least value up to which the weights reach alpha of their sum; halfway to the next where they meet it.
inline double naive_quantile(std::vector<std::pair<double, double>> values, double alpha) {
  std::sort(values.begin(), values.end());
  double total = 0, reached = 0;
  for (const auto& [value, weight] : values) total += weight;
  for (std::size_t i = 0; i < values.size(); ++i) {
    reached += values[i].second;
    const bool last = i + 1 == values.size() || values[i + 1].first != values[i].first;
    if (last && reached == alpha * total && i + 1 < values.size())
      return (values[i].first + values[i + 1].first) / 2;
    if (reached >= alpha * total) return values[i].first;
  }
  return values.back().first;
}

/// Boosted trees in the plainest way: gradients and sums in doubles, every threshold of every column tried by
/// a pass over the rows, recursion level by level without histograms; in columns of categories every set that
/// their order allows. Shares nothing with the library but the cuts.
class naive_boosting {
 public:
  struct node {
    double value = 0;  // threshold or leaf
    std::size_t feature = 0;
    bool leaf = true, missing_left = false;
    int left = -1, right = -1;
    std::vector<bool> set = {};  // bins of categories that go left; none for a threshold
  };
  using tree = std::vector<node>;

  naive_boosting(matrix_view<const double> x, const std::vector<double>& y, const std::vector<double>& weight,
                 const feature_cuts& cuts, const boosting_params& p, std::size_t outputs,
                 const std::vector<double>& base)
      : x_(x), y_(y), weight_(weight), cuts_(cuts), p_(p) {
    for (std::size_t i = 0; i < x.rows(); ++i) margins_.push_back(base);
    for (std::size_t step = 0; step < p.n_estimators; ++step) {
      const auto before = margins_;
      for (std::size_t k = 0; k < outputs; ++k) trees_.push_back(grow(before, k));
    }
  }

  /// Takes the trees of another table; their leaves are moved towards what these rows say.
  void refit(std::vector<tree> trees, double decay_rate) {
    trees_ = std::move(trees);
    const std::size_t outputs = margins_[0].size();
    std::vector<std::vector<double>> before;
    for (std::size_t t = 0; t < trees_.size(); ++t) {
      if (t % (outputs * p_.num_parallel_tree) == 0) before = margins_;
      std::vector<std::vector<std::size_t>> rows(trees_[t].size());
      for (std::size_t i = 0; i < x_.rows(); ++i) rows[leaf_of_row(trees_[t], i)].push_back(i);
      for (std::size_t n = 0; n < rows.size(); ++n)
        refit_leaf(trees_[t][n], rows[n], before, t % outputs, decay_rate);
    }
  }

  const std::vector<tree>& trees() const { return trees_; }
  const std::vector<std::vector<double>>& margins() const { return margins_; }

 private:
  struct sums {
    double g = 0, h = 0;
  };
  struct split {
    double gain = 0, threshold = 0;
    std::size_t feature = 0;
    bool missing_left = false;
    std::vector<bool> set = {};
  };

  sums gradient(const std::vector<double>& m, std::size_t i, std::size_t k) const {
    const double w = weight_.empty() ? 1 : weight_[i];
    if (p_.objective == boosting_objective::squared_error) return {w * (m[0] - y_[i]), w};
    if (p_.objective == boosting_objective::poisson)
      return {w * (std::exp(m[0]) - y_[i]), w * std::exp(m[0] + step_limit())};
    if (p_.objective == boosting_objective::quantile) return {w * ((m[0] >= y_[i] ? 1 : 0) - alpha()), w};
    if (p_.objective == boosting_objective::absolute_error)
      return {m[0] == y_[i] ? 0 : m[0] > y_[i] ? w : -w, w};
    double p = 1 / (1 + std::exp(-m[0])), hit = y_[i];
    if (p_.objective == boosting_objective::softmax) {
      double total = 0;
      for (const double value : m) total += std::exp(value);
      p = std::exp(m[k]) / total;
      hit = y_[i] == static_cast<double>(k) ? 1 : 0;
    }
    return {w * (p - hit), w * p * (1 - p)};
  }

  std::size_t leaf_of_row(const tree& nodes, std::size_t i) const {
    std::size_t n = 0;
    while (!nodes[n].leaf) {
      const node& at = nodes[n];
      const split s = {0, at.value, at.feature, at.missing_left, at.set};
      n = static_cast<std::size_t>(goes_left(i, s) ? at.left : at.right);
    }
    return n;
  }
  void refit_leaf(node& leaf, const std::vector<std::size_t>& rows,
                  const std::vector<std::vector<double>>& before, std::size_t k, double decay_rate) {
    sums total;
    double weight = 0;
    for (const std::size_t i : rows) {
      const sums one = gradient(before[i], i, k);
      total.g += one.g;
      total.h += one.h;
      weight += weight_.empty() ? 1 : weight_[i];
    }
    if (weight > 0) {
      const double fresh = renews() ? renewed(rows, before) : leaf_of(total);
      leaf.value =
          decay_rate * leaf.value + (1 - decay_rate) * fresh * p_.learning_rate / p_.num_parallel_tree;
    }
    for (const std::size_t i : rows) margins_[i][k] += leaf.value;
  }

  bool renews() const {
    return p_.objective == boosting_objective::quantile || p_.objective == boosting_objective::absolute_error;
  }
  double alpha() const { return p_.quantile_alpha.value_or(0.5); }
  double renewed(const std::vector<std::size_t>& rows,
                 const std::vector<std::vector<double>>& margins) const {
    std::vector<std::pair<double, double>> left;
    for (const std::size_t i : rows)
      left.emplace_back(y_[i] - margins[i][0], weight_.empty() ? 1 : weight_[i]);
    return naive_quantile(left, alpha());
  }

  static sums total_of(const std::vector<std::size_t>& rows, const std::vector<sums>& g) {
    sums total;
    for (const std::size_t i : rows) {
      total.g += g[i].g;
      total.h += g[i].h;
    }
    return total;
  }

  double step_limit() const { return p_.max_delta_step.value_or(0.7); }
  double leaf_of(const sums& s) const {
    const double step = -shrunk(s.g) / (s.h + p_.reg_lambda);
    if (p_.objective != boosting_objective::poisson || step_limit() == 0) return step;
    return std::clamp(step, -step_limit(), step_limit());
  }

  double shrunk(double g) const { return std::copysign(std::max(std::abs(g) - p_.reg_alpha, 0.0), g); }
  double score(const sums& s, double more_l2 = 0) const {
    return shrunk(s.g) * shrunk(s.g) / (s.h + p_.reg_lambda + more_l2);
  }

  // Bin of a category, -1 if it is missing or not known.
  int category(std::size_t f, double code) const {
    const auto kept = cuts_.categories(f)->kept(), rare = cuts_.categories(f)->rare();
    for (std::size_t b = 0; b < kept.size(); ++b) {
      if (code == kept[b]) return static_cast<int>(b);
    }
    const bool known = std::find(rare.begin(), rare.end(), code) != rare.end();
    return known ? static_cast<int>(kept.size()) : -1;
  }

  bool goes_left(std::size_t i, const split& s) const {
    const double value = x_(i, s.feature);
    if (s.set.empty()) return std::isnan(value) ? s.missing_left : value < s.threshold;
    const int bin = category(s.feature, value);
    return bin < 0 ? s.missing_left : s.set[static_cast<std::size_t>(bin)];
  }

  struct node_rows {
    std::vector<std::size_t> rows;
    std::size_t depth = 0;
    sums total;
  };

  // What a node gains; nothing where a side would be too light.
  double gain_of(const node_rows& at, const std::vector<sums>& g, const split& s, double more_l2 = 0) const {
    sums left;
    for (const std::size_t i : at.rows) {
      if (!goes_left(i, s)) continue;
      left.g += g[i].g;
      left.h += g[i].h;
    }
    const sums right{at.total.g - left.g, at.total.h - left.h};
    const double lightest = std::max(p_.min_child_weight, 1e-9);
    if (left.h < lightest || right.h < lightest) return 0;
    return score(left, more_l2) + score(right, more_l2) - score(at.total);
  }

  void improve(split& best, split candidate, double gain) const {
    if (!(gain >= std::max(p_.gamma, 1e-6) && gain > best.gain * (1 + 1e-9))) return;
    best = std::move(candidate);
    best.gain = gain;
  }

  // The sets of bins that may go left: each alone, or the first and last ones in the order of their
  // gradients.
  std::vector<std::vector<bool>> sets_of(std::span<const node_rows> nodes, const std::vector<sums>& g,
                                         std::size_t f, bool one_hot, bool missing_left) const {
    std::vector<sums> total(cuts_.bins(f));
    double weight = 0;
    for (const node_rows& at : nodes) {
      weight += at.total.h;
      for (const std::size_t i : at.rows) {
        const int bin = category(f, x_(i, f));
        if (bin < 0) continue;
        total[static_cast<std::size_t>(bin)].g += g[i].g;
        total[static_cast<std::size_t>(bin)].h += g[i].h;
      }
    }
    // The light ones go with the missing values.
    const double least = one_hot ? 0 : std::min(p_.cat_smooth, weight / 16);
    std::vector<std::size_t> order;
    std::vector<bool> light(total.size());
    for (std::size_t b = 0; b < total.size(); ++b) {
      light[b] = total[b].h == 0 || total[b].h < least;
      if (!light[b]) order.push_back(b);
    }
    const auto key = [&](std::size_t b) { return total[b].g / (total[b].h + p_.cat_smooth); };
    if (!one_hot)
      std::sort(order.begin(), order.end(),
                [&](auto a, auto b) { return key(a) != key(b) ? key(a) < key(b) : a < b; });
    const std::vector<bool> nothing = missing_left ? light : std::vector<bool>(total.size());
    std::vector<std::vector<bool>> sets = {nothing};
    const std::size_t n = order.size(), half = n == 0 ? 0 : std::min((n + 1) / 2, n - 1);
    const std::size_t most = one_hot ? n : std::min<std::size_t>(p_.max_cat_threshold, half);
    for (std::size_t count = 1; count <= most; ++count) {
      for (const bool from_end : {false, true}) {
        if (one_hot && from_end) continue;
        std::vector<bool> set = nothing;
        for (std::size_t k = one_hot ? count - 1 : 0; k < count; ++k)
          set[order[from_end ? n - 1 - k : k]] = true;
        sets.push_back(std::move(set));
      }
    }
    return sets;
  }

  double gain_of(std::span<const node_rows> nodes, const std::vector<sums>& g, const split& s,
                 double more_l2 = 0) const {
    double gain = 0;
    for (const node_rows& at : nodes) gain += gain_of(at, g, s, more_l2);
    return gain;
  }

  void try_categories(std::span<const node_rows> nodes, const std::vector<sums>& g, std::size_t f,
                      split& best) const {
    const bool one_hot = cuts_.bins(f) <= p_.max_cat_to_onehot;
    const double more_l2 = one_hot ? 0 : p_.cat_l2;
    for (const bool missing_left : {false, true}) {
      for (const auto& set : sets_of(nodes, g, f, one_hot, missing_left)) {
        const split candidate = {0, 0, f, missing_left, set};
        improve(best, candidate, gain_of(nodes, g, candidate, more_l2));
      }
    }
  }

  // The best split that the nodes share.
  split best_split(std::span<const node_rows> nodes, const std::vector<sums>& g) const {
    split best;
    for (std::size_t f = 0; f < x_.columns(); ++f) {
      if (cuts_.categories(f) != nullptr) {
        try_categories(nodes, g, f, best);
        continue;
      }
      bool missing = false;
      for (const node_rows& at : nodes) {
        for (const std::size_t i : at.rows) missing = missing || std::isnan(x_(i, f));
      }
      for (const bool missing_left : {false, true}) {
        if (missing_left && !missing) continue;
        for (std::size_t b = missing_left && missing ? 0 : 1; b < cuts_.bins(f); ++b) {
          const split candidate = {0, cuts_.threshold(f, b), f, missing_left};
          improve(best, candidate, gain_of(nodes, g, candidate));
        }
      }
    }
    return best;
  }

  tree grow(const std::vector<std::vector<double>>& margins, std::size_t k) {
    std::vector<sums> g(x_.rows());
    for (std::size_t i = 0; i < x_.rows(); ++i) g[i] = gradient(margins[i], i, k);
    tree result(1);
    std::vector<node_rows> nodes(1);
    for (std::size_t i = 0; i < x_.rows(); ++i) nodes[0].rows.push_back(i);
    split s;
    for (std::size_t n = 0; n < result.size(); ++n) {
      const bool symmetric = p_.policy == grow_policy::symmetric;
      if (!symmetric || n == 0 || nodes[n].depth != nodes[n - 1].depth) {
        const std::size_t last = symmetric ? nodes.size() : n + 1;
        for (std::size_t j = n; j < last; ++j) nodes[j].total = total_of(nodes[j].rows, g);
        s = nodes[n].depth < p_.max_depth ? best_split(std::span(nodes).subspan(n, last - n), g) : split{};
      }
      if (s.gain == 0) {
        const auto& rows = nodes[n].rows;
        result[n].value = (renews() && !rows.empty() ? renewed(rows, margins_) : leaf_of(nodes[n].total)) *
                          p_.learning_rate;
        for (const std::size_t i : rows) margins_[i][k] += result[n].value;
        continue;
      }
      const int left = static_cast<int>(result.size());
      result[n] = {s.threshold, s.feature, false, s.missing_left, left, left + 1, s.set};
      result.resize(result.size() + 2);
      nodes.resize(result.size());
      for (std::size_t side = 1; side <= 2; ++side) nodes[nodes.size() - side].depth = nodes[n].depth + 1;
      for (const std::size_t i : nodes[n].rows) {
        const bool goes = goes_left(i, s);
        nodes[nodes.size() - (goes ? 2 : 1)].rows.push_back(i);
      }
    }
    return result;
  }

  matrix_view<const double> x_;
  const std::vector<double>& y_;
  const std::vector<double>& weight_;
  const feature_cuts& cuts_;
  const boosting_params& p_;
  std::vector<std::vector<double>> margins_;
  std::vector<tree> trees_;
};

}  // namespace colonnade::tests
