#include <cmath>

#include "bind.hpp"
#include "colonnade/metrics/probability_losses.hpp"
#include "colonnade/metrics/regression_errors.hpp"
#include "label_codes.hpp"

namespace colonnade::python {
namespace {

// ---- probabilities
// -----------------------------------------------------------------------------------------------

/// Probabilities as a matrix; a vector is one column.
class probability_argument {
 public:
  explicit probability_argument(py::handle x) : array_(detail::numbers(x, "y_proba")) {
    if (array_.ndim() == 1) array_ = array_.attr("reshape")(-1, 1);
    matrix_.emplace(array_, "y_proba");
    matrix_->visit([](auto view) {
      double least = 0, greatest = 1;
      for (std::size_t i = 0; i < view.rows(); ++i) {
        for (std::size_t j = 0; j < view.columns(); ++j) {
          least = std::min(least, static_cast<double>(view(i, j)));
          greatest = std::max(greatest, static_cast<double>(view(i, j)));
        }
      }
      if (greatest > 1)
        throw py::value_error("y_prob contains values greater than 1: " + std::to_string(greatest));
      if (least < 0) throw py::value_error("y_prob contains values lower than 0: " + std::to_string(least));
    });
  }
  const matrix_argument& matrix() const { return *matrix_; }
  std::size_t columns() const { return matrix_->columns(); }
  double epsilon() const { return matrix_->is_float32() ? 0x1p-23 : 0x1p-52; }

  void warn_unless_normalized() const {
    if (columns() == 1) return;
    const double tolerance = std::sqrt(epsilon());
    const bool normalized = matrix_->visit([&](auto view) {
      for (std::size_t i = 0; i < view.rows(); ++i) {
        double sum = 0;
        for (std::size_t j = 0; j < view.columns(); ++j) sum += static_cast<double>(view(i, j));
        if (!(std::fabs(sum - 1) <= tolerance)) return false;
      }
      return true;
    });
    if (!normalized) warn("The y_prob values do not sum to one. Make sure to pass probabilities.", "");
  }

 private:
  py::array array_;
  std::optional<matrix_argument> matrix_;
};

/// Class numbers over the sorted `labels` (or the classes that occur), checked against the columns.
std::vector<std::int32_t> codes_of_classes(const label_column& y, const py::object& labels,
                                           std::size_t columns) {
  coded_labels codes = code_labels(y);
  class_list classes = codes.classes;
  if (!labels.is_none()) {
    const label_column given(labels, "labels");
    check_same_kind(y, given);
    classes = code_labels(given).classes;
    if (given.rows() == classes.size()) {
      bool ordered = true;
      std::ptrdiff_t k = 0;
      for (const py::handle x : py::list(labels)) ordered = ordered && classes.find(x) == k++;
      if (!ordered) {
        warn("Labels passed were " + py::str(labels).cast<std::string>() +
                 ". But this function assumes labels are ordered "
                 "lexicographically. Pass the ordered labels=" +
                 py::str(classes.to_python()).cast<std::string>() +
                 " and ensure that the columns of y_prob correspond to this ordering.",
             "");
      }
    }
    std::vector<std::int32_t> to;
    for (const class_label& label : codes.classes.labels) {
      const std::ptrdiff_t at = classes.find(label.to_python('i'));
      if (at < 0)
        throw py::value_error(
            "y_true contains values " + py::str(label.to_python(codes.classes.kind)).cast<std::string>() +
            " not belonging to the passed labels " + py::str(labels).cast<std::string>() + ".");
      to.push_back(static_cast<std::int32_t>(at));
    }
    for (std::int32_t& code : codes.first) code = to[static_cast<std::size_t>(code)];
  }
  if (classes.size() == 1) {
    throw py::value_error(
        labels.is_none()
            ? "y_true contains only one label (" +
                  py::str(classes.labels[0].to_python(classes.kind)).cast<std::string>() +
                  "). Please provide the list of all expected class labels explicitly through the labels argument."
            : "The labels array needs to contain at least two labels, got " + classes.repr() + ".");
  }
  const std::size_t expected = std::max<std::size_t>(columns, 2);
  if (classes.size() != expected) {
    throw py::value_error(
        labels.is_none()
            ? "y_true and y_prob contain different number of classes: " + std::to_string(classes.size()) +
                  " vs " + std::to_string(expected) +
                  ". Please provide the true labels explicitly through the labels argument. Classes found in y_true: " +
                  classes.repr()
            : "The number of classes in labels is different from that in y_prob. Classes found in labels: " +
                  classes.repr());
  }
  return codes.first;
}

column_view<const std::int32_t> view_of_codes(const std::vector<std::int32_t>& codes) {
  return {codes.data(), codes.size()};
}

double log_loss_of(py::handle y_true, py::handle y_proba, bool normalize, py::handle sample_weight,
                   const py::object& labels) {
  const probability_argument probability(y_proba);
  const label_column y(y_true, "y_true");
  check_lengths(probability.matrix().rows(), y.rows());
  const auto weight = metric_weights(sample_weight, y.rows());
  const std::vector<std::int32_t> codes = codes_of_classes(y, labels, probability.columns());
  probability.warn_unless_normalized();
  const double epsilon = probability.epsilon();
  const auto w = weight.view();
  const loss_sums sums = probability.matrix().visit([&](auto view) {
    return released_above(short_metric, y.rows(),
                          [&] { return log_loss(view_of_codes(codes), view, w, epsilon); });
  });
  return normalize ? sums.mean() : sums.loss;
}

/// Codes for a binary Brier score: 1 for `pos_label` (or for the greater label).
std::vector<std::int32_t> binary_codes(const label_column& y, const py::object& pos_label) {
  const coded_labels codes = code_labels(y);
  if (codes.classes.size() > 2) {
    throw py::value_error(
        "The type of the target inferred from y_true is multiclass but should be binary according to the shape of y_prob.");
  }
  std::ptrdiff_t at = static_cast<std::ptrdiff_t>(codes.classes.size()) - 1;
  if (!pos_label.is_none()) {
    at = codes.classes.find(pos_label);
  } else if (y.text()) {
    throw py::value_error(
        "y_true takes value in " + codes.classes.repr() +
        " and pos_label is not specified: either make y_true take value in {0, 1} or {-1, 1} or pass pos_label explicitly.");
  } else if (codes.classes.size() == 1) {
    // One class: 1 is positive, 0 and -1 are negative; any other is the greater label.
    const std::int64_t only = codes.classes.labels[0].number;
    if (only == 0 || only == -1) at = -1;
  }
  std::vector<std::int32_t> out(y.rows());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = codes.first[i] == at ? 1 : 0;
  return out;
}

double brier_score_loss_of(py::handle y_true, py::handle y_proba, py::handle sample_weight,
                           const py::object& pos_label, const py::object& labels,
                           const py::object& scale_by_half) {
  const probability_argument probability(y_proba);
  const label_column y(y_true, "y_true");
  check_lengths(probability.matrix().rows(), y.rows());
  const auto weight = metric_weights(sample_weight, y.rows());
  const std::vector<std::int32_t> codes = probability.columns() == 1
                                              ? binary_codes(y, pos_label)
                                              : codes_of_classes(y, labels, probability.columns());
  if (probability.columns() > 1) probability.warn_unless_normalized();
  const bool automatic = py::isinstance<py::str>(scale_by_half);
  if (automatic && scale_by_half.cast<std::string>() != "auto")
    throw argument_error("scale_by_half", py::repr(scale_by_half).cast<std::string>(),
                         "'auto', True or False");
  const bool half = automatic ? probability.columns() < 3 : scale_by_half.cast<bool>();
  const double score = probability.matrix().visit([&](auto view) {
    return released_above(short_metric, y.rows(),
                          [&] { return brier_score(view_of_codes(codes), view, weight.view()).mean(); });
  });
  return half ? score / 2 : score;
}

// ---- regression
// --------------------------------------------------------------------------------------------------

py::array outputs(py::handle x, const char* name) {
  const py::array a = detail::numbers(x, name);
  if (a.ndim() != 1) return a;
  return a.attr("reshape")(-1, 1);
}

struct regression_problem {
  matrix_argument truth, predicted;
  weight_argument weight;

  regression_problem(py::handle y_true, py::handle y_pred, py::handle sample_weight)
      : truth(outputs(y_true, "y_true"), "y_true"),
        predicted(outputs(y_pred, "y_pred"), "y_pred"),
        weight(metric_weights(sample_weight, truth.rows())) {
    check_lengths(truth.rows(), predicted.rows());
    if (truth.columns() != predicted.columns()) {
      throw py::value_error("y_true and y_pred have different number of output (" +
                            std::to_string(truth.columns()) + "!=" + std::to_string(predicted.columns()) +
                            ")");
    }
  }
  std::vector<regression_errors> errors() const {
    return truth.visit([&](auto t) {
      return predicted.visit([&](auto p) {
        return released_above(short_metric, truth.rows() * truth.columns(), [&] {
          std::vector<regression_errors> all;
          for (std::size_t j = 0; j < t.columns(); ++j) {
            all.push_back(sum_errors(column_view(t.column(j), t.rows(), t.row_stride()),
                                     column_view(p.column(j), p.rows(), p.row_stride()), weight.view()));
          }
          return all;
        });
      });
    });
  }
};

double mean_over_outputs(const std::vector<double>& values, const std::vector<double>& weights) {
  double sum = 0, all = 0;
  for (std::size_t j = 0; j < values.size(); ++j) {
    const double w = weights.empty() ? 1.0 : weights[j];
    sum += w * values[j];
    all += w;
  }
  return sum / all;
}

/// Raw values, their plain mean, or a mean with the weights that `multioutput` gives.
py::object combine(std::vector<double> values, const py::object& multioutput, bool one_may_weigh = false) {
  if (py::isinstance<py::str>(multioutput)) {
    const auto how = multioutput.cast<std::string>();
    if (how == "raw_values") return as_array(std::move(values));
    if (how != "uniform_average")
      throw argument_error("multioutput", "'" + how + "'",
                           "'raw_values', 'uniform_average' or one weight an output");
    return py::float_(mean_over_outputs(values, {}));
  }
  if (multioutput.is_none()) return py::float_(mean_over_outputs(values, {}));
  const vector_argument given(multioutput, "multioutput");
  if (values.size() == 1 && !one_may_weigh)
    throw py::value_error("Custom weights are useful only in multi-output cases.");
  if (given.size() != values.size()) {
    throw py::value_error("There must be equally many custom weights (" + std::to_string(given.size()) +
                          ") as outputs (" + std::to_string(values.size()) + ").");
  }
  std::vector<double> weights;
  for (std::size_t j = 0; j < given.size(); ++j) weights.push_back(given.view()[j]);
  return py::float_(mean_over_outputs(values, weights));
}

/// kind: 0 squared, 1 root of squared, 2 absolute.
py::object regression_error_of(int kind, py::handle y_true, py::handle y_pred, py::handle sample_weight,
                               const py::object& multioutput) {
  std::vector<double> values;
  for (const regression_errors& e : regression_problem(y_true, y_pred, sample_weight).errors()) {
    values.push_back(kind == 0   ? e.mean_squared_error()
                     : kind == 1 ? e.root_mean_squared_error()
                                 : e.mean_absolute_error());
  }
  // scikit-learn takes the weight of a single output here, and nowhere else.
  return combine(std::move(values), multioutput, kind == 1);
}

py::object r2_score_of(py::handle y_true, py::handle y_pred, py::handle sample_weight,
                       const py::object& multioutput, bool force_finite) {
  const regression_problem problem(y_true, y_pred, sample_weight);
  if (problem.truth.rows() < 2) {
    warn("R^2 score is not well-defined with less than two samples.", undefined_metric);
    return py::float_(NAN);
  }
  std::vector<double> values, variations;
  for (const regression_errors& e : problem.errors()) {
    values.push_back(e.r2(force_finite));
    variations.push_back(e.variation);
  }
  if (py::isinstance<py::str>(multioutput) && multioutput.cast<std::string>() == "variance_weighted") {
    const bool constant = std::all_of(variations.begin(), variations.end(), [](double v) { return v == 0; });
    return py::float_(mean_over_outputs(values, constant ? std::vector<double>() : variations));
  }
  return combine(std::move(values), multioutput);
}

const bindings losses([](py::module_& m) {
  m.def("log_loss_of", &log_loss_of);
  m.def("brier_score_loss_of", &brier_score_loss_of);
  m.def("regression_error_of", &regression_error_of);
  m.def("r2_score_of", &r2_score_of);
});

}  // namespace
}  // namespace colonnade::python
