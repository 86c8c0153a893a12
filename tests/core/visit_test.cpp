#include "colonnade/core/visit.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>
#include <variant>

using namespace colonnade;

namespace {

using number_or_text = std::variant<int, double, std::string>;

struct throws_when_made {
  explicit throws_when_made(int) { throw std::runtime_error("not made"); }
  std::string member;
};

}  // namespace

TEST_CASE("visit_held: calls with what the variant holds") {
  const auto twice = [](const auto& value) -> std::string {
    if constexpr (requires { std::to_string(value); }) {
      return std::to_string(2 * static_cast<int>(value));
    } else {
      return value + value;
    }
  };
  CHECK(visit_held(twice, number_or_text(3)) == "6");
  CHECK(visit_held(twice, number_or_text(4.0)) == "8");
  CHECK(visit_held(twice, number_or_text("ab")) == "abab");
}

TEST_CASE("visit_held: gives references to what the variant holds, writable if the variant is") {
  std::variant<float, int> number = 1.5F;
  visit_held([](auto& value) { value = 7; }, number);
  CHECK(std::get<float>(number) == 7);
  std::variant<int> only = 5;
  CHECK(&visit_held([](int& value) -> int& { return value; }, only) == &std::get<int>(only));
}

TEST_CASE("visit_held: throws for a variant that lost its value, as std::visit") {
  std::variant<int, throws_when_made> lost = 1;
  CHECK_THROWS(lost.emplace<throws_when_made>(1));
  CHECK_THROWS_AS(visit_held([](const auto&) {}, lost), std::bad_variant_access);
}
