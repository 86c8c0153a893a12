#include "colonnade/core/thread_count.hpp"

#include <doctest/doctest.h>

#include <cstdlib>
#include <string>

using namespace colonnade;

namespace {

/// A folder that stands for `/`, with the files of a container.
class fake_root {
 public:
  fake_root() { REQUIRE(mkdtemp(path_.data()) != nullptr); }
  ~fake_root() { static_cast<void>(std::system(("rm -rf " + path_).c_str())); }
  const std::string& path() const { return path_; }
  void write(const std::string& name, const std::string& text) const {
    const std::string file = path_ + name;
    REQUIRE(std::system(("mkdir -p " + file.substr(0, file.find_last_of('/'))).c_str()) == 0);
    std::FILE* f = std::fopen(file.c_str(), "w");
    REQUIRE(f != nullptr);
    std::fputs(text.c_str(), f);
    std::fclose(f);
  }

 private:
  std::string path_ = "/tmp/colonnade_cgroup_XXXXXX";
};

}  // namespace

// LAW: quota A CPU quota of a control group (v1 or v2, here or above) caps the threads; half a CPU gives one
// thread.
TEST_CASE("cgroup_cpu_limit: version 2, in the group or above it") {
  const fake_root root;
  CHECK(cgroup_cpu_limit(root.path()) == 0);
  root.write("/proc/self/cgroup", "0::/system.slice/job.scope\n");
  root.write("/sys/fs/cgroup/system.slice/job.scope/cpu.max", "max 100000\n");
  CHECK(cgroup_cpu_limit(root.path()) == 0);
  root.write("/sys/fs/cgroup/system.slice/cpu.max", "350000 100000\n");
  CHECK(cgroup_cpu_limit(root.path()) == 4);
  root.write("/sys/fs/cgroup/system.slice/job.scope/cpu.max", "50000 100000\n");
  CHECK(cgroup_cpu_limit(root.path()) == 1);
  CHECK(available_threads(root.path()) == 1);
}

TEST_CASE("cgroup_cpu_limit: version 2 in a container that sees its own group as the root") {
  const fake_root root;
  root.write("/proc/self/cgroup", "0::/\n");
  root.write("/sys/fs/cgroup/cpu.max", "150000 100000\n");
  CHECK(cgroup_cpu_limit(root.path()) == 2);
}

TEST_CASE("cgroup_cpu_limit: version 1") {
  const fake_root root;
  root.write("/proc/self/cgroup",
             "5:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n1:name=systemd:/docker/abc\n");
  root.write("/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", "-1\n");
  root.write("/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_period_us", "100000\n");
  CHECK(cgroup_cpu_limit(root.path()) == 0);
  root.write("/sys/fs/cgroup/cpu,cpuacct/docker/abc/cpu.cfs_quota_us", "100001\n");
  CHECK(cgroup_cpu_limit(root.path()) == 2);
}

TEST_CASE("cgroup_cpu_limit: malformed files are no limit") {
  const fake_root root;
  for (const char* text : {"", "garbage", "0 0", "-5 100000", "nan nan", "1e300 1", "50000"}) {
    root.write("/sys/fs/cgroup/cpu.max", text);
    CHECK(cgroup_cpu_limit(root.path()) == 0);
  }
  root.write("/proc/self/cgroup", "0:\n::::\nx");
  CHECK(cgroup_cpu_limit(root.path()) == 0);
}

TEST_CASE("available_threads: the environment lowers it and cannot raise it") {
  const fake_root root;
  ::setenv("COLONNADE_THREADS", "1", 1);
  CHECK(available_threads(root.path()) == 1);
  ::setenv("COLONNADE_THREADS", "100000", 1);
  CHECK(available_threads(root.path()) <= affinity_cpus());
  ::setenv("COLONNADE_THREADS", "many", 1);
  CHECK(available_threads(root.path()) >= 1);
  ::unsetenv("COLONNADE_THREADS");
}

TEST_CASE("set_default_threads: 0 goes back to what the container gives") {
  const int before = default_threads();
  set_default_threads(3);
  CHECK(default_threads() == 3);
  set_default_threads(0);
  CHECK(default_threads() == before);
}
