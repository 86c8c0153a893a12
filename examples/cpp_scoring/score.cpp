// Loads a pipeline that Python saved, scores rows, and compares the probabilities with those of Python, bit
// for bit:
//
//     score churn.colonnade rows.csv [expected.f64]
//
// rows.csv names its columns as name:number or name:text; expected.f64 holds the probabilities as raw
// little-endian doubles, rows x classes. Exits with 1 where a bit differs.

#include <bit>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <exception>
#include <string>
#include <vector>

#include "colonnade/pipeline/pipeline.hpp"
#include "typed_csv.hpp"

namespace {

/// "10,000"
std::string grouped(std::size_t count) {
  std::string digits = std::to_string(count);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, 1, ',');
  return digits;
}

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::vector<double> doubles_of(const std::string& path) {
  const auto bytes = colonnade::read_file(path);
  std::vector<double> values(bytes.size() / sizeof(double));
  std::memcpy(values.data(), bytes.data(), values.size() * sizeof(double));
  return values;
}

std::size_t differing_bits(const std::vector<double>& a, const std::vector<double>& b) {
  std::size_t bits = 0;
  for (std::size_t i = 0; i < a.size(); ++i) {
    bits += static_cast<std::size_t>(
        std::popcount(std::bit_cast<std::uint64_t>(a[i]) ^ std::bit_cast<std::uint64_t>(b[i])));
  }
  return bits;
}

void print_first_rows(const colonnade::pipeline& churn, const std::vector<double>& p, std::size_t rows) {
  const std::size_t classes = churn.class_count();
  for (std::size_t i = 0; i < rows && i < 3; ++i) {
    std::printf("row %zu:", i);
    for (std::size_t k = 0; k < classes; ++k)
      std::printf("  %s %.6f", churn.classes().name(k).c_str(), p[i * classes + k]);
    std::printf("\n");
  }
}

int score(const char* model, const char* rows, const char* expected) {
  const auto churn = colonnade::load<colonnade::pipeline>(model);
  const colonnade::table table = typed_csv::read(rows);
  const auto start = std::chrono::steady_clock::now();
  const std::vector<double> p = churn.predict_proba(table.view());
  const double seconds = seconds_since(start);
  print_first_rows(churn, p, table.rows());
  if (expected == nullptr) {
    std::printf("%s rows scored in %.1f ms\n", grouped(table.rows()).c_str(), 1e3 * seconds);
    return 0;
  }
  const std::vector<double> wanted = doubles_of(expected);
  if (wanted.size() != p.size()) {
    std::fprintf(stderr, "%s holds %zu numbers, expected %zu\n", expected, wanted.size(), p.size());
    return 2;
  }
  const std::size_t bits = differing_bits(p, wanted);
  std::printf("%s rows, %zu bits differ (scored in %.1f ms)\n", grouped(table.rows()).c_str(), bits,
              1e3 * seconds);
  return bits == 0 ? 0 : 1;
}

}  // namespace

int main(int count, char** arguments) {
  if (count != 3 && count != 4) {
    std::fprintf(stderr, "usage: %s MODEL.colonnade ROWS.csv [EXPECTED.f64]\n", arguments[0]);
    return 2;
  }
  try {
    return score(arguments[1], arguments[2], count == 4 ? arguments[3] : nullptr);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "%s\n", error.what());
    return 2;
  }
}
