#include "colonnade/core/file.hpp"

#include <doctest/doctest.h>

#include <csignal>
#include <cstdlib>
#include <dirent.h>
#include <string>

#include <sys/wait.h>

using namespace colonnade;

namespace {

struct blob {
  static constexpr std::string_view kind = "blob";
  static constexpr std::uint32_t archive_version = 1;
  std::vector<std::uint8_t> data;

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.data);
  }
};

/// A folder that removes itself with its files.
class folder {
 public:
  folder() { REQUIRE(mkdtemp(path_.data()) != nullptr); }
  ~folder() {
    for (const auto& name : names()) ::unlink((path_ + "/" + name).c_str());
    ::rmdir(path_.c_str());
  }
  std::string file(const std::string& name) const { return path_ + "/" + name; }
  std::vector<std::string> names() const {
    std::vector<std::string> found;
    DIR* d = ::opendir(path_.c_str());
    while (const dirent* entry = ::readdir(d)) {
      if (entry->d_name[0] != '.') found.emplace_back(entry->d_name);
    }
    ::closedir(d);
    return found;
  }

 private:
  std::string path_ = "/tmp/colonnade_file_test_XXXXXX";
};

}  // namespace

TEST_CASE("save and load: the object comes back and nothing else lies beside it") {
  const folder f;
  const blob b{std::vector<std::uint8_t>(100'000, 7)};
  save(b, f.file("a"));
  save(b, f.file("a"));
  CHECK(same_bytes(load<blob>(f.file("a")), b));
  CHECK(f.names() == std::vector<std::string>{"a"});
}

TEST_CASE("save: a folder that is not there is a system error, and nothing is written") {
  CHECK_THROWS_AS(save(blob{}, "/nowhere/at/all"), std::system_error);
  CHECK_THROWS_AS(load<blob>("/nowhere/at/all"), std::system_error);
}

// LAW: atomic-save A process killed at any moment of a save leaves the old file or the new one, never a mix.
TEST_CASE("save: a kill at any moment leaves a whole file") {
  const folder f;
  const std::string path = f.file("a");
  save(blob{std::vector<std::uint8_t>(1, 0)}, path);
  for (int round = 0; round < 20; ++round) {
    const pid_t child = ::fork();
    if (child == 0) {
      for (std::uint8_t k = 0;; ++k) save(blob{std::vector<std::uint8_t>(200'000, k)}, path);
    }
    ::usleep(1000 + 700 * static_cast<unsigned>(round));
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    const auto loaded = load<blob>(path);
    for (const auto value : loaded.data) REQUIRE(value == loaded.data[0]);
  }
}
