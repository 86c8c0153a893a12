#include <vector>

#include "tests/kinds.hpp"
#include "tests/pipeline/fixtures.hpp"

namespace colonnade::tests::pipeline_kinds {
namespace {

const colonnade::churn_data& customers() {
  static const colonnade::churn_data data = colonnade::make_churn(60);
  return data;
}

const colonnade::tests::register_kind<colonnade::column_transformer> columns{
    [] { return colonnade::tests::churn_columns(customers().table.view()); },
    [](const colonnade::column_transformer& model) {
      const auto x = customers().table.view();
      std::vector<double> out(x.rows() * model.output_columns());
      model.transform(x, colonnade::matrix_view<double>(out.data(), x.rows(), model.output_columns()));
    }};

// No more than kinds of their own: what a file of them would hold.
const colonnade::tests::register_kind<colonnade::passthrough> as_it_is{
    [] { return colonnade::passthrough{}; }, [](const colonnade::passthrough&) {}};
const colonnade::tests::register_kind<colonnade::no_predictor> nothing{
    [] { return colonnade::no_predictor{}; }, [](const colonnade::no_predictor&) {}};

const colonnade::tests::register_kind<colonnade::pipeline> whole{
    [] { return colonnade::tests::churn_pipeline(customers(), 2); },
    [](const colonnade::pipeline& model) {
      static_cast<void>(model.predict(customers().table.view()));
      for (std::size_t k = 0; k < model.classes().size(); ++k) static_cast<void>(model.classes().name(k));
      static_cast<void>(model.predict_proba(customers().table.view()));
    }};

}  // namespace
}  // namespace colonnade::tests::pipeline_kinds
