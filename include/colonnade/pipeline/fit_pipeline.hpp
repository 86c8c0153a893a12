#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include "colonnade/core/accumulator.hpp"
#include "colonnade/core/error.hpp"
#include "colonnade/core/random.hpp"
#include "colonnade/core/visit.hpp"
#include "colonnade/pipeline/pipeline.hpp"

namespace colonnade::inline COLONNADE_ABI {

/// A transformer that is still to be fitted: its parameters.
template <class P>
struct unfitted {
  typename P::params params = {};
};

namespace detail {
template <class Fitted>
struct plan_of;
template <class... P>
struct plan_of<std::variant<passthrough, P...>> {
  using type = std::variant<passthrough, unfitted<P>...>;
};
}  // namespace detail

/// Any transformer, still to be fitted.
using transformer_plan = detail::plan_of<transformer>::type;

/// A group of a column_transformer, still to be fitted: its columns by name and its chain.
struct column_plan {
  std::string name;
  std::vector<std::string> columns;
  std::vector<transformer_plan> chain;
};

/// A fitted column_transformer, and what the rows that it was fitted on became (rows x output_columns):
/// target encoders give cross-fitted values there, so that what is learnt next does not trust them too much.
struct fitted_columns {
  column_transformer columns;
  std::vector<double> features;
};

namespace detail {

/// Fits the transformers of one chain, each on the output of the one before.
class chain_fit {
 public:
  static constexpr std::size_t folds = 5;

  chain_fit(const samples<table_view>& data, int threads) : data_(data), threads_(threads), value_(data.x) {}

  named_transformer add(const transformer_plan& plan) {
    return visit_held([&](const auto& p) { return named_transformer{"", fit_one(p)}; }, plan);
  }
  const chain_value& value() const { return value_; }

 private:
  transformer fit_one(const passthrough& p) { return p; }
  template <class P>
  transformer fit_one(const unfitted<P>& plan) {
    if constexpr (std::is_same_v<P, target_encoder>) {
      return fit_target(plan.params);
    } else if constexpr (std::is_same_v<P, simple_imputer>) {
      return value_.is_table() ? applied(fit<P>(value_.table(buffers_), plan.params, threads_))
                               : applied(fit<P>(value_.matrix(buffers_), plan.params, threads_));
    } else if constexpr (table_transformer<P>) {
      return applied(fit<P>(value_.table(buffers_), plan.params, threads_));
    } else {
      return applied(fit<P>(value_.matrix(buffers_), plan.params, threads_));
    }
  }
  transformer fit_target(const target_encoder::params& p) {
    const samples<table_view> data{value_.table(buffers_), data_.target, data_.weight};
    std::vector<std::int32_t> fold_of(data.rows());
    const random_stream random(0x7A26E7);
    for (std::size_t i = 0; i < fold_of.size(); ++i)
      fold_of[i] = static_cast<std::int32_t>(random.below(i, folds));
    std::vector<double> out(data.rows() * data.x.columns() * p.outputs());
    const matrix_view<double> to(out.data(), data.rows(), data.x.columns() * p.outputs());
    auto model = target_encoder::fit_transform(data, fold_of, folds, to, p, threads_);
    keep(std::move(out), to.columns());
    return model;
  }
  template <class P>
  transformer applied(P model) {
    if (makes_table(model, value_)) {
      value_ = next_value(model, value_, buffers_);
      return model;
    }
    const std::size_t width = output_columns_of(model, value_.columns());
    std::vector<double> out(value_.rows() * width);
    apply(model, value_, matrix_view<double>(out.data(), value_.rows(), width), buffers_);
    keep(std::move(out), width);
    return model;
  }
  void keep(std::vector<double> out, std::size_t width) {
    const std::size_t rows = value_.rows();
    kept_ = std::move(out);
    value_ = chain_value(matrix_view<const double>(kept_.data(), rows, width));
  }

  samples<table_view> data_;
  int threads_;
  chain_value value_;
  std::vector<double> kept_;
  chain_buffers buffers_;
};

inline column_transformer::group planned_group(const column_plan& plan, const table_view& table,
                                               std::vector<std::uint32_t>& used, table_view& part,
                                               std::vector<any_column_view>& columns) {
  column_transformer::group group{plan.name, {}, {}, 1.0};
  for (const std::string& name : plan.columns) {
    const std::size_t at = table.find(name);
    if (at == table.columns())
      throw argument_error("group '" + plan.name + "'", "no column '" + name + "'", "one");
    group.columns.push_back(static_cast<std::uint32_t>(used.size()));
    used.push_back(static_cast<std::uint32_t>(at));
    columns.push_back(table.column(at));
  }
  part = table_view(columns, plan.columns, table.rows());
  return group;
}

}  // namespace detail

/// Fits the groups on the rows of `data`; `data.target` may be empty where no target encoder is among them.
///
///     auto [columns, features] = colonnade::fit_columns(
///         {table, y}, {{"numbers", {"tenure"}, {colonnade::unfitted<colonnade::standard_scaler>{}}},
///                      {"plan", {"plan"}, {colonnade::unfitted<colonnade::one_hot_encoder>{}}}});
inline fitted_columns fit_columns(const samples<table_view>& data, const std::vector<column_plan>& plans,
                                  int threads = 0) {
  std::vector<column_transformer::group> groups;
  std::vector<std::uint32_t> used;
  std::vector<std::vector<double>> outputs;
  for (const column_plan& plan : plans) {
    table_view part;
    std::vector<any_column_view> columns;
    auto group = detail::planned_group(plan, data.x, used, part, columns);
    detail::chain_fit chain({part, data.target, data.weight}, threads);
    for (const auto& step : plan.chain) group.chain.push_back(chain.add(step));
    const std::size_t width = chain.value().columns();
    auto& out = outputs.emplace_back(data.rows() * width);
    chain.value().copy_to(matrix_view<double>(out.data(), data.rows(), width));
    groups.push_back(std::move(group));
  }
  column_transformer fitted(input_schema(data.x, used), std::move(groups));
  std::vector<double> features(data.rows() * fitted.output_columns());
  const matrix_view<double> all(features.data(), data.rows(), fitted.output_columns());
  std::size_t at = 0;
  for (const auto& out : outputs) {
    const std::size_t width = data.rows() == 0 ? 0 : out.size() / data.rows();
    chain_value(matrix_view<const double>(out.data(), data.rows(), width))
        .copy_to(all.columns_slice(at, width));
    at += width;
  }
  return {std::move(fitted), std::move(features)};
}

/// Fits columns and, on what they become, gradient-boosted trees: the pipeline that `save` writes for Python
/// and C++.
inline pipeline fit_pipeline(const samples<table_view>& data, const std::vector<column_plan>& plans,
                             const boosting_params& params, class_labels labels = {}, int threads = 0) {
  auto fitted = fit_columns(data, plans, threads);
  const matrix_view<const double> x(fitted.features.data(), data.rows(), fitted.columns.output_columns());
  auto model = fit<gradient_boosted_trees>(samples<matrix_view<const double>>{x, data.target, data.weight},
                                           params, threads);
  model.set_labels(std::move(labels));
  return pipeline({}, {{"columns", std::move(fitted.columns)}}, {"model", std::move(model)});
}

}  // namespace colonnade::inline COLONNADE_ABI
