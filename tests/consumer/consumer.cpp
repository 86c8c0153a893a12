// What a program that uses the library looks like; built by find_package, add_subdirectory and FetchContent.
#include <cstdio>
#include <vector>

#include "colonnade/colonnade.hpp"

int main() {
  const std::vector<double> values = {1, 2, 3, 4, 5, 6};
  const colonnade::matrix_view<const double> table(values.data(), 3, 2);
  std::printf("colonnade %s: %zu rows, %zu columns\n", colonnade::version, table.rows(), table.columns());
  return table.rows() == 3 && table.columns() == 2 ? 0 : 1;
}
