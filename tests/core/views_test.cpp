#include "colonnade/core/views.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <vector>

using namespace colonnade;

TEST_CASE("matrix_view: strides may be negative or zero") {
  const std::vector<double> x = {1, 2, 3, 4, 5, 6};
  const matrix_view<const double> backwards(x.data() + 5, 2, 3, -3, -1), broadcast(x.data(), 4, 3, 0, 1);
  CHECK(backwards(0, 0) == 6);
  CHECK(backwards(1, 2) == 1);
  CHECK(broadcast(3, 1) == 2);
  CHECK(broadcast.slice(2, 2)(1, 2) == 3);
  CHECK(backwards.columns_slice(1, 2)(1, 0) == 2);
}

TEST_CASE("matrix_view: a writable view reads as a constant one") {
  std::vector<float> x = {1, 2};
  const matrix_view<float> out(x.data(), 1, 2);
  const matrix_view<const float> in = out;
  out(0, 1) = 7;
  CHECK(in(0, 1) == 7);
}

TEST_CASE("matrix_view: an empty view slices to empty") {
  const matrix_view<const double> none(nullptr, 0, 3);
  CHECK(none.slice(0, 0).rows() == 0);
  CHECK(none.columns_slice(1, 2).columns() == 2);
}

// LAW: beyond-two-to-the-31 Elements beyond the 2^31st are addressed right, through any strides.
TEST_CASE("matrix_view: positions beyond 2^31 elements are right") {
  const double value = 1;
  const double* volatile start = &value;  // hides from the compiler that only one value is there
  const matrix_view<const double> x(start, 100'000, 50'000, 50'000, 1);
  const auto distance =
      reinterpret_cast<std::uintptr_t>(&x(99'999, 49'999)) - reinterpret_cast<std::uintptr_t>(&value);
  CHECK(distance == (99'999ULL * 50'000 + 49'999) * sizeof(double));
  CHECK(x.slice(90'000, 10).row(9) == x.row(90'009));
}

TEST_CASE("column_view: missing is NaN or a zero validity bit") {
  const std::vector<double> x = {1, std::numeric_limits<double>::quiet_NaN(), 3, 4};
  const std::uint8_t bits[] = {0b0011'1000};  // rows 0, 1, 2 valid and row 3 not, from bit 3
  const column_view<const double> c(x.data(), 4, 1, validity_view(bits, 3));
  CHECK_FALSE(c.is_missing(0));
  CHECK(c.is_missing(1));
  CHECK_FALSE(c.is_missing(2));
  CHECK(c.is_missing(3));
  CHECK(c.slice(2, 2).is_missing(1));
}
