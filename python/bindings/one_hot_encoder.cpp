#include "colonnade/preprocessing/one_hot_encoder.hpp"

#include <algorithm>
#include <limits>
#include <string>
#include <vector>

#include "encoder_bindings.hpp"

namespace colonnade::python {
namespace {

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
  const learnt<one_hot_encoder> fitted(input, params, transform && !given);
  const one_hot_encoder& model = *fitted.model;
  py::object out = py::none();
  if (transform) {
    out = given ? one_hot_output(model, model.coder(input.view()), input, sparse, float32)
                : one_hot_output(model, *fitted.coded, input, sparse, float32);
  }
  return py::make_tuple(fitted.state, model, out);
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

const bindings one_hot([](py::module_& m) {
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
});

}  // namespace
}  // namespace colonnade::python
