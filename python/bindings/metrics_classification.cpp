#include "bind.hpp"
#include "colonnade/metrics/cohen_kappa.hpp"
#include "colonnade/metrics/confusion_matrix.hpp"
#include "label_codes.hpp"

namespace colonnade::python {
namespace {

/// What all metrics of true and predicted classes are computed from.
struct class_table {
  class_list classes;
  std::vector<double>
      cells;  ///< row-major, true class first; empty for multilabel targets and very many classes
  class_margins margins;
  bool multilabel = false, whole = true;

  bool binary() const { return !multilabel && classes.size() <= 2; }
  const char* type() const {
    return multilabel ? "multilabel-indicator" : binary() ? "binary" : "multiclass";
  }
};

/// Counting pairs of labels is shorter still.
constexpr std::size_t short_count = 20'000;

void check_targets(const label_column& truth, const label_column& predicted) {
  check_lengths(truth.rows(), predicted.rows());
  if (truth.rows() == 0) {
    throw py::value_error(
        "Found empty input array (e.g., `y_true` or `y_pred`) while a minimum of 1 sample is required.");
  }
  if (truth.multilabel() != predicted.multilabel()) {
    throw py::value_error(std::string("Classification metrics can't handle a mix of ") +
                          (truth.multilabel() ? "multilabel-indicator" : "one-column") + " and " +
                          (predicted.multilabel() ? "multilabel-indicator" : "one-column") + " targets");
  }
  if (truth.columns() != predicted.columns()) {
    throw py::value_error("Multi-label binary indicator input with different numbers of labels");
  }
  check_same_kind(truth, predicted);
}

void keep_present(const pair_counts& counts, class_table& table) {
  std::vector<std::size_t> present;
  for (std::size_t label = 0; label < counts.side; ++label) {
    if (counts.present(label)) present.push_back(label);
  }
  for (const std::size_t label : present) {
    table.classes.labels.push_back({false, counts.least + static_cast<std::int64_t>(label), {}});
  }
  table.cells.reserve(present.size() * present.size());
  for (const std::size_t t : present) {
    for (const std::size_t p : present) table.cells.push_back(static_cast<double>(counts(t, p)));
  }
}

/// Integers of a small range are counted where they are.
bool count_directly(const label_column& truth, const label_column& predicted, class_table& table) {
  if (truth.text()) return false;
  const auto a = truth.reader(), b = predicted.reader();
  const auto counts = released_above(short_count, truth.rows(), [&]() -> std::optional<pair_counts> {
    const auto of_truth = range_of(a), of_predicted = range_of(b);
    const std::int64_t least = std::min(of_truth.first, of_predicted.first);
    const std::int64_t greatest = std::max(of_truth.second, of_predicted.second);
    if (static_cast<std::uint64_t>(greatest) - static_cast<std::uint64_t>(least) >= 1024) return std::nullopt;
    return count_pairs(a, b, least, greatest);
  });
  if (!counts) return false;
  keep_present(*counts, table);
  return true;
}

void count_codes(const coded_labels& codes, column_view<const double> weight, bool all_cells,
                 class_table& table) {
  const std::size_t classes = codes.classes.size();
  const column_view<const std::int32_t> t(codes.first.data(), codes.first.size()),
      p(codes.second.data(), codes.second.size());
  if (all_cells || classes <= 512) {
    table.cells = fit<confusion_matrix>(class_pairs{t, p, weight}, {classes}).cells();
    return;
  }
  table.margins = class_margins(classes);
  for (std::size_t i = 0; i < t.size(); ++i) {
    const double w = weight.size() == 0 ? 1.0 : weight[i];
    const auto a = static_cast<std::size_t>(t[i]), b = static_cast<std::size_t>(p[i]);
    table.margins.actual[a] += w;
    table.margins.predicted[b] += w;
    if (a == b) table.margins.correct[a] += w;
  }
}

bool whole_weights(py::handle weight) {
  if (weight.is_none() || PyLong_Check(weight.ptr()) != 0) return true;
  const char kind = py::module_::import("numpy").attr("asarray")(weight).cast<py::array>().dtype().kind();
  return kind == 'i' || kind == 'u' || kind == 'b';
}

class_table table_of(const label_column& truth, const label_column& predicted, py::handle weight,
                     bool all_cells) {
  class_table table;
  table.classes.kind = detail::common_kind(truth, predicted);
  table.whole = whole_weights(weight);
  if (!weight.is_none() || !count_directly(truth, predicted, table)) {
    const auto weights = metric_weights(weight, truth.rows());
    const coded_labels codes = code_labels(truth, &predicted);
    released_above(short_count, truth.rows(), [&] { count_codes(codes, weights.view(), all_cells, table); });
    table.classes = codes.classes;
  }
  if (!table.cells.empty()) table.margins = confusion_matrix(table.classes.size(), table.cells).margins();
  return table;
}

/// Indicator matrices: classes are columns, or rows for `samplewise`.
class_table indicator_table(const label_column& truth, const label_column& predicted, py::handle weight,
                            bool samplewise) {
  class_table table;
  table.multilabel = true;
  table.whole = whole_weights(weight);
  const auto weights = metric_weights(weight, truth.rows());
  const std::size_t rows = truth.rows(), columns = truth.columns();
  table.margins = class_margins(samplewise ? rows : columns);
  std::vector<std::int64_t> left(columns), right(columns);
  for (std::size_t i = 0; i < rows; ++i) {
    const std::int64_t* t = truth.read(i * columns, columns, left.data());
    const std::int64_t* p = predicted.read(i * columns, columns, right.data());
    const double w = weights.given() && !samplewise ? weights.view()[i] : 1.0;
    for (std::size_t j = 0; j < columns; ++j) {
      if (t[j] < 0 || t[j] > 1 || p[j] < 0 || p[j] > 1)
        throw py::value_error("multiclass-multioutput is not supported");
      const std::size_t c = samplewise ? i : j;
      table.margins.actual[c] += t[j] != 0 ? w : 0;
      table.margins.predicted[c] += p[j] != 0 ? w : 0;
      table.margins.correct[c] += t[j] != 0 && p[j] != 0 ? w : 0;
    }
  }
  for (std::size_t j = 0; j < columns; ++j)
    table.classes.labels.push_back({false, static_cast<std::int64_t>(j), {}});
  return table;
}

class_table one_column_table(py::handle y_true, py::handle y_pred, py::handle weight,
                             bool all_cells = false) {
  const label_column truth(y_true, "y_true"), predicted(y_pred, "y_pred");
  check_targets(truth, predicted);
  if (truth.multilabel()) throw py::value_error("multilabel-indicator is not supported");
  return table_of(truth, predicted, weight, all_cells);
}

py::array as_whole(std::vector<double> values, bool whole, std::size_t rows = 0, std::size_t columns = 0) {
  const auto shape =
      rows == 0 ? std::vector<py::ssize_t>{static_cast<py::ssize_t>(values.size())}
                : std::vector<py::ssize_t>{static_cast<py::ssize_t>(rows), static_cast<py::ssize_t>(columns)};
  if (!whole) {
    py::array_t<double> out(shape);
    std::copy(values.begin(), values.end(), out.mutable_data());
    return out;
  }
  py::array_t<std::int64_t> out(shape);
  std::transform(values.begin(), values.end(), out.mutable_data(),
                 [](double v) { return static_cast<std::int64_t>(v); });
  return out;
}

// ---- accuracy
// ----------------------------------------------------------------------------------------------------

double weighted_share(const std::vector<std::uint8_t>& right, py::handle weight, bool normalize) {
  const auto weights = metric_weights(weight, right.size());
  const auto w = weights.view();
  double sum = 0, all = 0;
  for (std::size_t i = 0; i < right.size(); ++i) {
    const double one = w.size() == 0 ? 1.0 : w[i];
    sum += right[i] != 0 ? one : 0;
    all += one;
  }
  return normalize ? sum / all : sum;
}

std::vector<std::uint8_t> rows_right(const label_column& truth, const label_column& predicted) {
  std::vector<std::uint8_t> right(truth.rows(), 1);
  if (truth.text()) {
    const coded_labels codes = code_labels(truth, &predicted);
    for (std::size_t i = 0; i < right.size(); ++i) right[i] = codes.first[i] == codes.second[i] ? 1 : 0;
    return right;
  }
  std::int64_t t[1], p[1];
  const std::size_t columns = truth.columns();
  for (std::size_t cell = 0; cell < right.size() * columns; ++cell) {
    if (truth.read(cell, 1, t)[0] != predicted.read(cell, 1, p)[0]) right[cell / columns] = 0;
  }
  return right;
}

double accuracy_score(py::handle y_true, py::handle y_pred, bool normalize, py::handle weight) {
  const label_column truth(y_true, "y_true"), predicted(y_pred, "y_pred");
  check_targets(truth, predicted);
  if (!weight.is_none() || truth.text() || truth.multilabel()) {
    return weighted_share(rows_right(truth, predicted), weight, normalize);
  }
  const auto a = truth.reader(), b = predicted.reader();
  const auto equal =
      static_cast<double>(released_above(short_count, truth.rows(), [&] { return count_equal(a, b); }));
  return normalize ? equal / static_cast<double>(truth.rows()) : equal;
}

// ---- the matrix
// --------------------------------------------------------------------------------------------------

/// The rows and columns of `labels`, in their order; a label that does not occur has zeros.
std::vector<double> selected_cells(const class_table& table, const py::sequence& labels) {
  std::vector<std::ptrdiff_t> at;
  bool any = false;
  for (const py::handle label : labels) {
    at.push_back(table.classes.find(label));
    any = any || (at.back() >= 0 && table.margins.actual[static_cast<std::size_t>(at.back())] != 0);
  }
  if (at.empty()) throw py::value_error("'labels' should contain at least one label.");
  if (!any) throw py::value_error("At least one label specified must be in y_true");
  std::vector<double> cells;
  for (const std::ptrdiff_t t : at) {
    for (const std::ptrdiff_t p : at) {
      const auto k = static_cast<std::ptrdiff_t>(table.classes.size());
      cells.push_back(t < 0 || p < 0 ? 0.0 : table.cells[static_cast<std::size_t>(t * k + p)]);
    }
  }
  return cells;
}

void normalize_cells(std::vector<double>& cells, std::size_t classes, const std::string& how) {
  const class_margins m = confusion_matrix(classes, cells).margins();
  const double all = class_margins(m).pooled().actual[0];
  for (std::size_t t = 0; t < classes; ++t) {
    for (std::size_t p = 0; p < classes; ++p) {
      const double by = how == "true" ? m.actual[t] : how == "pred" ? m.predicted[p] : all;
      double& cell = cells[t * classes + p];
      cell = by == 0 ? 0 : cell / by;
    }
  }
}

/// The matrix of one class has one cell, which scikit-learn warns of in all that is computed from it.
void warn_single_label(std::size_t classes) {
  if (classes != 1) return;
  warn(
      "A single label was found in 'y_true' and 'y_pred'. For the confusion matrix to have the correct shape, use the "
      "'labels' parameter to pass all known labels.",
      "");
}

py::array confusion_matrix_of(py::handle y_true, py::handle y_pred, const py::object& labels,
                              py::handle weight, const std::optional<std::string>& normalize) {
  if (normalize && *normalize != "true" && *normalize != "pred" && *normalize != "all") {
    throw argument_error("normalize", "'" + *normalize + "'", "'true', 'pred', 'all' or None");
  }
  class_table table = one_column_table(y_true, y_pred, weight, true);
  std::vector<double> cells = std::move(table.cells);
  std::size_t classes = table.classes.size();
  if (!labels.is_none()) {
    table.cells = std::move(cells);
    const py::list list(labels);
    cells = selected_cells(table, list);
    classes = list.size();
  }
  if (normalize) normalize_cells(cells, classes, *normalize);
  warn_single_label(classes);
  return as_whole(std::move(cells), table.whole && !normalize, classes, classes);
}

double balanced_accuracy_score(py::handle y_true, py::handle y_pred, py::handle weight, bool adjusted) {
  const class_table table = one_column_table(y_true, y_pred, weight);
  warn_single_label(table.classes.size());
  const auto& actual = table.margins.actual;
  if (std::find(actual.begin(), actual.end(), 0.0) != actual.end())
    warn("y_pred contains classes not in y_true", "");
  return table.margins.balanced_accuracy(adjusted);
}

double matthews_corrcoef(py::handle y_true, py::handle y_pred, py::handle weight) {
  const class_table table = one_column_table(y_true, y_pred, weight);
  warn_single_label(table.classes.size());
  return table.margins.matthews_correlation();
}

double cohen_kappa_score(py::handle y1, py::handle y2, const py::object& labels,
                         const std::optional<std::string>& weights, py::handle weight, double undefined) {
  if (weights && *weights != "linear" && *weights != "quadratic") {
    throw argument_error("weights", "'" + *weights + "'", "'linear', 'quadratic' or None");
  }
  if (undefined < -1 || undefined > 1)
    throw argument_error("replace_undefined_by", std::to_string(undefined), "NaN or -1 to 1");
  const class_table table = one_column_table(y1, y2, weight, true);
  const py::list list = labels.is_none() ? py::list() : py::list(labels);
  std::vector<double> cells = labels.is_none() ? table.cells : selected_cells(table, list);
  const std::size_t classes = labels.is_none() ? table.classes.size() : list.size();
  warn_single_label(classes);
  const auto how = !weights               ? kappa_weights::none
                   : *weights == "linear" ? kappa_weights::linear
                                          : kappa_weights::quadratic;
  const double kappa = cohen_kappa(confusion_matrix(classes, std::move(cells)), how);
  if (kappa == kappa) return kappa;
  warn(
      "`y1`, `y2` and `labels` have at most one label in common. `cohen_kappa_score` is undefined and set to the value "
      "defined by the `replace_undefined_by` param, which is set to " +
          py::str(py::float_(undefined)).cast<std::string>() + ".",
      undefined_metric);
  return undefined;
}

// ---- precision, recall, F
// ----------------------------------------------------------------------------------------

struct zero_division {
  bool warns = false;
  double value = 0;

  explicit zero_division(py::handle x) {
    if (py::isinstance<py::str>(x) && x.cast<std::string>() == "warn") {
      warns = true;
      return;
    }
    value = PyFloat_AsDouble(x.ptr());
    if (PyErr_Occurred() != nullptr) {
      PyErr_Clear();
      value = 2;
    }
    if (!(value == 0 || value == 1 || value != value)) {
      throw argument_error("zero_division", py::repr(x).cast<std::string>(), "'warn', 0, 1 or NaN");
    }
  }
};

void warn_undefined(const char* metric, const char* modifier, bool samplewise, std::size_t results) {
  const std::string one = samplewise ? "sample" : "label", other = samplewise ? "label" : "sample";
  warn(std::string(metric) + " is ill-defined and being set to 0.0 " +
           (results == 1 ? "due to" : "in " + one + "s with") + " no " + modifier + " " + other +
           "s. Use `zero_division` parameter to control this behavior.",
       undefined_metric);
}

/// scikit-learn's checks of `average` with `pos_label`; for "binary" the labels become [pos_label].
py::object labels_of_average(const class_table& table, const std::string& average, const py::object& labels,
                             const py::object& pos_label) {
  if (average != "binary") {
    const bool plain =
        pos_label.is_none() || (py::isinstance<py::int_>(pos_label) && pos_label.cast<std::int64_t>() == 1);
    if (!plain) {
      warn("Note that pos_label (set to " + py::repr(pos_label).cast<std::string>() +
               ") is ignored when average != 'binary' (got " +
               (average == "None" ? average : "'" + average + "'") +
               "). You may use labels=[pos_label] to specify a single positive class.",
           "");
    }
    if (average == "samples" && !table.multilabel)
      throw py::value_error("Samplewise metrics are not available outside of multilabel classification.");
    return labels;
  }
  if (!table.binary()) {
    throw py::value_error(
        std::string("Target is ") + table.type() +
        " but average='binary'. Please choose another average setting, one of [None, 'micro', 'macro', "
        "'weighted'" +
        (table.multilabel ? ", 'samples'" : "") + "].");
  }
  if (table.classes.find(pos_label) < 0 && table.classes.size() >= 2) {
    throw py::value_error("pos_label=" + py::str(pos_label).cast<std::string>() +
                          " is not a valid label. It should be one of " + table.classes.repr());
  }
  py::list only;
  only.append(pos_label);
  return only;
}

class_margins selected_margins(const class_table& table, const py::object& labels) {
  if (labels.is_none()) return table.margins;
  class_margins m;
  for (const py::handle label : py::list(labels)) {
    const std::ptrdiff_t at = table.classes.find(label);
    if (at < 0 && table.multilabel)
      throw py::value_error("All labels must be in [0, n labels) for multilabel targets. Got " +
                            py::str(label).cast<std::string>());
    const auto take = [&](std::vector<double>& to, const std::vector<double>& from) {
      to.push_back(at < 0 ? 0.0 : from[static_cast<std::size_t>(at)]);
    };
    take(m.correct, table.margins.correct);
    take(m.predicted, table.margins.predicted);
    take(m.actual, table.margins.actual);
  }
  return m;
}

class_scores scores_with_warnings(const class_margins& m, double beta, const zero_division& zero,
                                  bool samplewise, const std::vector<std::string>& warn_for) {
  class_scores s = m.scores(beta, zero.value);
  if (!zero.warns) return s;
  const auto wanted = [&](const char* name) {
    return std::find(warn_for.begin(), warn_for.end(), name) != warn_for.end();
  };
  if (s.precision_undefined && wanted("precision"))
    warn_undefined("Precision", "predicted", samplewise, m.classes());
  if (s.recall_undefined && wanted("recall")) warn_undefined("Recall", "true", samplewise, m.classes());
  if (s.f_undefined && wanted("f-score"))
    warn_undefined("F-score", "true nor predicted", samplewise, m.classes());
  return s;
}

/// Labels of an indicator matrix for average="samples": only the chosen columns count.
class_table sample_table(const label_column& truth, const label_column& predicted, const py::object& labels) {
  if (labels.is_none()) return indicator_table(truth, predicted, py::none(), true);
  const auto numpy = py::module_::import("numpy");
  const py::object columns = numpy.attr("asarray")(labels);
  const py::object t = numpy.attr("take")(truth.array(), columns, py::arg("axis") = 1);
  const py::object p = numpy.attr("take")(predicted.array(), columns, py::arg("axis") = 1);
  return indicator_table(label_column(t, "y_true"), label_column(p, "y_pred"), py::none(), true);
}

struct prf_result {
  class_table table;
  class_margins margins;
  class_scores scores;
  std::vector<double> sample_weights;
};

prf_result compute_prf(py::handle y_true, py::handle y_pred, double beta, const py::object& labels,
                       const py::object& pos_label, const std::string& average,
                       const std::vector<std::string>& warn_for, py::handle weight,
                       const zero_division& zero) {
  for (const char* known : {"None", "binary", "micro", "macro", "weighted", "samples", ""}) {
    if (*known == '\0')
      throw argument_error("average", "'" + average + "'",
                           "None, 'binary', 'micro', 'macro', 'weighted' or 'samples'");
    if (average == known) break;
  }
  if (!(beta >= 0)) throw argument_error("beta", std::to_string(beta), "a number of at least 0");
  const label_column truth(y_true, "y_true"), predicted(y_pred, "y_pred");
  check_targets(truth, predicted);
  const bool samplewise = average == "samples";
  prf_result r;
  r.table = !truth.multilabel() ? table_of(truth, predicted, weight, false)
            : samplewise        ? sample_table(truth, predicted, labels)
                                : indicator_table(truth, predicted, weight, false);
  const py::object chosen = labels_of_average(r.table, average, labels, pos_label);
  r.margins = samplewise ? r.table.margins : selected_margins(r.table, chosen);
  if (average == "micro") r.margins = r.margins.pooled();
  r.scores = scores_with_warnings(r.margins, beta, zero, samplewise, warn_for);
  if (samplewise && !weight.is_none()) {
    const auto weights = metric_weights(weight, truth.rows());
    for (std::size_t i = 0; i < truth.rows(); ++i) r.sample_weights.push_back(weights.view()[i]);
  }
  return r;
}

std::string average_name(const py::object& average) {
  return average.is_none() ? "None" : average.cast<std::string>();
}

py::tuple precision_recall_fscore_support(py::handle y_true, py::handle y_pred, double beta,
                                          const py::object& labels, const py::object& pos_label,
                                          const py::object& average, const std::vector<std::string>& warn_for,
                                          py::handle weight, const py::object& zero) {
  const std::string name = average_name(average);
  prf_result r =
      compute_prf(y_true, y_pred, beta, labels, pos_label, name, warn_for, weight, zero_division(zero));
  if (name == "None") {
    return py::make_tuple(as_array(std::move(r.scores.precision)), as_array(std::move(r.scores.recall)),
                          as_array(std::move(r.scores.f)), as_whole(r.margins.actual, weight.is_none()));
  }
  const std::vector<double> weights = name == "weighted" ? r.margins.actual : r.sample_weights;
  return py::make_tuple(average_of(r.scores.precision, weights), average_of(r.scores.recall, weights),
                        average_of(r.scores.f, weights), py::none());
}

/// One of precision (0), recall (1) and F (2).
py::object one_score(int which, py::handle y_true, py::handle y_pred, double beta, const py::object& labels,
                     const py::object& pos_label, const py::object& average, py::handle weight,
                     const py::object& zero) {
  static const char* const names[3] = {"precision", "recall", "f-score"};
  const std::string name = average_name(average);
  prf_result r =
      compute_prf(y_true, y_pred, beta, labels, pos_label, name, {names[which]}, weight, zero_division(zero));
  std::vector<double>& scores = which == 0 ? r.scores.precision : which == 1 ? r.scores.recall : r.scores.f;
  if (name == "None") return as_array(std::move(scores));
  return py::float_(average_of(scores, name == "weighted" ? r.margins.actual : r.sample_weights));
}

// ---- the report
// --------------------------------------------------------------------------------------------------

py::list rounded_averages(const class_margins& chosen, const zero_division& zero, bool weighted) {
  const class_scores s = chosen.scores(1, zero.value);
  const std::vector<double> weights = weighted ? chosen.actual : std::vector<double>();
  py::list out;
  for (const auto* values : {&s.precision, &s.recall, &s.f}) out.append(average_of(*values, weights));
  return out;
}

/// What classification_report prints: labels, the four columns, and the averages by name.
py::dict report_numbers(py::handle y_true, py::handle y_pred, const py::object& labels, py::handle weight,
                        const py::object& zero_value) {
  const zero_division zero(zero_value);
  const label_column truth(y_true, "y_true"), predicted(y_pred, "y_pred");
  check_targets(truth, predicted);
  const class_table table = truth.multilabel() ? indicator_table(truth, predicted, weight, false)
                                               : table_of(truth, predicted, weight, false);
  const class_margins chosen = selected_margins(table, labels);
  const class_scores s = scores_with_warnings(chosen, 1, zero, false, {"precision", "recall", "f-score"});
  bool all_classes = true;
  if (!labels.is_none()) {
    std::vector<std::uint8_t> found(table.classes.size());
    for (const py::handle label : py::list(labels)) {
      const std::ptrdiff_t at = table.classes.find(label);
      if (at >= 0) found[static_cast<std::size_t>(at)] = 1;
    }
    all_classes = std::find(found.begin(), found.end(), 0) == found.end();
  }
  py::dict out;
  out["labels"] = labels.is_none() ? table.classes.to_python() : py::list(labels);
  out["accuracy"] = !table.multilabel && all_classes;
  out["precision"] = as_array(std::vector<double>(s.precision));
  out["recall"] = as_array(std::vector<double>(s.recall));
  out["f1-score"] = as_array(std::vector<double>(s.f));
  out["support"] = as_whole(chosen.actual, weight.is_none());
  out["micro"] = rounded_averages(chosen.pooled(), zero, false);
  out["macro"] = rounded_averages(chosen, zero, false);
  out["weighted"] = rounded_averages(chosen, zero, true);
  if (table.multilabel) {
    const prf_result r = compute_prf(y_true, y_pred, 1, labels, py::none(), "samples", {}, weight, zero);
    py::list samples;
    for (const auto* values : {&r.scores.precision, &r.scores.recall, &r.scores.f})
      samples.append(average_of(*values, r.sample_weights));
    out["samples"] = samples;
  }
  return out;
}

const bindings classification([](py::module_& m) {
  m.def("accuracy_score", &accuracy_score);
  m.def("confusion_matrix_of", &confusion_matrix_of);
  m.def("balanced_accuracy_score", &balanced_accuracy_score);
  m.def("matthews_corrcoef", &matthews_corrcoef);
  m.def("cohen_kappa_score", &cohen_kappa_score);
  m.def("precision_recall_fscore_support", &precision_recall_fscore_support);
  m.def("precision_recall_f_score", &one_score);
  m.def("classification_report_numbers", &report_numbers);
});

}  // namespace
}  // namespace colonnade::python
