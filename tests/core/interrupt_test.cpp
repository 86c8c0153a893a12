#include "colonnade/core/interrupt.hpp"

#include <doctest/doctest.h>

#include <chrono>
#include <thread>

using namespace colonnade;

TEST_CASE("interrupt_scope: nobody is asked outside a scope, and the innermost is asked within") {
  CHECK_FALSE(interrupt_scope::requested());
  int outer_calls = 0, inner_calls = 0;
  const auto outer = [&] { return ++outer_calls > 1000; };
  const auto inner = [&] { return ++inner_calls >= 1; };
  const interrupt_scope a(outer);
  {
    const interrupt_scope b(inner);
    CHECK_NOTHROW(check_interrupt());
    std::this_thread::sleep_for(std::chrono::milliseconds(12));
    CHECK_THROWS_AS(check_interrupt(), interrupted);
  }
  CHECK(inner_calls == 1);
  CHECK(outer_calls == 0);
  std::this_thread::sleep_for(std::chrono::milliseconds(12));
  CHECK_FALSE(interrupt_scope::requested());
  CHECK_FALSE(interrupt_scope::requested());
  CHECK(outer_calls == 1);
}
