#include "colonnade/core/parallel.hpp"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <sys/wait.h>

#include "colonnade/core/views.hpp"

using namespace colonnade;

namespace {

/// A sum of floats: its bits depend on the order of additions, so it shows whether the order is fixed.
struct float_sum {
  float sum = 0;
  void update(const matrix_view<const float>& x) {
    for (std::size_t i = 0; i < x.rows(); ++i) sum += x(i, 0);
  }
  void merge(const float_sum& other) { sum += other.sum; }
  float_sum empty_copy() const { return {}; }
};

struct row_count {
  static constexpr bool exact = true;
  std::size_t rows = 0;
  void update(const matrix_view<const float>& x) { rows += x.rows(); }
  void merge(const row_count& other) { rows += other.rows; }
  row_count empty_copy() const { return {}; }
};

}  // namespace

TEST_CASE("for_blocks: every block once, whatever the threads") {
  for (const int threads : {0, 1, 2, 7}) {
    for (const std::size_t blocks : {0, 1, 2, 1000}) {
      std::vector<std::atomic<int>> seen(blocks);
      for_blocks(blocks, threads, [&](std::size_t b) { ++seen[b]; });
      for (const auto& count : seen) REQUIRE(count == 1);
    }
  }
}

TEST_CASE("for_blocks: a worker's number is below threads_for") {
  std::atomic<bool> right = true;
  const int limit = threads_for(100, 7);
  for_blocks(100, 7, [&](std::size_t, int worker) {
    if (worker < 0 || worker >= limit) right = false;
  });
  CHECK(right);
}

// LAW: exceptions An exception in a parallel loop reaches the caller; the process lives on.
TEST_CASE("for_blocks: the first exception is rethrown") {
  for (const int threads : {1, 2, 7}) {
    CHECK_THROWS_WITH_AS(for_blocks(1000, threads,
                                    [](std::size_t b) {
                                      if (b >= 17) throw std::out_of_range("seventeen");
                                    }),
                         "seventeen", std::out_of_range);
  }
}

TEST_CASE("for_blocks: a loop inside a loop runs on one thread") {
  while (detail::works_alone()) {  // what came before had to wait for its team
  }
  std::atomic<int> most = 0;
  for_blocks(8, 2, [&](std::size_t) {
    if (threads_for(8, 2) > most) most = threads_for(8, 2);
  });
#ifdef _OPENMP
  CHECK(most == 1);
#endif
}

// LAW: interrupt An interrupt ends long work within milliseconds and reaches the caller as an exception.
TEST_CASE("for_blocks: an interrupt ends the work") {
  const auto start = std::chrono::steady_clock::now();
  const auto poll = [&] { return std::chrono::steady_clock::now() - start > std::chrono::milliseconds(30); };
  const interrupt_scope scope(poll);
  for (const int threads : {1, 2}) {
    CHECK_THROWS_AS(
        for_blocks(100'000, threads,
                   [](std::size_t) { std::this_thread::sleep_for(std::chrono::milliseconds(1)); }),
        interrupted);
  }
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
}

TEST_CASE("accumulate: the order of float additions depends on the rows only") {
  std::vector<float> values(1'000'000);
  for (std::size_t i = 0; i < values.size(); ++i) values[i] = 1 / static_cast<float>(i + 1);
  for (const std::size_t rows : {0, 1, 5000, 1'000'000}) {
    const matrix_view<const float> x(values.data(), rows, 1);
    const float expected = accumulate(float_sum{}, x, 1).sum;
    for (const int threads : {2, 3, 7}) CHECK(accumulate(float_sum{}, x, threads).sum == expected);
    CHECK(accumulate(row_count{}, x, 3).rows == rows);
  }
}

TEST_CASE("useful_threads: little work gets one thread") {
  CHECK(useful_threads(8, 7'000) == 1);
  CHECK(useful_threads(1, 1e9) == 1);
  CHECK(useful_threads(3, 1e9) == 3);
}

TEST_CASE("team_rest: much little work is worth waking a team") {
  detail::team_rest rest;
  CHECK_FALSE(rest.awake());
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 10; ++i) CHECK_FALSE(rest.miss(10'000));
    CHECK(rest.miss(10'000));
    rest.begin();
  }
}

// LAW: fork In a process forked from one that has used threads, everything works: never a hang.
TEST_CASE("for_blocks: works in a forked child") {
  std::atomic<int> count = 0;
  for_blocks(64, 2, [&](std::size_t) { ++count; });
  const pid_t child = ::fork();
  if (child == 0) {
    ::alarm(20);
    std::atomic<int> inside = 0;
    for_blocks(64, 2, [&](std::size_t) { ++inside; });
    ::_exit(inside == 64 ? 0 : 1);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  CHECK(WIFEXITED(status));
  CHECK(WEXITSTATUS(status) == 0);
}

#ifdef _OPENMP
TEST_CASE("parallel: who had to wait long for a team works alone for a while, with the same results") {
  using detail::nanoseconds_now;
  const auto spend = [](std::int64_t nanoseconds) {
    for (const auto end = nanoseconds_now() + nanoseconds; nanoseconds_now() < end;) {
    }
  };
  {
    detail::team_delay late;
    spend(2 * detail::millisecond);
    late.came();
  }
  REQUIRE(detail::works_alone());
  std::vector<int> workers(100, -1);
  for_blocks(100, 2, [&](std::size_t block, int worker) { workers[block] = worker; });
  CHECK(workers == std::vector<int>(100, 0));
  spend(50 * detail::millisecond);
  CHECK_FALSE(detail::works_alone());
}
#endif
