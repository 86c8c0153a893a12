#include "colonnade/core/class_labels.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

using colonnade::class_labels;

TEST_CASE("class_labels: every kind of label has a name") {
  CHECK(class_labels(std::vector<std::string>{"no", "yes"}).name(1) == "yes");
  CHECK(class_labels(std::vector<std::int64_t>{-1, 1}).name(0) == "-1");
  CHECK(class_labels(std::vector<double>{0.5, 2}).name(0) == "0.5");
  CHECK(class_labels(std::vector<double>{0.5, 2}).name(1) == "2");
  CHECK(class_labels::booleans({0, 1}).name(1) == "True");
  CHECK(class_labels().size() == 0);
}

TEST_CASE("class_labels: labels that contradict their kind are refused") {
  class_labels labels(std::vector<std::string>{"no", "yes"});
  colonnade::writer out;
  out(class_labels::label_kind::integers, std::vector<std::int64_t>{}, std::vector<double>{}, labels.text());
  colonnade::reader in(out.bytes());
  CHECK_THROWS_AS(in(labels), colonnade::format_error);
}
