#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "colonnade/core/archive.hpp"
#include "colonnade/core/class_labels.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/file.hpp"
#include "colonnade/core/visit.hpp"
#include "colonnade/pipeline/column_transformer.hpp"
#include "colonnade/pipeline/predictor.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A whole fitted workflow as one object and one file: the columns it reads, transformers, a predictor, class
/// names.
///
///     auto churn = colonnade::load<colonnade::pipeline>("churn.colonnade");
///     std::vector<double> p = churn.predict_proba(table);      // rows x classes, one row after the other
///
/// Columns are found by name, in any order; further columns are ignored; one that is absent, or holds text
/// where numbers are due, is an argument_error that names it. Every query is const, works row by row in
/// blocks on threads and gives the same bits for any number of them; one object may serve many threads.
class pipeline {
 public:
  struct step {
    std::string name;
    any_step model;

    template <class Archive, class Self>
    static void archive(Archive& ar, Self& self) {
      ar(self.name, self.model);
    }
  };
  struct final_step {
    std::string name;
    predictor model;

    template <class Archive, class Self>
    static void archive(Archive& ar, Self& self) {
      ar(self.name, self.model);
    }
  };

  static constexpr std::string_view kind = "pipeline";
  static constexpr std::uint32_t archive_version = 1;

  /// `schema` is not used where the first step is a column_transformer, which has its own. `final` may hold
  /// `no_predictor`. Throws argument_error where a step does not fit the one before.
  pipeline(input_schema schema, std::vector<step> steps, final_step last)
      : schema_(std::move(schema)), steps_(std::move(steps)), last_(std::move(last)) {
    check();
  }

  /// The columns that it reads.
  const input_schema& schema() const {
    return first_columns() != nullptr ? first_columns()->schema() : schema_;
  }
  const std::vector<step>& steps() const { return steps_; }
  const final_step& last() const { return last_; }
  /// Names of the classes, in the order of the columns of `predict_proba`; empty where it has none.
  const class_labels& classes() const {
    return visit_held([](const auto& p) -> const class_labels& { return predictor_labels(p); }, last_.model);
  }
  std::size_t columns() const { return schema().features_in(); }
  /// Columns that the predictor sees.
  std::size_t output_columns() const { return width_; }
  /// Columns of `predict_proba`; 0 for a predictor that is no classifier.
  std::size_t class_count() const {
    return visit_held([](const auto& p) { return predictor_classes(p); }, last_.model);
  }

  /// What the transformers make of all rows, `out` (rows x output_columns).
  void transform(const table_view& table, matrix_view<double> out, int threads = 0) const {
    transform(schema().bind(table), out, threads);
  }
  /// Probabilities of the classes, `out` (rows x class_count). Throws argument_error where there is no
  /// classifier.
  void predict_proba(const table_view& table, matrix_view<double> out, int threads = 0) const {
    predict_proba(schema().bind(table), out, threads);
  }
  /// The same as a vector, row after row.
  std::vector<double> predict_proba(const table_view& table, int threads = 0) const {
    std::vector<double> values(table.rows() * class_count());
    predict_proba(table, matrix_view<double>(values.data(), table.rows(), class_count()), threads);
    return values;
  }
  /// A number a row: the value of a regressor, the index of the class (`classes().name(k)`), the cluster.
  void predict(const table_view& table, std::span<double> out, int threads = 0) const {
    predict(schema().bind(table), out, threads);
  }
  std::vector<double> predict(const table_view& table, int threads = 0) const {
    std::vector<double> values(table.rows());
    predict(table, std::span(values), threads);
    return values;
  }

  // The same for columns that `schema().bind` found.

  void transform(const bound_columns& x, matrix_view<double> out, int threads = 0) const {
    check_out(out, x.rows(), width_);
    run(x, threads, [&](std::size_t first, std::size_t count, matrix_view<const double> features) {
      chain_value(features).copy_to(out.slice(first, count));
    });
  }
  void predict_proba(const bound_columns& x, matrix_view<double> out, int threads = 0) const {
    if (class_count() == 0) throw argument_error("predict_proba", "no classifier as the last step", "one");
    check_out(out, x.rows(), class_count());
    run(x, threads, [&](std::size_t first, std::size_t count, matrix_view<const double> features) {
      const auto to = out.slice(first, count);
      visit_held([&](const auto& p) { predict_probabilities(p, features, to); }, last_.model);
    });
  }
  void predict(const bound_columns& x, std::span<double> out, int threads = 0) const {
    if (std::holds_alternative<no_predictor>(last_.model)) {
      throw argument_error("predict", "no predictor as the last step", "one");
    }
    if (out.size() != x.rows())
      throw argument_error("out", std::to_string(out.size()), std::to_string(x.rows()));
    run(x, threads, [&](std::size_t first, std::size_t count, matrix_view<const double> features) {
      const auto to = out.subspan(first, count);
      visit_held([&](const auto& p) { predict_values(p, features, to); }, last_.model);
    });
  }

  friend bool operator==(const pipeline& a, const pipeline& b) { return same_bytes(a, b); }

  template <class Archive, class Self>
  static void archive(Archive& ar, Self& self) {
    ar(self.schema_, self.steps_, self.last_);
  }
  void validate() {
    try {
      check();
    } catch (const argument_error& error) {
      throw format_error(std::string("saved pipeline: ") + error.what());
    }
  }

 private:
  friend struct archive_access;
  pipeline() = default;

  struct buffers {
    column_transformer::buffers columns;
    chain_buffers chain;
    std::vector<any_column_view> table;
    std::vector<double> features;
  };

  const column_transformer* first_columns() const {
    return steps_.empty() ? nullptr : std::get_if<column_transformer>(&steps_.front().model);
  }
  void check() {
    if (first_columns() != nullptr) schema_ = {};
    width_ = chain_columns(steps_, first_columns() != nullptr ? columns() : schema_.size());
    const std::size_t needed =
        visit_held([&](const auto& p) { return predictor_columns(p, width_); }, last_.model);
    if (needed != width_) {
      throw argument_error("step '" + last_.name + "'", std::to_string(width_) + " columns",
                           std::to_string(needed));
    }
  }
  static void check_out(matrix_view<double> out, std::size_t rows, std::size_t columns) {
    if (out.rows() == rows && out.columns() == columns) return;
    throw argument_error("out", std::to_string(out.rows()) + " x " + std::to_string(out.columns()),
                         std::to_string(rows) + " x " + std::to_string(columns));
  }

  /// Calls `use(first, count, features)` for blocks of rows.
  template <class Use>
  void run(const bound_columns& bound, int threads, const Use& use) const {
    const double cost = 20.0 * static_cast<double>(columns() + width_) + 1000;
    for_row_blocks<buffers>(bound.rows(), threads, cost,
                            [&](std::size_t first, std::size_t count, buffers& b) {
                              use(first, count, features(bound, first, count, b));
                            });
  }
  matrix_view<const double> features(const bound_columns& bound, std::size_t first, std::size_t count,
                                     buffers& b) const {
    b.features.resize(count * width_);
    const matrix_view<double> out(b.features.data(), count, width_);
    const std::span<const step> steps(steps_);
    if (first_columns() == nullptr) {
      b.table.assign(bound.columns().begin(), bound.columns().end());
      const table_view table(b.table, {}, bound.rows());
      apply_chain(steps, chain_value(table.slice(first, count)), out, b.chain);
      return out;
    }
    if (steps.size() == 1) {
      first_columns()->transform_block(bound, first, count, out, b.columns);
      return out;
    }
    const auto transformed = b.chain.next(count, first_columns()->output_columns());
    first_columns()->transform_block(bound, first, count, transformed, b.columns);
    apply_chain(steps.subspan(1), chain_value(matrix_view<const double>(transformed)), out, b.chain);
    return out;
  }

  input_schema schema_;
  std::vector<step> steps_;
  final_step last_;
  std::size_t width_ = 0;  // follows from the steps
};

}  // namespace colonnade::inline COLONNADE_ABI
