#include "colonnade/boosting/gradient_boosted_trees.hpp"
#include "tests/boosting/boosting_data.hpp"
#include "tests/boosting/category_data.hpp"
#include "tests/kinds.hpp"

namespace colonnade::tests::boosting_kinds {
namespace {

gradient_boosted_trees sample_of(boosting_objective objective) {
  const boosting_table t(200, 5);
  const auto y = t.target(objective);
  boosting_params p = params_for(objective);
  p.n_estimators = 2;
  p.max_depth = 2;
  p.max_bin = 6;
  p.binning = binning_method::uniform;
  p.cut_points = {{1, {0.5, 2.5}}};
  return fit<gradient_boosted_trees>(with(t, y), p, 1);
}

gradient_boosted_trees sample_of_categories() {
  boosting_params p = category_params();
  p.n_estimators = 2;
  auto model = fit<gradient_boosted_trees>(coded_table(300).data(), p, 1);
  model.set_categories(2, class_labels(std::vector<std::string>{"a", "b", "c"}));
  return model;
}

void use(const gradient_boosted_trees& model) {
  const boosting_table t(40, std::max<std::size_t>(5, std::min<std::size_t>(model.features(), 64)));
  static_cast<void>(margins_of(model, t.x.view()));
  std::vector<std::uint32_t> leaf(40 * model.trees().trees());
  model.apply(t.x.view(), matrix_view<std::uint32_t>(leaf.data(), 40, model.trees().trees()), 1);
  static_cast<void>(model.feature_importances(importance::gain));
}

const register_kind<gradient_boosted_trees> regression{
    [] { return sample_of(boosting_objective::squared_error); }, &use};
const register_kind<gradient_boosted_trees> classes{[] { return sample_of(boosting_objective::softmax); },
                                                    &use};
const register_kind<gradient_boosted_trees> quantiles{[] { return sample_of(boosting_objective::quantile); },
                                                      &use};
const register_kind<gradient_boosted_trees> categories{&sample_of_categories, &use};

}  // namespace
}  // namespace colonnade::tests::boosting_kinds
