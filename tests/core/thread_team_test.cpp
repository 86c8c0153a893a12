#include "colonnade/core/thread_team.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <thread>
#include <unistd.h>
#include <vector>

#include <sys/wait.h>

using namespace colonnade;

namespace {

/// Sum of 0 .. 999, added up by whoever comes.
std::size_t shared_sum(thread_team& team, int threads) {
  std::atomic<std::size_t> next = 0, sum = 0;
  team.run(threads, [&](int) {
    for (std::size_t i = next++; i < 1000; i = next++) sum += i;
  });
  return sum;
}

constexpr std::size_t sum_to_1000 = 499'500;

}  // namespace

TEST_CASE("thread_team: the work is done, whatever the number of threads") {
  thread_team team;
  for (int turn = 0; turn < 200; ++turn) {
    for (const int threads : {1, 2, 3, 7}) REQUIRE(shared_sum(team, threads) == sum_to_1000);
  }
}

TEST_CASE("thread_team: each worker's number once at most, the caller is 0") {
  thread_team team;
  const auto caller = std::this_thread::get_id();
  for (int turn = 0; turn < 100; ++turn) {
    std::vector<std::atomic<int>> seen(5);
    std::atomic<bool> caller_is_zero = true;
    team.run(5, [&](int worker) {
      ++seen[static_cast<std::size_t>(worker)];
      if ((std::this_thread::get_id() == caller) != (worker == 0)) caller_is_zero = false;
    });
    CHECK(caller_is_zero);
    CHECK(seen[0] == 1);
    for (const auto& count : seen) REQUIRE(count <= 1);
  }
}

TEST_CASE("thread_team: helpers do come") {
  thread_team team;
  std::atomic<int> workers = 0;
  team.run(3, [&](int) {
    ++workers;
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
    while (workers < 3 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
  });
  CHECK(workers == 3);
}

TEST_CASE("thread_team: helpers that had gone to sleep come again") {
  thread_team team;
  for (int turn = 0; turn < 3; ++turn) {
    std::atomic<int> workers = 0;
    team.run(2, [&](int) {
      ++workers;
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      while (workers < 2 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    });
    REQUIRE(workers == 2);
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
}

TEST_CASE("thread_team: several threads call at once") {
  thread_team team;
  std::atomic<int> wrong = 0;
  std::vector<std::thread> callers;
  for (int c = 0; c < 4; ++c) {
    callers.emplace_back([&] {
      for (int turn = 0; turn < 500; ++turn) wrong += shared_sum(team, 1 + turn % 4) != sum_to_1000;
    });
  }
  for (std::thread& caller : callers) caller.join();
  CHECK(wrong == 0);
}

TEST_CASE("thread_team: a call waits for the helpers that have begun") {
  thread_team team;
  for (int turn = 0; turn < 20; ++turn) {
    std::atomic<int> begun = 0, ended = 0;
    team.run(3, [&](int worker) {
      ++begun;
      if (worker > 0) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      ++ended;
    });
    REQUIRE(begun == ended);
  }
}

TEST_CASE("thread_team: inside is true in helpers and in a caller while it works") {
  thread_team team;
  std::atomic<bool> always = true;
  team.run(3, [&](int) { always = always && thread_team::inside(); });
  CHECK(always);
  CHECK(!thread_team::inside());
}

TEST_CASE("thread_team: helpers leave signals to the threads of the program") {
  thread_team team;
  std::atomic<int> helpers = 0, deaf = 0;
  team.run(2, [&](int worker) {
    if (worker == 0) {
      const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
      while (helpers < 1 && std::chrono::steady_clock::now() < end) std::this_thread::yield();
      return;
    }
    sigset_t blocked;
    ::pthread_sigmask(SIG_BLOCK, nullptr, &blocked);
    deaf += ::sigismember(&blocked, SIGINT) == 1;
    ++helpers;
  });
  CHECK(helpers == 1);
  CHECK(deaf == 1);
  sigset_t own;
  ::pthread_sigmask(SIG_BLOCK, nullptr, &own);
  CHECK(::sigismember(&own, SIGINT) == 0);
}

// LAW: fork-team A forked child gets a team of its own, with threads: never a hang, never one thread only.
TEST_CASE("thread_team: a forked child has helpers") {
  CHECK(shared_sum(thread_team::shared(), 3) == sum_to_1000);
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    std::atomic<int> workers = 0;
    thread_team::shared().run(2, [&](int) {
      ++workers;
      while (workers < 2) std::this_thread::yield();
    });
    ::_exit(workers == 2 ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
  CHECK(shared_sum(thread_team::shared(), 3) == sum_to_1000);
}
