#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "colonnade/core/error.hpp"
#include "colonnade/core/owned_table.hpp"
#include "colonnade/core/random.hpp"
#include "colonnade/kernels/elementary.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A generated table of customers and whether each of them left.
struct churn_data {
  colonnade::table table;
  std::vector<std::uint8_t> churned;  ///< 1 for a customer who left
};

/// Makes customers of a telephone company: numbers, text, missing values, an identifier. Row i is a pure
/// function of (seed, period, i), the same on every machine. In period 2 prices rise, premium plans and a new
/// way to pay spread, support is called more often and satisfaction is asked less: what drift statistics
/// should find.
class churn_generator {
 public:
  churn_generator(std::uint64_t seed, int period) : seed_(seed), period_(period) {
    if (period == 1 || period == 2) return;
    throw argument_error("period", std::to_string(period), "1 or 2");
  }

  struct customer {
    std::string identifier;
    std::size_t region = 0, contract = 0, plan = 0, payment = 0, internet = 0;
    bool paperless = false, satisfaction_missing = false, churned = false;
    double age = 0, tenure = 0, charge = 0, total = 0, data = 0, calls = 0, late = 0, satisfaction = 0;
  };

  static constexpr std::array<std::string_view, 24> regions = {
      "Ashford", "Brackley", "Calder", "Dunmore", "Elmswell", "Farleigh", "Glenrock", "Harwick",
      "Ilford",  "Jarrow",   "Kelso",  "Langton", "Marlow",   "Norwood",  "Oakham",   "Penrith",
      "Quorn",   "Redhill",  "Selby",  "Thirsk",  "Ulverton", "Ventnor",  "Wexford",  "Yarm"};
  static constexpr std::array<std::string_view, 3> contracts = {"monthly", "one year", "two years"};
  static constexpr std::array<std::string_view, 3> plans = {"basic", "plus", "premium"};
  static constexpr std::array<std::string_view, 5> payments = {"card", "transfer", "invoice", "cheque",
                                                               "wallet"};
  static constexpr std::array<std::string_view, 3> internets = {"cable", "fibre", "none"};

  customer operator()(std::uint64_t row) const {
    const draws u{random_stream(seed_, static_cast<std::uint64_t>(period_)).substream(row)};
    customer c;
    c.identifier = identifier_of(row, u);
    draw_categories(c, u);
    draw_numbers(c, u);
    c.churned = u(60) < elementary::sigmoid(log_odds(c));
    return c;
  }

 private:
  struct draws {
    random_stream random;
    double operator()(std::uint64_t k) const { return random.uniform(k); }
    /// About normal: twelve uniforms less six.
    double normal(std::uint64_t k) const {
      double sum = -6;
      for (std::uint64_t i = 0; i < 12; ++i) sum += random.uniform(100 + 12 * k + i);
      return sum;
    }
  };

  template <std::size_t N>
  static std::size_t choose(double u, const std::array<double, N>& shares) {
    std::size_t k = 0;
    while (k + 1 < N && u >= shares[k]) u -= shares[k++];
    return k;
  }
  static double rounded(double value, double unit) {
    return static_cast<double>(static_cast<std::int64_t>(value * unit + (value < 0 ? -0.5 : 0.5))) / unit;
  }
  bool later() const { return period_ == 2; }

  std::string identifier_of(std::uint64_t row, const draws& u) const {
    std::string digits = std::to_string(row + (later() ? 50'000'000U : 10'000'000U));
    digits += '-';
    for (std::uint64_t k = 0; k < 5; ++k) digits += static_cast<char>('A' + u.random.below(70 + k, 26));
    return digits;
  }
  void draw_categories(customer& c, const draws& u) const {
    // The square makes the first regions the larger ones; the second period moves some weight to the last.
    const double place = later() && u(1) < 0.15 ? 1 - u(2) * 0.3 : u(2) * u(2);
    c.region = std::min<std::size_t>(static_cast<std::size_t>(place * 24), 23);
    c.contract = choose<3>(u(3), {0.55, 0.24, 0.21});
    c.plan = choose<3>(u(4), later() ? std::array{0.31, 0.34, 0.35} : std::array{0.42, 0.36, 0.22});
    c.payment = choose<5>(
        u(5), later() ? std::array{0.30, 0.20, 0.22, 0.12, 0.16} : std::array{0.36, 0.22, 0.27, 0.15, 0.0});
    c.internet = choose<3>(u(6), {0.36, 0.43, 0.21});
    c.paperless = u(7) < 0.59;
  }
  void draw_numbers(customer& c, const draws& u) const {
    c.age = rounded(std::clamp(46 + 15 * u.normal(0), 18.0, 92.0), 1);
    const double stay = c.contract == 0 ? u(10) * u(11) : 0.2 + 0.8 * u(10);
    c.tenure = rounded(72 * stay, 1);
    const double price = 21 + 14 * static_cast<double>(c.plan) +
                         (c.internet == 1   ? 27
                          : c.internet == 0 ? 12
                                            : 0);
    c.charge = rounded(std::max(12.0, (price + 5 * u.normal(1)) * (later() ? 1.12 : 1)), 100);
    c.total = rounded(c.charge * c.tenure * (0.93 + 0.12 * u(12)), 100);
    c.data = rounded(elementary::exp(2.2 + (c.internet == 1 ? 1.1 : 0.3) + 0.7 * u.normal(2)), 10);
    const double bother =
        elementary::exp(-0.2 + 0.8 * u.normal(3) + (c.internet == 1 ? 0.3 : 0) + (later() ? 0.25 : 0));
    c.calls = rounded(std::min(bother, 14.0), 1);
    c.late = rounded(std::max(0.0, 1.6 * u.normal(4) - 0.4 + (c.payment == 3 ? 1.2 : 0)), 1);
    c.satisfaction =
        rounded(std::clamp(7.4 - 0.7 * c.calls - (c.charge - 55) / 25 + 1.5 * u.normal(5), 1.0, 10.0), 1);
    // The unhappy answer less often, so that a missing answer tells something.
    c.satisfaction_missing = u(13) < (later() ? 0.42 : 0.28) + (c.satisfaction < 5 ? 0.15 : 0);
  }
  static double log_odds(const customer& c) {
    double z = -2.05 + (c.contract == 0 ? 1.25 : c.contract == 1 ? -0.5 : -1.7);
    z += -1.7 * (c.tenure / 72) + (c.tenure < 6 ? 0.8 : 0);
    z += 0.42 * std::min(c.calls, 6.0) + 0.12 * c.late - 0.16 * (c.satisfaction - 6);
    z += c.internet == 1 ? 0.45 : c.internet == 2 ? -0.6 : 0;
    z += c.contract == 0 && c.charge > 70 ? 0.7 : 0;
    z += c.payment == 2 ? 0.35 : c.payment == 3 ? 0.55 : 0;
    z += (c.age > 65 ? 0.3 : 0) + (c.paperless ? 0.15 : 0);
    return z + region_effect(c.region);
  }
  static double region_effect(std::size_t region) {
    return 1.6 * (random_stream(2026).uniform(region) - 0.5);
  }

  std::uint64_t seed_;
  int period_;
};

/// `rows` customers of `churn_generator(seed, period)` as a table of 15 columns. Missing: total_charge of new
/// customers, data_gb of those without internet, many satisfactions, a few ages and ways to pay.
inline churn_data make_churn(std::size_t rows, std::uint64_t seed = 0, int period = 1) {
  const churn_generator generator(seed, period);
  std::vector<churn_generator::customer> customers(rows);
  for (std::size_t i = 0; i < rows; ++i) customers[i] = generator(i);
  churn_data made;
  const auto text = [&](const char* name, auto value_of, const std::vector<std::uint8_t>& valid = {}) {
    std::vector<std::string> values;
    for (const auto& c : customers) values.emplace_back(value_of(c));
    made.table.add(name, std::move(values), valid);
  };
  const auto numbers = [&](const char* name, auto value_of) {
    std::vector<double> values;
    for (const auto& c : customers) values.push_back(value_of(c));
    made.table.add(name, std::move(values));
  };
  using customer = churn_generator::customer;
  constexpr double none = std::numeric_limits<double>::quiet_NaN();
  const random_stream gaps(seed, 1000 + static_cast<std::uint64_t>(period));
  std::vector<std::uint8_t> payment_known(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    payment_known[i] = gaps.uniform(2 * i) >= 0.03;
    if (gaps.uniform(2 * i + 1) < 0.05) customers[i].age = none;
  }
  text("customer_id", [](const customer& c) { return std::string_view(c.identifier); });
  text("region", [](const customer& c) { return churn_generator::regions[c.region]; });
  numbers("age", [](const customer& c) { return c.age; });
  text("contract", [](const customer& c) { return churn_generator::contracts[c.contract]; });
  text("plan", [](const customer& c) { return churn_generator::plans[c.plan]; });
  text("payment", [](const customer& c) { return churn_generator::payments[c.payment]; }, payment_known);
  text("internet", [](const customer& c) { return churn_generator::internets[c.internet]; });
  text("paperless", [](const customer& c) { return std::string_view(c.paperless ? "yes" : "no"); });
  numbers("tenure_months", [](const customer& c) { return c.tenure; });
  numbers("monthly_charge", [](const customer& c) { return c.charge; });
  numbers("total_charge", [](const customer& c) { return c.tenure == 0 ? none : c.total; });
  numbers("data_gb", [](const customer& c) { return c.internet == 2 ? none : c.data; });
  numbers("support_calls", [](const customer& c) { return c.calls; });
  numbers("late_payments", [](const customer& c) { return c.late; });
  numbers("satisfaction", [](const customer& c) { return c.satisfaction_missing ? none : c.satisfaction; });
  for (const auto& c : customers) made.churned.push_back(c.churned ? 1 : 0);
  return made;
}

}  // namespace colonnade::inline COLONNADE_ABI
