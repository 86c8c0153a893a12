#include <cstdio>
#include <string>

#include "colonnade/core/file.hpp"
#include "tests/kinds.hpp"

/// Writes a sample of every kind of saved object into a folder: what the fuzz targets start from.
int main(int count, char** arguments) {
  if (count != 2) return std::fputs("usage: write_samples FOLDER\n", stderr), 2;
  std::size_t number = 0;
  for (const auto& kind : colonnade::tests::saved_kinds()) {
    colonnade::write_file(std::string(arguments[1]) + "/" + kind.name + "-" + std::to_string(number++),
                          kind.bytes());
  }
  return number == 0;
}
