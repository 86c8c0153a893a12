#include <cmath>

#include "bind.hpp"
#include "colonnade/metrics/calibration.hpp"
#include "colonnade/metrics/precision_recall_curve.hpp"
#include "colonnade/metrics/roc_auc.hpp"
#include "colonnade/metrics/roc_curve.hpp"
#include "label_codes.hpp"

namespace colonnade::python {
namespace {

using flags = std::vector<std::uint8_t>;

column_view<const std::uint8_t> view_of_flags(const flags& f) { return {f.data(), f.size()}; }

/// Which rows are of the positive class, with the classes that occur (at most three are looked at).
struct binary_target {
  flags positive;
  class_list classes;

  bool one_class() const { return classes.size() < 2; }
};

/// Rows of a column of integers whose range is 1 at most, read without a table of codes; the greater label is
/// positive.
bool read_two_integers(const label_column& y, binary_target& out) {
  if (y.text() || y.rows() == 0) return false;
  const auto [least, greatest] = range_of(y.reader());
  if (static_cast<std::uint64_t>(greatest) - static_cast<std::uint64_t>(least) > 2) return false;
  bool middle = false, low = false, high = false;
  const std::int64_t bottom = least, top = greatest;
  out.positive.resize(y.rows());
  detail::for_labels(y, [&](std::size_t i, std::int64_t label) {
    out.positive[i] = label == top ? 1 : 0;
    low |= label == bottom;
    high |= label == top;
    middle |= label != bottom && label != top;
  });
  if (middle) return false;
  out.classes.kind = y.kind();
  out.classes.labels.push_back({false, least, {}});
  if (greatest != least) out.classes.labels.push_back({false, greatest, {}});
  return true;
}

/// The classes of a target; for one or two of them the greater one is positive.
binary_target read_target(const label_column& y) {
  binary_target out;
  if (read_two_integers(y, out)) return out;
  const coded_labels codes = code_labels(y);
  out.classes = codes.classes;
  if (codes.classes.size() > 2) return out;
  out.positive.resize(y.rows());
  const auto last = static_cast<std::int32_t>(codes.classes.size()) - 1;
  for (std::size_t i = 0; i < y.rows(); ++i) out.positive[i] = codes.first[i] == last ? 1 : 0;
  return out;
}

/// Makes the rows of `pos_label` positive; scikit-learn's rules for None.
void choose_positive(const label_column& y, binary_target& target, const py::object& pos_label) {
  const class_list& classes = target.classes;
  if (pos_label.is_none()) {
    const auto number = [&](std::size_t k) { return classes.labels[k].number; };
    bool known = !y.text() && classes.size() <= 2;
    if (known && classes.size() == 2) known = number(1) == 1 && (number(0) == 0 || number(0) == -1);
    if (known && classes.size() == 1) known = number(0) >= -1 && number(0) <= 1;
    if (!known) {
      std::string list;
      for (const py::handle c : classes.to_python())
        list += (list.empty() ? "" : ", ") + py::repr(c).cast<std::string>();
      throw py::value_error("y_true takes value in {" + list +
                            "} and pos_label is not specified: either make y_true take "
                            "value in {0, 1} or {-1, 1} or pass pos_label explicitly.");
    }
    if (classes.size() == 1) target.positive.assign(y.rows(), number(0) == 1 ? 1 : 0);
    return;
  }
  const std::ptrdiff_t at = classes.find(pos_label);
  const coded_labels codes = code_labels(y);
  target.positive.resize(y.rows());
  for (std::size_t i = 0; i < y.rows(); ++i) target.positive[i] = codes.first[i] == at ? 1 : 0;
}

struct binary_problem {
  label_column y;
  vector_argument score;
  weight_argument weight;
  binary_target target;

  binary_problem(py::handle y_true, py::handle y_score, py::handle sample_weight, const py::object& pos_label,
                 const char* score_name = "y_score")
      : y(y_true, "y_true"), score(y_score, score_name), weight(metric_weights(sample_weight, score.size())) {
    check_lengths(y.rows(), score.size());
    if (y.multilabel()) throw py::value_error("multilabel-indicator format is not supported");
    if (y.rows() == 0)
      throw py::value_error("Found array with 0 sample(s) (shape=(0,)) while a minimum of 1 is required.");
    target = read_target(y);
    if (target.classes.size() > 2 && pos_label.is_none())
      throw py::value_error("multiclass format is not supported");
    choose_positive(y, target, pos_label);
  }
  threshold_counts counts() const {
    return released_above(short_metric, y.rows(), [&] {
      return count_at_thresholds(score.view(), view_of_flags(target.positive), weight.view());
    });
  }
};

py::tuple roc_curve_of(py::handle y_true, py::handle y_score, const py::object& pos_label, py::handle weight,
                       bool drop_intermediate) {
  const binary_problem problem(y_true, y_score, weight, pos_label);
  threshold_counts counts = problem.counts();
  if (counts.negatives() <= 0)
    warn("No negative samples in y_true, false positive value should be meaningless", undefined_metric);
  if (counts.positives() <= 0)
    warn("No positive samples in y_true, true positive value should be meaningless", undefined_metric);
  roc_points points = roc_curve(std::move(counts), drop_intermediate);
  return py::make_tuple(as_array(std::move(points.false_positive_rate)),
                        as_array(std::move(points.true_positive_rate)),
                        as_array(std::move(points.thresholds)));
}

py::tuple precision_recall_curve_of(py::handle y_true, py::handle y_score, const py::object& pos_label,
                                    py::handle weight, bool drop_intermediate) {
  const binary_problem problem(y_true, y_score, weight, pos_label);
  threshold_counts counts = problem.counts();
  if (counts.positives() == 0)
    warn("No positive class found in y_true, recall is set to one for all thresholds.", "");
  precision_recall_points points = precision_recall_curve(std::move(counts), drop_intermediate);
  return py::make_tuple(as_array(std::move(points.precision)), as_array(std::move(points.recall)),
                        as_array(std::move(points.thresholds)));
}

// ---- one number a column: area under the ROC curve, average precision
// --------------------------------------------

using column_metric = double (*)(column_view<const double>, const flags&, column_view<const double>, double);

double auc_of_column(column_view<const double> score, const flags& positive, column_view<const double> weight,
                     double max_fpr) {
  const bool plain = weight.size() == 0 && max_fpr == 1;
  const double auc =
      plain
          ? roc_auc(score, view_of_flags(positive))
          : partial_roc_auc(roc_curve(count_at_thresholds(score, view_of_flags(positive), weight)), max_fpr);
  if (auc != auc)
    warn("Only one class is present in y_true. ROC AUC score is not defined in that case.", undefined_metric);
  return auc;
}

double precision_of_column(column_view<const double> score, const flags& positive,
                           column_view<const double> weight, double) {
  const threshold_counts counts = count_at_thresholds(score, view_of_flags(positive), weight);
  if (counts.positives() == 0)
    warn("No positive class found in y_true, recall is set to one for all thresholds.", "");
  return average_precision(counts);
}

/// Scores as float64 with any strides.
class score_matrix {
 public:
  explicit score_matrix(py::handle x) : given_(x, "y_score") {
    array_ = given_.is_float32() ? given_.array().attr("astype")("float64") : py::object(given_.array());
  }
  std::size_t rows() const { return given_.rows(); }
  std::size_t columns() const { return given_.columns(); }
  matrix_view<const double> view() const { return detail::view_of<double>(array_); }
  column_view<const double> column(std::size_t j) const {
    return {view().column(j), rows(), view().row_stride()};
  }
  column_view<const double> row(std::size_t i) const {
    return {view().row(i), columns(), view().column_stride()};
  }

 private:
  matrix_argument given_;
  py::array array_;
};

/// Indicators (0 or 1) in row-major order beside scores of the same shape, and how to average over columns.
struct indicator_problem {
  flags indicators;
  const score_matrix& score;
  column_view<const double> weight;
  double max_fpr = 1;

  flags column(std::size_t j) const {
    flags f(score.rows());
    for (std::size_t i = 0; i < f.size(); ++i) f[i] = indicators[i * score.columns() + j];
    return f;
  }
  double micro(column_metric metric) const {
    std::vector<double> all, weights;
    for (std::size_t i = 0; i < score.rows(); ++i) {
      for (std::size_t j = 0; j < score.columns(); ++j) {
        all.push_back(score.view()(i, j));
        if (weight.size() != 0) weights.push_back(weight[i]);
      }
    }
    return metric({all.data(), all.size()}, indicators, {weights.data(), weights.size()}, max_fpr);
  }
  std::vector<double> by_sample(column_metric metric) const {
    std::vector<double> scores;
    for (std::size_t i = 0; i < score.rows(); ++i) {
      const auto first = indicators.begin() + static_cast<std::ptrdiff_t>(i * score.columns());
      scores.push_back(metric(
          score.row(i), flags(first, first + static_cast<std::ptrdiff_t>(score.columns())), {}, max_fpr));
    }
    return scores;
  }
  std::vector<double> by_column(column_metric metric) const {
    std::vector<double> scores;
    for (std::size_t j = 0; j < score.columns(); ++j)
      scores.push_back(metric(score.column(j), column(j), weight, max_fpr));
    return scores;
  }
  std::vector<double> support() const {
    std::vector<double> sums(score.columns());
    for (std::size_t i = 0; i < score.rows(); ++i) {
      for (std::size_t j = 0; j < score.columns(); ++j) {
        if (indicators[i * score.columns() + j] != 0) sums[j] += weight.size() == 0 ? 1.0 : weight[i];
      }
    }
    return sums;
  }
};

double weighted_mean(const std::vector<double>& values, const std::vector<double>& weights) {
  double sum = 0, all = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double w = weights.empty() ? 1.0 : weights[i];
    // A column without weight counts as 0, even if its score is not defined.
    sum += !weights.empty() && w == 0 ? 0 : w * values[i];
    all += w;
  }
  return sum / all;
}

py::object average_columns(const indicator_problem& problem, column_metric metric,
                           const std::string& average) {
  if (average == "micro") return py::float_(problem.micro(metric));
  if (average == "samples") {
    std::vector<double> weights;
    for (std::size_t i = 0; i < problem.weight.size(); ++i) weights.push_back(problem.weight[i]);
    return py::float_(weighted_mean(problem.by_sample(metric), weights));
  }
  if (average == "weighted") {
    const std::vector<double> support = problem.support();
    if (std::all_of(support.begin(), support.end(), [](double s) { return s == 0; })) return py::int_(0);
    return py::float_(weighted_mean(problem.by_column(metric), support));
  }
  std::vector<double> scores = problem.by_column(metric);
  if (average == "None") return as_array(std::move(scores));
  return py::float_(weighted_mean(scores, {}));
}

flags indicators_of(const label_column& y) {
  flags f;
  std::vector<std::int64_t> buffer(y.columns());
  for (std::size_t i = 0; i < y.rows(); ++i) {
    const std::int64_t* row = y.read(i * y.columns(), y.columns(), buffer.data());
    for (std::size_t j = 0; j < y.columns(); ++j) {
      if (row[j] != 0 && row[j] != 1) throw py::value_error("multiclass-multioutput format is not supported");
      f.push_back(row[j] != 0 ? 1 : 0);
    }
  }
  return f;
}

flags indicators_of(const std::vector<std::int32_t>& codes, std::size_t classes) {
  flags f(codes.size() * classes);
  for (std::size_t i = 0; i < codes.size(); ++i) {
    if (codes[i] >= 0) f[i * classes + static_cast<std::size_t>(codes[i])] = 1;
  }
  return f;
}

py::object multilabel_score(const label_column& y, py::handle y_score, py::handle sample_weight,
                            column_metric metric, const std::string& average, double max_fpr) {
  const score_matrix score(y_score);
  check_lengths(y.rows(), score.rows());
  if (score.columns() != y.columns())
    throw argument_error("y_score", std::to_string(score.columns()) + " columns",
                         std::to_string(y.columns()));
  const auto weight = metric_weights(sample_weight, y.rows());
  return average_columns({indicators_of(y), score, weight.view(), max_fpr}, metric, average);
}

// ---- multiclass
// --------------------------------------------------------------------------------------------------

/// Codes over `labels` (which must be ordered) or over the classes that occur.
coded_labels codes_over(const label_column& y, const py::object& labels, std::size_t columns) {
  coded_labels codes = code_labels(y);
  if (labels.is_none()) {
    if (codes.classes.size() == columns) return codes;
    throw py::value_error("Number of classes in y_true not equal to the number of columns in 'y_score'");
  }
  class_list given;
  given.kind = codes.classes.kind;
  for (const py::handle x : py::list(labels)) {
    class_label label;
    if (!class_label::from_python(x, label))
      throw argument_error("labels", py::repr(x).cast<std::string>(), "class labels");
    if (!given.labels.empty() && label == given.labels.back())
      throw py::value_error("Parameter 'labels' must be unique");
    if (!given.labels.empty() && label < given.labels.back())
      throw py::value_error("Parameter 'labels' must be ordered");
    given.labels.push_back(label);
  }
  if (given.size() != columns) {
    throw py::value_error("Number of given labels, " + std::to_string(given.size()) +
                          ", not equal to the number of columns in 'y_score', " + std::to_string(columns));
  }
  std::vector<std::int32_t> to;
  for (const class_label& label : codes.classes.labels) {
    const auto at = std::lower_bound(given.labels.begin(), given.labels.end(), label);
    if (at == given.labels.end() || !(*at == label))
      throw py::value_error("'y_true' contains labels not in parameter 'labels'");
    to.push_back(static_cast<std::int32_t>(at - given.labels.begin()));
  }
  for (std::int32_t& code : codes.first) code = to[static_cast<std::size_t>(code)];
  codes.classes = std::move(given);
  return codes;
}

/// Hand and Till (2001): the mean over pairs of classes of the areas of either against the other.
double one_against_one(const coded_labels& codes, const score_matrix& score, bool weighted) {
  const std::size_t classes = codes.classes.size(), rows = codes.first.size();
  std::vector<std::vector<std::size_t>> rows_of(classes);
  for (std::size_t i = 0; i < rows; ++i) rows_of[static_cast<std::size_t>(codes.first[i])].push_back(i);
  std::vector<double> areas, prevalence;
  const auto area = [&](std::size_t a, std::size_t b) {
    std::vector<double> x;
    flags positive;
    for (const std::size_t i : rows_of[a]) x.push_back(score.view()(i, a)), positive.push_back(1);
    for (const std::size_t i : rows_of[b]) x.push_back(score.view()(i, a)), positive.push_back(0);
    return auc_of_column({x.data(), x.size()}, positive, {}, 1);
  };
  for (std::size_t a = 0; a < classes; ++a) {
    for (std::size_t b = a + 1; b < classes; ++b) {
      if (rows_of[a].empty() || rows_of[b].empty()) continue;
      prevalence.push_back(static_cast<double>(rows_of[a].size() + rows_of[b].size()) /
                           static_cast<double>(rows));
      areas.push_back((area(a, b) + area(b, a)) / 2);
    }
  }
  return weighted_mean(areas, weighted ? prevalence : std::vector<double>());
}

void check_probabilities(const score_matrix& score) {
  for (std::size_t i = 0; i < score.rows(); ++i) {
    double sum = 0;
    for (std::size_t j = 0; j < score.columns(); ++j) sum += score.view()(i, j);
    if (!(std::fabs(sum - 1) <= 1e-8 + 1e-5 * std::fabs(sum))) {
      throw py::value_error(
          "Target scores need to be probabilities for multiclass roc_auc, i.e. they should sum up to 1.0 over classes");
    }
  }
}

py::object multiclass_auc(const label_column& y, py::handle y_score, const std::string& average,
                          py::handle sample_weight, const std::string& multi_class,
                          const py::object& labels) {
  const py::array scores = detail::numpy_array(y_score, "y_score");
  if (scores.ndim() != 2) {
    throw py::value_error(
        "`y_score` needs to be of shape `(n_samples, n_classes)`, since `y_true` contains multiple "
        "classes. Got `y_score.shape=" +
        detail::shape_text(scores) + "`.");
  }
  const score_matrix score(scores);
  check_lengths(y.rows(), score.rows());
  check_probabilities(score);
  const bool ovr = multi_class == "ovr";
  if (average == "samples" || (average == "micro" && !ovr)) {
    throw py::value_error(std::string("average must be one of (") + (ovr ? "'micro', " : "") +
                          "'macro', 'weighted', None) for multiclass problems");
  }
  if (average == "None" && !ovr) {
    PyErr_SetString(PyExc_NotImplementedError, "average=None is not implemented for multi_class='ovo'.");
    throw py::error_already_set();
  }
  const coded_labels codes = codes_over(y, labels, score.columns());
  if (ovr) {
    const auto weight = metric_weights(sample_weight, y.rows());
    return average_columns({indicators_of(codes.first, score.columns()), score, weight.view()},
                           &auc_of_column, average);
  }
  if (!sample_weight.is_none()) {
    throw py::value_error(
        "sample_weight is not supported for multiclass one-vs-one ROC AUC, 'sample_weight' must be None in this case.");
  }
  return py::float_(one_against_one(codes, score, average == "weighted"));
}

std::string checked_average(const py::object& average) {
  const std::string name = average.is_none() ? "None" : average.cast<std::string>();
  for (const char* known : {"None", "micro", "macro", "weighted", "samples"}) {
    if (name == known) return name;
  }
  throw argument_error("average", "'" + name + "'", "None, 'micro', 'macro', 'weighted' or 'samples'");
}

double checked_max_fpr(const py::object& max_fpr) {
  const double value = max_fpr.is_none() ? 1 : max_fpr.cast<double>();
  if (!(value > 0 && value <= 1))
    throw argument_error("max_fpr", py::repr(max_fpr).cast<std::string>(),
                         "None or a number above 0, at most 1");
  return value;
}

py::object roc_auc_score(py::handle y_true, py::handle y_score, const py::object& average,
                         py::handle sample_weight, const py::object& max_fpr, const std::string& multi_class,
                         const py::object& labels) {
  if (multi_class != "raise" && multi_class != "ovr" && multi_class != "ovo") {
    throw argument_error("multi_class", "'" + multi_class + "'", "'raise', 'ovr' or 'ovo'");
  }
  const std::string by = checked_average(average);
  const double up_to = checked_max_fpr(max_fpr);
  const label_column y(y_true, "y_true");
  if (y.rows() == 0)
    throw py::value_error("Found array with 0 sample(s) (shape=(0,)) while a minimum of 1 is required.");
  if (y.multilabel()) return multilabel_score(y, y_score, sample_weight, &auc_of_column, by, up_to);
  const binary_target target = read_target(y);
  const bool wide = py::isinstance<py::array>(y_score) && y_score.cast<py::array>().ndim() == 2 &&
                    y_score.cast<py::array>().shape(1) > 2;
  if (target.classes.size() > 2 || wide) {
    if (up_to != 1) {
      throw py::value_error(
          "Partial AUC computation not available in multiclass setting, 'max_fpr' must be set to `None`, "
          "received `max_fpr=" +
          py::str(max_fpr).cast<std::string>() + "` instead");
    }
    if (multi_class == "raise") throw py::value_error("multi_class must be in ('ovo', 'ovr')");
    return multiclass_auc(y, y_score, by, sample_weight, multi_class, labels);
  }
  const vector_argument score(y_score, "y_score", values::any);
  check_lengths(y.rows(), score.size());
  const auto weight = metric_weights(sample_weight, y.rows());
  if (target.one_class() || !sample_weight.is_none() || up_to != 1) {
    // The thresholds are counted with the GIL: this path may warn.
    return py::float_(auc_of_column(score.view(), target.positive, weight.view(), up_to));
  }
  return py::float_(released_above(short_metric, y.rows(),
                                   [&] { return roc_auc(score.view(), view_of_flags(target.positive)); }));
}

py::object average_precision_score(py::handle y_true, py::handle y_score, const py::object& average,
                                   const py::object& pos_label, py::handle sample_weight) {
  const std::string by = checked_average(average);
  const label_column y(y_true, "y_true");
  const bool plain = py::isinstance<py::int_>(pos_label) && pos_label.cast<std::int64_t>() == 1;
  if (y.rows() == 0)
    throw py::value_error("Found array with 0 sample(s) (shape=(0,)) while a minimum of 1 is required.");
  if (y.multilabel()) {
    if (!plain)
      throw py::value_error(
          "Parameter pos_label is fixed to 1 for multilabel-indicator y_true. Do not set pos_label or set pos_label to 1.");
    return multilabel_score(y, y_score, sample_weight, &precision_of_column, by, 1);
  }
  const coded_labels codes = code_labels(y);
  if (codes.classes.size() > 2) {
    if (!plain)
      throw py::value_error(
          "Parameter pos_label is fixed to 1 for multiclass y_true. Do not set pos_label or set pos_label to 1.");
    const py::array scores = detail::numpy_array(y_score, "y_score");
    if (scores.ndim() != 2 || static_cast<std::size_t>(scores.shape(1)) != codes.classes.size()) {
      throw py::value_error(
          "`y_score` needs to be of shape `(n_samples, n_classes)`, since `y_true` contains multiple classes. Got `y_score.shape=" +
          detail::shape_text(scores) + "`.");
    }
    const score_matrix score(scores);
    check_lengths(y.rows(), score.rows());
    const auto weight = metric_weights(sample_weight, y.rows());
    return average_columns({indicators_of(codes.first, score.columns()), score, weight.view()},
                           &precision_of_column, by);
  }
  if (codes.classes.size() == 2 && codes.classes.find(pos_label) < 0) {
    throw py::value_error("pos_label=" + py::str(pos_label).cast<std::string>() +
                          " is not a valid label. It should be one of " + codes.classes.repr());
  }
  const binary_problem problem(y_true, y_score, sample_weight, pos_label);
  return py::float_(
      precision_of_column(problem.score.view(), problem.target.positive, problem.weight.view(), 1));
}

py::tuple roc_auc_interval_of(py::handle y_true, py::handle y_score, double confidence) {
  const label_column y(y_true, "y_true");
  const vector_argument score(y_score, "y_score", values::any);
  check_lengths(y.rows(), score.size());
  const binary_target target = read_target(y);
  if (y.multilabel() || target.classes.size() > 2)
    throw py::value_error("multiclass format is not supported: roc_auc_interval needs two classes");
  if (!target.one_class()) {
    const auto r = released_above(short_metric, y.rows(), [&] {
      return roc_auc_interval(ranked_scores(score.view(), view_of_flags(target.positive)), confidence);
    });
    return py::make_tuple(r.auc, r.low, r.high, r.standard_error);
  }
  warn("Only one class is present in y_true. ROC AUC score is not defined in that case.", undefined_metric);
  return py::make_tuple(NAN, NAN, NAN, NAN);
}

py::tuple calibration_curve_of(py::handle y_true, py::handle y_prob, const py::object& pos_label,
                               std::size_t n_bins, const std::string& strategy) {
  if (strategy != "uniform" && strategy != "quantile") {
    throw py::value_error(
        "Invalid entry to 'strategy' input. Strategy must be either 'quantile' or 'uniform'.");
  }
  binary_problem problem(y_true, y_prob, py::none(), pos_label, "y_prob");
  if (problem.target.classes.size() > 2) {
    throw py::value_error("Only binary classification is supported. Provided labels " +
                          problem.target.classes.repr() + ".");
  }
  calibration_points points =
      calibration_curve(view_of_flags(problem.target.positive), problem.score.view(), n_bins,
                        strategy == "uniform" ? calibration_bins::uniform : calibration_bins::quantile);
  return py::make_tuple(as_array(std::move(points.observed)), as_array(std::move(points.predicted)));
}

const bindings ranking([](py::module_& m) {
  m.def("roc_curve_of", &roc_curve_of);
  m.def("precision_recall_curve_of", &precision_recall_curve_of);
  m.def("roc_auc_score", &roc_auc_score);
  m.def("average_precision_score", &average_precision_score);
  m.def("roc_auc_interval_of", &roc_auc_interval_of);
  m.def("calibration_curve_of", &calibration_curve_of);
});

}  // namespace
}  // namespace colonnade::python
