// What a program that uses the library looks like; built by find_package, add_subdirectory and FetchContent.
#include <cstdio>
#include <vector>

#include "colonnade/colonnade.hpp"

int main() {
  const std::vector<double> values = {1, 2, 3, 4, 5, 6};
  const colonnade::matrix_view<const double> table(values.data(), 3, 2);
  const auto scaler = colonnade::fit<colonnade::min_max_scaler>(table);
  const auto again = colonnade::from_bytes<colonnade::min_max_scaler>(colonnade::to_bytes(scaler));
  std::printf("colonnade %s: %zu columns, %d threads\n", COLONNADE_VERSION, again.columns(),
              colonnade::default_threads());
  return again == scaler && again.columns() == 2 ? 0 : 1;
}
