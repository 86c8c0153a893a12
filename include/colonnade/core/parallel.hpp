#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <type_traits>
#include <vector>

#include "colonnade/core/clock.hpp"
#include "colonnade/core/interrupt.hpp"
#include "colonnade/core/thread_count.hpp"

#ifdef _OPENMP
#include <omp.h>
#include <unistd.h>
#else
#include "colonnade/core/thread_team.hpp"
#endif

// The one seam of threads: OpenMP's where the compiler has it switched on, else a team of our own (as in the
// wheel). No other header knows which. Work is cut by the number of rows only, never by threads, and what a
// block computes never depends on who computes it.

namespace colonnade::inline COLONNADE_ABI {

namespace detail {

#ifdef _OPENMP

inline const pid_t loaded_in = ::getpid();

/// GNU's OpenMP hangs in a process forked from one that has used threads, so there work runs on the calling
/// thread.
inline bool one_thread_only() { return omp_in_parallel() || ::getpid() != loaded_in; }

inline int thread_limit() { return std::min(default_threads(), omp_get_max_threads()); }

/// GNU's OpenMP waits until every thread of a team has come, and where others work too, one may get a CPU
/// milliseconds later: a caller that had to wait so long works alone for sixteen times as long.
class team_delay {
 public:
  static bool works_alone() { return nanoseconds_now() < alone_until(); }

  team_delay() : begin_(nanoseconds_now()) {}
  ~team_delay() {
    const std::int64_t latest = latest_.load(std::memory_order_relaxed);
    if (latest > bearable) alone_until() = begin_ + latest + 16 * latest;
  }
  team_delay(const team_delay&) = delete;
  team_delay& operator=(const team_delay&) = delete;

  /// A thread of the team begins.
  void came() {
    const std::int64_t now = nanoseconds_now() - begin_;
    std::int64_t latest = latest_.load(std::memory_order_relaxed);
    while (now > latest && !latest_.compare_exchange_weak(latest, now, std::memory_order_relaxed)) {
    }
  }

 private:
  static constexpr std::int64_t bearable = 1000 * microsecond;

  static std::int64_t& alone_until() {
    thread_local std::int64_t time = 0;
    return time;
  }

  std::int64_t begin_;
  std::atomic<std::int64_t> latest_ = 0;
};

inline bool works_alone() { return team_delay::works_alone(); }

template <class Work>
void run_team(int team, const Work& work) {
  team_delay delay;
#pragma omp parallel num_threads(team)
  {
    delay.came();
    work(omp_get_thread_num());
  }
}

#else

/// A team of our own waits only for those that have come.
inline bool works_alone() { return false; }

inline bool one_thread_only() { return thread_team::inside(); }

inline int thread_limit() { return default_threads(); }

template <class Work>
void run_team(int team, const Work& work) {
  thread_team::shared().run(team, work);
}

#endif

/// Whether this thread's team is awake, and when to wake it for work that alone would not repay that.
class team_rest {
 public:
  static team_rest& of_this_thread() {
    thread_local team_rest rest;
    return rest;
  }
  /// Others have worked for this thread, and wait for more for a while.
  void begin() {
    began_ = nanoseconds_now();
    missed_ = 0;
  }
  bool awake() const { return nanoseconds_now() - began_ < 100 * microsecond; }
  /// Work that others could have shared if they were awake; true if it is enough by now to wake them.
  bool miss(double nanoseconds_of_work) {
    missed_ += nanoseconds_of_work;
    return missed_ > 100 * microsecond;
  }

 private:
  std::int64_t began_ = -second;
  double missed_ = 0;
};

inline int threads_now(int requested) {
  return one_thread_only() ? 1 : requested > 0 ? requested : thread_limit();
}

/// Keeps the first exception of a team and tells the others to stop.
class team_errors {
 public:
  bool stopped() const { return stopped_.load(std::memory_order_relaxed); }
  void capture() {
    if (!taken_.exchange(true)) error_ = std::current_exception();
    stopped_ = true;
  }
  void rethrow() const {
    if (error_ != nullptr) std::rethrow_exception(error_);
  }

 private:
  std::atomic<bool> stopped_ = false, taken_ = false;
  std::exception_ptr error_;
};

template <class Body>
void call_block(const Body& body, std::size_t block, int worker) {
  if constexpr (std::is_invocable_v<const Body&, std::size_t, int>) {
    body(block, worker);
  } else {
    body(block);
  }
}

}  // namespace detail

/// Threads that `requested` (0: the default) gives now for this much work: 1 inside a parallel region, and
/// one for each 25 microseconds of work at most, since waking a team costs a few; of a team that is awake,
/// one for each 4.
inline int useful_threads(int requested, double nanoseconds_of_work) {
  constexpr double awake = 4'000, asleep = 25'000;
  if (nanoseconds_of_work < 2 * awake) return 1;
  const auto threads = static_cast<double>(detail::threads_now(requested));
  if (threads < 2) return 1;
  detail::team_rest& rest = detail::team_rest::of_this_thread();
  if (rest.awake() || rest.miss(nanoseconds_of_work))
    return static_cast<int>(std::min(threads, nanoseconds_of_work / awake));
  return static_cast<int>(std::min(threads, std::max(1.0, nanoseconds_of_work / asleep)));
}

/// Calls `body(block)` or `body(block, worker)` for every block in 0 .. blocks - 1, on up to `threads`
/// threads (0: the default); `worker` is below `threads_for(blocks, threads)`. Which worker gets a block is
/// not defined. The first exception stops the work and is rethrown; so does an interrupt.
inline int threads_for(std::size_t blocks, int threads) {
  return static_cast<int>(
      std::min<std::size_t>(blocks, static_cast<std::size_t>(detail::threads_now(threads))));
}

template <class Body>
void for_blocks(std::size_t blocks, int threads, const Body& body) {
  const int team = blocks <= 1 ? 1 : threads_for(blocks, threads);
  if (team <= 1 || detail::works_alone()) {
    for (std::size_t block = 0; block < blocks; ++block) {
      check_interrupt();
      detail::call_block(body, block, 0);
    }
    return;
  }
  detail::team_errors errors;
  std::atomic<std::size_t> next = 0;
  detail::run_team(team, [&](int worker) {
    try {
      while (!errors.stopped()) {
        if (worker == 0) check_interrupt();
        const std::size_t block = next.fetch_add(1, std::memory_order_relaxed);
        if (block >= blocks) break;
        detail::call_block(body, block, worker);
      }
    } catch (...) {
      errors.capture();
    }
  });
  detail::team_rest::of_this_thread().begin();
  errors.rethrow();
}

/// Number of blocks of `block_rows` rows in `rows`.
constexpr std::size_t block_count(std::size_t rows, std::size_t block_rows) {
  return rows / block_rows + (rows % block_rows != 0 ? 1 : 0);
}

inline constexpr std::size_t default_block_rows = 4096;
inline constexpr std::size_t max_shards = 64;

namespace detail {

template <class Accumulator, class Batch>
void update_blocks(Accumulator& accumulator, const Batch& x, std::size_t first, std::size_t last) {
  for (std::size_t b = first; b < last; ++b) {
    check_interrupt();
    const std::size_t row = b * default_block_rows;
    accumulator.update(x.slice(row, std::min(default_block_rows, x.rows() - row)));
  }
}

template <class Accumulator>
void merge_tree(std::vector<Accumulator>& parts) {
  for (std::size_t step = 1; step < parts.size(); step *= 2) {
    for (std::size_t s = 0; s + step < parts.size(); s += 2 * step) parts[s].merge(parts[s + step]);
  }
}

}  // namespace detail

/// `seed` after it has seen all rows of `x` (anything with `rows()` and `slice(first, count)`). An
/// accumulator whose merge is exact says so with `static constexpr bool exact = true` and gets one part a
/// thread; any other gets up to 64 parts whose cut and merge order depend on the number of rows only, so that
/// its bits do not depend on threads.
template <class Accumulator, class Batch>
Accumulator accumulate(Accumulator seed, const Batch& x, int threads = 0) {
  const std::size_t blocks = block_count(x.rows(), default_block_rows);
  if constexpr (requires { requires Accumulator::exact; }) {
    const int team = threads_for(blocks, threads);
    if (team <= 1) {
      if (blocks == 0) return seed;
      detail::update_blocks(seed, x, 0, blocks);
      return seed;
    }
    std::vector<Accumulator> parts(static_cast<std::size_t>(team), seed.empty_copy());
    // Four blocks a turn: fewer turns, and still an even end.
    const std::size_t turns = block_count(blocks, 4);
    for_blocks(turns, threads, [&](std::size_t turn, int worker) {
      detail::update_blocks(parts[static_cast<std::size_t>(worker)], x, 4 * turn,
                            std::min(blocks, 4 * turn + 4));
    });
    for (const Accumulator& part : parts) seed.merge(part);
    return seed;
  } else {
    const std::size_t shards = std::min(blocks, max_shards);
    if (shards == 0) return seed;
    std::vector<Accumulator> parts(shards, seed.empty_copy());
    for_blocks(shards, threads, [&](std::size_t s) {
      detail::update_blocks(parts[s], x, s * blocks / shards, (s + 1) * blocks / shards);
    });
    detail::merge_tree(parts);
    seed.merge(parts[0]);
    return seed;
  }
}

}  // namespace colonnade::inline COLONNADE_ABI
