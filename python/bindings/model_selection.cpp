#include "bind.hpp"
#include "colonnade/model_selection/k_fold.hpp"
#include "colonnade/model_selection/stratified_k_fold.hpp"
#include "colonnade/model_selection/train_test_split.hpp"
#include "label_codes.hpp"

namespace colonnade::python {
namespace {

/// Class numbers of a stratum a row: labels, or the rows of an indicator matrix.
std::vector<std::int32_t> strata_of(py::handle y, const char* name) {
  const label_column labels(y, name);
  if (!labels.multilabel()) return code_labels(labels).first;
  hash_table<std::string_view> rows;
  std::vector<std::int32_t> codes(labels.rows());
  std::vector<std::int64_t> buffer(labels.columns());
  for (std::size_t i = 0; i < labels.rows(); ++i) {
    const std::int64_t* row = labels.read(i * labels.columns(), labels.columns(), buffer.data());
    codes[i] =
        static_cast<std::int32_t>(rows.insert({reinterpret_cast<const char*>(row), 8 * labels.columns()}));
  }
  return codes;
}

std::optional<split_size> size_argument(const py::object& size, const char* name) {
  if (size.is_none()) return std::nullopt;
  const auto numpy = py::module_::import("numpy");
  const char kind = py::array(numpy.attr("asarray")(size)).dtype().kind();
  if (py::isinstance<py::bool_>(size) || (kind != 'i' && kind != 'u' && kind != 'f')) {
    throw argument_error(name, py::repr(size).cast<std::string>(),
                         "a whole number of rows, or a share between 0 and 1");
  }
  return split_size{size.cast<double>(), kind == 'f'};
}

py::tuple as_tuple(row_split split) {
  return py::make_tuple(as_array(std::move(split.train)), as_array(std::move(split.test)));
}

py::tuple split_rows(std::size_t rows, const py::object& test_size, const py::object& train_size,
                     bool shuffle, std::uint64_t seed, const py::object& stratify) {
  const split_sizes sizes =
      sizes_of_split(rows, size_argument(test_size, "test_size"), size_argument(train_size, "train_size"));
  if (stratify.is_none()) {
    return as_tuple(released(
        [&] { return train_test_split(rows, sizes, shuffle ? std::optional(seed) : std::nullopt); }));
  }
  if (!shuffle) throw py::value_error("Stratified train/test split is not implemented for shuffle=False");
  const auto strata = strata_of(stratify, "stratify");
  check_lengths(rows, strata.size());
  return as_tuple(
      released([&] { return stratified_train_test_split({strata.data(), strata.size()}, sizes, seed); }));
}

py::array folds_of_rows(std::size_t rows, std::size_t n_splits, bool shuffle, std::uint64_t seed) {
  return as_array(k_fold(rows, {n_splits, shuffle, seed}));
}

py::array stratified_folds(const py::object& y, std::size_t n_splits, bool shuffle, std::uint64_t seed) {
  const label_column labels(y, "y");
  if (labels.multilabel()) {
    throw py::value_error(
        "Supported target types are: ('binary', 'multiclass'). Got 'multilabel-indicator' instead.");
  }
  const auto codes = code_labels(labels).first;
  auto folds = stratified_k_fold({codes.data(), codes.size()}, {n_splits, shuffle, seed});
  std::vector<std::size_t> members;
  for (const std::int32_t code : codes) {
    if (static_cast<std::size_t>(code) >= members.size()) members.resize(static_cast<std::size_t>(code) + 1);
    ++members[static_cast<std::size_t>(code)];
  }
  const std::size_t fewest = *std::min_element(members.begin(), members.end());
  if (fewest < n_splits) {
    warn("The least populated class in y has only " + std::to_string(fewest) +
             " members, which is less than n_splits=" + std::to_string(n_splits) + ".",
         "");
  }
  return as_array(std::move(folds));
}

py::tuple rows_of_fold_of(const py::array_t<std::int32_t, py::array::c_style>& folds, std::int32_t fold) {
  return as_tuple(rows_of_fold({folds.data(), folds.data() + folds.size()}, fold));
}

const bindings model_selection([](py::module_& m) {
  m.def("split_rows", &split_rows);
  m.def("folds_of_rows", &folds_of_rows);
  m.def("stratified_folds", &stratified_folds);
  m.def("rows_of_fold", &rows_of_fold_of);
});

}  // namespace
}  // namespace colonnade::python
