#include "colonnade/boosting/boosting_loss.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <utility>
#include <vector>

using namespace colonnade;

namespace {

boosting_params logistic_params() {
  boosting_params p;
  p.objective = boosting_objective::logistic;
  return p;
}

}  // namespace

TEST_CASE("boosting_loss: targets side by side are read where they lie if that is allowed") {
  const std::vector<double> y = {0, 1, 1, 0};
  const column_view<const double> target(y.data(), y.size());
  const boosting_loss own(logistic_params(), target, {}, 4);
  boosting_loss borrowed(logistic_params(), target, {}, 4, {}, target_use::borrow);
  CHECK(own.target().data() != y.data());
  CHECK(borrowed.target().data() == y.data());
  const boosting_loss moved = std::move(borrowed);
  for (const boosting_loss* loss : {&own, &moved}) {
    CHECK(std::vector(loss->target().begin(), loss->target().end()) == y);
    CHECK(loss->targets().mean() == 0.5);
    CHECK(loss->base_margins() == std::vector<double>{0});
  }
}

TEST_CASE("boosting_loss: targets that are strided, or missing here and there, are copied") {
  const std::vector<double> y = {0, 7, 1, 7, 1, 7};
  const boosting_loss strided(logistic_params(), {y.data(), 3, 2}, {}, 3, {}, target_use::borrow);
  CHECK(std::vector(strided.target().begin(), strided.target().end()) == std::vector<double>{0, 1, 1});

  const std::vector<double> some = {0, 1, 1};
  const std::uint8_t valid = 0b101;
  const column_view<const double> masked(some.data(), 3, 1, validity_view(&valid, 0));
  CHECK_THROWS_WITH_AS(boosting_loss(logistic_params(), masked, {}, 3, {}, target_use::borrow),
                       doctest::Contains("y: found nan"), data_error);
}

TEST_CASE("boosting_loss: what is outside the domain is refused, copied or not") {
  const std::vector<double> y = {0, 1, 2};
  for (const target_use use : {target_use::copy, target_use::borrow}) {
    CHECK_THROWS_WITH_AS(boosting_loss(logistic_params(), {y.data(), 3}, {}, 3, {}, use),
                         doctest::Contains("y: found 2"), data_error);
    CHECK_THROWS_WITH_AS(boosting_loss(logistic_params(), {y.data(), 3}, {}, 4, {}, use),
                         doctest::Contains("3 values"), argument_error);
  }
}
