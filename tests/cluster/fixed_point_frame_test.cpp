#include "colonnade/cluster/fixed_point_frame.hpp"

#include <doctest/doctest.h>

#include <cmath>
#include <vector>

#include "colonnade/kernels/fixed_point_sums.hpp"

namespace colonnade {
namespace {

data_extent extent_of(const std::vector<double>& values, double weight, std::size_t copies) {
  const std::vector<double> weights(values.size(), weight);
  data_extent extent, one;
  one.update(samples<matrix_view<const double>>{
      {values.data(), values.size(), 1}, {}, {weights.data(), weights.size()}});
  for (std::size_t i = 0; i < copies; ++i) extent.merge(one);
  return extent;
}

}  // namespace

TEST_CASE("fixed_point_frame: no sum of any of the rows reaches 2^62, whatever their range and weight") {
  for (const double range : {1e-300, 1e-8, 1.0, 3.7, 1e9, 1e200}) {
    for (const double weight : {1e-20, 0.3, 1.0, 1e15}) {
      for (const std::size_t copies : {1UL, 1000UL, 1'000'000UL}) {
        const auto extent = extent_of({-range, range * 0.7}, weight, copies);
        const fixed_point_frame frame(extent);
        const double term = weight * (range + frame.origin()[0]) * frame.scale()[0];
        CHECK(std::abs(term) <= 0x1p50);
        CHECK(std::abs(term) * static_cast<double>(extent.rows()) <= 0x1p61);
        CHECK(weight * frame.weight_scale() <= 0x1p50);
        CHECK(weight * frame.weight_scale() * static_cast<double>(extent.rows()) <= 0x1p61);
        if (range > 1e-250) CHECK(std::abs(term) * static_cast<double>(extent.rows()) >= 0x1p45);
      }
    }
  }
}

TEST_CASE("fixed_point_frame: gives back the mean of a constant column exactly") {
  for (const double value : {0.0, 3.25, -1e9, 1e-310, 1.7e308}) {
    const fixed_point_frame frame(extent_of({value, value}, 2.0, 3));
    CHECK(frame.mean(0, 0, 5) == value);
  }
}

TEST_CASE("fixed_point_frame: a column and weight whose product is beyond doubles are refused") {
  CHECK_THROWS_AS(fixed_point_frame(extent_of({-1e300, 1e300}, 1e200, 1)), data_error);
}

}  // namespace colonnade
