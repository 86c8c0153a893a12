#include "colonnade/core/error.hpp"

#include <doctest/doctest.h>

#include <stdexcept>
#include <string>

using namespace colonnade;

TEST_CASE("argument_error: one line says the argument, what was found and what was expected") {
  const argument_error error("max_depth", "-1", "an integer of at least 0");
  CHECK(std::string(error.what()) == "max_depth: found -1, expected an integer of at least 0");
}

TEST_CASE("data_error: carries row and column and names them") {
  const data_error error("a weight is negative", 7, "income");
  CHECK(std::string(error.what()) == "a weight is negative, column income, row 7");
  CHECK(error.row() == 7);
  CHECK(error.column() == "income");
}

TEST_CASE("data_error: says no place where none is known") {
  const data_error error("no rows");
  CHECK(std::string(error.what()) == "no rows");
  CHECK(error.row() == data_error::unknown);
  CHECK(error.column().empty());
}

TEST_CASE("errors: each is caught as the standard exception of its meaning") {
  CHECK_THROWS_AS(throw argument_error("x"), std::invalid_argument);
  CHECK_THROWS_AS(throw data_error("x"), std::runtime_error);
  CHECK_THROWS_AS(throw format_error("x"), std::runtime_error);
}
