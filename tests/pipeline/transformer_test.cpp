#include "colonnade/pipeline/transformer.hpp"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "colonnade/core/owned_table.hpp"

using namespace colonnade;

namespace {

ordinal_encoder two_columns() {
  table t;
  t.add("a", std::vector<std::string>{"x", "y"});
  t.add("b", std::vector<std::string>{"u", "u"});
  return fit<ordinal_encoder>(t.view());
}

}  // namespace

TEST_CASE("transformer: widths follow through a chain") {
  const std::vector<named_transformer> chain = {{"as it is", passthrough{}}, {"codes", two_columns()}};
  CHECK(chain_columns(chain, 2) == 2);
  CHECK(chain_columns(std::vector<named_transformer>{}, 5) == 5);
}

TEST_CASE("transformer: a step that gets another number of columns is named") {
  const std::vector<named_transformer> chain = {{"codes", two_columns()}};
  CHECK_THROWS_WITH_AS(chain_columns(chain, 3), "step 'codes': found 3 columns, expected 2", argument_error);
}
