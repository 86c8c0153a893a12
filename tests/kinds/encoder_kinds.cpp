#include "colonnade/preprocessing/label_encoder.hpp"
#include "colonnade/preprocessing/one_hot_encoder.hpp"
#include "colonnade/preprocessing/ordinal_encoder.hpp"
#include "colonnade/preprocessing/target_encoder.hpp"
#include "tests/kinds.hpp"
#include "tests/naive/category_table.hpp"

namespace colonnade::tests::encoder_kinds {
namespace {

const tests::category_table& sample_table() {
  static const tests::category_table t(60, 1, 9);
  return t;
}
const std::vector<double>& sample_target() {
  static const std::vector<double> y = [] {
    std::vector<double> values;
    for (std::size_t i = 0; i < sample_table().rows(); ++i) values.push_back(static_cast<double>(i % 3));
    return values;
  }();
  return y;
}
table_view small_table() { return sample_table().view(); }
samples<table_view> small_samples() {
  return {small_table(), {sample_target().data(), sample_target().size()}, {}};
}

/// The sample's columns, as many as the model wants.
template <class Model>
void transform_some(const Model& model) {
  const table_view all = small_table();
  std::vector<any_column_view> columns;
  for (std::size_t j = 0; j < model.columns() && j < 100; ++j)
    columns.push_back(all.column(j % all.columns()));
  const table_view x(columns, {}, all.rows());
  if (model.output_columns() > 10'000) return;
  std::vector<double> out(all.rows() * model.output_columns());
  model.transform(x, matrix_view<double>(out.data(), all.rows(), model.output_columns()), 1);
}

template <class Accumulator>
void go_on(const Accumulator& a) {
  Accumulator b = a;
  b.merge(a);
  b.finalize();
}

const tests::register_kind<ordinal_encoder> ordinal(
    [] {
      return fit<ordinal_encoder>(small_table(),
                                  {.handle_unknown = ordinal_encoder::unknown_policy::use_encoded_value,
                                   .unknown_value = -1,
                                   .rarity = {.min_frequency = 5}});
    },
    [](const ordinal_encoder& model) { transform_some(model); });
const tests::register_kind<category_accumulator<ordinal_encoder>> ordinal_state(
    [] {
      ordinal_encoder::accumulator a;
      a.update(small_table());
      return a;
    },
    [](const ordinal_encoder::accumulator& a) { go_on(a); });

const tests::register_kind<category_stats> stats(
    [] {
      category_stats a;
      a.update(small_table());
      return a;
    },
    [](const category_stats& a) {
      category_stats b = a;
      b.merge(a);
      for (std::size_t j = 0; j < b.columns(); ++j) b[j].sorted();
    });

const tests::register_kind<one_hot_encoder> one_hot(
    [] {
      return fit<one_hot_encoder>(small_table(),
                                  {.handle_unknown = one_hot_encoder::unknown_policy::infrequent_if_exist,
                                   .drop = one_hot_encoder::drop_policy::first,
                                   .rarity = {.max_categories = 4}});
    },
    [](const one_hot_encoder& model) {
      transform_some(model);
      model.output_names(std::vector<std::string>(model.columns(), "x"));
    });
const tests::register_kind<one_hot_encoder::accumulator> one_hot_state(
    [] {
      one_hot_encoder::accumulator a;
      a.update(small_table());
      return a;
    },
    [](const one_hot_encoder::accumulator& a) { go_on(a); });

const tests::register_kind<target_encoder> target([] { return fit<target_encoder>(small_samples()); },
                                                  [](const target_encoder& model) { transform_some(model); });
const tests::register_kind<target_encoder::accumulator> target_state(
    [] {
      target_encoder::accumulator a({.type = target_type::multiclass,
                                     .classes = category_list(std::vector<std::string>{"a", "b", "c"})});
      a.update(small_samples());
      return a;
    },
    [](const target_encoder::accumulator& a) { go_on(a); });

const tests::register_kind<label_encoder> label(
    [] {
      const std::vector<any_column_view> column = {small_table().column(0)};
      return fit<label_encoder>(table_view(column, {}, small_table().rows()));
    },
    [](const label_encoder& model) {
      const std::vector<any_column_view> column = {small_table().column(0)};
      std::vector<std::int64_t> codes(small_table().rows());
      model.transform(table_view(column, {}, small_table().rows()), codes.data());
    });
const tests::register_kind<label_encoder::accumulator> label_state(
    [] {
      label_encoder::accumulator a;
      const std::vector<any_column_view> column = {small_table().column(3)};
      a.update(table_view(column, {}, small_table().rows()));
      return a;
    },
    [](const label_encoder::accumulator& a) { go_on(a); });

}  // namespace
}  // namespace colonnade::tests::encoder_kinds
