// Also tests: kernels/rank_trees.hpp, boosting/bin_finder.hpp, boosting/ranked_sets.hpp
// Also tests: boosting/rank_programs.hpp
#include "colonnade/boosting/ranked_trees.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <cstring>

#include "colonnade/core/random.hpp"
#include "tests/simd_levels.hpp"
#include "tests/values.hpp"

using namespace colonnade;

namespace {

using tests::values::infinity;

constexpr std::size_t columns = 7;

/// Random trees: each split takes a leaf at random, or always the last one (`chain`).
struct forest {
  tree_ensemble ensemble;
  random_stream random;
  std::uint64_t drawn = 0;
  std::uint64_t categorical = 0;  // columns below this one have categories

  explicit forest(std::uint64_t seed) : random(seed) {}

  std::uint64_t below(std::uint64_t end) { return random.below(drawn++, end); }

  double threshold(std::size_t distinct) {
    const std::uint64_t k = below(distinct + 1);
    return k == distinct ? -infinity : static_cast<double>(k) - static_cast<double>(distinct) / 2;
  }

  void add(std::size_t leaves, std::size_t distinct = 20, bool chain = false) {
    std::vector<tree_node> nodes(1);
    std::vector<std::uint32_t> open = {0};
    std::vector<bin_set> sets;
    while (open.size() < leaves) {
      const std::size_t k = chain ? open.size() - 1 : below(open.size());
      const std::uint32_t parent = open[k], child = static_cast<std::uint32_t>(nodes.size());
      const std::uint32_t missing = below(2) == 0 ? tree_node::missing_left : 0;
      nodes[parent] = {threshold(distinct), child, static_cast<std::uint32_t>(below(columns)) | missing};
      if (nodes[parent].feature() < categorical) {
        nodes[parent].bits |= tree_node::categorical;
        nodes[parent].value = static_cast<double>(sets.size());
        sets.push_back(
            {{random.bits(drawn), random.bits(drawn + 1), random.bits(drawn + 2), random.bits(drawn + 3)}});
        drawn += 4;
      }
      nodes.resize(nodes.size() + 2);
      open[k] = child;
      open.push_back(child + 1);
    }
    for (const std::uint32_t leaf : open)
      nodes[leaf] = {static_cast<double>(below(1000)) / 7, leaf, tree_node::leaf};
    const std::vector<double> zeros(nodes.size());
    ensemble.append(nodes, zeros, zeros, sets);
  }
};

/// A complete tree whose nodes of a level share their split; with `but_one`, the last node has its own.
void add_symmetric(forest& f, std::size_t levels, bool but_one) {
  std::vector<tree_node> nodes;
  for (std::size_t level = 0; level < levels; ++level) {
    const std::uint32_t missing = f.below(2) == 0 ? tree_node::missing_left : 0;
    const tree_node shared = {f.threshold(20), 0, static_cast<std::uint32_t>(f.below(columns)) | missing};
    const std::size_t first = nodes.size(), count = first + 1;
    for (std::size_t k = 0; k < count; ++k) {
      nodes.push_back(shared);
      nodes.back().child = static_cast<std::uint32_t>(first + count + 2 * k);
    }
  }
  if (but_one) nodes.back().value += 1;
  for (std::size_t k = 0; k < std::size_t{1} << levels; ++k) {
    nodes.push_back(
        {static_cast<double>(f.below(1000)) / 7, static_cast<std::uint32_t>(nodes.size()), tree_node::leaf});
  }
  const std::vector<double> zeros(nodes.size());
  f.ensemble.append(nodes, zeros, zeros);
}

/// Values on thresholds, beside them, missing and infinite.
template <class T>
std::vector<T> table(std::size_t rows) {
  const random_stream random(7);
  std::vector<T> x(rows * columns);
  for (std::size_t i = 0; i < x.size(); ++i) {
    const auto value = static_cast<T>(static_cast<double>(random.below(i, 40)) / 2 - 10);
    const T special[] = {static_cast<T>(std::nan("")),
                         static_cast<T>(infinity),
                         static_cast<T>(-infinity),
                         static_cast<T>(-0.0),
                         std::nextafter(value, static_cast<T>(-infinity)),
                         value,
                         value};
    x[i] = special[random.substream(1).below(i, std::size(special))];
  }
  return x;
}

template <class T>
void check_equal(const tree_ensemble& ensemble, matrix_view<const T> x, matrix_view<const double> base,
                 const category_reader& reader = {}) {
  const auto ranked = ranked_trees::of(ensemble, reader);
  REQUIRE(ranked.has_value());
  std::vector<double> walked(x.rows() * base.columns()), found(walked.size());
  ensemble.add_margins(x, base, matrix_view<double>(walked.data(), x.rows(), base.columns()), 1, reader);
  for (const auto level : tests::simd_levels()) {
    const simd::scoped_level scope(level);
    for (const int threads : {1, 3}) {
      std::fill(found.begin(), found.end(), -1);
      ranked->add_margins(x, base, matrix_view<double>(found.data(), x.rows(), base.columns()), threads);
      CHECK(std::memcmp(walked.data(), found.data(), walked.size() * sizeof(double)) == 0);
    }
  }
}

template <class T>
void check_equal(const tree_ensemble& ensemble, matrix_view<const T> x, const std::vector<double>& base,
                 const category_reader& reader = {}) {
  check_equal(ensemble, x, matrix_view<const double>(base.data(), x.rows(), base.size(), 0, 1), reader);
  std::vector<double> each(x.rows() * base.size());
  for (std::size_t i = 0; i < each.size(); ++i) each[i] = static_cast<double>(i % 7) - base[i % base.size()];
  check_equal(ensemble, x, matrix_view<const double>(each.data(), x.rows(), base.size()), reader);
}

// LAW: ranked-trees-are-the-trees  Ranked trees give the bits of the walk: any shape, missing and infinite
// values, values on thresholds.
template <class T>
void check_shapes() {
  for (const std::size_t rows : {std::size_t{1}, std::size_t{255}, std::size_t{256}, std::size_t{1000}}) {
    const auto x = table<T>(rows);
    const matrix_view<const T> by_row(x.data(), rows, columns),
        by_column(x.data(), rows, columns, 1, static_cast<std::ptrdiff_t>(rows));
    forest f(rows);
    check_equal(f.ensemble, by_row, {0.5});
    for (const std::size_t leaves : {1u, 2u, 3u, 5u, 8u, 13u, 31u, 64u, 127u, 200u, 255u, 256u, 257u, 900u})
      f.add(leaves);
    for (const std::size_t leaves : {2u, 17u, 256u}) f.add(leaves, 20, true);
    for (std::size_t levels = 1; levels <= 10; ++levels) {
      add_symmetric(f, levels, false);
      add_symmetric(f, levels, true);
    }
    check_equal(f.ensemble, by_row, {0.5});
    check_equal(f.ensemble, by_column, {0.5, -1, 3});
  }
}

}  // namespace

TEST_CASE("ranked_trees: equal bits to the walk") {
  check_shapes<double>();
  check_shapes<float>();
}

namespace {

template <class T>
void check_sets(std::size_t categorical) {
  std::vector<std::uint32_t> numbers;
  for (std::uint32_t f = 0; f < categorical; ++f) numbers.push_back(f);
  // Codes of the columns: 1, 3, ..., 300; column 1 has one only, column 2 none.
  std::vector<T> training(categorical * 300, static_cast<T>(std::nan("")));
  for (std::size_t i = 0; i < 300; ++i) {
    for (std::size_t f = 0; f < categorical; ++f) {
      const std::size_t count = f == 0 ? 300 : f == 1 ? 1 : f == 2 ? 0 : 3 * f;
      if (i < count) training[i * categorical + f] = static_cast<T>(1000 * f + i);
    }
  }
  std::vector<T> wide(300 * columns);
  for (std::size_t i = 0; i < 300; ++i)
    std::copy_n(&training[i * categorical], categorical, &wide[i * columns]);
  const auto cuts = feature_cuts::learn(matrix_view<const T>(wide.data(), 300, columns), {}, 256, 1, numbers);
  const random_stream random(11);
  for (const std::size_t rows : {std::size_t{1}, std::size_t{255}, std::size_t{1000}}) {
    auto x = table<T>(rows);
    for (std::size_t i = 0; i < rows; ++i) {
      for (std::size_t f = 0; f < categorical; ++f) {
        if (random.below(2 * (i * columns + f), 8) == 0) continue;  // not a code
        const auto k = random.below(2 * (i * columns + f) + 1, f == 0 ? 310 : 3 * f + 2);
        x[i * columns + f] = static_cast<T>(1000 * f + k);
      }
    }
    const matrix_view<const T> by_row(x.data(), rows, columns);
    forest f(rows);
    f.categorical = categorical;
    for (const std::size_t leaves : {1u, 2u, 2u, 3u, 5u, 8u, 31u, 64u, 200u, 256u, 500u}) f.add(leaves);
    for (const std::size_t leaves : {2u, 17u, 256u}) f.add(leaves, 20, true);
    f.ensemble.check_columns(cuts);
    check_equal(f.ensemble, by_row, {0.5}, category_reader(cuts));
    check_equal(f.ensemble, by_row, {0.5, -1, 3}, category_reader(cuts));
  }
}

}  // namespace

TEST_CASE("ranked_trees: equal bits to the walk where splits are by categories, some or all") {
  for (const std::size_t categorical : {std::size_t{1}, std::size_t{4}, columns}) {
    check_sets<double>(categorical);
    check_sets<float>(categorical);
  }
}

TEST_CASE("ranked_trees: none for a chain of 300 leaves or a column of more than 254 thresholds") {
  forest deep(1);
  deep.add(300, 20, true);
  CHECK(!ranked_trees::of(deep.ensemble));
  const auto chain_of = [](std::size_t thresholds) {
    tree_ensemble ensemble;
    const double zeros[3] = {};
    for (std::size_t k = 0; k < thresholds; ++k) {
      const tree_node nodes[] = {
          {static_cast<double>(k), 1, 0}, {1, 1, tree_node::leaf}, {2, 2, tree_node::leaf}};
      ensemble.append(nodes, zeros, zeros);
    }
    return ensemble;
  };
  CHECK(!ranked_trees::of(chain_of(255)));
  const auto most = chain_of(254);
  std::vector<double> x;
  for (int k = -1; k < 256; ++k) x.insert(x.end(), {static_cast<double>(k), k + 0.5, std::nan("")});
  check_equal(most, matrix_view<const double>(x.data(), x.size(), 1), {0});
}
