#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "arrays.hpp"
#include "bind.hpp"
#include "boosting_targets.hpp"
#include "class_labels.hpp"
#include "colonnade/boosting/boosting_cv.hpp"
#include "colonnade/boosting/gradient_boosted_trees.hpp"
#include "label_codes.hpp"
#include "rows_argument.hpp"

namespace colonnade::python {
namespace {

using model = gradient_boosted_trees;

constexpr const char* grow_policies[] = {"depthwise", "lossguide", "symmetric"};
constexpr const char* binning_methods[] = {"quantile", "uniform"};
constexpr const char* row_samplings[] = {"uniform", "goss", "mvs", "weighted"};

/// The value of an enum with that name; the last one for others.
template <class Enum, std::size_t count>
Enum named(const std::string& name, const char* const (&names)[count]) {
  std::size_t k = 0;
  while (k + 1 < count && name != names[k]) ++k;
  return static_cast<Enum>(k);
}

boosting_params params_from(const py::dict& given) {
  boosting_params p;
  const auto take = [&](const char* name, auto& to) {
    const py::object value = given[name];
    if (!value.is_none()) to = value.cast<std::remove_cvref_t<decltype(to)>>();
  };
  take("n_estimators", p.n_estimators);
  take("learning_rate", p.learning_rate);
  take("max_depth", p.max_depth);
  take("max_leaves", p.max_leaves);
  take("max_bin", p.max_bin);
  take("min_child_weight", p.min_child_weight);
  take("reg_lambda", p.reg_lambda);
  take("reg_alpha", p.reg_alpha);
  take("gamma", p.gamma);
  take("subsample", p.subsample);
  take("colsample_bytree", p.colsample_bytree);
  take("colsample_bylevel", p.colsample_bylevel);
  take("colsample_bynode", p.colsample_bynode);
  take("feature_weights", p.feature_weights);
  take("num_parallel_tree", p.num_parallel_tree);
  take("categorical_features", p.categorical_features);
  take("max_cat_to_onehot", p.max_cat_to_onehot);
  take("max_cat_threshold", p.max_cat_threshold);
  take("cat_smooth", p.cat_smooth);
  take("cat_l2", p.cat_l2);
  take("top_rate", p.top_rate);
  take("other_rate", p.other_rate);
  take("pos_bagging_fraction", p.pos_bagging_fraction);
  take("neg_bagging_fraction", p.neg_bagging_fraction);
  p.binning = named<binning_method>(given["binning"].cast<std::string>(), binning_methods);
  for (auto& [column, cuts] : given["cut_points"].cast<std::map<std::uint32_t, std::vector<double>>>())
    p.cut_points.push_back({column, std::move(cuts)});
  p.sampling_method = named<row_sampling>(given["sampling_method"].cast<std::string>(), row_samplings);
  take("scale_pos_weight", p.scale_pos_weight);
  take("early_stopping_rounds", p.early_stopping_rounds);
  take("eval_metric", p.eval_metric);
  take("random_state", p.random_state);
  take("max_delta_step", p.max_delta_step);
  take("quantile_alpha", p.quantile_alpha);
  if (!given["base_score"].is_none()) p.base_score = given["base_score"].cast<double>();
  p.policy = named<grow_policy>(given["grow_policy"].cast<std::string>(), grow_policies);
  return p;
}

boosting_objective default_objective(bool classifier, std::size_t classes) {
  if (!classifier) return boosting_objective::squared_error;
  return classes == 2 ? boosting_objective::logistic : boosting_objective::softmax;
}

/// By its name; None: the default for so many classes.
boosting_objective objective_for(const py::object& name, bool classifier, std::size_t classes) {
  if (name.is_none()) return default_objective(classifier, classes);
  const auto text = name.cast<std::string>();
  const auto* const found = std::find(std::begin(objective_names), std::end(objective_names), text);
  if (found == std::end(objective_names)) throw argument_error("objective", "'" + text + "'", "a known one");
  const auto objective = static_cast<boosting_objective>(found - std::begin(objective_names));
  if (objective == boosting_objective::logistic && classes != 2) {
    throw argument_error("objective", "'" + text + "' for " + std::to_string(classes) + " classes",
                         "2 classes");
  }
  return objective;
}

py::dict params_of(const model& self) {
  const boosting_params& p = self.parameters();
  py::dict d;
  d["objective"] = py::none();
  if (p.objective != default_objective(self.classes() > 0, self.classes()))
    d["objective"] = std::string(objective_names[static_cast<std::size_t>(p.objective)]);
  d["max_delta_step"] = p.max_delta_step;
  d["quantile_alpha"] = p.quantile_alpha;
  d["n_estimators"] = p.n_estimators;
  d["learning_rate"] = p.learning_rate;
  d["max_depth"] = p.max_depth;
  d["max_leaves"] = p.max_leaves;
  d["grow_policy"] = grow_policies[static_cast<std::size_t>(p.policy)];
  d["max_bin"] = p.max_bin;
  d["min_child_weight"] = p.min_child_weight;
  d["reg_lambda"] = p.reg_lambda;
  d["reg_alpha"] = p.reg_alpha;
  d["gamma"] = p.gamma;
  d["subsample"] = p.subsample;
  d["colsample_bytree"] = p.colsample_bytree;
  d["colsample_bylevel"] = p.colsample_bylevel;
  d["colsample_bynode"] = p.colsample_bynode;
  d["feature_weights"] = p.feature_weights.empty() ? py::object(py::none()) : py::cast(p.feature_weights);
  d["num_parallel_tree"] = p.num_parallel_tree;
  d["categorical_features"] =
      p.categorical_features.empty() ? py::object(py::none()) : py::cast(p.categorical_features);
  d["max_cat_to_onehot"] = p.max_cat_to_onehot;
  d["max_cat_threshold"] = p.max_cat_threshold;
  d["cat_smooth"] = p.cat_smooth;
  d["cat_l2"] = p.cat_l2;
  d["binning"] = binning_methods[static_cast<std::size_t>(p.binning)];
  d["cut_points"] = py::none();
  if (!p.cut_points.empty()) {
    std::map<std::uint32_t, std::vector<double>> by_column;
    for (const column_cuts& some : p.cut_points) by_column[some.column] = some.cuts;
    d["cut_points"] = by_column;
  }
  d["sampling_method"] = row_samplings[static_cast<std::size_t>(p.sampling_method)];
  d["top_rate"] = p.top_rate;
  d["other_rate"] = p.other_rate;
  d["pos_bagging_fraction"] = p.pos_bagging_fraction;
  d["neg_bagging_fraction"] = p.neg_bagging_fraction;
  d["scale_pos_weight"] = p.scale_pos_weight;
  d["base_score"] = p.base_score;
  d["early_stopping_rounds"] = p.early_stopping_rounds;
  d["eval_metric"] = p.eval_metric;
  d["random_state"] = p.random_state;
  return d;
}

/// Margins that rows begin with: None, or one number a row, or a row of outputs each.
class margin_argument {
 public:
  explicit margin_argument(py::handle given) {
    if (given.is_none()) return;
    py::array a = detail::numbers(given, "base_margin");
    if (a.ndim() == 1) a = a.attr("reshape")(-1, 1);
    if (a.ndim() != 2 || a.size() == 0)
      throw argument_error("base_margin", "shape " + detail::shape_text(a), "(rows,) or (rows, outputs)");
    if (a.dtype().itemsize() == 4) a = a.attr("astype")("float64");
    view_ = detail::view_of<double>(a);
    array_ = a;
  }
  matrix_view<const double> view() const { return view_; }

 private:
  py::object array_;  // an empty py::array would be made for every call
  matrix_view<const double> view_;
};

/// An evaluation set, kept alive.
struct held_set {
  rows_argument x;
  target_argument y;
  weight_argument weight;
  margin_argument base_margin;
};

/// A Python callable as a custom objective: (targets, margins of shape (outputs, rows), weights or None) ->
/// (gradients, Hessians), both as flat as the margins.
class python_gradients {
 public:
  explicit python_gradients(py::object callable) : callable_(std::move(callable)) {}

  explicit operator bool() const { return !callable_.is_none(); }
  void operator()(const custom_rows& rows, std::span<double> gradient, std::span<double> hessian) const {
    const py::gil_scoped_acquire gil;
    const std::size_t outputs = rows.margins.size() / rows.target.size();
    auto margins = new_matrix<double>(outputs, rows.target.size());
    std::copy(rows.margins.begin(), rows.margins.end(), margins.mutable_data());
    py::object weight = py::none();
    if (!rows.weight.empty()) weight = copy_of(rows.weight);
    const auto both = callable_(copy_of(rows.target), margins, weight).cast<py::tuple>();
    take(both[0], gradient);
    take(both[1], hessian);
  }

 private:
  static py::array copy_of(std::span<const double> values) {
    return as_array(std::vector<double>(values.begin(), values.end()));
  }
  static void take(const py::object& from, std::span<double> to) {
    const auto values = from.cast<py::array_t<double, py::array::c_style | py::array::forcecast>>();
    if (static_cast<std::size_t>(values.size()) != to.size()) {
      throw argument_error("objective", std::to_string(values.size()) + " values", std::to_string(to.size()));
    }
    std::copy_n(values.data(), to.size(), to.begin());
  }

  py::object callable_;
};

py::dict results_of(std::span<const evaluation_history> histories) {
  py::dict results;
  for (const auto& history : histories) {
    py::dict scores;
    scores[py::str(history.metric)] = py::cast(history.scores);
    results[py::str(history.name)] = scores;
  }
  return results;
}

/// Calls a Python observer, if there is one, with the iteration and the scores.
class python_observer {
 public:
  explicit python_observer(py::object callable) : callable_(std::move(callable)) {}

  bool operator()(const boosting_progress& now) const {
    if (callable_.is_none()) return false;
    const py::gil_scoped_acquire gil;
    return callable_(now.iteration, results_of(now.histories)).cast<bool>();
  }

 private:
  py::object callable_;
};

/// Parameters and gradients of a fit on so many classes.
class fit_settings {
 public:
  boosting_params params;

  fit_settings(const py::dict& given, bool classifier, std::size_t classes)
      : params(params_from(given)), gradients_(given["gradients"]) {
    params.objective = objective_for(given["objective"], classifier, classes);
    if (gradients_) params.num_class = static_cast<std::uint32_t>(classes);
  }

  custom_gradients custom() const { return gradients_ ? custom_gradients(gradients_) : custom_gradients(); }

 private:
  python_gradients gradients_;
};

/// Names of categories, in the order of their codes: truth values, whole numbers, numbers or text.
class_labels category_labels(const py::array& labels) {
  const char kind = labels.dtype().kind();
  if (kind == 'b') return class_labels::booleans(labels.cast<std::vector<std::int64_t>>());
  if (kind == 'i' || kind == 'u') return class_labels(labels.cast<std::vector<std::int64_t>>());
  if (kind == 'f') return class_labels(labels.cast<std::vector<double>>());
  return class_labels(labels.cast<std::vector<std::string>>());
}

/// Saves the model so far as Python will save it: with names of columns, classes and categories.
class checkpoint_file {
 public:
  checkpoint_file(const py::dict& extras, class_labels labels) : labels_(std::move(labels)) {
    if (extras["checkpoint"].is_none()) return;
    path_ = extras["checkpoint"].cast<std::string>();
    every_ = extras["checkpoint_every"].cast<std::uint32_t>();
    names_ = extras["feature_names"].cast<std::vector<std::string>>();
    for (const auto& [column, labels] : extras["categories"].cast<std::map<std::size_t, py::array>>())
      categories_.push_back({column, category_labels(labels)});
  }

  boosting_checkpoints checkpoints() const { return {every_, *this}; }
  void operator()(model so_far) const {
    if (labels_.size() > 0) so_far.set_labels(labels_);
    if (!names_.empty()) so_far.set_feature_names(names_);
    for (const auto& [column, labels] : categories_) so_far.set_categories(column, labels);
    save(so_far, path_);
  }

 private:
  class_labels labels_;
  std::string path_;
  std::uint32_t every_ = 0;
  std::vector<std::string> names_;
  std::vector<std::pair<std::size_t, class_labels>> categories_;
};

using size_array = py::array_t<std::uint64_t, py::array::c_style>;

std::span<const std::uint64_t> sizes_in(const size_array& group) {
  return {group.data(), static_cast<std::size_t>(group.size())};
}

/// The values as `T`, in `copy` where they are of the other width.
template <class T>
matrix_view<const T> values_as(const matrix_argument& x, std::vector<T>& copy) {
  return x.visit([&]<class V>(matrix_view<const V> view) {
    if constexpr (std::is_same_v<V, T>) {
      return view;
    } else {
      copy.resize(view.rows() * view.columns());
      for (std::size_t i = 0; i < view.rows(); ++i) {
        for (std::size_t j = 0; j < view.columns(); ++j)
          copy[i * view.columns() + j] = static_cast<T>(view(i, j));
      }
      return matrix_view<const T>(copy.data(), view.rows(), view.columns());
    }
  });
}

std::string set_name(std::size_t number) { return "validation_" + std::to_string(number); }

/// The evaluation sets of a fit. Those of the other width are converted: every double there is rounded to a
/// float when X holds floats.
template <class T>
class converted_sets {
 public:
  explicit converted_sets(const std::deque<held_set>& held) {
    for (const held_set& set : held) {
      sets_.push_back({set_name(sets_.size()),
                       {values_as<T>(set.x.dense(), copies_.emplace_back()), set.y.view(), set.weight.view()},
                       set.base_margin.view()});
    }
  }
  std::span<const evaluation_set<T>> view() const { return sets_; }

 private:
  std::deque<std::vector<T>> copies_;
  std::vector<evaluation_set<T>> sets_;
};

/// What a fit is given beside its rows.
struct fit_arguments {
  const target_argument& y;
  const weight_argument& weight;
  const std::deque<held_set>& held;
  const fit_settings& settings;
  const python_observer& watch;
  boosting_log& log;
  const model* init_model;
  const boosting_extras& extras;
  int threads;
};

template <class T>
model fit_rows(matrix_view<const T> x, const fit_arguments& with) {
  const converted_sets<T> sets(with.held);
  const samples<matrix_view<const T>> data{x, with.y.view(), with.weight.view()};
  return released([&] {
    return model::fit(data, sets.view(), with.settings.params, with.threads, with.watch, &with.log,
                      with.settings.custom(), with.init_model, with.extras);
  });
}

model fit_rows(const csr_view<double>& x, const fit_arguments& with) {
  std::vector<evaluation_set<double, csr_view<double>>> sets;
  for (const held_set& set : with.held) {
    sets.push_back(
        {set_name(sets.size()), {set.x.sparse(), set.y.view(), set.weight.view()}, set.base_margin.view()});
  }
  const samples<csr_view<double>> data{x, with.y.view(), with.weight.view()};
  const fit_options<double, csr_view<double>> how{sets,        with.watch, &with.log, with.settings.custom(),
                                                  with.extras, {}};
  return released([&] { return model::fit(data, with.settings.params, with.threads, how, with.init_model); });
}

std::deque<held_set> held_sets(const py::list& eval_set, bool sparse, bool classifier,
                               const class_list& classes) {
  std::deque<held_set> held;
  for (const py::handle item : eval_set) {
    const auto set = item.cast<py::tuple>();
    rows_argument x(set[0], "eval_set");
    if (x.is_sparse() != sparse) {
      throw argument_error("eval_set", x.is_sparse() ? "a sparse table" : "a dense table",
                           sparse ? "sparse ones, as X is" : "dense ones, as X is");
    }
    auto y = classifier ? target_argument::known_classes_of(set[1], "eval_set", classes, "y")
                        : target_argument::values_of(set[1], "eval_set");
    check_lengths(x.rows(), y.size());
    weight_argument weight(set[2], x.rows());
    held.push_back({std::move(x), std::move(y), std::move(weight), margin_argument(set[3])});
  }
  return held;
}

/// What a fit may be given beside its rows; views of Python's arrays.
class extras_argument {
 public:
  extras_argument(const py::dict& extras, const class_list& classes)
      : base_margin_(extras["base_margin"]), group_(extras["group"]), file_(extras, saved_labels(classes)) {}

  boosting_extras view() const {
    return {
        .base_margin = base_margin_.view(), .checkpoints = file_.checkpoints(), .group = sizes_in(group_)};
  }

 private:
  margin_argument base_margin_;
  size_array group_;
  checkpoint_file file_;
};

/// Null for None. Throws argument_error if the model has other classes.
const model* model_to_go_on_from(const py::object& init_model, const class_list& classes) {
  const model* const first = init_model.is_none() ? nullptr : &init_model.cast<const model&>();
  if (first != nullptr && classes.size() > 0 && !(first->labels() == saved_labels(classes)))
    throw argument_error("init_model", "other classes", "those of y");
  return first;
}

py::tuple fit(const py::object& x, const py::object& y, const py::object& sample_weight,
              const py::list& eval_set, bool classifier, const py::dict& params, const py::object& observer,
              const py::object& init_model, const py::dict& extras, int threads) {
  const rows_argument data(x, "X");
  const auto target = classifier ? target_argument::classes_of(y) : target_argument::values_of(y, "y");
  check_lengths(data.rows(), target.size());
  const weight_argument weight(sample_weight, data.rows());
  const auto held = held_sets(eval_set, data.is_sparse(), classifier, target.classes());
  const extras_argument more(extras, target.classes());
  const fit_settings settings(params, classifier, target.classes().size());
  const model* const first = model_to_go_on_from(init_model, target.classes());
  const python_observer watch(observer);
  boosting_log log;
  const boosting_extras given = more.view();
  const fit_arguments with{target, weight, held, settings, watch, log, first, given, threads};
  model fitted = data.visit([&](auto view) { return fit_rows(view, with); });
  if (target.classes().size() > 0) fitted.set_labels(saved_labels(target.classes()));
  return py::make_tuple(std::move(fitted), target.array(), results_of(log.histories));
}

/// A source of batches: a callable that begins a pass and returns an iterator of (X, y, sample_weight).
class python_batches {
 public:
  /// `classes`: those of a classifier, or null.
  python_batches(py::object begin, const class_list* classes) : begin_(std::move(begin)), classes_(classes) {}

  void operator()(const batch_visitor<double>& visit) const {
    const py::gil_scoped_acquire gil;
    std::vector<double> copy;
    for (const py::handle item : py::iter(begin_())) {
      const auto batch = item.cast<py::tuple>();
      const matrix_argument x(batch[0], "X", values::any, true);
      if (x.rows() == 0) continue;
      const auto y = classes_ == nullptr
                         ? target_argument::values_of(batch[1], "y")
                         : target_argument::known_classes_of(batch[1], "y", *classes_, "the first pass");
      check_lengths(x.rows(), y.size());
      const weight_argument weight(batch[2], x.rows());
      const matrix_view<const double> rows = values_as<double>(x, copy);
      const py::gil_scoped_release release;
      visit(samples<matrix_view<const double>>{rows, y.view(), weight.view()});
    }
  }

 private:
  py::object begin_;
  const class_list* classes_;
};

/// `labels`: all labels of a classifier, each at least once, or None.
py::tuple fit_batches(const py::object& batches, const py::object& labels, const py::list& eval_set,
                      const py::dict& params, const py::object& observer, const py::object& init_model,
                      const py::dict& extras, const std::string& cache, int threads) {
  const bool classifier = !labels.is_none();
  const auto known = classifier ? target_argument::classes_of(labels) : target_argument();
  const python_batches source(batches, classifier ? &known.classes() : nullptr);
  const auto held = held_sets(eval_set, false, classifier, known.classes());
  const converted_sets<double> sets(held);
  const extras_argument more(extras, known.classes());
  const fit_settings settings(params, classifier, known.classes().size());
  const model* const first = model_to_go_on_from(init_model, known.classes());
  const python_observer watch(observer);
  boosting_log log;
  const boosting_extras given = more.view();
  model fitted = released([&] {
    return model::fit_batches<double>(source, settings.params, threads,
                                      {.evaluation = sets.view(),
                                       .observer = watch,
                                       .log = &log,
                                       .custom = settings.custom(),
                                       .extras = given,
                                       .cache = cache},
                                      first);
  });
  if (classifier) fitted.set_labels(saved_labels(known.classes()));
  return py::make_tuple(std::move(fitted), known.array(), results_of(log.histories));
}

std::vector<std::uint32_t> row_numbers(const py::handle rows) {
  const auto given = rows.cast<py::array_t<std::uint32_t, py::array::c_style>>();
  return {given.data(), given.data() + given.size()};
}

/// `folds`: pairs of arrays of row numbers, uint32.
py::dict cross_validate(const py::object& x, const py::object& y, const py::object& sample_weight,
                        const py::list& folds, bool classifier, const py::dict& params,
                        const py::object& observer, const py::object& base_margin, const py::object& group,
                        int threads) {
  const rows_argument data(x, "X");
  const auto target = classifier ? target_argument::classes_of(y) : target_argument::values_of(y, "y");
  check_lengths(data.rows(), target.size());
  const weight_argument weight(sample_weight, data.rows());
  const margin_argument base(base_margin);
  const auto sizes = group.cast<size_array>();
  const fit_settings settings(params, classifier, target.classes().size());
  std::vector<boosting_fold> rows;
  for (const py::handle fold : folds) {
    const auto both = fold.cast<py::tuple>();
    rows.push_back({row_numbers(both[0]), row_numbers(both[1])});
  }
  const python_observer watch(observer);
  const boosting_cv_scores scores = data.visit([&](auto view) {
    return released([&] {
      return boosting_cv::evaluate(
          samples<std::remove_const_t<decltype(view)>>{view, target.view(), weight.view()}, rows,
          settings.params, threads, watch, settings.custom(), base.view(), sizes_in(sizes));
    });
  });
  py::dict out;
  out["metric"] = scores.metric;
  out["train_mean"] = as_array(scores.train_mean);
  out["train_std"] = as_array(scores.train_std);
  out["test_mean"] = as_array(scores.test_mean);
  out["test_std"] = as_array(scores.test_std);
  out["best_iteration"] = scores.best_iteration;
  return out;
}

/// `classes`: those of the model, or None for a regression.
model refit(const model& self, const py::object& x, const py::object& y, const py::object& sample_weight,
            const py::object& classes, double decay_rate, const py::object& gradients,
            const py::object& base_margin, int threads) {
  const rows_argument data(x, "X");
  const auto target = classes.is_none()
                          ? target_argument::values_of(y, "y")
                          : target_argument::known_classes_of(
                                y, "y", target_argument::classes_of(classes).classes(), "the model");
  check_lengths(data.rows(), target.size());
  const weight_argument weight(sample_weight, data.rows());
  const margin_argument base(base_margin);
  const python_gradients compute(gradients);
  const custom_gradients custom = compute ? custom_gradients(compute) : custom_gradients();
  return data.visit([&](auto view) {
    return released([&] {
      return self.refit(samples<std::remove_const_t<decltype(view)>>{view, target.view(), weight.view()},
                        decay_rate, threads, custom, base.view());
    });
  });
}

py::array predict(const model& self, const py::object& x, int threads, const py::object& base_margin) {
  const rows_argument data(x, "X");
  const margin_argument base(base_margin);
  std::vector<double> out(data.rows());
  data.visit([&](auto view) {
    released_when_long(data.rows(), [&] { self.predict(view, std::span(out), threads, base.view()); });
  });
  return as_array(std::move(out));
}

template <class T, class Query>
py::array table_of(const py::object& x, std::size_t columns, const Query& query) {
  const rows_argument data(x, "X");
  auto out = new_matrix<T>(data.rows(), columns);
  const auto to = writable(out);
  data.visit([&](auto view) { released_when_long(data.rows(), [&] { query(view, to); }); });
  return out;
}

const bindings boosting_bindings([](py::module_& m) {
  py::class_<model> c(m, std::string(model::kind).c_str());
  bind_savable(c);
  c.def_static("fit", &fit, py::arg("X"), py::arg("y"), py::arg("sample_weight"), py::arg("eval_set"),
               py::arg("classifier"), py::arg("params"), py::arg("observer"), py::arg("init_model"),
               py::arg("extras"), py::arg("threads"));
  c.def_static("fit_batches", &fit_batches, py::arg("batches"), py::arg("labels"), py::arg("eval_set"),
               py::arg("params"), py::arg("observer"), py::arg("init_model"), py::arg("extras"),
               py::arg("cache"), py::arg("threads"));
  c.def_static("cross_validate", &cross_validate, py::arg("X"), py::arg("y"), py::arg("sample_weight"),
               py::arg("folds"), py::arg("classifier"), py::arg("params"), py::arg("observer"),
               py::arg("base_margin"), py::arg("group"), py::arg("threads"));
  c.def("refit", &refit, py::arg("X"), py::arg("y"), py::arg("sample_weight"), py::arg("classes"),
        py::arg("decay_rate"), py::arg("gradients"), py::arg("base_margin"), py::arg("threads"));
  c.def("predict", &predict, py::arg("X"), py::arg("threads") = 0, py::arg("base_margin") = py::none());
  c.def(
      "predict_proba",
      [](const model& self, const py::object& x, int threads, const py::object& base_margin) {
        const margin_argument base(base_margin);
        return table_of<double>(x, self.classes(), [&](auto view, auto out) {
          self.predict_proba(view, out, threads, base.view());
        });
      },
      py::arg("X"), py::arg("threads") = 0, py::arg("base_margin") = py::none());
  c.def(
      "predict_margin",
      [](const model& self, const py::object& x, int threads, const py::object& base_margin) {
        const margin_argument base(base_margin);
        return table_of<double>(x, self.outputs(), [&](auto view, auto out) {
          self.predict_margin(view, out, threads, base.view());
        });
      },
      py::arg("X"), py::arg("threads") = 0, py::arg("base_margin") = py::none());
  c.def(
      "apply",
      [](const model& self, const py::object& x, int threads) {
        return table_of<std::uint32_t>(x, self.trees().trees(),
                                       [&](auto view, auto out) { self.apply(view, out, threads); });
      },
      py::arg("X"), py::arg("threads") = 0);
  c.def(
      "feature_importances",
      [](const model& self, const std::string& type) {
        constexpr const char* names[] = {"gain", "total_gain", "weight", "cover"};
        for (int k = 0; k < 4; ++k) {
          if (type == names[k]) return as_array(self.feature_importances(static_cast<importance>(k)));
        }
        throw argument_error("importance_type", "'" + type + "'", "gain, total_gain, weight or cover");
      },
      py::arg("importance_type"));
  c.def(
      "set_feature_names",
      [](model& self, std::vector<std::string> names) { self.set_feature_names(std::move(names)); },
      py::arg("names"));
  c.def(
      "categories",
      [](const model& self, std::size_t column) { return labels_array(self.categories(column)); },
      py::arg("column"));
  c.def(
      "set_categories",
      [](model& self, std::size_t column, const py::array& labels) {
        self.set_categories(column, category_labels(labels));
      },
      py::arg("column"), py::arg("labels"));
  c.def_property_readonly("feature_names", [](const model& self) { return self.feature_names(); });
  c.def_property_readonly("parameters", &params_of);
  c.def_property_readonly("labels", [](const model& self) { return labels_array(self.labels()); });
  c.def_property_readonly("classes", &model::classes);
  c.def_property_readonly("columns", &model::features);
  c.def_property_readonly("trees", [](const model& self) { return self.trees().trees(); });
  c.def_property_readonly("outputs", &model::outputs);
  c.def_property_readonly("iterations", &model::iterations);
  c.def_property_readonly("base_margins", [](const model& self) {
    return as_array(std::vector<double>(self.base_margins().begin(), self.base_margins().end()));
  });
  c.def_property_readonly("best_iteration", &model::best_iteration);
  c.def_property_readonly("best_score", &model::best_score);
});

}  // namespace
}  // namespace colonnade::python
