#include "colonnade/core/clock.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

using namespace colonnade;

TEST_CASE("nanoseconds_now: never goes back, and a sleep takes what it should") {
  const auto start = detail::nanoseconds_now();
  auto last = start;
  for (int turn = 0; turn < 1000; ++turn) {
    const auto now = detail::nanoseconds_now();
    REQUIRE(now >= last);
    last = now;
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(3));
  CHECK(detail::nanoseconds_now() - start >= 3 * detail::millisecond);
}
