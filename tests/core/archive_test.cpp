#include "colonnade/core/archive.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <map>
#include <string>
#include <vector>

using namespace colonnade;

namespace {

struct leaf {
  static constexpr std::string_view kind = "leaf";
  static constexpr std::uint32_t archive_version = 2;
  double value = 0;
  std::vector<std::string> names;
  std::vector<std::vector<std::int32_t>> lists;
  std::optional<bool> flag;

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.value, self.names, self.lists, self.flag);
  }
};

struct other {
  static constexpr std::string_view kind = "other";
  static constexpr std::uint32_t archive_version = 1;
  std::uint8_t small = 0;

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.small);
  }
  void validate() const {
    if (small > 3) throw format_error("saved other: small is above 3");
  }
};

struct branch {
  static constexpr std::string_view kind = "branch";
  static constexpr std::uint32_t archive_version = 1;
  std::vector<std::variant<leaf, other>> parts;

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.parts);
  }
};

branch sample() {
  return {
      {leaf{1.5, {"a", "", "long enough to leave the small buffer"}, {{}, {1, -2}}, true}, other{3}, leaf{}}};
}

}  // namespace

TEST_CASE("archive: every kind of field comes back") {
  const auto loaded = from_bytes<branch>(to_bytes(sample()));
  const auto& first = std::get<leaf>(loaded.parts.at(0));
  CHECK(first.value == 1.5);
  CHECK(first.names.at(2).size() == 37);
  CHECK(first.lists == std::vector<std::vector<std::int32_t>>{{}, {1, -2}});
  CHECK(first.flag == true);
  CHECK(std::get<other>(loaded.parts.at(1)).small == 3);
  CHECK_FALSE(std::get<leaf>(loaded.parts.at(2)).flag.has_value());
  CHECK(same_bytes(loaded, sample()));
}

TEST_CASE("archive: NaNs of any bit pattern are written as one") {
  leaf a, b;
  a.value = std::numeric_limits<double>::quiet_NaN();
  b.value = -a.value;
  CHECK(to_bytes(a) == to_bytes(b));
}

TEST_CASE("archive: another kind, version or format is named in the error") {
  CHECK_THROWS_WITH_AS(from_bytes<other>(to_bytes(leaf{})),
                       doctest::Contains("found a 'leaf', expected a 'other'"), format_error);
  auto newer = to_bytes(other{1});
  const std::size_t version_at = 8 + 4 + 8 + other::kind.size();
  newer[version_at] = std::byte{9};
  const std::uint32_t sum = crc32c(std::span(newer).first(newer.size() - 4));
  std::memcpy(newer.data() + newer.size() - 4, &sum, 4);
  CHECK_THROWS_WITH_AS(from_bytes<other>(newer), doctest::Contains("version 9 is not known, expected 1 to 1"),
                       format_error);
  CHECK_THROWS_WITH_AS(from_bytes<other>(std::span(newer).first(3)), doctest::Contains("do not start with"),
                       format_error);
  CHECK(kind_of(to_bytes(leaf{})) == "leaf");
}

TEST_CASE("archive: validate is asked, also of parts") {
  CHECK_THROWS_WITH_AS(from_bytes<branch>(to_bytes(branch{{other{4}}})),
                       doctest::Contains("small is above 3"), format_error);
}

TEST_CASE("archive: a length beyond the bytes is refused before memory is taken") {
  auto bytes = to_bytes(leaf{0, {"a"}, {}, {}});
  const std::size_t length_at = 8 + 4 + 8 + leaf::kind.size() + 4 + 8 + 8;
  const std::uint64_t huge = std::uint64_t{1} << 60;
  std::memcpy(bytes.data() + length_at, &huge, 8);
  const std::uint32_t sum = crc32c(std::span(bytes).first(bytes.size() - 4));
  std::memcpy(bytes.data() + bytes.size() - 4, &sum, 4);
  CHECK_THROWS_WITH_AS(from_bytes<leaf>(bytes), doctest::Contains("cannot fit"), format_error);
}
