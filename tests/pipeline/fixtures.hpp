#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "colonnade/core/owned_table.hpp"
#include "colonnade/datasets/make_churn.hpp"
#include "colonnade/pipeline/pipeline.hpp"

namespace colonnade::tests {

/// The part of a table with the columns of these names.
inline colonnade::table part_of(const colonnade::table_view& whole, const std::vector<std::string>& names) {
  colonnade::table part;
  for (const std::string& name : names) part.add_view(name, whole.column(whole.find(name)));
  return part;
}

/// Numbers as they are and two columns of text as codes and as zeros and ones.
inline colonnade::column_transformer churn_columns(const colonnade::table_view& x) {
  using colonnade::ordinal_encoder, colonnade::one_hot_encoder;
  const colonnade::table region = part_of(x, {"region"}), text = part_of(x, {"contract", "payment"});
  one_hot_encoder::params ignore;
  ignore.handle_unknown = one_hot_encoder::unknown_policy::ignore;
  const auto codes = colonnade::fit<ordinal_encoder>(region.view());
  const auto flags = colonnade::fit<one_hot_encoder>(text.view(), ignore);
  std::vector<std::uint32_t> used;
  for (const char* name :
       {"region", "contract", "payment", "tenure_months", "support_calls", "satisfaction"}) {
    used.push_back(static_cast<std::uint32_t>(x.find(name)));
  }
  return {colonnade::input_schema(x, used),
          {{"numbers", {3, 4, 5}, {}, 1.0},
           {"region", {0}, {{"codes", codes}}, 1.0},
           {"text", {1, 2}, {{"", flags}}, 1.0}}};
}

/// A whole workflow: churn_columns and a few trees.
inline colonnade::pipeline churn_pipeline(const colonnade::churn_data& data, std::uint32_t trees = 20) {
  const auto columns = churn_columns(data.table.view());
  std::vector<double> features(data.table.rows() * columns.output_columns());
  const colonnade::matrix_view<double> x(features.data(), data.table.rows(), columns.output_columns());
  columns.transform(data.table.view(), x);
  const std::vector<double> y(data.churned.begin(), data.churned.end());
  colonnade::boosting_params p;
  p.objective = colonnade::boosting_objective::logistic;
  p.n_estimators = trees;
  p.max_depth = 3;
  const colonnade::samples rows{colonnade::matrix_view<const double>(x),
                                colonnade::column_view<const double>(y.data(), y.size())};
  auto model = colonnade::fit<colonnade::gradient_boosted_trees>(rows, p);
  model.set_labels(class_labels(std::vector<std::string>{"no", "yes"}));
  return {{}, {{"columns", columns}}, {"model", std::move(model)}};
}

}  // namespace colonnade::tests
