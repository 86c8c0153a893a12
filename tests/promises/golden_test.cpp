#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <set>
#include <string>

#include "colonnade/core/file.hpp"
#include "tests/kinds.hpp"

// Files that earlier versions have written, kept and loaded for ever: tests/golden/<version>/<kind>. With
// COLONNADE_WRITE_GOLDEN=1 the files of this version that are missing are written.

namespace {

namespace fs = std::filesystem;

const fs::path& folder() {
  static const fs::path path = fs::path(COLONNADE_SOURCE_DIR) / "tests" / "golden";
  return path;
}

const colonnade::tests::saved_kind* find(const std::string& name) {
  for (const auto& kind : colonnade::tests::saved_kinds()) {
    if (kind.name == name) return &kind;
  }
  return nullptr;
}

}  // namespace

// LAW: golden-files A file that any released version has saved is loaded by every later one.
TEST_CASE("golden: every file that a version has written is loaded") {
  for (const auto& entry : fs::recursive_directory_iterator(folder())) {
    if (!entry.is_regular_file() || entry.path().extension() == ".md") continue;
    CAPTURE(entry.path().string());
    const auto bytes = colonnade::read_file(entry.path().string());
    const auto* kind = find(colonnade::kind_of(bytes));
    REQUIRE(kind != nullptr);
    CHECK_NOTHROW(kind->load(bytes));
  }
}

TEST_CASE("golden: every kind has a file of this version") {
  const bool write = std::getenv("COLONNADE_WRITE_GOLDEN") != nullptr;
  const fs::path version = folder() / COLONNADE_VERSION;
  if (write) fs::create_directories(version);
  for (const auto& kind : colonnade::tests::saved_kinds()) {
    CAPTURE(kind.name);
    const fs::path file = version / kind.name;
    if (write && !fs::exists(file)) colonnade::write_file(file.string(), kind.bytes());
    CHECK(fs::exists(file));
  }
}
