#pragma once

namespace colonnade::tests {

/// How often to repeat, how many rows to take: under sanitizers (COLONNADE_QUICK), where the same code runs
/// many times as long, fewer find what there is for a sanitizer to find.
template <class T>
constexpr T effort([[maybe_unused]] T plain, [[maybe_unused]] T sanitized) {
#ifdef COLONNADE_QUICK
  return sanitized;
#else
  return plain;
#endif
}

}  // namespace colonnade::tests
