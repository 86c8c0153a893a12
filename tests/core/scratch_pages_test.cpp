#include "colonnade/core/scratch_pages.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <filesystem>

#include "colonnade/core/large_array.hpp"

using namespace colonnade;

TEST_CASE("scratch_pages: zeros that can be written, in a file without a name") {
  const auto folder = std::filesystem::temp_directory_path() / "colonnade_scratch_pages_test";
  std::filesystem::create_directories(folder);
  {
    scratch_pages pages(folder.string(), 10'000);
    CHECK(std::filesystem::is_empty(folder));
    auto* const bytes = static_cast<std::uint8_t*>(pages.data());
    CHECK(pages.size() == 10'000);
    CHECK(bytes[0] == 0);
    CHECK(bytes[9999] == 0);
    bytes[9999] = 7;
    scratch_pages moved(std::move(pages));
    CHECK(static_cast<std::uint8_t*>(moved.data())[9999] == 7);
    moved = scratch_pages();
    CHECK(moved.data() == nullptr);
  }
  CHECK(scratch_pages(folder.string(), 0).data() == nullptr);
  large_array<std::uint32_t> numbers(5000, folder.string());
  numbers[4999] = 9;
  large_array<std::uint32_t> others(3);
  std::swap(numbers, others);
  CHECK(others.size() == 5000);
  CHECK(others[4999] == 9);
  CHECK(large_array<std::uint32_t>(4, "").size() == 4);
  std::filesystem::remove(folder);
}

TEST_CASE("scratch_pages: a folder that is not there, or has no room, is named") {
  const auto folder = (std::filesystem::temp_directory_path() / "colonnade_no_such_folder").string();
  CHECK_THROWS_WITH_AS(scratch_pages(folder, 10), doctest::Contains(folder.c_str()), std::system_error);
  const auto here = std::filesystem::temp_directory_path().string();
  CHECK_THROWS_WITH_AS(scratch_pages(here, std::size_t{1} << 62), doctest::Contains(here.c_str()),
                       std::system_error);
}
