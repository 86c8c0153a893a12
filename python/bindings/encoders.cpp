#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "arrays.hpp"
#include "bind.hpp"
#include "colonnade/preprocessing/cross_fit_folds.hpp"
#include "colonnade/preprocessing/label_encoder.hpp"
#include "colonnade/preprocessing/one_hot_encoder.hpp"
#include "colonnade/preprocessing/ordinal_encoder.hpp"
#include "colonnade/preprocessing/target_encoder.hpp"
#include "tables.hpp"

namespace colonnade::python {
namespace {

/// Rows up to which a call is too short to give the GIL away.
constexpr std::size_t short_call = 64;

template <class Work>
void released_when_long(std::size_t rows, const Work& work) {
  if (rows <= short_call) return work();
  released(work);
}

/// Whether the missing values of an array of objects are None (and none of them NaN).
missing_mark mark_of_objects(const py::array& a) {
  if (a.dtype().kind() != 'O') return missing_mark::nan;
  const auto* base = static_cast<const char*>(a.data());
  bool none = false;
  for (py::ssize_t i = 0; i < a.shape(0); ++i) {
    PyObject* v = nullptr;
    std::memcpy(&v, base + i * a.strides(0), sizeof v);
    if (v == Py_None || v == nullptr) none = true;
  }
  if (!none) return missing_mark::nan;
  for (py::ssize_t i = 0; i < a.shape(0); ++i) {
    PyObject* v = nullptr;
    std::memcpy(&v, base + i * a.strides(0), sizeof v);
    if (v != nullptr && PyFloat_Check(v) && PyFloat_AS_DOUBLE(v) != PyFloat_AS_DOUBLE(v))
      return missing_mark::nan;
  }
  return missing_mark::null;
}

/// A table with how its missing values are marked: None where it is one, as scikit-learn tells them apart;
/// nulls of Arrow and polars strings are None as well.
class encoder_input {
 public:
  explicit encoder_input(const py::object& x, const char* name = "X") : table_(x, name) {
    marks_.assign(table_.columns(), missing_mark::nan);
    if (py::isinstance<py::array>(x)) {
      mark_array(py::reinterpret_borrow<py::array>(x));
    } else if (py::isinstance<py::dict>(x)) {
      std::size_t j = 0;
      for (const auto& [key, value] : py::reinterpret_borrow<py::dict>(x)) mark_column(j++, value);
    } else if (py::hasattr(x, "iloc")) {
      mark_frame(x);
    } else if (py::hasattr(x, "__arrow_c_stream__")) {
      for (std::size_t j = 0; j < marks_.size(); ++j) {
        if (type_of(view().column(j)) == category_type::strings) marks_[j] = missing_mark::null;
      }
    } else {
      mark_array(py::module_::import("numpy").attr("asarray")(x, py::arg("dtype") = "object"));
    }
  }

  table_view view() const { return table_.named() ? table_.view() : table_.view().without_names(); }
  std::span<const missing_mark> marks() const { return marks_; }
  std::size_t rows() const { return table_.rows(); }
  std::size_t columns() const { return table_.columns(); }

  void check_not_empty() const {
    const std::string shape = "(" + std::to_string(rows()) + ", " + std::to_string(columns()) + ")";
    if (columns() == 0) {
      throw py::value_error("Found array with 0 feature(s) (shape=" + shape +
                            ") while a minimum of 1 is required.");
    }
    if (rows() > 0) return;
    throw py::value_error("Found array with 0 sample(s) (shape=" + shape +
                          ") while a minimum of 1 is required.");
  }

 private:
  void mark_array(const py::array& a) {
    if (a.dtype().kind() != 'O' || a.ndim() != 2) return;
    for (std::size_t j = 0; j < marks_.size(); ++j) {
      marks_[j] = mark_of_objects(a.attr("__getitem__")(py::make_tuple(py::slice(0, a.shape(0), 1), j)));
    }
  }
  void mark_frame(const py::object& frame) {
    const py::list dtypes(frame.attr("dtypes"));
    const py::slice all(std::nullopt, std::nullopt, std::nullopt);
    for (std::size_t j = 0; j < marks_.size(); ++j) {
      const py::handle dtype = dtypes[j];
      if (!py::isinstance<py::dtype>(dtype) || dtype.cast<py::dtype>().kind() != 'O') continue;
      marks_[j] = mark_of_objects(frame.attr("iloc")[py::make_tuple(all, j)].attr("to_numpy")());
    }
  }
  void mark_column(std::size_t j, py::handle value) {
    if (value.is_none()) {
      marks_[j] = missing_mark::null;
    } else if (py::isinstance<py::list>(value) || py::isinstance<py::array>(value)) {
      const py::array a = py::module_::import("numpy").attr("asarray")(value);
      if (a.ndim() == 1) marks_[j] = mark_of_objects(a);
    }
  }

  table_argument table_;
  std::vector<missing_mark> marks_;
};

// Lists of categories between Python and C++.

template <class Value>
bool row_value(const column_view<const Value>& c, std::size_t i, Value& value) {
  value = c[i];
  return !c.is_missing(i);
}

/// The values of one column in their order, missing last.
category_list list_of_column(const any_column_view& column, missing_mark mark, std::size_t j) {
  const std::size_t rows = rows_of(column);
  bool missing = false;
  for (std::size_t i = 0; i < rows; ++i) {
    const bool here = std::visit([&](const auto& c) { return c.is_missing(i); }, column);
    if (missing || (here && i + 1 < rows)) {
      throw argument_error(
          "Nan should be the last element in user provided categories, see categories in column #" +
          std::to_string(j));
    }
    missing = here;
  }
  const std::size_t values = rows - (missing ? 1 : 0);
  const missing_mark last = missing ? mark : missing_mark::none;
  const auto collect = [&]<class Value>(const auto& c, std::vector<Value> list) {
    for (std::size_t i = 0; i < values; ++i) list.push_back(Value(c[i]));
    return list;
  };
  try {
    if (const auto* s = std::get_if<string_column_view>(&column)) {
      return category_list(collect(*s, std::vector<std::string>()), last);
    }
    if (const auto* d = std::get_if<column_view<const double>>(&column)) {
      if (values == 0) return category_list(category_type::none, {}, last);
      return category_list(collect(*d, std::vector<double>()), last);
    }
    if (const auto* f = std::get_if<column_view<const float>>(&column)) {
      return category_list(collect(*f, std::vector<double>()), last);
    }
    if (const auto* n = std::get_if<column_view<const std::int64_t>>(&column)) {
      return category_list(collect(*n, std::vector<std::int64_t>()), last);
    }
    if (const auto* b = std::get_if<column_view<const bool>>(&column)) {
      return category_list(collect(*b, std::vector<std::int64_t>()), last, category_type::booleans);
    }
  } catch (const argument_error&) {
    throw argument_error("In column " + std::to_string(j) +
                         ", the predefined categories contain duplicate elements.");
  }
  throw argument_error("categories of column " + std::to_string(j), "a dictionary", "a plain array");
}

/// A category_list for each array of a Python list; nothing for None.
std::vector<category_list> lists_of(const py::object& arrays) {
  std::vector<category_list> lists;
  if (arrays.is_none()) return lists;
  for (const py::handle array : arrays) {
    py::dict one;
    one["categories"] = array;
    const encoder_input input(one, "categories");
    lists.push_back(list_of_column(input.view().column(0), input.marks()[0], lists.size()));
  }
  return lists;
}

py::object missing_object(missing_mark mark) {
  return mark == missing_mark::null ? py::object(py::none()) : py::object(py::float_(NAN));
}

/// Categories as a numpy array: objects for text, else numbers; with a missing category numbers become
/// floats.
py::object array_of(const category_list& list, bool objects) {
  const auto numpy = py::module_::import("numpy");
  const bool missing = list.missing() != missing_mark::none;
  py::list items;
  list.for_each([&]<class Value>(const Value& value) {
    if constexpr (std::is_same_v<Value, std::string_view>) {
      items.append(py::str(value.data(), value.size()));
    } else if constexpr (std::is_same_v<Value, std::int64_t>) {
      if (list.type() == category_type::booleans) {
        items.append(py::bool_(value != 0));
      } else {
        items.append(py::int_(value));
      }
    } else {
      items.append(py::float_(value));
    }
  });
  if (missing) items.append(missing_object(list.missing()));
  const bool plain =
      !objects && list.type() != category_type::strings && list.missing() != missing_mark::null;
  if (!plain || (missing && list.type() == category_type::booleans)) {
    const py::object array = numpy.attr("empty")(py::len(items), py::arg("dtype") = "object");
    for (std::size_t i = 0; i < py::len(items); ++i) array[py::int_(i)] = items[i];
    return array;
  }
  const bool floats = missing || list.type() == category_type::numbers || list.type() == category_type::none;
  const char* dtype = floats ? "float64" : list.type() == category_type::booleans ? "bool" : "int64";
  return numpy.attr("array")(items, py::arg("dtype") = dtype);
}

// Options come as a dict of plain values; what they mean is said by the params of each primitive.

category_rarity rarity_of(const py::dict& options) {
  category_rarity rarity;
  const py::object frequency = options["min_frequency"], largest = options["max_categories"];
  if (py::isinstance<py::float_>(frequency)) {
    rarity.min_fraction = frequency.cast<double>();
  } else if (!frequency.is_none()) {
    rarity.min_frequency = frequency.cast<std::uint64_t>();
  }
  if (!largest.is_none()) rarity.max_categories = largest.cast<std::uint64_t>();
  return rarity;
}

ordinal_encoder::params ordinal_params(const py::dict& options) {
  ordinal_encoder::params p;
  p.categories = lists_of(options["categories"]);
  if (options["handle_unknown"].cast<std::string>() == "use_encoded_value") {
    p.handle_unknown = ordinal_encoder::unknown_policy::use_encoded_value;
  }
  if (!options["unknown_value"].is_none()) p.unknown_value = options["unknown_value"].cast<double>();
  p.encoded_missing_value = options["encoded_missing_value"].cast<double>();
  p.rarity = rarity_of(options);
  return p;
}

one_hot_encoder::params one_hot_params(const py::dict& options) {
  using unknown = one_hot_encoder::unknown_policy;
  using drop = one_hot_encoder::drop_policy;
  one_hot_encoder::params p;
  p.categories = lists_of(options["categories"]);
  const auto handle = options["handle_unknown"].cast<std::string>();
  p.handle_unknown = handle == "ignore"                ? unknown::ignore
                     : handle == "infrequent_if_exist" ? unknown::infrequent_if_exist
                     : handle == "warn"                ? unknown::warn
                                                       : unknown::error;
  const py::object dropped = options["drop"];
  if (py::isinstance<py::str>(dropped)) {
    p.drop = dropped.cast<std::string>() == "first" ? drop::first : drop::if_binary;
  } else if (!dropped.is_none()) {
    p.drop = drop::given;
    p.dropped = lists_of(dropped);
  }
  p.rarity = rarity_of(options);
  return p;
}

target_encoder::params target_params(const py::dict& options) {
  target_encoder::params p;
  const auto type = options["target_type"].cast<std::string>();
  p.type = type == "binary"       ? target_type::binary
           : type == "multiclass" ? target_type::multiclass
                                  : target_type::continuous;
  if (!options["classes"].is_none()) p.classes = lists_of(py::make_tuple(options["classes"]))[0];
  if (!options["smooth"].is_none()) p.smooth = options["smooth"].cast<double>();
  p.categories = lists_of(options["categories"]);
  return p;
}

py::object option_of(const category_rarity& rarity) {
  if (rarity.min_frequency) return py::int_(*rarity.min_frequency);
  if (rarity.min_fraction) return py::float_(*rarity.min_fraction);
  return py::none();
}
py::object given_lists(const std::vector<category_list>& lists) {
  if (lists.empty()) return py::none();
  py::list arrays;
  for (const category_list& list : lists) arrays.append(array_of(list, false));
  return arrays;
}

py::dict options_of(const category_rarity& rarity, const std::vector<category_list>& categories) {
  py::dict options;
  options["categories"] = given_lists(categories);
  options["min_frequency"] = option_of(rarity);
  options["max_categories"] =
      rarity.max_categories ? py::object(py::int_(*rarity.max_categories)) : py::object(py::none());
  return options;
}

// Fitted columns.

template <class Model>
std::size_t checked_column(const Model& model, std::size_t j) {
  if (j >= model.columns()) throw py::index_error("column " + std::to_string(j));
  return j;
}

template <class Model>
void bind_columns(py::class_<Model>& c) {
  c.def_property_readonly("columns", &Model::columns);
  c.def_property_readonly("output_columns", &Model::output_columns);
  c.def(
      "categories",
      [](const Model& m, std::size_t j, bool objects) {
        return array_of(m[checked_column(m, j)].categories, objects);
      },
      py::arg("column"), py::arg("objects") = false);
}
template <class Model>
void bind_groups(py::class_<Model>& c) {
  c.def(
      "infrequent",
      [](const Model& m, std::size_t j) -> py::object {
        const auto& places = m[checked_column(m, j)].groups.infrequent();
        if (places.empty()) return py::none();
        return as_array(std::vector<std::int64_t>(places.begin(), places.end()));
      },
      py::arg("column"));
}

template <class Model>
void bind_category_state(py::class_<typename Model::accumulator>& state,
                         typename Model::params (*params)(const py::dict&)) {
  state.def(
      py::init([params](const py::dict& options) { return typename Model::accumulator(params(options)); }),
      py::arg("options"));
  state.def(
      "update",
      [](typename Model::accumulator& self, const py::object& x) {
        const encoder_input input(x);
        input.check_not_empty();
        released([&] {
          auto next = self;  // an interrupted or refused batch leaves the state as it was
          next.merge(typename Model::accumulator(
              self.parameters(), category_stats(coded_table(input.view(), input.marks(), false, 0))));
          self = std::move(next);
        });
      },
      py::arg("X"));
}

/// A new matrix of T that `fill(view)` fills.
template <class T, class Fill>
py::array filled(std::size_t rows, std::size_t columns, const Fill& fill) {
  auto out = new_matrix<T>(rows, columns);
  const auto view = writable(out);
  released_when_long(rows, [&] { fill(view); });
  return out;
}
template <class Fill>
py::array filled(bool float32, std::size_t rows, std::size_t columns, const Fill& fill) {
  return float32 ? filled<float>(rows, columns, fill) : filled<double>(rows, columns, fill);
}

template <class Model>
void check_input(const Model& model, const encoder_input& input, const char* who) {
  check_columns(input.columns(), model.columns(), who);
  input.check_not_empty();
}

// Ordinal encoder.

/// (state, model) of fit, and the codes if asked for.
py::tuple ordinal_fit(const py::object& x, const py::dict& options, bool transform, bool float32) {
  const encoder_input input(x);
  input.check_not_empty();
  const auto params = ordinal_params(options);
  params.check();
  std::optional<coded_table> coded;
  ordinal_encoder::accumulator state;
  std::optional<ordinal_encoder> model;
  const bool given = !params.categories.empty();
  released_when_long(input.rows(), [&] {
    coded.emplace(input.view(), input.marks(), transform && !given, 0);
    state = ordinal_encoder::accumulator(params, category_stats(*coded));
    model.emplace(state.finalize());
  });
  py::object out = py::none();
  if (transform) {
    out = filled(float32, input.rows(), model->output_columns(), [&](auto view) {
      if (given) {
        model->transform(input.view(), view);
      } else {
        model->transform(*coded, input.view(), view);
      }
    });
  }
  return py::make_tuple(state, *model, out);
}

py::array ordinal_transform(const ordinal_encoder& model, const py::object& x, bool float32) {
  const encoder_input input(x);
  check_input(model, input, "OrdinalEncoder");
  return filled(float32, input.rows(), model.output_columns(),
                [&](auto view) { model.transform(input.view(), view); });
}

py::array ordinal_inverse(const ordinal_encoder& model, const py::object& x) {
  const matrix_argument codes(x, "X", values::finite_or_missing);
  return codes.visit([&](auto view) {
    return filled<std::int32_t>(codes.rows(), model.columns(),
                                [&](auto out) { model.inverse_transform(view, out); });
  });
}

void bind_ordinal(py::module_& m) {
  auto [model, state] = bind_primitive<ordinal_encoder>(m);
  bind_columns(model);
  bind_groups(model);
  bind_category_state<ordinal_encoder>(state, &ordinal_params);
  model.def_static("fit", &ordinal_fit, py::arg("X"), py::arg("options"), py::arg("transform") = false,
                   py::arg("float32") = false);
  model.def("transform", &ordinal_transform, py::arg("X"), py::arg("float32") = false);
  model.def("inverse_transform", &ordinal_inverse, py::arg("X"));
  model.def_property_readonly("options", [](const ordinal_encoder& m) {
    const auto& p = m.parameters();
    const bool error = p.handle_unknown == ordinal_encoder::unknown_policy::error;
    py::dict options = options_of(p.rarity, p.categories);
    options["handle_unknown"] = error ? "error" : "use_encoded_value";
    options["unknown_value"] = error ? py::object(py::none()) : py::object(py::float_(p.unknown_value));
    options["encoded_missing_value"] = p.encoded_missing_value;
    return options;
  });
}

// One-hot encoder.

py::array ones(std::size_t count, bool float32) {
  const auto fill = [&]<class T>(T) -> py::array {
    py::array_t<T> array(static_cast<py::ssize_t>(count));
    T* data = array.mutable_data();
    constexpr std::size_t block = 65536;
    released_when_long(count, [&] {
      for_blocks(
          block_count(count, block), useful_threads(0, 0.5 * static_cast<double>(count)),
          [&](std::size_t b) { std::fill(data + b * block, data + std::min(count, (b + 1) * block), T{1}); });
    });
    return array;
  };
  return float32 ? fill(float{}) : fill(double{});
}

/// (values, indices, offsets, columns with unknown values) of compressed sparse rows.
template <class Index, class Write>
py::tuple compressed(std::size_t rows, std::size_t columns, bool float32, const Write& write) {
  py::array_t<Index> indices(static_cast<py::ssize_t>(rows * columns)),
      offsets(static_cast<py::ssize_t>(rows + 1));
  Index *to = indices.mutable_data(), *at = offsets.mutable_data();
  std::vector<std::size_t> unknown;
  released_when_long(rows, [&] { unknown = write(to, at); });
  const auto used = static_cast<std::size_t>(at[rows]);
  py::object taken = indices;
  if (used < rows * columns)
    taken = indices.attr("__getitem__")(py::slice(0, static_cast<py::ssize_t>(used), 1));
  return py::make_tuple(ones(used, float32), taken, offsets, unknown);
}

/// What `transform` gives: compressed rows, or (matrix, columns with unknown values).
template <class Source>
py::tuple one_hot_output(const one_hot_encoder& model, const Source& source, const encoder_input& input,
                         bool sparse, bool float32) {
  const std::size_t rows = input.rows();
  if (!sparse) {
    std::vector<std::size_t> unknown;
    const py::array out = filled(float32, rows, model.output_columns(), [&](auto view) {
      unknown = model.transform_from(source, input.view(), view);
    });
    return py::make_tuple(out, unknown);
  }
  const auto write = [&](auto* to, auto* at) { return model.sparse_from(source, input.view(), to, at); };
  const bool small = rows * model.columns() < std::numeric_limits<std::int32_t>::max() &&
                     model.output_columns() < std::numeric_limits<std::int32_t>::max();
  return small ? compressed<std::int32_t>(rows, model.columns(), float32, write)
               : compressed<std::int64_t>(rows, model.columns(), float32, write);
}

py::tuple one_hot_fit(const py::object& x, const py::dict& options, bool transform, bool sparse,
                      bool float32) {
  const encoder_input input(x);
  input.check_not_empty();
  const auto params = one_hot_params(options);
  params.check();
  const bool given = !params.categories.empty();
  std::optional<coded_table> coded;
  one_hot_encoder::accumulator state;
  std::optional<one_hot_encoder> model;
  released_when_long(input.rows(), [&] {
    coded.emplace(input.view(), input.marks(), transform && !given, 0);
    state = one_hot_encoder::accumulator(params, category_stats(*coded));
    model.emplace(state.finalize());
  });
  py::object out = py::none();
  if (transform) {
    out = given ? one_hot_output(*model, model->coder(input.view()), input, sparse, float32)
                : one_hot_output(*model, *coded, input, sparse, float32);
  }
  return py::make_tuple(state, *model, out);
}

py::tuple one_hot_transform(const one_hot_encoder& model, const py::object& x, bool sparse, bool float32) {
  const encoder_input input(x);
  check_input(model, input, "OneHotEncoder");
  return one_hot_output(model, model.coder(input.view()), input, sparse, float32);
}

py::array one_hot_inverse(const one_hot_encoder& model, const py::object& x) {
  const matrix_argument encoded(x, "X");
  return encoded.visit([&](auto view) {
    return filled<std::int32_t>(encoded.rows(), model.columns(),
                                [&](auto out) { model.inverse_transform(view, out); });
  });
}

py::array one_hot_inverse_sparse(const one_hot_encoder& model, std::size_t width,
                                 const py::array_t<double>& data, const py::array_t<std::int64_t>& indices,
                                 const py::array_t<std::int64_t>& offsets) {
  const auto rows = static_cast<std::size_t>(offsets.size() - 1);
  const auto stored = static_cast<std::int64_t>(std::min(data.size(), indices.size()));
  for (std::size_t i = 0; i <= rows; ++i) {
    const std::int64_t here = offsets.data()[i];
    if (here < 0 || here > stored || (i > 0 && here < offsets.data()[i - 1])) {
      throw py::value_error("X: found offsets of rows that do not ascend within the stored values");
    }
  }
  return filled<std::int32_t>(rows, model.columns(), [&](auto out) {
    model.inverse_transform_sparse(rows, width, data.data(), indices.data(), offsets.data(), out);
  });
}

py::object dropped_places(const one_hot_encoder& m) {
  if (m.parameters().drop == one_hot_encoder::drop_policy::none) return py::none();
  py::list places;
  for (std::size_t j = 0; j < m.columns(); ++j) {
    const std::size_t group = m.layout().dropped_group(j);
    if (group == one_hot_layout::nothing) {
      places.append(py::none());
    } else {
      places.append(py::int_(m[j].groups.first_of(group)));
    }
  }
  return places;
}

void bind_one_hot(py::module_& m) {
  auto [model, state] = bind_primitive<one_hot_encoder>(m);
  bind_columns(model);
  bind_groups(model);
  bind_category_state<one_hot_encoder>(state, &one_hot_params);
  model.def_static("fit", &one_hot_fit, py::arg("X"), py::arg("options"), py::arg("transform") = false,
                   py::arg("sparse") = true, py::arg("float32") = false);
  model.def("transform", &one_hot_transform, py::arg("X"), py::arg("sparse") = true,
            py::arg("float32") = false);
  model.def("inverse_transform", &one_hot_inverse, py::arg("X"));
  model.def("inverse_transform_sparse", &one_hot_inverse_sparse, py::arg("width"), py::arg("data"),
            py::arg("indices"), py::arg("offsets"));
  model.def_property_readonly("drop_idx", &dropped_places);
  model.def(
      "output_places",
      [](const one_hot_encoder& self, std::size_t j) {
        std::vector<std::int64_t> places;
        for (std::size_t k = 0; k < self.layout().width(checked_column(self, j)); ++k) {
          places.push_back(self.layout().place_of(j, k));
        }
        return places;
      },
      py::arg("column"));
  model.def(
      "unknown_is_infrequent",
      [](const one_hot_encoder& self, std::size_t j) {
        return self.layout().unknown_is_infrequent(checked_column(self, j));
      },
      py::arg("column"));
  model.def_property_readonly("options", [](const one_hot_encoder& self) {
    const auto& p = self.parameters();
    py::dict options = options_of(p.rarity, p.categories);
    constexpr const char* unknown[] = {"error", "ignore", "infrequent_if_exist", "warn"};
    options["handle_unknown"] = unknown[static_cast<std::size_t>(p.handle_unknown)];
    options["drop"] = py::none();
    if (p.drop == one_hot_encoder::drop_policy::first) options["drop"] = "first";
    if (p.drop == one_hot_encoder::drop_policy::if_binary) options["drop"] = "if_binary";
    if (p.drop == one_hot_encoder::drop_policy::given) {
      py::list dropped;
      for (const category_list& one : p.dropped) dropped.append(array_of(one, false).attr("__getitem__")(0));
      options["drop"] = dropped;
    }
    return options;
  });
}

// Target encoder.

samples<table_view> target_samples(const encoder_input& input, const vector_argument& y,
                                   const weight_argument& w) {
  return {input.view(), y.view(), w.view()};
}

/// (state, model) of fit.
py::tuple target_fit(const py::object& x, const py::object& y, const py::object& sample_weight,
                     const py::dict& options) {
  const encoder_input input(x);
  input.check_not_empty();
  const vector_argument target(y, "y");
  const weight_argument weight(sample_weight, input.rows());
  const auto params = target_params(options);
  target_encoder::accumulator state;
  std::optional<target_encoder> model;
  released_when_long(input.rows(), [&] {
    state = target_encoder::learn(target_samples(input, target, weight), params, 0, input.marks());
    model.emplace(state.finalize());
  });
  return py::make_tuple(state, *model);
}

/// (state, model, cross-fitted encodings).
py::tuple target_fit_transform(
    const py::object& x, const py::object& y, const py::object& sample_weight, const py::dict& options,
    const py::array_t<std::int32_t, py::array::c_style | py::array::forcecast>& folds, std::size_t count) {
  const encoder_input input(x);
  input.check_not_empty();
  const vector_argument target(y, "y");
  const weight_argument weight(sample_weight, input.rows());
  const auto params = target_params(options);
  const std::span<const std::int32_t> fold_of(folds.data(), static_cast<std::size_t>(folds.size()));
  target_encoder::accumulator state;
  std::optional<target_encoder> model;
  const py::array out = filled<double>(input.rows(), input.columns() * params.outputs(), [&](auto view) {
    state = target_encoder::learn_transform(target_samples(input, target, weight), fold_of, count, view,
                                            params, 0, input.marks());
    model.emplace(state.finalize());
  });
  return py::make_tuple(state, *model, out);
}

py::array target_transform(const target_encoder& model, const py::object& x, bool float32) {
  const encoder_input input(x);
  check_input(model, input, "TargetEncoder");
  return filled(float32, input.rows(), model.output_columns(),
                [&](auto view) { model.transform(input.view(), view); });
}

void target_update(target_encoder::accumulator& self, const py::object& x, const py::object& y,
                   const py::object& sample_weight) {
  const encoder_input input(x);
  input.check_not_empty();
  const vector_argument target(y, "y");
  const weight_argument weight(sample_weight, input.rows());
  released_when_long(input.rows(), [&] {
    auto next = self;
    next.update(target_samples(input, target, weight), input.marks());
    self = std::move(next);
  });
}

py::list target_encodings(const target_encoder& m) {
  py::list result;
  for (std::size_t j = 0; j < m.columns(); ++j) {
    for (std::size_t k = 0; k < m.outputs(); ++k) {
      std::vector<double> values;
      for (std::size_t at = k; at < m[j].encodings.size(); at += m.outputs())
        values.push_back(m[j].encodings[at]);
      result.append(as_array(std::move(values)));
    }
  }
  return result;
}

/// Folds of scikit-learn's KFold (no classes) or StratifiedKFold for a seed, or without shuffling.
py::array folds_of(const py::array_t<double, py::array::c_style | py::array::forcecast>& y,
                   std::size_t classes, std::size_t folds, const std::optional<std::uint32_t>& seed) {
  const std::span<const double> values(y.data(), static_cast<std::size_t>(y.size()));
  std::vector<std::int32_t> result;
  released_when_long(values.size(), [&] {
    result = classes == 0 ? cross_fit_folds(values.size(), folds, seed)
                          : stratified_cross_fit_folds(values, classes, folds, seed);
  });
  return as_array(std::move(result));
}

void bind_target(py::module_& m) {
  m.def("cross_fit_folds", &folds_of, py::arg("y"), py::arg("classes"), py::arg("folds"), py::arg("seed"));
  auto [model, state] = bind_primitive<target_encoder>(m);
  bind_columns(model);
  state.def(
      py::init([](const py::dict& options) { return target_encoder::accumulator(target_params(options)); }),
      py::arg("options"));
  state.def("update", &target_update, py::arg("X"), py::arg("y"), py::arg("sample_weight") = py::none());
  model.def_static("fit", &target_fit, py::arg("X"), py::arg("y"), py::arg("sample_weight"),
                   py::arg("options"));
  model.def_static("fit_transform", &target_fit_transform, py::arg("X"), py::arg("y"),
                   py::arg("sample_weight"), py::arg("options"), py::arg("folds"), py::arg("count"));
  model.def("transform", &target_transform, py::arg("X"), py::arg("float32") = false);
  model.def_property_readonly("encodings", &target_encodings);
  model.def_property_readonly("target_mean",
                              [](const target_encoder& self) { return as_array(self.target_mean()); });
  model.def_property_readonly("classes", [](const target_encoder& self) -> py::object {
    if (self.parameters().type == target_type::continuous) return py::none();
    return array_of(self.parameters().classes, false);
  });
  model.def_property_readonly("options", [](const target_encoder& self) {
    const auto& p = self.parameters();
    py::dict options;
    options["categories"] = given_lists(p.categories);
    options["smooth"] = p.smooth ? py::object(py::float_(*p.smooth)) : py::object(py::none());
    options["target_type"] = p.type == target_type::binary       ? "binary"
                             : p.type == target_type::multiclass ? "multiclass"
                                                                 : "continuous";
    return options;
  });
}

// Label encoder.

label_encoder::params no_params(const py::dict&) { return {}; }

/// (state, model, codes or None).
py::tuple label_fit(const py::object& y, bool transform) {
  py::dict column;
  column["y"] = y;
  const encoder_input input(column, "y");
  std::optional<coded_table> coded;
  label_encoder::accumulator state;
  std::optional<label_encoder> model;
  py::array_t<std::int64_t> codes(transform ? static_cast<py::ssize_t>(input.rows()) : 0);
  std::int64_t* out = codes.mutable_data();
  released_when_long(input.rows(), [&] {
    coded.emplace(input.view(), input.marks(), transform, 0);
    state = label_encoder::accumulator({}, category_stats(*coded));
    model.emplace(state.finalize());
    if (transform) model->transform(*coded, input.view(), out);
  });
  return py::make_tuple(state, *model, transform ? py::object(codes) : py::object(py::none()));
}

py::array label_transform(const label_encoder& model, const py::object& y) {
  py::dict column;
  column["y"] = y;
  const encoder_input input(column, "y");
  py::array_t<std::int64_t> codes(static_cast<py::ssize_t>(input.rows()));
  std::int64_t* out = codes.mutable_data();
  released_when_long(input.rows(), [&] { model.transform(input.view(), out); });
  return codes;
}

void bind_label(py::module_& m) {
  auto [model, state] = bind_primitive<label_encoder>(m);
  bind_category_state<label_encoder>(state, &no_params);
  model.def_static("fit", &label_fit, py::arg("y"), py::arg("transform") = false);
  model.def("transform", &label_transform, py::arg("y"));
  model.def_property_readonly("columns", &label_encoder::columns);
  model.def(
      "classes", [](const label_encoder& self, bool objects) { return array_of(self.classes(), objects); },
      py::arg("objects") = false);
}

const bindings encoders([](py::module_& m) {
  bind_ordinal(m);
  bind_one_hot(m);
  bind_target(m);
  bind_label(m);
});

}  // namespace
}  // namespace colonnade::python
