#include "colonnade/core/table.hpp"

#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <string>
#include <vector>

using namespace colonnade;

namespace {

/// One Arrow string view: length, then the text or its prefix, buffer and offset.
std::array<char, 16> arrow_view(std::int32_t length, const char* text, std::int32_t buffer,
                                std::int32_t offset) {
  std::array<char, 16> bytes{};
  std::memcpy(bytes.data(), &length, 4);
  if (length <= 12) {
    std::memcpy(bytes.data() + 4, text, static_cast<std::size_t>(length));
  } else {
    std::memcpy(bytes.data() + 4, text, 4);
    std::memcpy(bytes.data() + 8, &buffer, 4);
    std::memcpy(bytes.data() + 12, &offset, 4);
  }
  return bytes;
}

}  // namespace

TEST_CASE("string_column_view: the four layouts give the same strings") {
  const std::vector<std::string> expected = {"a", "", "a text beyond twelve bytes", "twelve bytes"};
  const std::vector<std::string_view> pointers(expected.begin(), expected.end());
  std::string bytes;
  std::vector<std::int32_t> narrow = {0};
  std::vector<std::int64_t> wide = {0};
  std::vector<std::array<char, 16>> views;
  for (const auto& text : expected) {
    views.push_back(arrow_view(static_cast<std::int32_t>(text.size()), text.data(), 0,
                               static_cast<std::int32_t>(bytes.size())));
    bytes += text;
    narrow.push_back(static_cast<std::int32_t>(bytes.size()));
    wide.push_back(static_cast<std::int64_t>(bytes.size()));
  }
  const std::array<const void*, 1> buffers = {bytes.data()};
  const std::array columns = {string_column_view(std::span(pointers)),
                              string_column_view(narrow.data(), bytes.data(), 4),
                              string_column_view(wide.data(), bytes.data(), 4),
                              string_column_view::arrow_views(views.data(), buffers.data(), 4)};
  for (const auto& column : columns) {
    for (std::size_t i = 0; i < 4; ++i) CHECK(column[i] == expected[i]);
    CHECK(column.slice(2, 2)[0] == expected[2]);
    CHECK(column.slice(1, 3).slice(2, 1)[0] == expected[3]);
  }
}

TEST_CASE("dictionary_column_view: negative codes and zero bits are missing") {
  const std::vector<std::int8_t> codes = {1, -1, 0, 1};
  const std::vector<double> values = {10, 20};
  const std::uint8_t bits[] = {0b0111};
  const dictionary_column_view c(codes.data(), 4, column_view<const double>(values.data(), 2),
                                 validity_view(bits, 0));
  CHECK(c[0] == 1);
  CHECK(c.is_missing(1));
  CHECK(c[2] == 0);
  CHECK(c.is_missing(3));
  CHECK(c.cardinality() == 2);
  CHECK(c.slice(2, 2)[0] == 0);
}

TEST_CASE("table_view: columns of another length are refused by name") {
  const std::vector<double> three(3), two(2);
  const std::vector<any_column_view> columns = {column_view<const double>(three.data(), 3),
                                                column_view<const double>(two.data(), 2)};
  const std::vector<std::string> names = {"tenure", "charges"};
  CHECK_THROWS_WITH_AS(table_view(columns, names, 3), "column charges: found 2 rows, expected 3",
                       argument_error);
}

TEST_CASE("table_view: a slice gives the rows of every column") {
  const std::vector<double> x = {1, 2, 3};
  const std::vector<any_column_view> columns = {column_view<const double>(x.data(), 3)};
  const table_view table(columns, {}, 3);
  const auto part = table.slice(1, 2).slice(1, 1);
  CHECK(part.rows() == 1);
  CHECK(std::get<column_view<const double>>(part.column(0))[0] == 3);
  CHECK(part.name(0) == "x0");
  CHECK(part.find("x0") == 0);
  CHECK(part.find("x1") == 1);
}
