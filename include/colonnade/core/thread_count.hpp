#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <sched.h>
#include <string>
#include <string_view>
#include <unistd.h>

#include "colonnade/core/config.hpp"

namespace colonnade::inline COLONNADE_ABI {

namespace detail {

/// The text of a small file, empty when it cannot be read.
inline std::string small_file(const std::string& path) {
  std::string text(4096, '\0');  // first, so that nothing can throw while the file is open
  std::FILE* file = std::fopen(path.c_str(), "re");
  if (file == nullptr) return {};
  text.resize(std::fread(text.data(), 1, text.size(), file));
  std::fclose(file);
  return text;
}

/// CPUs of a quota of `quota` microseconds in each `period`, rounded up; 0 for no limit.
inline int cpus_of_quota(double quota, double period) {
  if (!(quota > 0) || !(period > 0)) return 0;
  const double cpus = quota / period;
  return cpus > 1e6 ? 0 : std::max(1, static_cast<int>(cpus) + (cpus > static_cast<int>(cpus) ? 1 : 0));
}

inline int smaller_limit(int a, int b) { return a == 0 ? b : b == 0 ? a : std::min(a, b); }

/// Limit of one cgroup folder: v2 `cpu.max` ("50000 100000" or "max 100000"), else v1 `cpu.cfs_quota_us`.
inline int quota_of_folder(const std::string& folder) {
  const std::string v2 = small_file(folder + "/cpu.max");
  if (!v2.empty()) {
    char* end = nullptr;
    const double quota = std::strtod(v2.c_str(), &end);
    return end == v2.c_str() ? 0 : cpus_of_quota(quota, std::strtod(end, nullptr));
  }
  const std::string quota = small_file(folder + "/cpu.cfs_quota_us");
  if (quota.empty()) return 0;
  return cpus_of_quota(std::strtod(quota.c_str(), nullptr),
                       std::strtod(small_file(folder + "/cpu.cfs_period_us").c_str(), nullptr));
}

/// The smallest limit of a cgroup and of all above it.
inline int quota_of_path(const std::string& mount, std::string path) {
  int limit = quota_of_folder(mount);
  while (!path.empty() && path != "/") {
    limit = smaller_limit(limit, quota_of_folder(mount + path));
    path.resize(path.find_last_of('/') == std::string::npos ? 0 : path.find_last_of('/'));
  }
  return limit;
}

/// The positive number in an environment variable (the first of a list), 0 when there is none.
inline int positive_environment(const char* name) {
  const char* text = std::getenv(name);
  const long value = text == nullptr ? 0 : std::strtol(text, nullptr, 10);
  return value > 0 && value < 1'000'000 ? static_cast<int>(value) : 0;
}

}  // namespace detail

/// CPUs that the control groups of this process allow (v1 and v2, and every group above), rounded up; 0 for
/// no limit. `root` is there for tests: the folder that stands for `/`.
inline int cgroup_cpu_limit(const std::string& root = "") {
  const std::string mount = root + "/sys/fs/cgroup";
  const std::string groups = detail::small_file(root + "/proc/self/cgroup");
  int limit = detail::smaller_limit(detail::quota_of_folder(mount), detail::quota_of_folder(mount + "/cpu"));
  for (std::size_t at = 0; at < groups.size();) {
    const std::size_t end = std::min(groups.find('\n', at), groups.size());
    const std::string_view line = std::string_view(groups).substr(at, end - at);
    at = end + 1;
    const std::size_t first = line.find(':'), second = line.find(':', first + 1);
    if (first == std::string_view::npos || second == std::string_view::npos) continue;
    const std::string controllers = "," + std::string(line.substr(first + 1, second - first - 1)) + ",";
    const std::string path(line.substr(second + 1));
    if (controllers == ",,") {
      limit = detail::smaller_limit(limit, detail::quota_of_path(mount, path));
    } else if (controllers.find(",cpu,") != std::string::npos) {
      limit = detail::smaller_limit(limit, detail::quota_of_path(mount + "/cpu", path));
      limit = detail::smaller_limit(limit, detail::quota_of_path(mount + "/cpu,cpuacct", path));
    }
  }
  return limit;
}

/// CPUs that the scheduler may give this process.
inline int affinity_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (::sched_getaffinity(0, sizeof set, &set) != 0) {
    return std::max(1, static_cast<int>(::sysconf(_SC_NPROCESSORS_ONLN)));
  }
  return std::max(1, CPU_COUNT(&set));
}

/// Threads that a container gives: the least of affinity, control-group quota, OMP_NUM_THREADS,
/// OMP_THREAD_LIMIT and COLONNADE_THREADS.
inline int available_threads(const std::string& root = "") {
  int threads = detail::smaller_limit(affinity_cpus(), cgroup_cpu_limit(root));
  for (const char* name : {"OMP_NUM_THREADS", "OMP_THREAD_LIMIT", "COLONNADE_THREADS"}) {
    threads = detail::smaller_limit(threads, detail::positive_environment(name));
  }
  return threads;
}

namespace detail {
inline std::atomic<int>& thread_setting() {
  static std::atomic<int> threads = available_threads();
  return threads;
}
}  // namespace detail

/// Threads used where `threads` is 0.
inline int default_threads() { return detail::thread_setting().load(std::memory_order_relaxed); }

/// Sets the default; 0 goes back to what the container gives.
inline void set_default_threads(int threads) {
  detail::thread_setting() = threads > 0 ? threads : available_threads();
}

}  // namespace colonnade::inline COLONNADE_ABI
