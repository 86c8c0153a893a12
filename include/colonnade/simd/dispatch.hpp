#pragma once

#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <string_view>

#include "colonnade/core/config.hpp"

/// Goes before every function that is part of a kernel: inlined into the trampoline, it is compiled for its
/// ISA.
#define COLONNADE_KERNEL [[gnu::always_inline]] inline

// Defined for a whole program, COLONNADE_BASELINE_ONLY leaves the higher instruction sets out: results are
// the same, and sanitized builds of what stands above the kernels take half the time.
#if defined(__x86_64__) && !defined(COLONNADE_BASELINE_ONLY)
#define COLONNADE_LEVELS
#endif

namespace colonnade::inline COLONNADE_ABI::simd {

/// Tag of an instruction set: the width of its vectors in bytes.
template <std::size_t Bytes>
struct isa {
  static constexpr std::size_t bytes = Bytes;
};
using base_isa = isa<16>;
using v3_isa = isa<32>;
using v4_isa = isa<64>;

/// x86-64 levels: baseline (SSE2), v3 (AVX2), v4 (AVX-512). Other architectures have their baseline only.
enum class level { base, v3, v4 };

inline std::string_view name(level l) { return l == level::v4 ? "v4" : l == level::v3 ? "v3" : "base"; }

/// The best level of this CPU.
inline level best() {
#ifdef COLONNADE_LEVELS
  __builtin_cpu_init();
  const bool v3 =
      __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2");
  const bool v4 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                  __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl");
  return v3 && v4 ? level::v4 : v3 ? level::v3 : level::base;
#else
  return level::base;
#endif
}

namespace detail {

inline std::atomic<level>& chosen() {
  static std::atomic<level> value = [] {
    const char* variable = std::getenv("COLONNADE_ISA");
    const std::string_view cap = variable == nullptr ? "" : variable;
    const level wanted = cap == "base" ? level::base : cap == "v3" ? level::v3 : level::v4;
    return wanted < best() ? wanted : best();
  }();
  return value;
}

// A trampoline gives its kernel, which is inlined into it, the instructions of one level. Arguments are plain
// values and pointers, so nothing that other code could share is compiled for more than the baseline.
template <class Kernel, class... Args>
[[gnu::noinline]] void on_base(Args... args) {
  Kernel{}(base_isa{}, args...);
}
#ifdef COLONNADE_LEVELS
template <class Kernel, class... Args>
[[gnu::noinline, gnu::target("avx2,fma,f16c,bmi,bmi2,lzcnt,popcnt")]] void on_v3(Args... args) {
  Kernel{}(v3_isa{}, args...);
}
template <class Kernel, class... Args>
[[gnu::noinline,
  gnu::target("avx2,fma,f16c,bmi,bmi2,lzcnt,popcnt,avx512f,avx512bw,avx512dq,avx512vl,avx512cd")]] void
on_v4(Args... args) {
  Kernel{}(v4_isa{}, args...);
}
#endif

}  // namespace detail

/// The level that kernels run at: the best of the CPU, capped by `COLONNADE_ISA` = base | v3 | v4.
inline level active() { return detail::chosen().load(std::memory_order_relaxed); }

/// Runs kernels at `l` (or the best below it) until it goes out of scope. For tests and benchmarks.
class scoped_level {
 public:
  explicit scoped_level(level l) : before_(active()) { detail::chosen() = l < best() ? l : best(); }
  ~scoped_level() { detail::chosen() = before_; }
  scoped_level(const scoped_level&) = delete;
  scoped_level& operator=(const scoped_level&) = delete;

 private:
  level before_;
};

/// Runs `Kernel{}(isa, args...)` compiled for the active level.
template <class Kernel, class... Args>
void run(Args... args) {
#ifdef COLONNADE_LEVELS
  switch (active()) {
    case level::v4:
      return detail::on_v4<Kernel>(args...);
    case level::v3:
      return detail::on_v3<Kernel>(args...);
    case level::base:
      break;
  }
#endif
  detail::on_base<Kernel>(args...);
}

}  // namespace colonnade::inline COLONNADE_ABI::simd
