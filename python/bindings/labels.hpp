#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "arrays.hpp"
#include "colonnade/kernels/hash_table.hpp"
#include "colonnade/metrics/pair_counts.hpp"

// The gate for class labels: any integer, bool, whole float, text, pandas Categorical, list. Integers are
// read where they are; text becomes codes.

namespace colonnade::python {

/// One column (or, for multilabel targets, one matrix) of labels from Python, kept alive.
class label_column {
 public:
  label_column(py::handle y, const char* name) : name_(name) {
    if (PyUnicode_Check(y.ptr()) != 0)
      throw py::value_error(std::string("Expected array-like (array or non-string sequence), got ") +
                            py::repr(y).cast<std::string>());
    if (take_categorical(y)) return;
    array_ = detail::numpy_array(y, name);
    if (array_.ndim() == 2 && array_.shape(1) == 1) array_ = array_.attr("ravel")();
    if (array_.ndim() != 1 && array_.ndim() != 2) {
      throw py::value_error(std::string(name) + ": found shape " + detail::shape_text(array_) +
                            ", expected one label a row");
    }
    rows_ = static_cast<std::size_t>(array_.shape(0));
    columns_ = array_.ndim() == 2 ? static_cast<std::size_t>(array_.shape(1)) : 1;
    take(array_.dtype().kind());
  }

  const char* name() const { return name_; }
  std::size_t rows() const { return rows_; }
  std::size_t columns() const { return columns_; }
  bool multilabel() const { return columns_ != 1; }
  bool text() const { return kind_ == 'U'; }
  /// 'b', 'i', 'f' (whole numbers that came as floats) or 'U' (text).
  char kind() const { return kind_; }
  const py::array& array() const { return array_; }

  /// Integers, one a row, or one a cell in row-major order. Not for text.
  const std::int64_t* read(std::size_t first, std::size_t count, std::int64_t* buffer) const {
    if (!owned_.empty()) return owned_.data() + first;
    const char* at = data_ + static_cast<std::ptrdiff_t>(first) * stride_;
    switch (size_) {
      case 1:
        return is_unsigned_ ? widen<std::uint8_t>(at, count, buffer) : widen<std::int8_t>(at, count, buffer);
      case 2:
        return is_unsigned_ ? widen<std::uint16_t>(at, count, buffer)
                            : widen<std::int16_t>(at, count, buffer);
      case 4:
        return is_unsigned_ ? widen<std::uint32_t>(at, count, buffer)
                            : widen<std::int32_t>(at, count, buffer);
      default:
        return widen<std::int64_t>(at, count, buffer);
    }
  }
  auto reader() const {
    return label_reader{rows_, [this](std::size_t first, std::size_t count, std::int64_t* buffer) {
                          return read(first, count, buffer);
                        }};
  }

  /// Codes of text, with `texts` shared by the columns that are compared.
  void encode(hash_table<std::string_view>& texts, std::int32_t* out) const {
    if (!categories_.empty()) return encode_categories(texts, out);
    if (array_.dtype().kind() == 'U') return encode_fixed(texts, out);
    const auto items = array_.unchecked<PyObject*, 1>();
    PyObject* last = nullptr;
    std::int32_t code = 0;
    for (std::size_t i = 0; i < rows_; ++i) {
      PyObject* item = items(static_cast<py::ssize_t>(i));
      if (item != last) {
        code = static_cast<std::int32_t>(texts.insert(text_of(item, i)));
        last = item;
      }
      out[i] = code;
    }
  }

 private:
  bool take_categorical(py::handle y) {
    if (PyList_Check(y.ptr()) || py::isinstance<py::array>(y) || !py::hasattr(y, "cat")) return false;
    const py::object cat = py::getattr(y, "cat");
    if (!py::hasattr(cat, "categories") || !py::hasattr(cat, "codes")) return false;
    const auto numpy = py::module_::import("numpy");
    const py::array categories = numpy.attr("asarray")(cat.attr("categories"));
    const char kind = categories.dtype().kind();
    if (kind != 'O' && kind != 'U' && kind != 'T') return false;
    array_ = numpy.attr("asarray")(cat.attr("codes")).attr("astype")("int64");
    rows_ = static_cast<std::size_t>(array_.shape(0));
    kind_ = 'U';
    for (const py::handle c : categories) {
      if (PyUnicode_Check(c.ptr()) == 0) return kind_ = 0, false;
      categories_.push_back(c.cast<std::string>());
    }
    if (categories_.empty()) categories_.emplace_back();
    const auto* codes = static_cast<const std::int64_t*>(array_.data());
    for (std::size_t i = 0; i < rows_; ++i) {
      if (codes[i] < 0) throw data_error(std::string("Input ") + name_ + " contains NaN", i);
    }
    return true;
  }

  void take(char kind) {
    const auto dtype = array_.dtype();
    const bool native = dtype.byteorder() == '=' || dtype.byteorder() == '|';
    switch (kind) {
      case 'b':
      case 'i':
      case 'u':
        if (!native || (array_.flags() & py::detail::npy_api::NPY_ARRAY_ALIGNED_) == 0 || multilabel()) {
          array_ = array_.attr("astype")(kind == 'b' ? "int8" : "int64", py::arg("order") = "C");
        }
        kind_ = kind == 'b' ? 'b' : 'i';
        is_unsigned_ = kind == 'u';
        size_ = static_cast<std::size_t>(array_.dtype().itemsize());
        data_ = static_cast<const char*>(array_.data());
        stride_ = rows_ == 0 ? 0 : multilabel() ? static_cast<std::ptrdiff_t>(size_) : array_.strides(0);
        if (is_unsigned_ && size_ == 8) check_unsigned();
        return;
      case 'f':
        return take_floats();
      case 'U':
        kind_ = 'U';
        break;
      case 'T':
        array_ = array_.attr("astype")("object");
        kind_ = 'U';
        break;
      case 'O':
        take_objects();
        break;
      case 'S':
        throw py::type_error(
            "Support for labels represented as bytes is not supported. Convert the labels to a string or integer "
            "format.");
      case 'c':
        throw py::value_error("Complex data not supported: " + std::string(name_) + " has dtype " +
                              detail::dtype_text(array_));
      default:
        throw py::type_error(std::string(name_) + ": found dtype " + detail::dtype_text(array_) +
                             ", expected integers, booleans or text");
    }
    if (text() && multilabel()) throw py::value_error("multiclass-multioutput is not supported");
  }

  void check_unsigned() {
    std::int64_t buffer[1];
    for (std::size_t i = 0; i < rows_ * columns_; ++i) {
      if (read(i, 1, buffer)[0] < 0) throw data_error(std::string(name_) + ": a label is 2^63 or more", i);
    }
  }

  void take_floats() {
    const py::array_t<double> values = array_.attr("astype")("float64", py::arg("order") = "C");
    const double* x = values.data();
    const std::size_t cells = rows_ * columns_;
    owned_.reserve(cells + 1);
    bool whole = true;
    for (std::size_t i = 0; i < cells; ++i) {
      if (x[i] - x[i] != 0) {
        throw data_error(
            std::string("Input ") + name_ + (x[i] != x[i] ? " contains NaN" : " contains infinity"),
            i / columns_);
      }
      whole = whole && x[i] >= -0x1p62 && x[i] <= 0x1p62 &&
              x[i] == static_cast<double>(static_cast<std::int64_t>(x[i]));
      owned_.push_back(whole ? static_cast<std::int64_t>(x[i]) : 0);
    }
    if (!whole)
      throw py::value_error(std::string(multilabel() ? "continuous-multioutput" : "continuous") +
                            " is not supported: " + name_ +
                            " holds numbers that are not whole, expected class labels");
    owned_.push_back(0);
    kind_ = 'f';
  }

  /// Objects are text, or numbers that numpy can hold in another dtype.
  void take_objects() {
    kind_ = 'U';
    if (rows_ == 0 || multilabel()) {
      if (multilabel()) throw py::value_error("multiclass-multioutput is not supported");
      return;
    }
    bool any_text = false, any_other = false;
    const auto items = array_.unchecked<PyObject*, 1>();
    for (std::size_t i = 0; i < rows_; ++i) {
      PyObject* item = items(static_cast<py::ssize_t>(i));
      const bool is_text = PyUnicode_Check(item) != 0;
      any_text |= is_text;
      if (is_text) continue;
      if (is_missing(item)) throw data_error(std::string("Input ") + name_ + " contains NaN", i);
      any_other = true;
    }
    if (any_text && any_other) {
      throw py::value_error(std::string("Mix of label input types (string and number) in ") + name_);
    }
    if (any_text) return;
    const py::object plain = py::module_::import("numpy").attr("array")(array_.attr("tolist")());
    array_ = plain;
    const char kind = array_.dtype().kind();
    if (array_.ndim() != 1 || (kind != 'b' && kind != 'i' && kind != 'u' && kind != 'f')) {
      throw py::value_error("unknown is not supported: " + std::string(name_) +
                            " holds objects that are neither text nor numbers");
    }
    take(kind);
  }

  static bool is_missing(PyObject* item) {
    if (item == Py_None) return true;
    if (PyFloat_Check(item) != 0) return std::isnan(PyFloat_AS_DOUBLE(item));
    const char* type = Py_TYPE(item)->tp_name;
    return std::string_view(type) == "NAType" || std::string_view(type) == "pandas._libs.missing.NAType" ||
           std::string_view(type) == "NaTType";
  }

  std::string_view text_of(PyObject* item, std::size_t row) const {
    Py_ssize_t size = 0;
    const char* bytes = PyUnicode_Check(item) != 0 ? PyUnicode_AsUTF8AndSize(item, &size) : nullptr;
    if (bytes == nullptr) {
      PyErr_Clear();
      throw data_error(std::string(name_) + ": a label is not text that UTF-8 can hold", row);
    }
    return {bytes, static_cast<std::size_t>(size)};
  }

  void encode_categories(hash_table<std::string_view>& texts, std::int32_t* out) const {
    std::vector<std::int32_t> codes(categories_.size(), -1);
    const auto* rows = static_cast<const std::int64_t*>(array_.data());
    for (std::size_t i = 0; i < rows_; ++i) {
      std::int32_t& code = codes[static_cast<std::size_t>(rows[i])];
      if (code < 0)
        code = static_cast<std::int32_t>(texts.insert(categories_[static_cast<std::size_t>(rows[i])]));
      out[i] = code;
    }
  }

  /// numpy's fixed-width text: UCS-4, padded with zeros.
  void encode_fixed(hash_table<std::string_view>& texts, std::int32_t* out) const {
    const py::array native =
        array_.attr("astype")(array_.dtype().attr("newbyteorder")("="), py::arg("copy") = false);
    const auto width = static_cast<std::size_t>(native.dtype().itemsize()) / 4;
    std::string utf8;
    std::vector<std::uint32_t> letters(width);
    for (std::size_t i = 0; i < rows_; ++i) {
      const char* at =
          static_cast<const char*>(native.data()) + static_cast<py::ssize_t>(i) * native.strides(0);
      if (width != 0) std::memcpy(letters.data(), at, 4 * width);
      std::size_t length = width;
      while (length > 0 && letters[length - 1] == 0) --length;
      utf8.clear();
      for (std::size_t k = 0; k < length; ++k) append_utf8(utf8, letters[k]);
      out[i] = static_cast<std::int32_t>(texts.insert(utf8));
    }
  }
  static void append_utf8(std::string& text, std::uint32_t letter) {
    const auto put = [&](std::uint32_t byte) { text.push_back(static_cast<char>(byte)); };
    if (letter < 0x80) return put(letter);
    if (letter < 0x800) {
      put(0xC0 | letter >> 6);
    } else {
      if (letter < 0x10000) {
        put(0xE0 | letter >> 12);
      } else {
        put(0xF0 | letter >> 18);
        put(0x80 | (letter >> 12 & 0x3F));
      }
      put(0x80 | (letter >> 6 & 0x3F));
    }
    put(0x80 | (letter & 0x3F));
  }

  template <class T>
  const std::int64_t* widen(const char* at, std::size_t count, std::int64_t* buffer) const {
    if (stride_ == static_cast<std::ptrdiff_t>(sizeof(T))) {
      const auto* values = reinterpret_cast<const T*>(at);
      if constexpr (std::is_same_v<T, std::int64_t>) return values;
      simd::run<kernels::widen_labels>(values, count, buffer);
      return buffer;
    }
    for (std::size_t i = 0; i < count; ++i, at += stride_)
      buffer[i] = static_cast<std::int64_t>(*reinterpret_cast<const T*>(at));
    return buffer;
  }

  const char* name_;
  py::array array_;
  std::size_t rows_ = 0, columns_ = 1, size_ = 0;
  const char* data_ = nullptr;
  std::ptrdiff_t stride_ = 0;
  char kind_ = 0;
  bool is_unsigned_ = false;
  std::vector<std::int64_t> owned_;
  std::vector<std::string> categories_;
};

}  // namespace colonnade::python
