// Also tests: boosting/gradient_scale.hpp, boosting/histogram_pool.hpp, kernels/gradient_histogram.hpp
// Also tests: kernels/node_histogram.hpp
#include "colonnade/boosting/histogram_builder.hpp"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "colonnade/boosting/gradient_scale.hpp"
#include "tests/laws.hpp"
#include "tests/simd_levels.hpp"

using namespace colonnade;
using namespace colonnade::tests;

namespace {

struct fixture {
  explicit fixture(std::size_t rows, std::size_t columns = 7)
      : x(random_matrix<double>(rows, columns, matrix<double>::layout::rows)),
        cuts(feature_cuts::learn(std::as_const(x).view(), {}, 256, 1)),
        bins(std::as_const(x).view(), cuts, binned_matrix::layout::rows_and_columns, 1),
        scale(1, 0.25, false, rows) {
    for (std::uint32_t f = 0; f < bins.features(); ++f) every.push_back(f);
    const random_stream random(5);
    for (std::size_t i = 0; i < rows; ++i) {
      gradient.push_back(static_cast<std::int64_t>(random.below(2 * i, 1 << 18)) - (1 << 17));
      hessian.push_back(static_cast<std::int64_t>(random.below(2 * i + 1, (1 << 16) + 1)));
      packed.push_back(gradient[i] * (std::int64_t{1} << scale.steps().shift) + hessian[i]);
      all.push_back(static_cast<std::uint32_t>(i));
    }
  }

  gradient_histogram naive(row_span rows) const {
    gradient_histogram h(bins.cells());
    for (const auto i : rows) {
      for (std::size_t f = 0; f < bins.features(); ++f) {
        h.cells()[bins.offsets()[f] + bins.bin(i, f)] += {gradient[i], hessian[i]};
      }
    }
    return h;
  }

  bool equal_in(const std::vector<std::uint32_t>& columns, const gradient_histogram& a,
                const gradient_histogram& b) const {
    return std::ranges::all_of(columns, [&](std::uint32_t f) {
      bool same = true;
      for (std::size_t c = bins.offsets()[f]; c < bins.offsets()[f + 1]; ++c) same = same && a[c] == b[c];
      return same;
    });
  }

  matrix<double> x;
  feature_cuts cuts;
  binned_matrix bins;
  gradient_scale scale;
  std::vector<std::int64_t> gradient, hessian, packed;
  std::vector<std::uint32_t> all, every;  // rows; columns
};

}  // namespace

// LAW: boosting-histogram The sums of a histogram are exact: any partition of the rows, any threads and any
// instruction set give equal sums.
TEST_CASE(
    "histogram_builder: sums are those of a plain loop, for any partition, threads and instruction set") {
  const fixture t(40000);
  const auto expected = t.naive(t.all);
  for (const auto level : tests::simd_levels()) {
    const simd::scoped_level scope(level);
    for (const int threads : {1, 2, 3, 7}) {
      histogram_builder builder(t.bins, 7);
      builder.use(t.packed.data(), t.scale.steps().shift, t.every);
      gradient_histogram out(t.bins.cells());
      for (const bool everything : {true, false}) {
        builder.build_together(t.all, everything, threads, out);
        CHECK(out == expected);
      }
      for (const auto& cuts : partitions(40000)) {
        gradient_histogram sum(t.bins.cells());
        std::size_t first = 0;
        for (std::size_t k = 0; k <= cuts.size(); ++k) {
          const std::size_t last = k == cuts.size() ? 40000 : cuts[k];
          builder.build(row_span(t.all).subspan(first, last - first), false, t.bins.columns(), k % 7, out);
          sum.merge(out);
          first = last;
        }
        CHECK(sum == expected);
      }
    }
  }
}

TEST_CASE("histogram_builder: few rows and many columns are summed like any others") {
  const fixture t(700, 150);
  histogram_builder builder(t.bins, 1);
  builder.use(t.packed.data(), t.scale.steps().shift, t.every);
  gradient_histogram out(t.bins.cells());
  for (const std::size_t rows : {0, 1, 3, 50, 699, 700}) {
    const auto some = row_span(t.all).first(rows);
    builder.build(some, false, t.bins.columns(), 0, out);
    CHECK(out == t.naive(some));
    gradient_histogram by_parts(t.bins.cells());
    for (const column_range& columns : t.bins.columns().cut(7)) {
      builder.build(some, false, columns, 0, by_parts);
    }
    CHECK(by_parts == out);
  }
  auto larger = t.naive(t.all);
  const auto smaller = t.naive(row_span(t.all).first(300));
  for (const column_range& columns : t.bins.columns().cut(4)) {
    builder.subtract(larger, smaller, columns, larger);
  }
  CHECK(larger == t.naive(row_span(t.all).subspan(300)));
}

TEST_CASE(
    "histogram_builder: any number of columns, from any on, of rows one after the other or here and there") {
  const fixture t(3000, 37);
  std::vector<std::uint32_t> odd;
  for (std::uint32_t i = 1; i < 3000; i += 2) odd.push_back(i);
  const auto all = t.naive(t.all), some = t.naive(odd);
  for (const auto level : tests::simd_levels()) {
    const simd::scoped_level scope(level);
    histogram_builder builder(t.bins, 1);
    builder.use(t.packed.data(), t.scale.steps().shift, t.every);
    for (const std::size_t first : {0u, 1u, 6u}) {
      for (std::size_t last = first + 1; last <= 37; ++last) {
        gradient_histogram out(t.bins.cells());
        const auto equal = [&](const gradient_histogram& expected) {
          const std::size_t from = t.bins.offsets()[first], to = t.bins.offsets()[last];
          return std::equal(out.cells() + from, out.cells() + to, expected.cells() + from);
        };
        builder.build(t.all, true, {first, last}, 0, out);
        CHECK(equal(all));
        builder.build(odd, false, {first, last}, 0, out);
        CHECK(equal(some));
      }
    }
  }
}

TEST_CASE("histogram_builder: threads that share the columns of a few rows sum what one does") {
  const fixture t(9000, 40);
  for (const int threads : {1, 2, 3, 7}) {
    histogram_builder builder(t.bins, 7);
    builder.use(t.packed.data(), t.scale.steps().shift, t.every);
    gradient_histogram out(t.bins.cells());
    for (const std::size_t rows : {5, 9000}) {
      const auto some = row_span(t.all).first(rows);
      builder.build_together(some, false, threads, out);
      CHECK(out == t.naive(some));
    }
  }
}

TEST_CASE("histogram_builder: only the columns of the tree are summed, whoever works") {
  constexpr std::int64_t untouched = 77;
  for (const std::size_t features : {5, 150}) {
    const fixture t(40000, features);
    std::vector<std::uint32_t> some;
    for (std::uint32_t f = 1; f < features; f += 1 + f % 2) some.push_back(f);
    const auto is_expected = [&](const gradient_histogram& h, const gradient_histogram& expected,
                                 bool whole) {
      std::vector<bool> in(features);
      for (const std::uint32_t f : some) in[f] = true;
      for (std::size_t f = 0; f < features; ++f) {
        for (std::size_t c = t.bins.offsets()[f]; c < t.bins.offsets()[f + 1]; ++c) {
          if (in[f] ? !(h.cells()[c] == expected.cells()[c]) : !whole && h.cells()[c].gradient != untouched)
            return false;
        }
      }
      return true;
    };
    for (const auto level : tests::simd_levels()) {
      const simd::scoped_level scope(level);
      histogram_builder builder(t.bins, 3);
      builder.use(t.packed.data(), t.scale.steps().shift, some);
      for (const std::size_t rows : {0, 3, 9000, 40000}) {
        const row_span chosen = row_span(t.all).first(rows);
        const auto expected = t.naive(chosen);
        gradient_histogram out(t.bins.cells());
        std::fill_n(out.cells(), out.size(), gradient_sum{untouched, 0});
        for (const column_range& columns : t.bins.columns().cut(4))
          builder.build(chosen, false, columns, 0, out);
        CHECK(is_expected(out, expected, false));
        for (const int threads : {1, 3}) {
          gradient_histogram together(t.bins.cells());
          builder.build_together(chosen, false, threads, together);
          CHECK(is_expected(together, expected, true));
        }
        gradient_histogram rest = t.naive(t.all);
        for (const column_range& columns : t.bins.columns().cut(3))
          builder.subtract(rest, out, columns, rest);
        CHECK(is_expected(rest, t.naive(row_span(t.all).subspan(rows)), true));
      }
    }
  }
}

TEST_CASE("histogram_builder: accumulated sums are those of all bins below, and so is what they leave") {
  const fixture t(9000);
  const std::vector<std::uint32_t> some = {0, 2, 3, 6};
  const row_span all = t.all, part = all.first(2000);
  const auto accumulated = [&](gradient_histogram h) {
    for (const std::uint32_t f : some) {
      for (std::size_t c = t.bins.offsets()[f] + 1; c + 1 < t.bins.offsets()[f + 1]; ++c)
        h.cells()[c] += h.cells()[c - 1];
    }
    return h;
  };
  for (const auto level : tests::simd_levels()) {
    const simd::scoped_level scope(level);
    histogram_builder builder(t.bins, 1);
    builder.use(t.packed.data(), t.scale.steps().shift, some);
    for (const int shift : {0, t.scale.steps().shift}) {
      const auto made = [&](row_span rows) {
        gradient_histogram out(t.bins.cells());
        out.reshape(shift);
        out.clear();
        for (const column_range& columns : t.bins.columns().cut(3)) {
          builder.build(rows, false, columns, 0, out);
          builder.accumulate(columns, out);
        }
        return out;
      };
      gradient_histogram whole = made(all);
      CHECK(t.equal_in(some, whole, accumulated(t.naive(all))));
      builder.subtract(whole, made(part), t.bins.columns(), whole);
      CHECK(t.equal_in(some, whole, accumulated(t.naive(all.subspan(2000)))));
    }
  }
}

TEST_CASE("gradient_histogram: packed sums are those of wide ones, of bytes and of lists, and subtracted") {
  const fixture t(9000, 140);
  REQUIRE(!t.bins.list_features().empty());
  REQUIRE(!t.bins.byte_features().empty());
  std::vector<std::uint32_t> odd;
  for (std::uint32_t f = 1; f < 140; f += 2) odd.push_back(f);
  const int shift = t.scale.steps().shift;
  for (const auto& columns : {t.every, odd}) {
    for (const auto level : tests::simd_levels()) {
      const simd::scoped_level scope(level);
      histogram_builder builder(t.bins, 2);
      builder.use(t.packed.data(), shift, columns);
      CHECK(builder.shift_of(gradient_histogram::most_packed_rows) == shift);
      CHECK(builder.shift_of(gradient_histogram::most_packed_rows + 1) == 0);
      const auto made = [&](row_span rows, int packed_by) {
        gradient_histogram out(t.bins.cells());
        out.clear();
        out.reshape(packed_by);
        out.clear();
        builder.build_together(rows, false, 2, out);
        return out;
      };
      for (const std::size_t rows : {0, 7, 300, 4000}) {
        const row_span some = row_span(t.all).first(rows), others = row_span(t.all).subspan(rows);
        const auto expected = made(others, 0);
        const auto as_expected = [&](const gradient_histogram& h) {
          return t.equal_in(columns, h, expected);
        };
        CHECK(as_expected(made(others, shift)));
        // Of the whole, the part and the rest: none packed, the part, the part and the rest, all.
        for (const auto& [whole, part, rest] :
             {std::array{0, 0, 0}, std::array{0, shift, 0}, std::array{0, shift, shift},
              std::array{shift, shift, shift}}) {
          const auto all = made(t.all, whole), taken = made(some, part);
          gradient_histogram left(t.bins.cells());
          left.reshape(rest);
          left.clear();
          for (const column_range& some_columns : t.bins.columns().cut(3))
            builder.subtract(all, taken, some_columns, left);
          CHECK(left.shift() == rest);
          CHECK(as_expected(left));
        }
      }
    }
  }
}

TEST_CASE("histogram_pool: lends what came back, and counts what is out") {
  histogram_pool pool(7);
  auto first = pool.borrow();
  const gradient_histogram* const known = first.get();
  CHECK(first->size() == 7);
  const auto second = pool.borrow();
  CHECK(pool.lent() == 2);
  pool.give_back(std::move(first));
  pool.give_back(nullptr);
  CHECK(pool.lent() == 1);
  CHECK(pool.borrow().get() == known);
}

TEST_CASE("column_range: parts cover the columns once, in order") {
  for (const std::size_t columns : {0, 1, 5, 64}) {
    for (const std::size_t parts : {1, 3, 100}) {
      std::size_t next = 10;
      for (const column_range& part : column_range{10, 10 + columns}.cut(parts)) {
        CHECK(part.first == next);
        CHECK(part.size() > 0);
        next = part.last;
      }
      CHECK(next == 10 + columns);
    }
  }
}

TEST_CASE("gradient_scale: sums at the bound do not overflow") {
  for (const bool constant : {false, true}) {
    const std::size_t rows = 3 * histogram_add_packed::max_rows + 5;
    const gradient_scale scale(8, 2, constant, rows);
    const double top = std::round(8 * scale.steps().gradient);
    const std::vector<double> x(rows, 1.0);
    const auto cuts = feature_cuts::learn(matrix_view<const double>(x.data(), rows, 1), {}, 256, 1);
    const binned_matrix bins(matrix_view<const double>(x.data(), rows, 1), cuts,
                             binned_matrix::layout::rows_and_columns, 1);
    for (const double sign : {1.0, -1.0}) {
      const auto g = static_cast<std::int64_t>(sign * top);
      const auto h = static_cast<std::int64_t>(std::round(2 * scale.steps().hessian));
      const std::vector<std::int64_t> packed(rows, g * (std::int64_t{1} << scale.steps().shift) + h);
      histogram_builder builder(bins, 1);
      const std::vector<std::uint32_t> columns = {0};
      builder.use(packed.data(), scale.steps().shift, columns);
      gradient_histogram out(bins.cells());
      std::vector<std::uint32_t> all(rows);
      builder.build(all, true, bins.columns(), 0, out);
      CHECK(out.cells()[0].gradient == g * static_cast<std::int64_t>(rows));
      CHECK(out.cells()[0].hessian == h * static_cast<std::int64_t>(rows));
      CHECK(std::abs(static_cast<double>(out.cells()[0].gradient)) < 0x1p51);
    }
  }
}

// LAW: boosting-no-overflow Sums of fixed-point gradients cannot overflow, whatever the values and however
// many rows there are.
TEST_CASE("gradient_scale: the bounds of the fixed point hold for any number of rows") {
  for (int bits = 0; bits <= 32; ++bits) {
    for (const std::int64_t more : {-1, 0, 1}) {
      const std::int64_t rows = (std::int64_t{1} << bits) + more;
      if (rows < 1 || rows >= std::int64_t{1} << 32) continue;  // more are refused
      for (const bool constant : {false, true}) {
        INFO("rows " << rows << ", constant " << constant);
        const gradient_scale scale(3, 0.7, constant, static_cast<std::size_t>(rows));
        // The largest of one row in steps, as the kernels round it.
        const auto gradient = static_cast<std::int64_t>(std::ceil(3 * scale.steps().gradient)),
                   hessian = static_cast<std::int64_t>(std::ceil(0.7 * scale.steps().hessian - 1e-9));
        const std::int64_t together =
            std::min<std::int64_t>(rows, static_cast<std::int64_t>(histogram_add_packed::max_rows));
        const std::int64_t room = std::int64_t{1} << scale.steps().shift;
        CHECK(gradient >= 1 << 15);
        CHECK(scale.steps().shift <= 31);  // packed Hessians are 32-bit integers
        CHECK(hessian * together < room);  // the Hessians of a flush do not reach its gradients
        CHECK(gradient * together < (std::int64_t{1} << 62) / room);  // both fit into 63 bits
        CHECK(gradient <= (std::int64_t{1} << 50) / rows);            // doubles hold the sums of all rows
        CHECK(hessian <= (std::int64_t{1} << 50) / rows);
      }
    }
  }
}

TEST_CASE("gradient_scale: steps cover the largest value, whatever its size") {
  for (const double largest : {1.0, 0.75, 1e-250, 1e200, 3.0}) {
    const gradient_scale scale(largest, largest, false, 100000);
    CHECK(largest * scale.steps().gradient <= 0x1p17);
    CHECK(largest * scale.steps().gradient > 0x1p16);
    CHECK(scale.gradient_unit() * scale.steps().gradient == 1);
  }
  const gradient_scale constant(1e6, 3, true, 1'000'000);
  CHECK(constant.hessian_unit() == 3);
  CHECK(constant.gradient_unit() <= 0x1p-10);
  CHECK(std::isfinite(gradient_scale(0, 0, false, 1).steps().gradient));
}
