#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <new>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <vector>

#include "colonnade/core/clock.hpp"
#include "colonnade/core/config.hpp"

namespace colonnade::inline COLONNADE_ABI {

namespace detail {

inline void cpu_relax() {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield");
#endif
}

/// Waits for `done()` awake, for a while; false when that was not enough. Waking a sleeping thread of a
/// virtual machine takes 50 microseconds and more, as long as many a loop. Other threads that want the CPU
/// get it.
template <class Condition>
bool wait_awake(const Condition& done) {
  const std::int64_t end = nanoseconds_now() + 200 * microsecond;
  do {
    for (int i = 0; i < 32; ++i) {
      if (done()) return true;
      cpu_relax();
    }
    ::sched_yield();
  } while (nanoseconds_now() < end);
  return done();
}

/// Holds a mutex as long as it lives. POSIX's mutexes, conditions and threads are what the standard library's
/// stand on, and much quicker to include.
class mutex_lock {
 public:
  explicit mutex_lock(pthread_mutex_t& mutex) : mutex_(mutex) { lock(); }
  ~mutex_lock() { unlock(); }
  mutex_lock(const mutex_lock&) = delete;
  mutex_lock& operator=(const mutex_lock&) = delete;

  void lock() { ::pthread_mutex_lock(&mutex_); }
  void unlock() { ::pthread_mutex_unlock(&mutex_); }
  /// Sleeps, without the mutex, until `changed` is signalled and `done()` holds.
  template <class Condition>
  void wait(pthread_cond_t& changed, const Condition& done) {
    while (!done()) ::pthread_cond_wait(&changed, &mutex_);
  }

 private:
  pthread_mutex_t& mutex_;
};

}  // namespace detail

/// Threads that help their caller. A call waits only for the helpers that have begun: when the machine is
/// busy and none gets a CPU, the caller does the work alone and pays nothing. Any number of threads may call
/// at once. Helpers are started when they are first needed, sleep when idle and block all signals; a forked
/// child gets a team of its own.
class thread_team {
 public:
  thread_team() = default;
  ~thread_team() {
    {
      const detail::mutex_lock lock(mutex_);
      ending_ = true;
      ++posted_;
    }
    ::pthread_cond_broadcast(&wake_);
    for (const pthread_t helper : helpers_) ::pthread_join(helper, nullptr);
  }
  thread_team(const thread_team&) = delete;
  thread_team& operator=(const thread_team&) = delete;

  /// The team of this process. It is never destroyed: its threads may sleep until the process ends.
  static thread_team& shared() {
    static const int registered = ::pthread_atfork(nullptr, nullptr, [] { current() = nullptr; });
    static_cast<void>(registered);
    thread_team* team = current();
    if (team != nullptr) return *team;
    auto* fresh = new thread_team;
    if (current().compare_exchange_strong(team, fresh)) return *fresh;
    delete fresh;
    return *team;
  }

  /// True in a helper and in a caller while it works.
  static bool inside() { return inside_flag(); }

  /// Calls `work(0)` on this thread and `work(1)` .. `work(threads - 1)` on helpers, each at most once: one
  /// that comes too late is left out, so `work` has to take what is left to do from a shared place. It must
  /// not throw. Returns when all that have begun have ended.
  template <class Work>
  void run(int threads, const Work& work) {
    assignment mine(
        &work, [](const void* w, int worker) { (*static_cast<const Work*>(w))(worker); }, threads);
    open(mine);
    const bool outer = inside_flag();
    inside_flag() = true;
    work(0);
    inside_flag() = outer;
    close(mine);
  }

 private:
  struct assignment {
    assignment(const void* w, void (*c)(const void*, int), int t) : work(w), call(c), threads(t) {}

    const void* work;
    void (*call)(const void*, int);
    int threads, next_worker = 1;
    std::atomic<int> begun = 0;  // helpers at work now
  };

  static std::atomic<thread_team*>& current() {
    static std::atomic<thread_team*> team = nullptr;
    return team;
  }

  static bool& inside_flag() {
    thread_local bool flag = false;
    return flag;
  }

  void open(assignment& mine) {
    std::size_t sleepers = 0;
    const auto wanted = static_cast<std::size_t>(std::max(0, mine.threads - 1));
    {
      const detail::mutex_lock lock(mutex_);
      grow(wanted);
      open_.push_back(&mine);
      ++posted_;
      sleepers = asleep_;
    }
    for (std::size_t s = 0; s < std::min(sleepers, wanted); ++s) ::pthread_cond_signal(&wake_);
  }

  void close(assignment& mine) {
    {
      const detail::mutex_lock lock(mutex_);
      std::erase(open_, &mine);
    }
    const auto ended = [&] { return mine.begun.load(std::memory_order_acquire) == 0; };
    if (detail::wait_awake(ended)) return;
    detail::mutex_lock lock(mutex_);
    lock.wait(ended_, ended);
  }

  /// Too few threads are no error: the caller works in any case.
  void grow(std::size_t wanted) {
    sigset_t all, before;
    if (helpers_.size() >= wanted) return;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
      while (helpers_.size() < wanted && start_helper()) {
      }
    } catch (const std::bad_alloc&) {
    }
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  bool start_helper() {
    const auto begin = [](void* team) -> void* {
      static_cast<thread_team*>(team)->help();
      return nullptr;
    };
    if (::pthread_create(&helpers_.emplace_back(), nullptr, begin, this) == 0) return true;
    helpers_.pop_back();
    return false;
  }

  void help() {
    inside_flag() = true;
    detail::mutex_lock lock(mutex_);
    while (!ending_) {
      const auto free = std::find_if(open_.begin(), open_.end(),
                                     [](const assignment* a) { return a->next_worker < a->threads; });
      if (free == open_.end()) {
        wait_for_work(lock);
        continue;
      }
      assignment& next = **free;
      const int worker = next.next_worker++;
      next.begun.fetch_add(1, std::memory_order_relaxed);
      lock.unlock();
      next.call(next.work, worker);
      lock.lock();
      if (next.begun.fetch_sub(1, std::memory_order_release) == 1) ::pthread_cond_broadcast(&ended_);
    }
  }

  /// A loop is often followed by the next one: look out for it a while before going to sleep.
  void wait_for_work(detail::mutex_lock& lock) {
    const std::uint64_t seen = posted_;
    const auto more = [&] { return posted_.load(std::memory_order_relaxed) != seen; };
    lock.unlock();
    detail::wait_awake(more);
    lock.lock();
    ++asleep_;
    lock.wait(wake_, more);
    --asleep_;
  }

  pthread_mutex_t mutex_ = PTHREAD_MUTEX_INITIALIZER;
  pthread_cond_t wake_ = PTHREAD_COND_INITIALIZER, ended_ = PTHREAD_COND_INITIALIZER;
  std::vector<pthread_t> helpers_;
  std::vector<assignment*> open_;
  std::size_t asleep_ = 0;
  std::atomic<std::uint64_t> posted_ = 0;
  bool ending_ = false;
};

}  // namespace colonnade::inline COLONNADE_ABI
