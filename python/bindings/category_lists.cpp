#include "category_lists.hpp"

#include <cmath>
#include <string>

#include "encoder_input.hpp"

namespace colonnade::python {

namespace {

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

py::object missing_object(missing_mark mark) {
  return mark == missing_mark::null ? py::object(py::none()) : py::object(py::float_(NAN));
}

py::object option_of(const category_rarity& rarity) {
  if (rarity.min_frequency) return py::int_(*rarity.min_frequency);
  if (rarity.min_fraction) return py::float_(*rarity.min_fraction);
  return py::none();
}

}  // namespace

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

py::object given_lists(const std::vector<category_list>& lists) {
  if (lists.empty()) return py::none();
  py::list arrays;
  for (const category_list& list : lists) arrays.append(array_of(list, false));
  return arrays;
}

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

py::dict options_of(const category_rarity& rarity, const std::vector<category_list>& categories) {
  py::dict options;
  options["categories"] = given_lists(categories);
  options["min_frequency"] = option_of(rarity);
  options["max_categories"] =
      rarity.max_categories ? py::object(py::int_(*rarity.max_categories)) : py::object(py::none());
  return options;
}

}  // namespace colonnade::python
