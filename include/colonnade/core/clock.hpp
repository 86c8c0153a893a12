#pragma once

#include <cstdint>
#include <time.h>

#include "colonnade/core/config.hpp"

namespace colonnade::inline COLONNADE_ABI::detail {

inline constexpr std::int64_t microsecond = 1000, millisecond = 1000 * microsecond,
                              second = 1000 * millisecond;

/// Nanoseconds since some moment, of a clock that is never set. <chrono> has the same clock, but every
/// program that includes a loop over rows would wait for the compiler to read it.
inline std::int64_t nanoseconds_now() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * second + now.tv_nsec;
}

}  // namespace colonnade::inline COLONNADE_ABI::detail
